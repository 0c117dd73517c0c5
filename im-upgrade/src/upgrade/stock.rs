//! The files that a release ships: in a directory that was named, or as the package step left them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use config_merge::{FileSystems, Version, Where, own_files};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::step::Attributes;
use upgrade_engine::survey::ToCopy;
use upgrade_engine::survey::is_directory;

use super::tree::{self, Found};
use crate::error::Error;
use crate::server::{CONF, CONFIG_ROOTS, NEW_BASE, OLD_BASES, below, kind, path};

/// The stock files of a release.
pub(crate) struct StockFiles<'a> {
    fs: &'a dyn FileSystem,
    on: Where,
    files: BTreeMap<String, Found>,
    /// Where the release has its programs, where its directory shows that.
    pub(crate) base: Option<RootPath>,
    /// Where they were found.
    pub(crate) place: String,
}

impl<'a> StockFiles<'a> {
    /// Opens a directory that was named: a tree like a root, an installation, or a configuration directory.
    ///
    /// # Errors
    /// [`Error::NoStock`]; as `open` and `read`.
    pub(crate) fn named(systems: FileSystems<'a>, typed: &Path, option: &'static str) -> Result<Self, Error> {
        let top = own_files::path(typed)?;
        // A name that is wrong is told from a directory without stock files.
        config_merge::layout::Directory::open(systems, Where::Own, top.clone())?;
        let fs = systems.on(Where::Own);
        let mut configs: Vec<RootPath> = Vec::new();
        for root in CONFIG_ROOTS {
            configs.push(below(&top, &format!("{}/default/config", root.trim_start_matches('/')))?);
        }
        for name in ["default/config", "config"] {
            configs.push(below(&top, name)?);
        }
        configs.push(top.clone());
        let mut config = None;
        for directory in configs {
            if config.is_none() && kind(fs, &below(&directory, CONF)?)?.is_some() {
                config = Some(directory);
            }
        }
        let config = config.ok_or(Error::NoStock { top: top.clone(), option })?;
        let (mut html, mut base) = (below(&top, "html")?, None);
        let known = if option == "--base" {
            [OLD_BASES[0], OLD_BASES[1], NEW_BASE]
        } else {
            [NEW_BASE, OLD_BASES[0], OLD_BASES[1]]
        };
        for known in known {
            let directory = below(&top, &format!("{}/html", known.trim_start_matches('/')))?;
            if base.is_none() && is_directory(fs, &directory).map_err(|e| Error::io("open", &directory, e))? {
                (html, base) = (directory, Some(path(known)?));
            }
        }
        let mut files = tree::files(fs, &config, "default/config/")?;
        if config == top {
            // A configuration directory that holds client resources is an installation seen from elsewhere.
            files.retain(|name, _| !name.starts_with("default/config/html/"));
        }
        files.extend(tree::files(fs, &html, "html/")?);
        Ok(Self { fs, on: Where::Own, files, base, place: top.to_string() })
    }

    /// Takes the files as they lie on the product root now, as those of the new release.
    pub(crate) fn as_left(fs: &'a dyn FileSystem, config: &RootPath, base: &RootPath) -> Result<Self, Error> {
        let mut files = tree::files(fs, config, "default/config/")?;
        files.extend(tree::files(fs, &below(base, "html")?, "html/")?);
        let place = format!("{config} and {base}/html, as the package step left them");
        Ok(Self { fs, on: Where::Product, files, base: Some(base.clone()), place })
    }

    /// Returns the names of the files.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.files.keys().cloned().collect()
    }

    /// Returns whether there is a file by a name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Reads a file; nothing where there is none by this name.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Version>, Error> {
        let Some(found) = self.files.get(name) else { return Ok(None) };
        Ok(Some(Version::new(self.on, found.target.clone(), own_files::read(self.fs, &found.target)?)))
    }

    /// Returns what a file is like.
    ///
    /// # Errors
    /// As `lstat`.
    pub(crate) fn attributes(&self, name: &str) -> Result<Option<Attributes>, Error> {
        self.files.get(name).map(|found| attributes(self.fs, &found.target)).transpose()
    }
}

/// Returns what a file is like, for another one that is to be like it.
///
/// # Errors
/// As `open`.
pub(crate) fn attributes(fs: &dyn FileSystem, path: &RootPath) -> Result<Attributes, Error> {
    let failed = |e| Error::io("look at", path, e);
    Ok(ToCopy::open_at(fs, path).map_err(failed)?.attributes)
}
