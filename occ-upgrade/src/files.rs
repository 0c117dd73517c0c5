//! The administrator's own files: real paths. Nothing here writes.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use upgrade_engine::fs::{Dir, File, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{Below, Limits, follow, read_file_up_to, walk};

use crate::error::Error;

/// More than any kit has.
const LARGEST_KIT: Limits = Limits { entries: 50_000, depth: 32 };

/// Most bytes of a configuration, a map or a file of answers: more is none.
const LARGEST: u64 = 16 << 20;

/// Returns a path as typed, made absolute.
///
/// # Errors
/// [`command::Error::Io`] when there is no current directory.
pub fn path(typed: &Path) -> Result<RootPath, Error> {
    let absolute = std::path::absolute(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    RootPath::new(absolute.as_os_str().as_bytes()).map_err(|e| Error::io("use", typed.display(), io::Error::other(e)))
}

/// Reads a small file whole.
///
/// # Errors
/// [`command::Error::Io`].
pub fn read(fs: &dyn FileSystem, typed: &Path) -> Result<Vec<u8>, Error> {
    let found = read_file_up_to(fs, &path(typed)?, LARGEST).map_err(|e| Error::io("read", typed.display(), e))?;
    found.ok_or_else(|| Error::io("read", typed.display(), io::ErrorKind::NotFound.into()))
}

/// Reads a small text file in UTF-8.
///
/// # Errors
/// [`command::Error::Io`]; [`Error::File`] where it is no text.
pub fn read_text(fs: &dyn FileSystem, typed: &Path) -> Result<String, Error> {
    let bytes = read(fs, typed)?;
    String::from_utf8(bytes).map_err(|_| Error::file(typed.display(), "it is not UTF-8 text"))
}

/// Opens a file to read it from its beginning.
///
/// # Errors
/// [`command::Error::Io`].
pub fn open(fs: &dyn FileSystem, typed: &Path) -> Result<Reader, Error> {
    let opened = path(typed)?;
    let opened = follow(fs, &opened).and_then(|path| {
        let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        fs.open_dir(&parent)?.open(&RelPath::from(name))
    });
    Ok(Reader { file: opened.map_err(|e| Error::io("read", typed.display(), e))?, at: 0 })
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

/// Opens a directory.
///
/// # Errors
/// [`command::Error::Io`].
pub fn open_dir(fs: &dyn FileSystem, typed: &Path) -> Result<Box<dyn Dir>, Error> {
    fs.open_dir(&path(typed)?).map_err(|e| Error::io("open", typed.display(), e))
}

/// Lists the files of a directory and below it, sorted. Links are not followed.
///
/// # Errors
/// [`Error::File`] for what is neither file nor directory, and for a directory with more than any kit has; [`command::Error::Io`].
pub fn files_below(dir: &dyn Dir, shown: &Path) -> Result<Vec<RelPath>, Error> {
    let mut found = Vec::new();
    walk(dir, &path(shown)?, LARGEST_KIT, |path, stat| {
        match stat.kind {
            FileKind::Regular => found.push(path.clone()),
            FileKind::Directory => {}
            _ => return Err(Error::file(shown.display(), format!("{path} is neither a file nor a directory"))),
        }
        Ok(Below::Enter)
    })?;
    found.sort_by_key(RelPath::to_bytes);
    Ok(found)
}
