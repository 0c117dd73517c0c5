//! Owner, mode, extended attributes and modification time, taken from one entry and given to another.

use std::io;

use serde::{Deserialize, Serialize};

use crate::fs::path::{escape, unescape};
use crate::fs::{Attribute, Dir, File, FileKind, RelPath, Stat, Time};

/// Everything about an entry but its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Owning user.
    pub uid: u32,
    /// Owning group.
    pub gid: u32,
    /// Permission bits (`07777`).
    pub mode: u32,
    /// Modification time.
    pub modified: Time,
    /// Extended attributes: name and value, as escaped text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extended: Vec<(String, String)>,
}

impl Attributes {
    /// Returns the attributes of an entry.
    ///
    /// # Errors
    /// As `lstat` and `listxattr`.
    pub fn of(dir: &dyn Dir, path: &RelPath) -> io::Result<Self> {
        let stat = dir.stat(path)?;
        let extended = match stat.kind {
            FileKind::Regular | FileKind::Directory => dir.extended_attributes(path)?,
            FileKind::Symlink | FileKind::Fifo | FileKind::Special => Vec::new(),
        };
        let extended = extended.iter().map(|(name, value)| (escape(name), escape(value))).collect();
        Ok(Self { uid: stat.uid, gid: stat.gid, mode: stat.mode, modified: stat.modified, extended })
    }

    /// Returns the same without extended attributes, at another owner.
    #[must_use]
    pub fn owned_by(mut self, uid: u32, gid: u32) -> Self {
        (self.uid, self.gid) = (uid, gid);
        self
    }

    /// Gives them to an open file; returns what could not be set by this user, for the report.
    pub(crate) fn set_on_file(&self, file: &dyn File, path: &str) -> io::Result<Vec<String>> {
        self.set(&file.stat()?, path, &|attribute| file.set(attribute))
    }

    /// Gives them to a directory or symbolic link; returns what could not be set by this user, for the report.
    pub(crate) fn set_on_entry(&self, dir: &dyn Dir, entry: &RelPath, path: &str) -> io::Result<Vec<String>> {
        self.set(&dir.stat(entry)?, path, &|attribute| dir.set(entry, attribute))
    }

    /// The order matters: a change of owner clears set-id bits, and every change of content sets the time.
    fn set(&self, now: &Stat, path: &str, set: &dyn Fn(&Attribute) -> io::Result<()>) -> io::Result<Vec<String>> {
        let mut unset = Vec::new();
        if (now.uid, now.gid) != (self.uid, self.gid) {
            match set(&Attribute::Owner { uid: self.uid, gid: self.gid }) {
                Err(e) if is_not_permitted(&e) => unset.push(format!(
                    "{path} belongs to {}:{}; only root can give it to {}:{}",
                    now.uid, now.gid, self.uid, self.gid
                )),
                other => other?,
            }
        }
        if now.kind != FileKind::Symlink {
            set(&Attribute::Mode(self.mode))?;
        }
        for (name, value) in &self.extended {
            let bytes = |text| unescape(text).map_err(io::Error::other);
            match set(&Attribute::Extended { name: bytes(name)?, value: bytes(value)? }) {
                Err(e) if e.kind() == io::ErrorKind::Unsupported => {
                    // The same sentence for every file of a tree: it is said once.
                    unset.push(format!("the file system of the copies does not support the extended attribute {name}"));
                }
                Err(e) if is_not_permitted(&e) => {
                    unset.push(format!("{path}: the extended attribute {name} could not be set: {e}"));
                }
                other => other?,
            }
        }
        set(&Attribute::Modified(self.modified))?;
        Ok(unset)
    }
}

/// `EPERM`: this user may not do it, now or later. `EACCES` is another matter: something in the way, a failure like others.
fn is_not_permitted(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::PERM.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::FileId;

    #[test]
    fn a_file_system_without_extended_attributes_is_named_without_the_file() {
        let modified = Time { seconds: 1, nanoseconds: 0 };
        let extended = vec![("user.note".to_owned(), "x".to_owned())];
        let attributes = Attributes { uid: 1, gid: 2, mode: 0o600, modified, extended };
        let id = FileId { device: 1, inode: 2 };
        let now = Stat {
            kind: FileKind::Regular,
            id,
            links: 1,
            size: 0,
            allocated: 0,
            mode: 0o600,
            uid: 1,
            gid: 2,
            modified,
        };
        let set = |error: fn() -> io::Error| {
            attributes.set(&now, "/copy/file", &|attribute| match attribute {
                Attribute::Extended { .. } => Err(error()),
                _ => Ok(()),
            })
        };
        let keeps_none = set(|| io::ErrorKind::Unsupported.into()).unwrap();
        assert_eq!(keeps_none, ["the file system of the copies does not support the extended attribute user.note"]);
        let refused = set(|| rustix::io::Errno::PERM.into()).unwrap();
        assert!(refused[0].starts_with("/copy/file: the extended attribute user.note could not be set"), "{refused:?}");
        assert!(set(|| rustix::io::Errno::IO.into()).is_err());
    }
}
