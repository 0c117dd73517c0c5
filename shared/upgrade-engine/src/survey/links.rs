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
    resolve(fs, path, Links::OfAnybody)
}

/// As [`real_path`], for a path that the product names: a link of another account leads only to what belongs to that account. Where root
/// follows any link, whoever may make one has root read and write what he cannot.
///
/// # Errors
/// As [`follow`]; [`ErrorKind::PermissionDenied`], with a sentence, for a link that leads to what is somebody else's.
pub fn real_path_within_rights(fs: &dyn FileSystem, path: &RootPath) -> io::Result<RootPath> {
    resolve(fs, path, Links::WithinRights)
}

/// Which links are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    OfAnybody,
    /// Those of root and the caller, and those that lead to what belongs to their owner.
    WithinRights,
}

/// A link of another account that is being followed.
struct Foreign {
    path: RootPath,
    owner: u32,
    /// How many names are still to be looked up once its own are.
    rest: usize,
}

fn resolve(fs: &dyn FileSystem, path: &RootPath, links: Links) -> io::Result<RootPath> {
    let invalid = |error| io::Error::new(ErrorKind::InvalidInput, error);
    let top = RootPath::new("/").map_err(invalid)?;
    let own = rustix::process::geteuid().as_raw();
    let mut todo: VecDeque<Vec<u8>> = path.components().map(<[u8]>::to_vec).collect();
    let mut real = top.clone();
    let mut count = 0_usize;
    let mut foreign: Vec<Foreign> = Vec::new();
    loop {
        while let Some(link) = foreign.pop_if(|link| link.rest == todo.len()) {
            refuse_beyond_rights(fs, &link, &real)?;
        }
        let Some(component) = todo.pop_front() else { return Ok(real) };
        if component == b".." {
            real = real.split_last().map_or_else(|| top.clone(), |(parent, _)| parent);
            continue;
        }
        let name = Name::new(component).map_err(invalid)?;
        let dir = fs.open_dir(&real)?;
        let at = RelPath::from(name.clone());
        let stat = dir.stat(&at)?;
        if stat.kind != FileKind::Symlink {
            real = real.join(&name);
            continue;
        }
        count = count.saturating_add(1);
        if count > MAX_LINKS {
            return Err(ErrorKind::TooManyLinks.into());
        }
        if links == Links::WithinRights && stat.uid != 0 && stat.uid != own {
            foreign.push(Foreign { path: real.join(&name), owner: stat.uid, rest: todo.len() });
        }
        let target = dir.read_link(&at)?;
        if target.first() == Some(&b'/') {
            real = top.clone();
        }
        for part in target.split(|b| *b == b'/').rev().filter(|part| !part.is_empty() && *part != b".") {
            todo.push_front(part.to_vec());
        }
    }
}

fn refuse_beyond_rights(fs: &dyn FileSystem, link: &Foreign, target: &RootPath) -> io::Result<()> {
    let stat = match target.split_last() {
        Some((parent, name)) => fs.open_dir(&parent)?.stat(&RelPath::from(name))?,
        None => fs.open_dir(target)?.stat(&RelPath::here())?,
    };
    if stat.uid == link.owner {
        return Ok(());
    }
    let Foreign { path, owner, .. } = link;
    let what = format!(
        "{path} is a link of user {owner}, and leads to {target}, which belongs to user {}: it is not followed. If it is meant, give the link to root: chown -h root {path}",
        stat.uid
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, what))
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
