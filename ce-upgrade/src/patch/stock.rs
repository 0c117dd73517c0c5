//! The stock files of a release: the templates of an installation, or a directory that was named (`reference/communications-express.md`
//! section 4: the templates are the best that there is, then the copy in the package).

use std::collections::BTreeMap;
use std::path::Path;

use config_merge::{FileSystems, Version, Where, own_files};
use upgrade_engine::fs::{FileSystem, RootPath, Stat};

use super::tree::{self, Entry};
use crate::deployment::{LAYOUTS, NAMES, WEB_INF, below};
use crate::error::Error;

/// Where an installation keeps what it ships, the best place first.
const PLACES: [&str; 3] = ["lib/config-templates/WEB-INF", "WEB-INF", "SUNWuwc/WEB-INF"];

/// The stock files of a release.
pub(super) struct StockFiles<'a> {
    pub(super) fs: &'a dyn FileSystem,
    on: Where,
    /// Their directory `WEB-INF`.
    pub(super) path: RootPath,
    files: BTreeMap<String, Stat>,
}

impl<'a> StockFiles<'a> {
    /// Opens those of an installation.
    ///
    /// # Errors
    /// [`Error::NoStock`] with the option that names another directory; as `open`.
    pub(super) fn of_base(systems: FileSystems<'a>, base: &RootPath, option: &'static str) -> Result<Self, Error> {
        for place in PLACES {
            let path = below(base, place)?;
            if tree::is_web_inf(systems.product, &path)? {
                return Self::open(systems, Where::Product, path);
            }
        }
        Err(Error::NoStock { top: base.clone(), option })
    }

    /// Opens a directory that was named: an installation, a tree like a root, or a directory `WEB-INF`.
    ///
    /// # Errors
    /// [`Error::NoStock`], [`Error::SeveralStocks`]; as `open`.
    pub(super) fn named(systems: FileSystems<'a>, typed: &Path, option: &'static str) -> Result<Self, Error> {
        let top = own_files::path(typed)?;
        // A name that is wrong is told from a directory without stock files.
        config_merge::layout::Directory::open(systems, Where::Own, top.clone())?;
        let installations: Vec<String> = LAYOUTS
            .iter()
            .map(|(base, _)| base.trim_start_matches('/').to_owned())
            .chain(NAMES.iter().map(|name| (*name).to_owned()))
            .collect();
        let [templates, copies @ ..] = PLACES;
        let of_all = |place: &str| installations.iter().map(|base| format!("{base}/{place}")).collect::<Vec<_>>();
        let mut groups: Vec<Vec<String>> = vec![vec![templates.to_owned()], of_all(templates), vec![String::new()]];
        groups.extend(copies.iter().map(|place| vec![(*place).to_owned()]));
        groups.push(copies.iter().flat_map(|place| of_all(place)).collect());
        for group in groups {
            let mut found = Vec::new();
            for place in group {
                let path = if place.is_empty() { top.clone() } else { below(&top, &place)? };
                if tree::is_web_inf(systems.own, &path)? {
                    found.push(path);
                }
            }
            match found.as_slice() {
                [] => {}
                [only] => return Self::open(systems, Where::Own, only.clone()),
                several => {
                    let paths = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    return Err(Error::SeveralStocks { paths, option });
                }
            }
        }
        Err(Error::NoStock { top, option })
    }

    fn open(systems: FileSystems<'a>, on: Where, path: RootPath) -> Result<Self, Error> {
        let fs = systems.on(on);
        let mut files = BTreeMap::new();
        for (name, entry) in tree::look(fs, &path)?.entries {
            if let Entry::File(stat) = entry {
                files.insert(name, stat);
            }
        }
        Ok(Self { fs, on, path, files })
    }

    /// Returns the names of the files, below `WEB-INF`.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// Reads a file; nothing where there is none by this name.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, name: &str) -> Result<Option<Version>, Error> {
        if !self.files.contains_key(name) {
            return Ok(None);
        }
        let path = below(&self.path, name)?;
        let content = own_files::read(self.fs, &path)?;
        Ok(Some(Version::new(self.on, path, content)))
    }

    /// Returns what `lstat` tells of a file.
    pub(super) fn stat(&self, name: &str) -> Option<&Stat> {
        self.files.get(name)
    }

    /// Returns whether these are the files of a directory `WEB-INF`.
    pub(super) fn are_in(&self, web_inf: &RootPath) -> bool {
        self.on == Where::Product && self.path == *web_inf
    }
}

/// Returns where copies of the configuration lie that the application never reads: `reference/communications-express.md` section 4.
pub(super) fn scratch(base: &RootPath, deployed: &RootPath) -> Result<Vec<RootPath>, Error> {
    let [_, package, other_package] = PLACES;
    Ok(vec![below(deployed, &format!("staging/{WEB_INF}"))?, below(base, package)?, below(base, other_package)?])
}
