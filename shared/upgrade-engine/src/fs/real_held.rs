//! An entry of the machine's disk held by a handle, and what is read from handles and set on them.
//!
//! What is looked at and what is changed must be one file: a name can lead to another file a moment later.

#![allow(
    clippy::disallowed_methods,
    reason = "this module sets attributes on the disk; everything else goes through it"
)]

use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;

use super::real::{READ_DIR, another_entry, open_regular_at, retry, stat_at, stat_handle};
use super::{Attribute, FileKind, HeldEntry, Stat, Time};

/// `XATTR_LIST_MAX` and `XATTR_SIZE_MAX` of `linux/limits.h` are the same.
const MAX_EXTENDED: usize = 65536;
/// What holds an entry that cannot be opened, a link itself.
const HOLD: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// The access list of a file or directory.
const ACCESS_LIST: &str = "system.posix_acl_access";
/// The access list that a directory gives to what is made in it.
const DEFAULT_ACCESS_LIST: &str = "system.posix_acl_default";

/// An entry held open.
#[derive(Debug)]
pub(super) enum RealHeld {
    /// A file or directory, opened for reading.
    Opened(OwnedFd),
    /// A link or pipe, which cannot be opened without following it or waiting; or a device, whose opening can do something.
    Named(OwnedFd, FileKind),
}

/// Holds an entry of a directory. The first look only says how to open it.
pub(super) fn held_at(parent: BorrowedFd<'_>, name: &[u8]) -> io::Result<RealHeld> {
    match stat_at(parent, name)?.kind {
        FileKind::Regular => Ok(RealHeld::Opened(open_regular_at(parent, name, OFlags::RDONLY)?.into())),
        FileKind::Directory => {
            Ok(RealHeld::Opened(retry(|| rustix::fs::openat(parent, name, READ_DIR, Mode::empty()))?))
        }
        kind @ (FileKind::Symlink | FileKind::Fifo | FileKind::Special) => {
            let handle = retry(|| rustix::fs::openat(parent, name, HOLD, Mode::empty()))?;
            if stat_handle(handle.as_fd())?.kind != kind {
                return Err(another_entry());
            }
            Ok(RealHeld::Named(handle, kind))
        }
    }
}

impl RealHeld {
    /// Takes off the access list that the directory gave.
    pub(super) fn remove_access_list(&self) -> io::Result<()> {
        match self {
            Self::Opened(handle) => remove_access_list(handle.as_fd(), stat_handle(handle.as_fd())?.kind),
            Self::Named(_, FileKind::Symlink) => Ok(()),
            Self::Named(handle, _) => {
                tolerate_none(rustix::io::retry_on_intr(|| rustix::fs::removexattr(by_number(handle), ACCESS_LIST)))
            }
        }
    }
}

impl HeldEntry for RealHeld {
    fn stat(&self) -> io::Result<Stat> {
        match self {
            Self::Opened(handle) | Self::Named(handle, _) => stat_handle(handle.as_fd()),
        }
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        match self {
            Self::Opened(handle) => extended_attributes(handle.as_fd()),
            Self::Named(..) => Ok(Vec::new()),
        }
    }

    fn link_target(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Named(handle, FileKind::Symlink) => {
                Ok(retry(|| rustix::fs::readlinkat(handle, "", Vec::new()))?.into_bytes())
            }
            Self::Opened(_) | Self::Named(..) => Err(Errno::INVAL.into()),
        }
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        let (handle, kind) = match self {
            Self::Opened(handle) => return set_on_handle(handle.as_fd(), attribute),
            Self::Named(handle, kind) => (handle, *kind),
        };
        match attribute {
            Attribute::Owner { uid, gid } if kind != FileKind::Special => {
                let (uid, gid) = owner(*uid, *gid)?;
                retry(|| rustix::fs::chownat(handle, "", uid, gid, AtFlags::EMPTY_PATH))
            }
            // `fchmod` refuses such a handle.
            Attribute::Mode(mode) if kind == FileKind::Fifo => {
                retry(|| rustix::fs::chmod(by_number(handle), Mode::from_raw_mode(mode & 0o7777)))
            }
            Attribute::Modified(time) if kind != FileKind::Special => set_modified(handle, *time),
            Attribute::Owner { .. } | Attribute::Mode(_) | Attribute::Modified(_) | Attribute::Extended { .. } => {
                Err(io::Error::new(
                    ErrorKind::InvalidInput,
                    "a link or a pipe has no extended attributes, a link has no mode, and a device is left alone",
                ))
            }
        }
    }
}

/// The name in `/proc` that leads to what a handle holds, also to a link itself.
fn by_number(handle: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", handle.as_raw_fd())
}

fn set_modified(handle: &OwnedFd, time: Time) -> io::Result<()> {
    let times = only_modified(time);
    match rustix::io::retry_on_intr(|| rustix::fs::utimensat(handle, "", &times, AtFlags::EMPTY_PATH)) {
        // Linux before 5.8.
        Err(Errno::INVAL | Errno::NOENT) => set_modified_by_number(handle, &times),
        other => Ok(other?),
    }
}

fn set_modified_by_number(handle: &OwnedFd, times: &Timestamps) -> io::Result<()> {
    retry(|| rustix::fs::utimensat(rustix::fs::CWD, by_number(handle), times, AtFlags::empty()))
}

/// Takes off the access lists that a new file or directory has from its directory: they would open it to others as soon as it gets
/// its mode.
pub(super) fn remove_access_list(handle: BorrowedFd<'_>, kind: FileKind) -> io::Result<()> {
    let lists: &[&str] = if kind == FileKind::Directory { &[ACCESS_LIST, DEFAULT_ACCESS_LIST] } else { &[ACCESS_LIST] };
    lists
        .iter()
        .try_for_each(|list| tolerate_none(rustix::io::retry_on_intr(|| rustix::fs::fremovexattr(handle, *list))))
}

fn tolerate_none(removed: Result<(), Errno>) -> io::Result<()> {
    match removed {
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
        other => Ok(other?),
    }
}

fn owner(uid: u32, gid: u32) -> io::Result<(Option<Uid>, Option<Gid>)> {
    // The kernel takes this number for "leave it alone".
    if uid == u32::MAX || gid == u32::MAX {
        return Err(io::Error::new(ErrorKind::InvalidInput, "4294967295 is not a user or group"));
    }
    Ok((Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid))))
}

fn only_modified(time: Time) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT },
        last_modification: Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() },
    }
}

pub(super) fn set_on_handle(handle: BorrowedFd<'_>, attribute: &Attribute) -> io::Result<()> {
    match attribute {
        Attribute::Owner { uid, gid } => {
            let (uid, gid) = owner(*uid, *gid)?;
            retry(|| rustix::fs::fchown(handle, uid, gid))
        }
        Attribute::Mode(mode) => retry(|| rustix::fs::fchmod(handle, Mode::from_raw_mode(mode & 0o7777))),
        Attribute::Extended { name, value } => {
            retry(|| rustix::fs::fsetxattr(handle, name.as_slice(), value, XattrFlags::empty()))
        }
        Attribute::Modified(time) => retry(|| rustix::fs::futimens(handle, &only_modified(*time))),
    }
}

pub(super) fn extended_attributes(handle: BorrowedFd<'_>) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut names = vec![0; MAX_EXTENDED];
    let length = match rustix::io::retry_on_intr(|| rustix::fs::flistxattr(handle, names.as_mut_slice())) {
        Err(Errno::NOTSUP) => 0,
        other => other?,
    };
    names.truncate(length);
    let mut attributes = Vec::new();
    let mut buffer = Vec::new();
    for name in names.split(|b| *b == 0).filter(|name| !name.is_empty()) {
        buffer.resize(MAX_EXTENDED, 0);
        match rustix::io::retry_on_intr(|| rustix::fs::fgetxattr(handle, name, buffer.as_mut_slice())) {
            // Removed since it was listed.
            Err(Errno::NODATA) => {}
            length => attributes.push((name.to_vec(), buffer.get(..length?).unwrap_or_default().to_vec())),
        }
    }
    attributes.sort();
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_user_has_the_number_that_means_leave_it_alone() {
        assert_eq!(owner(u32::MAX, 0).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(owner(0, u32::MAX).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    /// What the kernel of the machine at hand is never asked for.
    #[test]
    fn the_time_of_a_link_is_set_by_its_handles_number_and_not_that_of_its_target() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        std::fs::write(at("target"), "x").unwrap();
        std::os::unix::fs::symlink("target", at("link")).unwrap();
        let before = at("target").metadata().unwrap().mtime();
        let parent = rustix::fs::open(place.path() as &Path, READ_DIR, Mode::empty()).unwrap();
        let RealHeld::Named(handle, FileKind::Symlink) = held_at(parent.as_fd(), b"link").unwrap() else {
            panic!("a link is held as a link")
        };
        set_modified_by_number(&handle, &only_modified(Time { seconds: 77, nanoseconds: 0 })).unwrap();
        assert_eq!(at("link").symlink_metadata().unwrap().mtime(), 77);
        assert_eq!(at("target").metadata().unwrap().mtime(), before);
    }
}
