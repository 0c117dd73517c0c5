//! What client resources are made from: files as the steps before will have left them.

use std::collections::{BTreeMap, BTreeSet};

use config_merge::own_files;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{Below, Limits, SurveyError, is_absent, real_path, walk};

use crate::error::Error;
use crate::server::kind;

/// How many client resources there may be.
const LARGEST: Limits = Limits { entries: 50_000, depth: 32 };

/// Files on a disk, some of them with the content that earlier steps of a plan give them.
pub struct Sources<'a> {
    fs: &'a dyn FileSystem,
    planned: BTreeMap<RootPath, Vec<u8>>,
}

/// The files below a directory.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Their names in it.
    pub(super) files: BTreeSet<String>,
    /// What was left out: links, and names that are no UTF-8.
    pub(super) left_out: Vec<String>,
}

impl<'a> Sources<'a> {
    /// Takes a disk as it is.
    pub fn new(fs: &'a dyn FileSystem) -> Self {
        Self { fs, planned: BTreeMap::new() }
    }

    /// Takes the content that a file will have.
    pub fn plan(&mut self, path: RootPath, content: Vec<u8>) {
        self.planned.insert(path, content);
    }

    /// Returns the disk.
    pub(super) fn fs(&self) -> &'a dyn FileSystem {
        self.fs
    }

    /// Reads a regular file; nothing where there is none.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
        if let Some(content) = self.planned.get(path) {
            return Ok(Some(content.clone()));
        }
        match self.kind(path)? {
            Some(FileKind::Regular) => Ok(own_files::read_if_there(self.fs, path)?),
            _ => Ok(None),
        }
    }

    /// Returns what kind of entry there is; a planned file is one.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn kind(&self, path: &RootPath) -> Result<Option<FileKind>, Error> {
        if self.planned.contains_key(path) {
            return Ok(Some(FileKind::Regular));
        }
        kind(self.fs, path)
    }

    /// Returns the regular files below a directory. No link is followed; nothing where there is no directory.
    ///
    /// # Errors
    /// As `open` and `readdir`.
    pub(super) fn files(&self, top: &RootPath) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let prefix = format!("{top}/");
        for path in self.planned.keys() {
            if let Some(name) = path.to_string().strip_prefix(&prefix) {
                listing.files.insert(name.to_owned());
            }
        }
        let dir = match self.fs.open_dir(top) {
            Ok(dir) => dir,
            Err(e) if is_absent(&e) => return Ok(listing),
            Err(e) => return Err(Error::io("open", top, e)),
        };
        walk(&*dir, top, LARGEST, |below, stat| {
            match (stat.kind, text(below)) {
                (FileKind::Directory, _) => {}
                (FileKind::Regular, Some(name)) => {
                    listing.files.insert(name);
                }
                (_, name) => listing.left_out.push(name.unwrap_or_else(|| below.to_string())),
            }
            Ok::<_, SurveyError>(Below::Enter)
        })
        .map_err(command::Error::from)?;
        Ok(listing)
    }

    /// Returns the names of the directories in a directory.
    ///
    /// # Errors
    /// As `open` and `readdir`.
    pub(super) fn directories(&self, top: &RootPath) -> Result<Vec<String>, Error> {
        let failed = |e| Error::io("read", top, e);
        let dir = self.fs.open_dir(top).map_err(failed)?;
        let mut found = Vec::new();
        for name in dir.list(&RelPath::here()).map_err(failed)? {
            let is_directory = kind(self.fs, &top.join(&name))? == Some(FileKind::Directory);
            if let Some(text) = std::str::from_utf8(name.as_bytes()).ok().filter(|_| is_directory) {
                found.push(text.to_owned());
            }
        }
        found.sort();
        Ok(found)
    }

    /// Returns where a directory really is.
    ///
    /// # Errors
    /// As `open`.
    pub(super) fn real_directory(&self, path: &RootPath) -> Result<RootPath, Error> {
        let found = real_path(self.fs, path).and_then(|real| self.fs.open_dir(&real).map(|_| real));
        found.map_err(|e| Error::io("open", path, e))
    }
}

fn text(below: &RelPath) -> Option<String> {
    let names = below.names().iter().map(|name| std::str::from_utf8(name.as_bytes()).ok());
    names.collect::<Option<Vec<_>>>().map(|names| names.join("/"))
}
