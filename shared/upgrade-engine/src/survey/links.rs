//! Symbolic links followed below a root, and small files read whole: package records and configuration. A file that is too large
//! to be one is refused unread.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};

use crate::fs::{File, FileKind, FileSystem, Name, RelPath, RootPath};

/// Longest file that is read, in bytes.
pub const MAX_SIZE: u64 = 1024 * 1024;
/// Most symbolic links that are followed from one name.
const MAX_LINKS: usize = 40;

/// Reads a regular file whole; nothing when there is none. Symbolic links are followed and stay below the root.
///
/// # Errors
/// [`ErrorKind::FileTooLarge`] above [`MAX_SIZE`], [`ErrorKind::InvalidInput`] when it is not a regular file, and what the file
/// system reports; each names the file.
pub fn read_file(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Option<Vec<u8>>> {
    read_file_up_to(fs, path, MAX_SIZE)
}

/// As [`read_file`], with another limit in bytes.
///
/// # Errors
/// As [`read_file`].
pub fn read_file_up_to(fs: &dyn FileSystem, path: &RootPath, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match read(fs, path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(with_path(path, &error)),
    }
}

/// Returns true when nothing of the wanted kind is there.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Returns what kind of entry there is, a link for a link; nothing where there is none.
///
/// # Errors
/// As `lstat`, for any other reason than that there is none.
pub fn kind(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Option<FileKind>> {
    let Some((parent, name)) = path.split_last() else { return Ok(Some(FileKind::Directory)) };
    match fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))) {
        Ok(stat) => Ok(Some(stat.kind)),
        Err(e) if is_absent(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Returns whether a path leads to a directory. One that cannot be looked at is an error, not absent.
///
/// # Errors
/// As `open`, for any other reason than that there is none.
pub fn is_directory(fs: &dyn FileSystem, path: &RootPath) -> io::Result<bool> {
    match fs.open_dir(path) {
        Ok(_) => Ok(true),
        Err(e) if is_absent(&e) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Returns an error that names its file.
pub fn with_path(path: &RootPath, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}

/// Returns the path of the file that a path leads to: symbolic links are followed and stay below the root.
///
/// # Errors
/// What the file system reports; [`ErrorKind::TooManyLinks`].
pub fn follow(fs: &dyn FileSystem, path: &RootPath) -> io::Result<RootPath> {
    let mut path = path.clone();
    for _ in 0..MAX_LINKS {
        let (parent, name) = path.split_last().ok_or(ErrorKind::IsADirectory)?;
        let directory = fs.open_dir(&parent)?;
        let name = RelPath::from(name);
        if directory.stat(&name)?.kind != FileKind::Symlink {
            return Ok(path);
        }
        let target = directory.read_link(&name)?;
        path = parent.resolve(&target).map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
    }
    Err(ErrorKind::TooManyLinks.into())
}

/// Returns the path of what a path leads to, without any link in it: links are followed and stay below the root.
///
/// # Errors
/// As [`follow`].
pub fn real_path(fs: &dyn FileSystem, path: &RootPath) -> io::Result<RootPath> {
    let invalid = |error| io::Error::new(ErrorKind::InvalidInput, error);
    let top = RootPath::new("/").map_err(invalid)?;
    let mut todo: VecDeque<Vec<u8>> = path.components().map(<[u8]>::to_vec).collect();
    let mut real = top.clone();
    let mut links = 0_usize;
    while let Some(component) = todo.pop_front() {
        if component == b".." {
            real = real.split_last().map_or_else(|| top.clone(), |(parent, _)| parent);
            continue;
        }
        let name = Name::new(component).map_err(invalid)?;
        let dir = fs.open_dir(&real)?;
        let at = RelPath::from(name.clone());
        if dir.stat(&at)?.kind != FileKind::Symlink {
            real = real.join(&name);
            continue;
        }
        links = links.saturating_add(1);
        if links > MAX_LINKS {
            return Err(ErrorKind::TooManyLinks.into());
        }
        let target = dir.read_link(&at)?;
        if target.first() == Some(&b'/') {
            real = top.clone();
        }
        for part in target.split(|b| *b == b'/').rev().filter(|part| !part.is_empty() && *part != b".") {
            todo.push_front(part.to_vec());
        }
    }
    Ok(real)
}

fn read(fs: &dyn FileSystem, path: &RootPath, limit: u64) -> io::Result<Vec<u8>> {
    let (parent, name) = follow(fs, path)?.split_last().ok_or(ErrorKind::IsADirectory)?;
    read_open(fs.open_dir(&parent)?.open(&RelPath::from(name))?.as_ref(), limit)
}

fn read_open(file: &dyn File, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(ErrorKind::FileTooLarge, format!("larger than {limit} bytes"));
    if file.stat()?.size > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let count = file.read_at(&mut chunk, bytes.len() as u64)?;
        if count == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        // It may have grown since it was opened.
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
    }
}
