//! Target and backup: what is there already, whether the three directories get in each other's way, whether there is space.

use std::collections::BTreeMap;
use std::io;

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath, Time};
use upgrade_engine::place::Anchor;
use upgrade_engine::step::{Attributes, Observer};
use upgrade_engine::survey::{self, Lack, Need, Parent, Space};

use super::Directories;
use super::source::{Entry, EntryKind, Role, SourceFacts};
use crate::error::Error;

/// Where the new files go.
pub struct TargetFacts {
    /// As typed.
    pub path: RootPath,
    /// Whether it is there.
    pub state: TargetState,
    /// The file system it is or will be on.
    pub space: Space,
}

/// Whether the target is there.
pub enum TargetState {
    /// It is to be made in this directory.
    Missing {
        /// The directory above it.
        parent: Anchor,
        /// Its name there.
        name: Name,
    },
    /// It is there and empty.
    Empty(Anchor),
}

/// Where the copy of the source goes.
pub struct BackupFacts {
    /// As typed, or the default.
    pub path: RootPath,
    /// The directory above it.
    pub parent: Anchor,
    /// That directory's time of last change.
    pub parent_modified: Time,
    /// Its name there.
    pub name: Name,
    /// What is there.
    pub state: BackupState,
    /// The file system it is or will be on.
    pub space: Space,
}

/// What is at the place of the backup.
pub enum BackupState {
    /// Nothing.
    Missing,
    /// An empty directory.
    Empty(Attributes),
    /// Exactly the source: it is used as it is.
    HoldsSource,
}

/// Surveys the target.
///
/// # Errors
/// [`Error::TargetNotEmpty`], [`Error::NotADirectory`], [`Error::Overlap`] when it is the source, [`Error::Common`].
pub fn survey_target(fs: &dyn FileSystem, directories: &Directories, source: &dyn Dir) -> Result<TargetFacts, Error> {
    let path = directories.target.clone();
    let failed = |e| Error::io("read", &path, e);
    match fs.open_dir(&path) {
        Ok(dir) => {
            if survey::identity(&*dir, &path)? == survey::identity(source, &directories.source)? {
                return Err(Error::Overlap(format!("source and target are the same directory, {path}")));
            }
            let names = dir.list(&RelPath::here()).map_err(failed)?;
            let foreign: Vec<Name> = names.into_iter().filter(|name| name.as_bytes() != b"lost+found").collect();
            if !foreign.is_empty() {
                return Err(Error::TargetNotEmpty { path: path.to_string(), names: some_of(&foreign) });
            }
            let space = Space::of(&*dir).map_err(failed)?;
            Ok(TargetFacts { state: TargetState::Empty(survey::anchor(&*dir, &path)?), space, path })
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let Parent { path: parent, name, dir } = survey::open_parent(fs, &path)?;
            refuse_dangling(&*dir, &name, &path)?;
            let space = Space::of(&*dir).map_err(failed)?;
            Ok(TargetFacts {
                state: TargetState::Missing { parent: survey::anchor(&*dir, &parent)?, name },
                space,
                path,
            })
        }
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => Err(Error::NotADirectory { path: path.to_string() }),
        Err(e) => Err(Error::io("open", &path, e)),
    }
}

/// A finished backup takes its place by one rename, which nothing can do in the place of a mounted file system.
fn is_empty_mount_point(dir: &dyn Dir, above: &dyn Dir) -> io::Result<bool> {
    let device = |dir: &dyn Dir| dir.stat(&RelPath::here()).map(|stat| stat.id.device);
    let names = dir.list(&RelPath::here())?;
    Ok(device(dir)? != device(above)? && names.iter().all(|name| name.as_bytes() == b"lost+found"))
}

/// Returns the first names of a list, and how many more there are.
pub fn some_of(names: &[Name]) -> String {
    let mut text = names.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if names.len() > 3 {
        text.push_str(&format!(" and {} more", names.len() - 3));
    }
    text
}

/// Refuses a target inside the source, and a backup that is or lies in the target, or the other way round.
///
/// # Errors
/// [`Error::Overlap`].
pub fn refuse_overlap(fs: &dyn FileSystem, directories: &Directories, source: &dyn Dir) -> Result<(), Error> {
    let Directories { source: source_path, target, backup, .. } = directories;
    let source = survey::identity(source, source_path)?;
    let above_target = survey::ancestors(fs, target)?;
    if above_target.contains(&source) {
        return Err(Error::Overlap(format!("the target {target} lies inside the source {source_path}")));
    }
    let target_id = fs.open_dir(target).ok().map(|dir| survey::identity(&*dir, target)).transpose()?;
    let backup_id = fs.open_dir(backup).ok().map(|dir| survey::identity(&*dir, backup)).transpose()?;
    if backup_id == Some(source) {
        return Err(Error::Overlap(format!("source and backup are the same directory, {backup}")));
    }
    let same = (backup_id.is_some() && backup_id == target_id) || backup == target;
    let in_target =
        target_id.is_some_and(|target| matches!(survey::ancestors(fs, backup), Ok(above) if above.contains(&target)));
    let in_backup = backup_id.is_some_and(|backup| above_target.contains(&backup));
    if same || in_target || in_backup || is_below(backup, target) || is_below(target, backup) {
        return Err(Error::Overlap(format!("the backup {backup} and the target {target} must not share a directory")));
    }
    Ok(())
}

/// Compares paths as typed, for directories that are not there yet.
fn is_below(inner: &RootPath, outer: &RootPath) -> bool {
    let mut inner = inner.components();
    outer.components().all(|component| inner.next() == Some(component)) && inner.next().is_some()
}

/// Surveys the place of the backup.
///
/// # Errors
/// [`Error::ForeignBackup`], [`Error::MountPoint`], [`Error::NotADirectory`], [`Error::Common`].
pub fn survey_backup(
    fs: &dyn FileSystem,
    directories: &Directories,
    source: &SourceFacts,
    observer: &dyn Observer,
) -> Result<BackupFacts, Error> {
    let path = directories.backup.clone();
    let failed = |e| Error::io("read", &path, e);
    let Parent { path: parent_path, name, dir: above } = survey::open_parent(fs, &path)?;
    let parent = survey::anchor(&*above, &parent_path)?;
    let parent_modified = above.stat(&RelPath::here()).map_err(|e| Error::io("look at", &parent_path, e))?.modified;
    let state = match fs.open_dir(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            refuse_dangling(&*above, &name, &path)?;
            BackupState::Missing
        }
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
            return Err(Error::NotADirectory { path: path.to_string() });
        }
        Err(e) => return Err(Error::io("open", &path, e)),
        Ok(dir) if is_empty_mount_point(&*dir, &*above).map_err(failed)? => {
            return Err(Error::MountPoint { path: path.to_string() });
        }
        Ok(dir) if dir.list(&RelPath::here()).map_err(failed)?.is_empty() => {
            BackupState::Empty(Attributes::of(&*dir, &RelPath::here()).map_err(failed)?)
        }
        Ok(dir) => match difference(&*dir, source, observer).map_err(failed)? {
            None => BackupState::HoldsSource,
            Some(difference) => return Err(Error::ForeignBackup { path: path.to_string(), difference }),
        },
    };
    let space = Space::of(&*above).map_err(failed)?;
    Ok(BackupFacts { path, parent, parent_modified, name, state, space })
}

/// Returns the first difference between a directory and what a backup of the source would hold.
fn difference(backup: &dyn Dir, source: &SourceFacts, observer: &dyn Observer) -> io::Result<Option<String>> {
    let digest_of = |path: &RelPath| {
        Ok::<_, io::Error>(Digest::of_file_unless(&*backup.open(path)?, &|| observer.stop_requested())?.0)
    };
    let mut expected: BTreeMap<&RelPath, &Entry> = source.entries.iter().map(|entry| (&entry.path, entry)).collect();
    let digests: BTreeMap<&RelPath, Digest> = source
        .entries
        .iter()
        .filter_map(|entry| match entry.kind {
            EntryKind::File(digest) => Some((&entry.path, digest)),
            _ => None,
        })
        .collect();
    let mut pending = vec![RelPath::here()];
    while let Some(directory) = pending.pop() {
        for name in backup.list(&directory)? {
            let path = directory.join(&name);
            let Some(entry) = expected.remove(&path) else {
                return Ok(Some(format!("{path} is not in the source")));
            };
            let stat = backup.stat(&path)?;
            let is_equal = match (&entry.kind, stat.kind) {
                (EntryKind::Directory, FileKind::Directory) => {
                    pending.push(path.clone());
                    true
                }
                (EntryKind::Symlink(target), FileKind::Symlink) => escape(&backup.read_link(&path)?) == *target,
                (EntryKind::File(digest), FileKind::Regular) => {
                    stat.size == entry.stat.size && digest_of(&path)? == *digest
                }
                (EntryKind::HardLink(first), FileKind::Regular) => digests.get(first) == Some(&digest_of(&path)?),
                _ => false,
            };
            if !is_equal {
                return Ok(Some(format!("{path} differs from the source")));
            }
        }
    }
    Ok(expected.keys().next().map(|path| format!("{path} of the source is not in it")))
}

/// Checks that everything fits, before anything is written.
///
/// # Errors
/// [`Error::NoSpace`].
pub fn refuse_lack_of_space(source: &SourceFacts, target: &TargetFacts, backup: &BackupFacts) -> Result<(), Error> {
    let for_target: u64 = source
        .entries
        .iter()
        .filter(|entry| !matches!(entry.role, Role::BackupOnly))
        .fold(0_u64, |sum, entry| sum.saturating_add(entry.stat.size));
    let for_backup = match backup.state {
        BackupState::HoldsSource => 0,
        BackupState::Missing | BackupState::Empty(_) => source.bytes(),
    };
    let needs = [
        Need { path: &target.path, space: target.space, bytes: for_target },
        Need { path: &backup.path, space: backup.space, bytes: for_backup },
    ];
    match survey::lack_of_space(&needs) {
        Some(Lack { path, needed, free }) => Err(Error::NoSpace { path: path.to_string(), needed, free }),
        None => Ok(()),
    }
}

/// Refuses a name that is there although nothing can be opened by it: a link to nowhere.
fn refuse_dangling(dir: &dyn Dir, name: &Name, path: &RootPath) -> Result<(), Error> {
    match dir.stat(&name.clone().into()) {
        Ok(_) => Err(Error::Overlap(format!("{path} is a symbolic link that leads nowhere"))),
        Err(_) => Ok(()),
    }
}
