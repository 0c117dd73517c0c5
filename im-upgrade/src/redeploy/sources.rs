//! What client resources are made from: files as the steps before will have left them.

use std::collections::{BTreeMap, BTreeSet};

use config_merge::own_files;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::{Attributes, read_whole};
use upgrade_engine::survey::{Below, Limits, SurveyError, ToCopy, is_absent, real_path, walk};

use crate::error::Error;
use crate::server::kind;

/// How many client resources there may be.
const LARGEST: Limits = Limits { entries: 50_000, depth: 32 };

/// Files on a disk, some of them as earlier steps of a plan will have left them.
#[derive(Clone)]
pub struct Sources<'a> {
    fs: &'a dyn FileSystem,
    /// The content of files, by paths without links; nothing for a file that will be gone.
    planned: BTreeMap<RootPath, Option<Vec<u8>>>,
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

    /// Takes the content that a file will have; nothing where it will be gone.
    pub fn plan(&mut self, path: &RootPath, content: Option<Vec<u8>>) {
        self.planned.insert(self.without_links(path), content);
    }

    /// Returns where a file will be, once the directories above it are made.
    fn without_links(&self, path: &RootPath) -> RootPath {
        let mut names = Vec::new();
        let mut at = path.clone();
        while let Some((parent, name)) = at.split_last() {
            names.push(name);
            if let Ok(real) = real_path(self.fs, &parent) {
                return names.iter().rev().fold(real, |path, name| path.join(name));
            }
            at = parent;
        }
        path.clone()
    }

    /// Returns whether steps will have made something below a directory.
    fn is_made(&self, directory: &RootPath) -> bool {
        let prefix = format!("{directory}/");
        self.planned.iter().any(|(path, content)| content.is_some() && path.to_string().starts_with(&prefix))
    }

    /// Returns the disk.
    pub(crate) fn fs(&self) -> &'a dyn FileSystem {
        self.fs
    }

    /// Reads a regular file; nothing where there is none.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
        if let Some(content) = self.planned.get(path) {
            return Ok(content.clone());
        }
        match self.kind(path)? {
            Some(FileKind::Regular) => Ok(own_files::read_if_there(self.fs, path)?),
            _ => Ok(None),
        }
    }

    /// Reads a file of the disk and its attributes through one handle; nothing for one that a step makes or removes.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn to_copy(&self, path: &RootPath) -> Result<Option<(Vec<u8>, Attributes)>, Error> {
        if self.planned.contains_key(path) {
            return Ok(None);
        }
        let failed = |e| Error::io("read", path, e);
        let original = ToCopy::open_at(self.fs, path).map_err(failed)?;
        Ok(Some((read_whole(&*original.file).map_err(failed)?, original.attributes)))
    }

    /// Reads a file at a path that may lead through links.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(crate) fn at_last(&self, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
        self.read(&self.without_links(path))
    }

    /// Returns what kind of entry there is; a planned file is one.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn kind(&self, path: &RootPath) -> Result<Option<FileKind>, Error> {
        if let Some(content) = self.planned.get(path) {
            return Ok(content.as_ref().map(|_| FileKind::Regular));
        }
        match kind(self.fs, path)? {
            None if self.is_made(path) => Ok(Some(FileKind::Directory)),
            found => Ok(found),
        }
    }

    /// Returns the regular files below a directory. No link is followed; nothing where there is no directory.
    ///
    /// # Errors
    /// As `open` and `readdir`.
    pub(super) fn files(&self, top: &RootPath) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        match self.fs.open_dir(top) {
            Ok(dir) => Self::walk(&*dir, top, &mut listing)?,
            Err(e) if is_absent(&e) => {}
            Err(e) => return Err(Error::io("open", top, e)),
        }
        let prefix = format!("{top}/");
        for (path, content) in &self.planned {
            if let Some(name) = path.to_string().strip_prefix(&prefix) {
                match content {
                    Some(_) => listing.files.insert(name.to_owned()),
                    None => listing.files.remove(name),
                };
            }
        }
        Ok(listing)
    }

    fn walk(dir: &dyn Dir, top: &RootPath, listing: &mut Listing) -> Result<(), Error> {
        let walked = walk(dir, top, LARGEST, |below, stat| {
            match (stat.kind, text(below)) {
                (FileKind::Directory, _) => {}
                (FileKind::Regular, Some(name)) => {
                    listing.files.insert(name);
                }
                (_, name) => listing.left_out.push(name.unwrap_or_else(|| below.to_string())),
            }
            Ok::<_, SurveyError>(Below::Enter)
        });
        Ok(walked.map_err(command::Error::from)?)
    }

    /// Returns the names of the directories in a directory.
    ///
    /// # Errors
    /// As `open` and `readdir`.
    pub(crate) fn directories(&self, top: &RootPath) -> Result<Vec<String>, Error> {
        let failed = |e| Error::io("read", top, e);
        let mut found = BTreeSet::new();
        let names = match self.fs.open_dir(top) {
            Ok(dir) => dir.list(&RelPath::here()).map_err(failed)?,
            Err(e) if is_absent(&e) && self.is_made(top) => Vec::new(),
            Err(e) => return Err(failed(e)),
        };
        for name in names {
            let is_directory = kind(self.fs, &top.join(&name))? == Some(FileKind::Directory);
            if let Some(text) = std::str::from_utf8(name.as_bytes()).ok().filter(|_| is_directory) {
                found.insert(text.to_owned());
            }
        }
        let prefix = format!("{top}/");
        for (path, _) in self.planned.iter().filter(|(_, content)| content.is_some()) {
            let path = path.to_string();
            if let Some((name, _)) = path.strip_prefix(&prefix).and_then(|below| below.split_once('/')) {
                found.insert(name.to_owned());
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Returns where a directory really is.
    ///
    /// # Errors
    /// As `open`.
    pub(crate) fn real_directory(&self, path: &RootPath) -> Result<RootPath, Error> {
        if kind(self.fs, path)?.is_none() && self.is_made(&self.without_links(path)) {
            return Ok(self.without_links(path));
        }
        let found = real_path(self.fs, path).and_then(|real| self.fs.open_dir(&real).map(|_| real));
        found.map_err(|e| Error::io("open", path, e))
    }
}

fn text(below: &RelPath) -> Option<String> {
    let names = below.names().iter().map(|name| std::str::from_utf8(name.as_bytes()).ok());
    names.collect::<Option<Vec<_>>>().map(|names| names.join("/"))
}
