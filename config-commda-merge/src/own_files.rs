//! The administrator's own files and directories: real paths, not below the product root.

use std::fmt::Display;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{Dir, File, FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;

use crate::error::Error;

/// A file that was read for a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnFile {
    /// Where it is.
    pub path: RootPath,
    /// What it held.
    pub digest: Digest,
}

impl OwnFile {
    /// Reads a file that was typed.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn survey(own: &dyn FileSystem, typed: &Path) -> Result<Self, Error> {
        let path = path(typed)?;
        let digest = Digest::of(&read(own, &path)?);
        Ok(Self { path, digest })
    }
}

/// Returns a path as typed, made absolute.
///
/// # Errors
/// [`Error::Io`] when there is no current directory.
pub fn path(typed: &Path) -> Result<RootPath, Error> {
    let absolute = std::path::absolute(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    RootPath::new(absolute.as_os_str().as_bytes()).map_err(|e| Error::io("use", typed.display(), io::Error::other(e)))
}

/// Reads a file whole.
///
/// # Errors
/// [`Error::Io`].
pub fn read(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<u8>, Error> {
    let file = open(fs, path)?;
    read_whole(&*file.file).map_err(|e| Error::io("read", path, e))
}

/// Opens a file to read it from its beginning.
///
/// # Errors
/// [`Error::Io`].
pub fn open(fs: &dyn FileSystem, path: &RootPath) -> Result<Reader, Error> {
    let opened = install_root::follow(fs, path).and_then(|path| {
        let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        fs.open_dir(&parent)?.open(&RelPath::from(name))
    });
    Ok(Reader { file: opened.map_err(|e| Error::io("read", path, e))?, at: 0 })
}

/// A file that is read from its beginning to its end.
pub struct Reader {
    file: Box<dyn File>,
    at: u64,
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}

/// Reads a file that a plan was made from.
///
/// # Errors
/// [`Error::Changed`] when it is another content now.
pub fn read_as_surveyed(fs: &dyn FileSystem, file: &OwnFile) -> Result<Vec<u8>, Error> {
    let content = read(fs, &file.path)?;
    if Digest::of(&content) == file.digest { Ok(content) } else { Err(Error::Changed { path: file.path.to_string() }) }
}

/// A directory that is looked at as if it were a root.
pub struct Below<'a> {
    fs: &'a dyn FileSystem,
    top: RootPath,
}

impl<'a> Below<'a> {
    /// Looks at a directory.
    pub fn new(fs: &'a dyn FileSystem, top: RootPath) -> Self {
        Self { fs, top }
    }

    /// Returns where a path of that root really is.
    ///
    /// # Errors
    /// Never for a path that is one.
    pub fn real(&self, path: &RootPath) -> io::Result<RootPath> {
        let below = path.as_bytes().strip_prefix(b"/").unwrap_or_default();
        if below.is_empty() { Ok(self.top.clone()) } else { self.top.resolve(below).map_err(io::Error::other) }
    }
}

impl FileSystem for Below<'_> {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        self.fs.open_dir(&self.real(path)?)
    }
}

/// Returns a directory below another one, or the error with its name.
///
/// # Errors
/// [`Error::Io`].
pub fn below(above: &RootPath, name: impl Display) -> Result<RootPath, Error> {
    above.resolve(name.to_string().as_bytes()).map_err(|e| Error::io("use", above, io::Error::other(e)))
}
