//! Files and directories that the administrator named for a tool to make: whole or not at all, without a journal.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::fs::real::RealFs;
use crate::fs::{Attribute, Dir, Durable, Existing, FileKind, FileSystem, Name, RelPath, RootPath, Stat};
use crate::removal::remove_tree;
use crate::step::Attributes;
use crate::trust;

mod staged;

pub use staged::{IfTaken, NewFileWriter, NewTree};

/// A file of a new directory.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Path below the directory.
    pub path: RelPath,
    /// What it holds.
    pub content: Vec<u8>,
    /// Its attributes; nothing for a file of this user's that nobody else may read.
    pub attributes: Option<Attributes>,
}

/// Writes a file that the administrator named, durable with its name. One that is there is replaced and hands on its mode and, where
/// this user can give files away, its owner; another gets `mode`.
///
/// # Errors
/// As `open`, `write` and `rename`; [`io::ErrorKind::InvalidInput`] when there is something else than a file.
pub fn write_file(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let path = RootPath::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = RealFs::open(Path::new("/"))?.open_dir(&parent)?;
    let at = RelPath::from(name.clone());
    let (mode, owner) = match dir.stat(&at) {
        Ok(Stat { kind: FileKind::Regular, mode, uid, gid, .. }) => {
            (mode & 0o777, dir.can_give(uid, gid).then_some(Attribute::Owner { uid, gid }))
        }
        Ok(stat) if stat.kind == FileKind::Directory => return Err(io::ErrorKind::IsADirectory.into()),
        // The name of a link, a pipe or a device is taken over, never written through.
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
        Err(e) if e.kind() == io::ErrorKind::NotFound => (mode, None),
        Err(e) => return Err(e),
    };
    let hidden = hidden(&name)?;
    let file = dir.create(&hidden)?;
    let written = file
        .write_all_at(content, 0)
        .and_then(|()| owner.map_or(Ok(()), |owner| file.set(&owner)))
        .and_then(|()| file.set(&Attribute::Mode(mode)))
        .and_then(|()| file.sync(Durable::ReplacementFile))
        .and_then(|()| dir.rename(&hidden, &at, Existing::Replace));
    if written.is_err() {
        let _ = dir.remove_file(&hidden);
    }
    written?;
    dir.sync(&RelPath::here(), Durable::ReplacedFile)
}

/// Makes a file (mode 0600) at a name that is free, durable with its name. Nothing at that name is followed, not even a link.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when the name is taken; as `open` and `write`.
pub fn create_file(fs: &dyn FileSystem, path: &RootPath, content: &[u8]) -> io::Result<()> {
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = fs.open_dir(&parent)?;
    let at = RelPath::from(name);
    let file = dir.create(&at)?;
    let written = file
        .write_all_at(content, 0)
        .and_then(|()| file.sync(Durable::WrittenFile))
        .and_then(|()| dir.sync(&RelPath::here(), Durable::WrittenFile));
    if written.is_err() {
        let _ = dir.remove_file(&at);
    }
    written
}

/// Makes a directory that the administrator named, in one that is there; it gets the owner of that one, where this user can set
/// it, and its mode, but for what would let others write.
///
/// # Errors
/// As `open` and `mkdir`.
pub fn make_directory(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let path = RootPath::new(path.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::AlreadyExists)?;
    let dir = RealFs::open(Path::new("/"))?.open_dir(&parent)?;
    let above = dir.stat(&RelPath::here())?;
    let at = RelPath::from(name);
    let made = dir.make_dir(&at)?;
    let attributes = Attributes {
        uid: above.uid,
        gid: above.gid,
        mode: above.mode & 0o755 | 0o700,
        modified: made.stat(&RelPath::here())?.modified,
        extended: Vec::new(),
    };
    attributes.set_on_dir(&*made, &path.to_string())?;
    made.sync(&RelPath::here(), Durable::MadeAttributes)?;
    dir.sync(&RelPath::here(), Durable::MadeDirectory)
}

/// Makes a directory (mode 0700) with files, at a name that is free; returns what could not be set by this user.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when the name is taken; as `mkdir`, `open`, `write` and `rename`.
pub fn write_tree(fs: &dyn FileSystem, path: &RootPath, files: &[NewFile]) -> io::Result<Vec<String>> {
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = fs.open_dir(&parent)?;
    // Seen to now, so that a refusal leaves no trace; the rename sees to it for good.
    if dir.stat(&RelPath::from(name.clone())).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let hidden = hidden(&name)?;
    let staged = dir.make_dir(&hidden)?;
    let made = fill(&*staged, files).and_then(|unset| {
        dir.rename(&hidden, &name.into(), Existing::Refuse)?;
        dir.sync(&RelPath::here(), Durable::PublishedTree)?;
        Ok(unset)
    });
    if made.is_err() {
        let _ = remove_tree(&*dir, &hidden);
    }
    made
}

/// Makes a directory (mode 0700) with files in the place of the one that is there, or of none. Between two renames the place is
/// empty and the old directory is beside it: [`settle_tree`] puts it back. Returns what could not be set by this user.
///
/// # Errors
/// As `mkdir`, `open`, `write` and `rename`; the place is as it was then. That the old directory cannot be removed is no error:
/// the next [`settle_tree`] removes it.
pub fn replace_tree(fs: &dyn FileSystem, path: &RootPath, files: &[NewFile]) -> io::Result<Vec<String>> {
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = fs.open_dir(&parent)?;
    let (at, old) = (RelPath::from(name.clone()), replaced(&name)?);
    let hidden = hidden(&name)?;
    let staged = dir.make_dir(&hidden)?;
    let made = fill(&*staged, files).and_then(|unset| {
        let moved = match dir.rename(&at, &old, Existing::Refuse) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            other => {
                other?;
                true
            }
        };
        let published = dir
            .sync(&RelPath::here(), Durable::PublishedTree)
            .and_then(|()| dir.rename(&hidden, &at, Existing::Refuse));
        if let Err(error) = published {
            if moved {
                dir.rename(&old, &at, Existing::Refuse)?;
            }
            return Err(error);
        }
        dir.sync(&RelPath::here(), Durable::PublishedTree)?;
        if moved {
            let _ = remove_tree(&*dir, &old);
        }
        Ok(unset)
    });
    if made.is_err() {
        let _ = remove_tree(&*dir, &hidden);
    }
    made
}

/// Clears up after a [`replace_tree`] that was interrupted: puts the old directory back where none is in its place, and removes what
/// else it left. Nobody else may be about to replace the directory. What others put there under such a name is left alone.
///
/// # Errors
/// As `readdir`, `rename` and `rmdir`. A directory above that is not there needs nothing.
pub fn settle_tree(fs: &dyn FileSystem, path: &RootPath) -> io::Result<()> {
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = match fs.open_dir(&parent) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let (at, old) = (RelPath::from(name.clone()), replaced(&name)?);
    let names = dir.list(&RelPath::here())?;
    if names.iter().any(|found| RelPath::from(found.clone()) == old) && is_own(&*dir, &parent, &old)? {
        if names.contains(&name) {
            remove_tree(&*dir, &old)?;
        } else {
            dir.rename(&old, &at, Existing::Refuse)?;
            dir.sync(&RelPath::here(), Durable::PublishedTree)?;
        }
    }
    let prefix = [b".", name.as_bytes(), b"."].concat();
    let is_staged = |found: &&Name| {
        let number = found.as_bytes().strip_prefix(prefix.as_slice());
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    };
    for left in names.iter().filter(is_staged) {
        let left = RelPath::from(left.clone());
        if is_own(&*dir, &parent, &left)? {
            remove_tree(&*dir, &left)?;
        }
    }
    Ok(())
}

/// Returns where the old directory is when [`replace_tree`] was interrupted between its two renames; nothing when it was not.
///
/// # Errors
/// As `open` and `stat`.
pub fn left_beside(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Option<RootPath>> {
    let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let dir = match fs.open_dir(&parent) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let old = replaced(&name)?;
    let is_between = dir.stat(&name.into()).is_err() && is_own(&*dir, &parent, &old)?;
    Ok(is_between.then(|| old.names().iter().fold(parent, |path, name| path.join(name))))
}

/// Returns whether an entry is a directory of root's or the caller's that nobody else can change: in a sticky directory everybody can make
/// one with the name of what an interruption leaves.
fn is_own(dir: &dyn Dir, at: &RootPath, entry: &RelPath) -> io::Result<bool> {
    match dir.stat(entry) {
        Ok(stat) => Ok(stat.kind == FileKind::Directory && trust::check(&stat, at).is_ok()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// The name of a directory that is being replaced.
fn replaced(name: &Name) -> io::Result<RelPath> {
    let old = [b".", name.as_bytes(), b".replaced"].concat();
    Ok(Name::new(old).map_err(io::Error::other)?.into())
}

fn fill(top: &dyn Dir, files: &[NewFile]) -> io::Result<Vec<String>> {
    let mut unset = Vec::new();
    let mut directories = BTreeSet::new();
    for file in files {
        let mut at = RelPath::here();
        for name in file.path.split_last().map(|(above, _)| above).iter().flat_map(|above| above.names()) {
            at = at.join(name);
            if directories.insert(at.clone()) {
                top.make_dir(&at)?;
            }
        }
        let made = top.create(&file.path)?;
        made.write_all_at(&file.content, 0)?;
        if let Some(attributes) = &file.attributes {
            unset.extend(attributes.set_on_file(&*made, &file.path.to_string())?);
        }
        made.sync(Durable::StagedFile)?;
    }
    for directory in directories.iter().rev().chain([&RelPath::here()]) {
        top.sync(directory, Durable::StagedDirectory)?;
    }
    Ok(unset)
}

fn hidden(name: &Name) -> io::Result<RelPath> {
    let hidden = [b".", name.as_bytes(), b".", std::process::id().to_string().as_bytes()].concat();
    Ok(Name::new(hidden).map_err(io::Error::other)?.into())
}
