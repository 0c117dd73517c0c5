//! The machine's disk: every operation is an `*at` call on an open directory, with flags that refuse symbolic links.
//!
//! Paths are resolved by walking one component at a time (and not by `openat2`): one code path that works on every
//! kernel, and the one that the tests exercise. A directory is held by an `O_PATH` handle, which needs search permission
//! only; what reads or changes the directory itself opens it once more. Modes are set explicitly, and inherited access lists are taken off
//! before: neither the umask nor a set-group-id bit or default ACL of the parent decides who may read. Calls interrupted by a signal are repeated.

#![allow(
    clippy::disallowed_methods,
    reason = "this module is where the disk is changed; everything else goes through it"
)]

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fs,
    io::{self, ErrorKind},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::FileExt,
    },
    path::Path,
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, SeekFrom},
    io::Errno,
};

use super::real_held::{RealHeld, extended_attributes, held_at, remove_access_list, set_on_handle};
use super::real_lock;
use super::{
    Attribute, Dir, Durable, Existing, File, FileId, FileKind, FileSystem, HeldEntry, Lock, Name, RelPath, RootPath,
    Stat, Time,
};

const MAX_LINKS: usize = 40;
/// Never waits for the other end of a pipe and never takes a terminal as the controlling one.
const CAREFUL: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
const WALK: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
pub(super) const READ_DIR: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A product root on the machine's disk.
#[derive(Debug)]
pub struct RealFs {
    root: OwnedFd,
    links: Links,
}

/// Which links on the way to a directory are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Links {
    OfAnybody,
    /// Those of root and the caller, and those that lead to what belongs to their owner.
    WithinRights,
}

impl RealFs {
    /// Opens the directory that is the product's `/`. Links are followed: it is the administrator's own path.
    ///
    /// # Errors
    /// As `open`; [`ErrorKind::NotADirectory`] when it is something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { root: retry(|| rustix::fs::open(path, flags, Mode::empty()))?, links: Links::OfAnybody })
    }

    /// As [`RealFs::open`], for what files and links of the product name below it: a link of another account leads only to directories of
    /// that account, as in [`crate::survey::real_path_within_rights`].
    ///
    /// # Errors
    /// As [`RealFs::open`].
    pub fn of_product(path: &Path) -> io::Result<Self> {
        Ok(Self { links: Links::WithinRights, ..Self::open(path)? })
    }
}

fn refuse_beyond_rights(owner: u32, found: &Stat) -> io::Result<()> {
    if found.uid == owner {
        return Ok(());
    }
    let what = format!(
        "a link on the way belongs to user {owner}, and leads to a directory of user {}: it is not followed. Where you trust \
         that user, give the link to the owner of the directory (chown -h), or name the real path",
        found.uid
    );
    Err(io::Error::new(ErrorKind::PermissionDenied, what))
}

/// Opens a directory, or reads the link that is in its place.
pub(super) fn step(from: BorrowedFd<'_>, component: &[u8]) -> io::Result<Step> {
    match retry(|| rustix::fs::openat(from, component, WALK, Mode::empty())) {
        Ok(directory) => Ok(Step::Directory(directory)),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            match retry(|| rustix::fs::readlinkat(from, component, Vec::new())) {
                Ok(target) => Ok(Step::Link(target.into_bytes())),
                Err(other) if other.kind() == ErrorKind::InvalidInput => Err(error),
                Err(other) => Err(other),
            }
        }
        Err(error) => Err(error),
    }
}

/// Where a name leads.
pub(super) enum Step {
    Directory(OwnedFd),
    Link(Vec<u8>),
}

impl FileSystem for RealFs {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        let mut todo: VecDeque<Vec<u8>> = path.components().map(<[u8]>::to_vec).collect();
        let mut stack: Vec<OwnedFd> = Vec::new();
        let mut links = 0;
        // Links of other accounts: whose each is, and how many names are left once its own are looked up.
        let mut foreign: Vec<(u32, usize)> = Vec::new();
        loop {
            let here = stack.last().unwrap_or(&self.root).as_fd();
            while let Some((owner, _)) = foreign.pop_if(|(_, rest)| *rest == todo.len()) {
                refuse_beyond_rights(owner, &stat_handle(here)?)?;
            }
            let Some(component) = todo.pop_front() else { break };
            if component == b".." {
                // On an empty stack this is `/..`, which is `/`.
                stack.pop();
                continue;
            }
            match step(here, &component)? {
                Step::Directory(directory) => stack.push(directory),
                Step::Link(mut target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Errno::LOOP.into());
                    }
                    if self.links == Links::WithinRights {
                        // Whose link it is and where it leads are read from one handle.
                        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                        let link = retry(|| rustix::fs::openat(here, component.as_slice(), flags, Mode::empty()))?;
                        target = retry(|| rustix::fs::readlinkat(&link, "", Vec::new()))?.into_bytes();
                        let owner = stat_handle(link.as_fd())?.uid;
                        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
                            foreign.push((owner, todo.len()));
                        }
                    }
                    if target.first() == Some(&b'/') {
                        stack.clear();
                    }
                    for part in target.split(|b| *b == b'/').rev().filter(|c| !c.is_empty() && *c != b".") {
                        todo.push_front(part.to_vec());
                    }
                }
            }
        }
        let handle = match stack.pop() {
            Some(directory) => directory,
            None => retry(|| rustix::io::fcntl_dupfd_cloexec(&self.root, 0))?,
        };
        Ok(Box::new(RealDir { handle }))
    }
}

#[derive(Debug)]
struct RealDir {
    handle: OwnedFd,
}

/// The directory that holds the last name of a path.
enum Parent<'a> {
    Held(BorrowedFd<'a>),
    Opened(OwnedFd),
}

impl AsFd for Parent<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Held(handle) => *handle,
            Self::Opened(handle) => handle.as_fd(),
        }
    }
}

impl RealDir {
    fn walk(&self, names: &[Name]) -> io::Result<Parent<'_>> {
        let mut current = Parent::Held(self.handle.as_fd());
        for name in names {
            let next = retry(|| rustix::fs::openat(current.as_fd(), name.as_bytes(), WALK, Mode::empty()))?;
            current = Parent::Opened(next);
        }
        Ok(current)
    }

    /// Opens the directory that holds the last name, and returns that name.
    fn parent<'a>(&'a self, path: &'a RelPath) -> io::Result<(Parent<'a>, &'a [u8])> {
        let (last, names) = path.names().split_last().ok_or_else(names_nothing)?;
        Ok((self.walk(names)?, last.as_bytes()))
    }

    /// Opens a directory for what an `O_PATH` handle cannot do.
    fn readable(&self, path: &RelPath) -> io::Result<OwnedFd> {
        match path.names().split_last() {
            None => retry(|| rustix::fs::openat(&self.handle, ".", READ_DIR, Mode::empty())),
            Some((last, names)) => {
                let parent = self.walk(names)?;
                retry(|| rustix::fs::openat(parent.as_fd(), last.as_bytes(), READ_DIR, Mode::empty()))
            }
        }
    }

    fn open_regular(&self, path: &RelPath, access: OFlags) -> io::Result<RealFile> {
        let (parent, name) = self.parent(path)?;
        Ok(RealFile { file: open_regular_at(parent.as_fd(), name, access)? })
    }
}

impl Dir for RealDir {
    fn stat(&self, path: &RelPath) -> io::Result<Stat> {
        if path.names().is_empty() {
            return stat_handle(self.handle.as_fd());
        }
        let (parent, name) = self.parent(path)?;
        stat_at(parent.as_fd(), name)
    }

    fn list(&self, path: &RelPath) -> io::Result<Vec<Name>> {
        let mut names = Vec::new();
        let mut entries = rustix::fs::Dir::new(self.readable(path)?)?;
        while let Some(entry) = entries.read() {
            let entry = match entry {
                Err(Errno::INTR) => continue,
                other => other?,
            };
            let bytes = entry.file_name().to_bytes();
            if bytes != b"." && bytes != b".." {
                names.push(Name::new(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?);
            }
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        Ok(Box::new(self.open_regular(path, OFlags::RDONLY)?))
    }

    fn open_to_write(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        Ok(Box::new(self.open_regular(path, OFlags::RDWR)?))
    }

    fn open_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        let handle = match self.walk(path.names())? {
            Parent::Held(handle) => handle.try_clone_to_owned()?,
            Parent::Opened(handle) => handle,
        };
        Ok(Box::new(Self { handle }))
    }

    fn read_link(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        let (parent, name) = self.parent(path)?;
        Ok(retry(|| rustix::fs::readlinkat(parent.as_fd(), name, Vec::new()))?.into_bytes())
    }

    fn hold(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        let Some((last, names)) = path.names().split_last() else {
            return Ok(Box::new(RealHeld::Opened(self.readable(path)?)));
        };
        let parent = self.walk(names)?;
        Ok(Box::new(held_at(parent.as_fd(), last.as_bytes())?))
    }

    fn free_space(&self) -> io::Result<u64> {
        let space = retry(|| rustix::fs::fstatvfs(&self.handle))?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }

    fn can_give(&self, uid: u32, gid: u32) -> bool {
        let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
        let is_member = || rustix::process::getgroups().is_ok_and(|groups| groups.iter().any(|g| g.as_raw() == gid));
        user.is_root() || (user.as_raw() == uid && (group.as_raw() == gid || is_member()))
    }

    fn create(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        let (parent, name) = self.parent(path)?;
        let file = create_at(parent.as_fd(), name, OFlags::RDWR, 0o600)?;
        Ok(Box::new(RealFile { file }))
    }

    fn append(&self, path: &RelPath, bytes: &[u8]) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        let flags = OFlags::WRONLY | OFlags::APPEND;
        let file = match stat_at(parent.as_fd(), name) {
            Err(error) if error.kind() == ErrorKind::NotFound => create_at(parent.as_fd(), name, flags, 0o640)?,
            Err(error) => return Err(error),
            Ok(stat) => {
                refuse_unless_regular(&stat)?;
                retry(|| rustix::fs::openat(parent.as_fd(), name, flags | CAREFUL, Mode::empty()))
                    .map_err(link_is_not_regular)?
                    .into()
            }
        };
        let stat = stat_handle(file.as_fd())?;
        refuse_unless_regular(&stat)?;
        if stat.links != 1 {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the file has several names"));
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = retry(|| rustix::io::write(&file, rest))?;
            rest = rest.get(written..).filter(|_| written > 0).ok_or(ErrorKind::WriteZero)?;
        }
        Ok(())
    }

    fn make_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        let mode = Mode::from_raw_mode(0o700);
        let (parent, name) = self.parent(path)?;
        retry(|| rustix::fs::mkdirat(parent.as_fd(), name, mode))?;
        let handle = retry(|| rustix::fs::openat(parent.as_fd(), name, READ_DIR, Mode::empty()))?;
        let made = Self { handle };
        // An account that can write here may have put another directory in its place: one of root's, to be given it, or one of its own, to
        // have what is made in it. One of root's that is empty it could remove and make itself.
        let is_own = stat_handle(made.handle.as_fd())?.uid == rustix::process::geteuid().as_raw();
        if !(is_own || gives_owners_itself(made.handle.as_fd())?) || !made.list(&RelPath::here())?.is_empty() {
            return Err(another_entry());
        }
        remove_access_list(made.handle.as_fd(), FileKind::Directory)?;
        retry(|| rustix::fs::fchmod(&made.handle, mode))?;
        Ok(Box::new(made))
    }

    fn symlink(&self, target: &[u8], path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        let (parent, name) = self.parent(path)?;
        retry(|| rustix::fs::symlinkat(target, parent.as_fd(), name))?;
        let made = held_at(parent.as_fd(), name)?;
        if made.link_target()? != target {
            return Err(another_entry());
        }
        Ok(Box::new(made))
    }

    fn make_fifo(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        let (parent, name) = self.parent(path)?;
        let mode = Mode::from_raw_mode(0o600);
        retry(|| rustix::fs::mknodat(parent.as_fd(), name, FileType::Fifo, mode, 0))?;
        let made = held_at(parent.as_fd(), name)?;
        if made.stat()?.kind != FileKind::Fifo {
            return Err(another_entry());
        }
        made.remove_access_list()?;
        Ok(Box::new(made))
    }

    fn hard_link(&self, existing: &RelPath, path: &RelPath) -> io::Result<()> {
        let (from, old) = self.parent(existing)?;
        let (to, new) = self.parent(path)?;
        retry(|| rustix::fs::linkat(from.as_fd(), old, to.as_fd(), new, AtFlags::empty()))
    }

    fn rename(&self, from: &RelPath, to: &RelPath, existing: Existing) -> io::Result<()> {
        let (from, old) = self.parent(from)?;
        let (to, new) = self.parent(to)?;
        let flags = match existing {
            Existing::Refuse => RenameFlags::NOREPLACE,
            Existing::Replace => return retry(|| rustix::fs::renameat(from.as_fd(), old, to.as_fd(), new)),
        };
        match rustix::io::retry_on_intr(|| rustix::fs::renameat_with(from.as_fd(), old, to.as_fd(), new, flags)) {
            Err(Errno::INVAL | Errno::NOSYS) => rename_without_noreplace(from.as_fd(), old, to.as_fd(), new),
            other => Ok(other?),
        }
    }

    fn remove_file(&self, path: &RelPath) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        retry(|| rustix::fs::unlinkat(parent.as_fd(), name, AtFlags::empty()))
    }

    fn remove_dir(&self, path: &RelPath) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        retry(|| rustix::fs::unlinkat(parent.as_fd(), name, AtFlags::REMOVEDIR))
    }

    fn sync(&self, path: &RelPath, _what: Durable) -> io::Result<()> {
        let handle = self.readable(path)?;
        retry(|| rustix::fs::fsync(&handle))
    }

    /// Thousands of small files would wait for the disk one by one. `syncfs` waits once, and reports what the disk could not write
    /// since Linux 5.8.
    fn sync_files(&self, files: &[RelPath], what: Durable) -> io::Result<()> {
        if files.len() <= SYNCED_ONE_BY_ONE {
            return files.iter().try_for_each(|file| self.open(file)?.sync(what));
        }
        let handle = self.readable(&RelPath::here())?;
        retry(|| rustix::fs::syncfs(&handle))
    }

    fn begin_sync(&self) {
        if let Ok(handle) = self.readable(&RelPath::here()) {
            let _ = rustix::fs::syncfs(&handle);
        }
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        // The lock belongs to the open file description, so each lock needs one of its own.
        let handle = self.readable(&RelPath::here())?;
        real_lock::lock_directory(handle)
    }
}

#[derive(Debug)]
struct RealFile {
    file: fs::File,
}

impl File for RealFile {
    fn forget(&self, offset: u64, length: u64) {
        if let Some(length) = std::num::NonZeroU64::new(length) {
            let _ = rustix::fs::fadvise(&self.file, offset, Some(length), rustix::fs::Advice::DontNeed);
        }
    }

    fn begin_sync(&self, offset: u64, length: u64) {
        // The same advice: what is not on the disk yet is sent there, and stays in memory until it has arrived.
        self.forget(offset, length);
    }

    fn stat(&self) -> io::Result<Stat> {
        stat_handle(self.file.as_fd())
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        extended_attributes(self.file.as_fd())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        loop {
            match self.file.read_at(buffer, offset) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Every read and write says where, so that the place in the file, which this moves, is nobody's.
    fn next_data(&self, offset: u64) -> io::Result<u64> {
        match rustix::fs::seek(&self.file, SeekFrom::Data(offset)) {
            Ok(data) => Ok(data.max(offset)),
            Err(Errno::NXIO) => Ok(self.stat()?.size.max(offset)),
            // A file system without holes.
            Err(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS) => Ok(offset),
            Err(error) => Err(error.into()),
        }
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        retry(|| rustix::fs::ftruncate(&self.file, length))
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        set_on_handle(self.file.as_fd(), attribute)
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        real_lock::lock(self.file.try_clone()?.into())
    }

    fn sync(&self, _what: Durable) -> io::Result<()> {
        retry(|| rustix::fs::fsync(&self.file))
    }
}

/// Up to so many files are worth the wait for each of them.
const SYNCED_ONE_BY_ONE: usize = 64;

pub(super) fn retry<T>(call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    Ok(rustix::io::retry_on_intr(call)?)
}

pub(super) fn names_nothing() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "the directory itself has no name to work on")
}

pub(super) fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "not a regular file")
}

pub(super) fn another_entry() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "something else is there by now")
}

/// Opens a regular file.
pub(super) fn open_regular_at(parent: BorrowedFd<'_>, name: &[u8], access: OFlags) -> io::Result<fs::File> {
    // Asked first as well as afterwards: merely opening a device can do something (a tape rewinds).
    refuse_unless_regular(&stat_at(parent, name)?)?;
    let handle =
        retry(|| rustix::fs::openat(parent, name, access | CAREFUL, Mode::empty())).map_err(link_is_not_regular)?;
    refuse_unless_regular(&stat_handle(handle.as_fd())?)?;
    Ok(handle.into())
}

fn refuse_unless_regular(stat: &Stat) -> io::Result<()> {
    if stat.kind == FileKind::Regular { Ok(()) } else { Err(not_regular()) }
}

/// A link, or a pipe without a reader, that took the place of the file between looking and opening.
fn link_is_not_regular(error: io::Error) -> io::Error {
    let raced = [Errno::LOOP, Errno::NXIO].map(Errno::raw_os_error);
    if error.raw_os_error().is_some_and(|code| raced.contains(&code)) { not_regular() } else { error }
}

/// Returns whether a file system says itself whom files belong to, whoever makes them: there an owner tells nothing. The numbers are those
/// of `linux/magic.h` and `statfs(2)`: NFS (where root may be nobody), SMB, FAT, NTFS, and what FUSE mounts.
fn gives_owners_itself(handle: BorrowedFd<'_>) -> io::Result<bool> {
    const TYPES: [u32; 9] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0x6573_5546];
    let found = retry(|| rustix::fs::fstatfs(handle))?.f_type;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers have 32 bits")]
    let found = found as u32;
    Ok(TYPES.contains(&found))
}

fn create_at(parent: BorrowedFd<'_>, name: &[u8], access: OFlags, mode: u32) -> io::Result<fs::File> {
    let mode = Mode::from_raw_mode(mode);
    let flags = access | OFlags::CREATE | OFlags::EXCL | CAREFUL;
    // For its owner only until the access list of the directory is off: what that gives is limited by the bits of the group.
    let handle = retry(|| rustix::fs::openat(parent, name, flags, mode & Mode::RWXU))?;
    remove_access_list(handle.as_fd(), FileKind::Regular)?;
    retry(|| rustix::fs::fchmod(&handle, mode))?;
    Ok(handle.into())
}

/// Renames on a file system without `RENAME_NOREPLACE`.
///
/// A file gets its second name before it loses the first, so nothing can be replaced, but a crash in between leaves both.
/// A directory cannot have two names: what appears between the check and the rename would be replaced if it is an empty
/// directory (anything else still makes the rename fail).
fn rename_without_noreplace(from: BorrowedFd<'_>, old: &[u8], to: BorrowedFd<'_>, new: &[u8]) -> io::Result<()> {
    if stat_at(from, old)?.kind != FileKind::Directory {
        retry(|| rustix::fs::linkat(from, old, to, new, AtFlags::empty()))?;
        return retry(|| rustix::fs::unlinkat(from, old, AtFlags::empty()));
    }
    match stat_at(to, new) {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => retry(|| rustix::fs::renameat(from, old, to, new)),
        Err(error) => Err(error),
    }
}

pub(super) fn stat_at(parent: BorrowedFd<'_>, name: &[u8]) -> io::Result<Stat> {
    Ok(to_stat(&retry(|| rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW))?))
}

pub(super) fn stat_handle(handle: BorrowedFd<'_>) -> io::Result<Stat> {
    Ok(to_stat(&retry(|| rustix::fs::fstat(handle))?))
}

#[allow(clippy::unnecessary_cast, reason = "the widths of these fields differ between architectures")]
fn to_stat(stat: &rustix::fs::Stat) -> Stat {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::Fifo => FileKind::Fifo,
        _ => FileKind::Special,
    };
    Stat {
        kind,
        mode: stat.st_mode as u32 & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: u64::try_from(stat.st_size).unwrap_or_default(),
        allocated: u64::try_from(stat.st_blocks).unwrap_or_default().saturating_mul(512),
        modified: Time { seconds: stat.st_mtime as i64, nanoseconds: stat.st_mtime_nsec as u32 },
        links: stat.st_nlink as u64,
        id: FileId { device: stat.st_dev as u64, inode: stat.st_ino as u64 },
    }
}
