//! The site's configuration: the files of a deployment.
//!
//! A link to a file inside the deployment is that file. One that leads out is refused: what it leads to is not the site's to merge, and
//! may be shared. One that leads nowhere stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use config_merge::{Version, Where, own_files};
use documents::dialect::Dialect;
use documents::product_files::CommunicationsExpress;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::survey::is_absent;

use super::tree::{self, Entry};
use crate::deployment::{WEB_INF, below, is_within, real};
use crate::error::Error;

/// The files of a deployment.
pub(super) struct Site<'a> {
    pub(super) fs: &'a dyn FileSystem,
    on: Where,
    /// Their directory `WEB-INF`, without links.
    pub(super) web_inf: RootPath,
    files: BTreeMap<String, SiteFile>,
    /// What is left as it is, and why.
    pub(super) left: Vec<String>,
}

/// A file of a deployment.
pub(super) struct SiteFile {
    /// Where it is, without links.
    pub(super) target: RootPath,
    /// What `lstat` tells of it there.
    pub(super) stat: Stat,
}

impl<'a> Site<'a> {
    /// Looks at a deployment, a path without links.
    ///
    /// # Errors
    /// [`Error::LeadsOut`]; when a directory cannot be read.
    pub(super) fn look(fs: &'a dyn FileSystem, on: Where, deployed: &RootPath) -> Result<Self, Error> {
        let named = below(deployed, WEB_INF)?;
        let web_inf = real(fs, &named)?;
        if !is_within(&web_inf, deployed) {
            return Err(Error::LeadsOut { link: named, target: web_inf });
        }
        let tree = tree::look(fs, &web_inf)?;
        let mut site = Self { fs, on, web_inf, files: BTreeMap::new(), left: Vec::new() };
        let odd = |path: &String| format!("{path}: its name is not text in UTF-8; it is left as it is");
        site.left.extend(tree.odd_names.iter().map(odd));
        let mut links = Vec::new();
        for (name, entry) in tree.entries {
            let path = below(&site.web_inf, &name)?;
            match entry {
                Entry::File(stat) => drop(site.files.insert(name, SiteFile { target: path, stat })),
                Entry::Link => links.push((name, path)),
            }
        }
        let mut taken: BTreeSet<RootPath> = site.files.values().map(|file| file.target.clone()).collect();
        for (name, path) in links {
            let Some((target, stat)) = led_to(fs, &path)? else {
                site.left.push(format!("{path}: the link leads nowhere; it is left as it is"));
                continue;
            };
            let is_meant = stat.kind == FileKind::Directory || is_configuration(&name);
            if is_meant && !is_within(&target, deployed) {
                return Err(Error::LeadsOut { link: path, target });
            }
            if stat.kind != FileKind::Regular || !is_meant {
                continue;
            }
            if taken.insert(target.clone()) {
                site.files.insert(name, SiteFile { target, stat });
            } else {
                site.left.push(format!("{path}: the link leads to {target}, which is merged under its own name"));
            }
        }
        Ok(site)
    }

    /// Returns the names of the files, below `WEB-INF`.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// Returns a file.
    pub(super) fn file(&self, name: &str) -> Option<&SiteFile> {
        self.files.get(name)
    }

    /// Reads a file; nothing where there is none by this name.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, name: &str) -> Result<Option<Version>, Error> {
        let Some(file) = self.files.get(name) else { return Ok(None) };
        let content = own_files::read(self.fs, &file.target)?;
        Ok(Some(Version::new(self.on, file.target.clone(), content)))
    }

    /// Returns what `lstat` tells of the configuration files.
    pub(super) fn stats(&self) -> impl Iterator<Item = Stat> {
        self.files.iter().filter(|(name, _)| is_configuration(name)).map(|(_, file)| file.stat)
    }

    /// Returns what `lstat` tells of the directory.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn directory(&self) -> Result<Stat, Error> {
        let stat = self.fs.open_dir(&self.web_inf).and_then(|dir| dir.stat(&RelPath::here()));
        stat.map_err(|e| Error::io("look at", &self.web_inf, e))
    }
}

/// Returns whether a file of this name is one that a release merges: whatever else lies there only where it is shipped.
fn is_configuration(name: &str) -> bool {
    Dialect::of(CommunicationsExpress, name).is_some_and(|dialect| dialect != Dialect::Text)
}

/// Returns where a link leads, without links; nothing where it leads nowhere, or in a circle.
fn led_to(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<(RootPath, Stat)>, Error> {
    let target = match upgrade_engine::survey::real_path(fs, path) {
        Ok(target) => target,
        Err(e) if is_absent(&e) || e.kind() == std::io::ErrorKind::TooManyLinks => return Ok(None),
        Err(e) => return Err(Error::io("follow", path, e)),
    };
    let stat = match target.split_last() {
        Some((parent, name)) => fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))),
        None => fs.open_dir(&target).and_then(|dir| dir.stat(&RelPath::here())),
    };
    match stat {
        Ok(stat) => Ok(Some((target, stat))),
        Err(e) if is_absent(&e) => Ok(None),
        Err(e) => Err(Error::io("look at", &target, e)),
    }
}
