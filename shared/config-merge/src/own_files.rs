//! Files and directories that the administrator names: real paths, not below the product root. Nothing longer than the engine
//! replaces (64 MiB) is read whole.

use std::fmt::Display;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use upgrade_engine::fs::{Dir, File, FileId, FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;
use upgrade_engine::survey;

use crate::error::Error;
use crate::files::{Version, Where};

/// Returns a path as typed, made absolute.
///
/// # Errors
/// [`command::Error::Io`] when there is no current directory.
pub fn path(typed: &Path) -> Result<RootPath, Error> {
    let absolute = std::path::absolute(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    RootPath::new(absolute.as_os_str().as_bytes()).map_err(|e| Error::io("use", typed.display(), io::Error::other(e)))
}

/// Reads a file that was typed.
///
/// # Errors
/// As [`read`].
pub fn version(own: &dyn FileSystem, typed: &Path) -> Result<Version, Error> {
    let path = path(typed)?;
    let content = read(own, &path)?;
    Ok(Version::new(Where::Own, path, content))
}

/// Reads a file whole. A link is followed.
///
/// # Errors
/// [`command::Error::Io`], for a file above 64 MiB as well.
pub fn read(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<u8>, Error> {
    let file = open(fs, path)?;
    read_whole(&*file.file).map_err(|e| Error::io("read", path, e))
}

/// As [`read`]; nothing where there is no such file.
///
/// # Errors
/// As [`read`].
pub fn read_if_there(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
    match read(fs, path) {
        Ok(content) => Ok(Some(content)),
        Err(Error::Common(command::Error::Io { source, .. })) if survey::is_absent(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns whether two paths lead to one file or one directory, whatever links are on the way. One that leads nowhere is the same
/// as no other.
///
/// # Errors
/// [`command::Error::Io`] when one is there and cannot be looked at.
pub fn are_one(one: (&dyn FileSystem, &RootPath), other: (&dyn FileSystem, &RootPath)) -> Result<bool, Error> {
    let id = |(fs, path): (&dyn FileSystem, &RootPath)| -> Result<Option<FileId>, Error> {
        let stat = || {
            let path = survey::follow(fs, path)?;
            match path.split_last() {
                Some((parent, name)) => fs.open_dir(&parent)?.stat(&RelPath::from(name)),
                None => fs.open_dir(&path)?.stat(&RelPath::here()),
            }
        };
        match stat() {
            Ok(stat) => Ok(Some(stat.id)),
            Err(e) if survey::is_absent(&e) => Ok(None),
            Err(e) => Err(Error::io("look at", path, e)),
        }
    };
    let (one, other) = (id(one)?, id(other)?);
    Ok(one.is_some() && one == other)
}

/// Opens a file to read it from its beginning, however long it is.
///
/// # Errors
/// [`command::Error::Io`].
pub fn open(fs: &dyn FileSystem, path: &RootPath) -> Result<Reader, Error> {
    let opened = survey::follow(fs, path).and_then(|path| {
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

/// Returns a path below a directory.
///
/// # Errors
/// [`command::Error::Io`] for a name that no file can have.
pub fn below(above: &RootPath, name: impl Display) -> Result<RootPath, Error> {
    above.resolve(name.to_string().as_bytes()).map_err(|e| Error::io("use", above, io::Error::other(e)))
}
