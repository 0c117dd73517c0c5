//! Directories: which one a path leads to, the one above it, the ones above that.

use std::io;

use super::SurveyError;
use crate::fs::{Dir, FileId, FileSystem, Name, RelPath, RootPath};
use crate::place::Anchor;

/// Returns which directory an open one is.
///
/// # Errors
/// [`SurveyError::Io`].
pub fn identity(dir: &dyn Dir, path: &RootPath) -> Result<FileId, SurveyError> {
    Ok(dir.stat(&RelPath::here()).map_err(|e| SurveyError::io("look at", path, e))?.id)
}

/// Returns the anchor for an open directory.
///
/// # Errors
/// [`SurveyError::Io`].
pub fn anchor(dir: &dyn Dir, path: &RootPath) -> Result<Anchor, SurveyError> {
    let id = identity(dir, path)?;
    Ok(Anchor { path: path.clone(), device: id.device, inode: id.inode })
}

/// The directory above a path, held open.
pub struct Parent {
    /// Its path.
    pub path: RootPath,
    /// The last name of the path, which need not be there.
    pub name: Name,
    /// The directory.
    pub dir: Box<dyn Dir>,
}

/// Opens the directory above a path.
///
/// # Errors
/// [`SurveyError::Io`].
pub fn open_parent(fs: &dyn FileSystem, path: &RootPath) -> Result<Parent, SurveyError> {
    let Some((parent, name)) = path.split_last() else {
        return Err(SurveyError::io("use", path, io::Error::other("it has no directory above it")));
    };
    let dir = fs.open_dir(&parent).map_err(|e| SurveyError::io("open", &parent, e))?;
    Ok(Parent { path: parent, name, dir })
}

/// Returns the directories above a path, nearest first, as the disk has them (links followed). A path that is not there yet
/// lies in the nearest directory above it that is.
///
/// # Errors
/// [`SurveyError::Io`].
pub fn ancestors(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<FileId>, SurveyError> {
    let mut at = path.clone();
    let mut dir = fs.open_dir(&at);
    let mut found = Vec::new();
    while matches!(&dir, Err(e) if e.kind() == io::ErrorKind::NotFound) {
        let Some((parent, _)) = at.split_last() else { break };
        at = parent;
        dir = fs.open_dir(&at);
        if let Ok(dir) = &dir {
            found.push(identity(&**dir, &at)?);
        }
    }
    let mut here = identity(&*dir.map_err(|e| SurveyError::io("open", &at, e))?, &at)?;
    loop {
        at = at.resolve(b"..").map_err(|e| SurveyError::io("open", &at, io::Error::other(e)))?;
        let above = fs.open_dir(&at).map_err(|e| SurveyError::io("open", &at, e))?;
        let above = identity(&*above, &at)?;
        if above == here {
            return Ok(found);
        }
        found.push(above);
        here = above;
    }
}
