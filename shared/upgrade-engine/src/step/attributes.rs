//! Owner, mode, extended attributes and modification time, taken from one entry and given to another.

use std::io;

use serde::{Deserialize, Serialize};

use crate::fs::path::{escape, unescape};
use crate::fs::{Attribute, Dir, File, FileKind, HeldEntry, RelPath, Stat, Time};

/// The access list of a file or directory (`acl(5)`): a version, then entries of a tag, permissions and a number.
const ACCESS_LIST: &str = "system.posix_acl_access";
const LIST_HEADER: usize = 4;
const LIST_ENTRY: usize = 8;
/// `ACL_GROUP_OBJ` and `ACL_MASK` of `linux/posix_acl.h`.
const LIST_GROUP: u16 = 0x04;
const LIST_MASK: u16 = 0x10;

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
    /// Returns the attributes of an entry, all from one handle.
    ///
    /// # Errors
    /// As `open`, `fstat` and `flistxattr`.
    pub fn of(dir: &dyn Dir, path: &RelPath) -> io::Result<Self> {
        Self::of_held(&*dir.hold(path)?)
    }

    /// Returns the attributes of an entry that is held.
    ///
    /// # Errors
    /// As `fstat` and `flistxattr`.
    pub fn of_held(entry: &dyn HeldEntry) -> io::Result<Self> {
        Ok(Self::new(&entry.stat()?, &entry.extended_attributes()?))
    }

    /// Returns the attributes of a file whose content is read through the same handle.
    ///
    /// # Errors
    /// As `fstat` and `flistxattr`.
    pub fn of_file(file: &dyn File) -> io::Result<Self> {
        Ok(Self::new(&file.stat()?, &file.extended_attributes()?))
    }

    fn new(stat: &Stat, extended: &[(Vec<u8>, Vec<u8>)]) -> Self {
        let extended = extended.iter().map(|(name, value)| (escape(name), escape(value))).collect();
        Self { uid: stat.uid, gid: stat.gid, mode: stat.mode, modified: stat.modified, extended }
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

    /// Gives them to an entry that is held; returns what could not be set by this user, for the report.
    pub(crate) fn set_on_held(&self, entry: &dyn HeldEntry, path: &str) -> io::Result<Vec<String>> {
        self.set(&entry.stat()?, path, &|attribute| entry.set(attribute))
    }

    /// Gives them to an open directory; returns what could not be set by this user, for the report.
    pub(crate) fn set_on_dir(&self, dir: &dyn Dir, path: &str) -> io::Result<Vec<String>> {
        self.set_on_held(&*dir.hold(&RelPath::here())?, path)
    }

    /// The permission bits as they are before the access list is set. Where there is a list, the bits of the group are its mask, which is
    /// more than the group may do: until the list is there, and where it cannot be set, they would open the file to the group.
    fn mode_without_list(&self) -> u32 {
        let list = self.extended.iter().find(|(name, _)| name == ACCESS_LIST);
        let Some((_, list)) = list else { return self.mode };
        let group = unescape(list).map_or(0, |list| group_of_list(&list));
        self.mode & (!0o070 | group << 3)
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
            set(&Attribute::Mode(self.mode_without_list()))?;
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

/// What the group may do by an access list in the form that Linux keeps it in: what the list gives the owning group, as far as its mask
/// allows it.
fn group_of_list(list: &[u8]) -> u32 {
    let entries = list.get(LIST_HEADER..).unwrap_or_default().chunks_exact(LIST_ENTRY);
    let permissions = |wanted: u16| {
        entries.clone().find_map(|entry| {
            let &[tag_low, tag_high, low, high, ..] = entry else { return None };
            (u16::from_le_bytes([tag_low, tag_high]) == wanted)
                .then(|| u32::from(u16::from_le_bytes([low, high])) & 0o7)
        })
    };
    permissions(LIST_GROUP).unwrap_or(0) & permissions(LIST_MASK).unwrap_or(0o7)
}

/// `EPERM`: this user may not do it, now or later. `EACCES` is another matter: something in the way, a failure like others.
fn is_not_permitted(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::PERM.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::FileId;

    /// A named user may read and write, the group nothing: the mask, `rw`, is what the mode shows for the group.
    #[test]
    fn the_group_gets_nothing_that_the_access_list_does_not_give_it_where_the_list_cannot_be_set() {
        let list: Vec<u8> = [2_u32.to_le_bytes().to_vec()]
            .into_iter()
            .chain([(1, 6, u32::MAX), (2, 6, 65534), (4, 0, u32::MAX), (16, 6, u32::MAX), (32, 0, u32::MAX)].map(
                |(tag, permissions, id): (u16, u16, u32)| {
                    [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
                },
            ))
            .flatten()
            .collect();
        let extended = vec![(ACCESS_LIST.to_owned(), escape(&list))];
        let with = |extended| Attributes {
            uid: 1,
            gid: 2,
            mode: 0o660,
            modified: Time { seconds: 1, nanoseconds: 0 },
            extended,
        };
        assert_eq!(with(extended).mode_without_list(), 0o600);
        assert_eq!(with(Vec::new()).mode_without_list(), 0o660);
        assert_eq!(with(vec![(ACCESS_LIST.to_owned(), "?".to_owned())]).mode_without_list(), 0o600);
    }

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
