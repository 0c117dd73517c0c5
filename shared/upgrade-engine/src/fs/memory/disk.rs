//! The inode table of a disk in memory: what processes see, and what would still be there after a power failure.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use rustix::io::Errno;

use crate::fs::{Attribute, FileId, FileKind, Name, Stat, Time};

pub(super) const ROOT: usize = 0;
const MAX_NAME: usize = 255;
const BLOCK: u64 = 4096;
/// The clock starts on 2020-09-13 and advances a little more than a millisecond with each change.
const CLOCK_START: i64 = 1_600_000_000;
const CLOCK_TICK: u64 = 1_000_003;
const UNLIMITED: u64 = 1 << 40;

pub(super) type Entries = Arc<BTreeMap<Name, usize>>;

/// One change of directory entries that happens at once: a name, or both names of a rename, and the inode each now has.
pub(super) type Change = Vec<(usize, Name, Option<usize>)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attributes {
    mode: u32,
    uid: u32,
    gid: u32,
    modified: Time,
    extended: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A value as processes see it and as it is on the platters.
#[derive(Clone, Debug)]
pub(super) struct Twice<T> {
    pub(super) seen: T,
    pub(super) durable: T,
}

impl<T: Clone> Twice<T> {
    pub(super) fn same(value: T) -> Self {
        Self { durable: value.clone(), seen: value }
    }

    pub(super) fn sync(&mut self) {
        self.durable = self.seen.clone();
    }
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    File(Twice<Arc<Vec<u8>>>),
    Directory(Twice<Entries>),
    Symlink(Vec<u8>),
    Fifo,
}

impl Body {
    pub(super) fn empty_file() -> Self {
        Self::File(Twice::same(Arc::default()))
    }

    pub(super) fn empty_directory() -> Self {
        Self::Directory(Twice::same(Entries::default()))
    }

    fn kind(&self) -> FileKind {
        match self {
            Self::File(_) => FileKind::Regular,
            Self::Directory(_) => FileKind::Directory,
            Self::Symlink(_) => FileKind::Symlink,
            Self::Fifo => FileKind::Fifo,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) body: Body,
    pub(super) attributes: Twice<Attributes>,
    /// Names; for a directory 1 until it is removed.
    pub(super) links: u64,
    /// Open file handles, which keep the space of a file without a name in use.
    pub(super) handles: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Disk {
    /// The inode number is the place in this list; none is ever used again.
    pub(super) inodes: Vec<Inode>,
    /// Changes of entries that are not durable yet, oldest first.
    pub(super) pending: Vec<Change>,
    pub(super) locked: BTreeSet<usize>,
    pub(super) capacity: Option<u64>,
    owner: (u32, u32),
    ticks: u64,
}

impl Disk {
    pub(super) fn new(uid: u32, gid: u32) -> Self {
        let mut disk = Self {
            inodes: Vec::new(),
            pending: Vec::new(),
            locked: BTreeSet::new(),
            capacity: None,
            owner: (uid, gid),
            ticks: 0,
        };
        disk.add(Body::empty_directory(), 0o755);
        if let Some(root) = disk.inodes.first_mut() {
            root.links = 1;
        }
        disk
    }

    pub(super) fn now(&self) -> Time {
        let nanoseconds = self.ticks.saturating_mul(CLOCK_TICK);
        let seconds = i64::try_from(nanoseconds / 1_000_000_000).unwrap_or_default();
        let rest = u32::try_from(nanoseconds % 1_000_000_000).unwrap_or_default();
        Time { seconds: CLOCK_START.saturating_add(seconds), nanoseconds: rest }
    }

    fn tick(&mut self) -> Time {
        self.ticks = self.ticks.saturating_add(1);
        self.now()
    }

    /// Adds an inode that has no name yet.
    pub(super) fn add(&mut self, body: Body, mode: u32) -> usize {
        let (uid, gid) = self.owner;
        let attributes = Attributes { mode, uid, gid, modified: self.tick(), extended: BTreeMap::new() };
        self.inodes.push(Inode { body, attributes: Twice::same(attributes), links: 0, handles: 0 });
        self.inodes.len().saturating_sub(1)
    }

    pub(super) fn inode(&self, number: usize) -> io::Result<&Inode> {
        self.inodes.get(number).ok_or_else(|| Errno::STALE.into())
    }

    pub(super) fn inode_mut(&mut self, number: usize) -> io::Result<&mut Inode> {
        self.inodes.get_mut(number).ok_or_else(|| Errno::STALE.into())
    }

    pub(super) fn entries(&self, directory: usize) -> io::Result<&Entries> {
        match &self.inode(directory)?.body {
            Body::Directory(entries) => Ok(&entries.seen),
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    pub(super) fn find(&self, directory: usize, name: &Name) -> io::Result<Option<usize>> {
        if name.as_bytes().len() > MAX_NAME {
            return Err(Errno::NAMETOOLONG.into());
        }
        Ok(self.entries(directory)?.get(name).copied())
    }

    pub(super) fn get(&self, directory: usize, name: &Name) -> io::Result<usize> {
        self.find(directory, name)?.ok_or_else(|| Errno::NOENT.into())
    }

    /// Returns an error when a name is taken, or when its directory was removed.
    pub(super) fn must_be_free(&self, directory: usize, name: &Name) -> io::Result<()> {
        if self.find(directory, name)?.is_some() {
            return Err(Errno::EXIST.into());
        }
        if self.inode(directory)?.links == 0 {
            return Err(Errno::NOENT.into());
        }
        Ok(())
    }

    pub(super) fn kind(&self, number: usize) -> io::Result<FileKind> {
        Ok(self.inode(number)?.body.kind())
    }

    /// Changes entries as processes see them; they stay pending until their directory is synced.
    pub(super) fn change(&mut self, change: Change) -> io::Result<()> {
        let now = self.tick();
        for (directory, name, inode) in &change {
            let holder = self.inode_mut(*directory)?;
            holder.attributes.seen.modified = now;
            let Body::Directory(entries) = &mut holder.body else { return Err(Errno::NOTDIR.into()) };
            let entries = Arc::make_mut(&mut entries.seen);
            let before = match inode {
                Some(inode) => entries.insert(name.clone(), *inode),
                None => entries.remove(name),
            };
            if let Some(inode) = inode {
                let named = self.inode_mut(*inode)?;
                named.links = named.links.saturating_add(1);
            }
            if let Some(before) = before {
                let unnamed = self.inode_mut(before)?;
                unnamed.links = unnamed.links.saturating_sub(1);
            }
        }
        self.pending.push(change);
        Ok(())
    }

    pub(super) fn sync_file(&mut self, number: usize) -> io::Result<()> {
        let inode = self.inode_mut(number)?;
        inode.attributes.sync();
        if let Body::File(bytes) = &mut inode.body {
            bytes.sync();
        }
        Ok(())
    }

    /// Makes entries and attributes of a directory durable, and the links and pipes in it, which cannot be synced alone.
    pub(super) fn sync_dir(&mut self, number: usize) -> io::Result<()> {
        let inode = self.inode_mut(number)?;
        inode.attributes.sync();
        let Body::Directory(entries) = &mut inode.body else { return Err(Errno::NOTDIR.into()) };
        entries.sync();
        for child in entries.seen.clone().values() {
            let child = self.inode_mut(*child)?;
            if matches!(child.body, Body::Symlink(_) | Body::Fifo) {
                child.attributes.sync();
            }
        }
        for change in &mut self.pending {
            change.retain(|(directory, ..)| *directory != number);
        }
        self.pending.retain(|change| !change.is_empty());
        Ok(())
    }

    pub(super) fn sync_all(&mut self) {
        for inode in &mut self.inodes {
            inode.attributes.sync();
            match &mut inode.body {
                Body::File(bytes) => bytes.sync(),
                Body::Directory(entries) => entries.sync(),
                Body::Symlink(_) | Body::Fifo => {}
            }
        }
        self.pending.clear();
    }

    pub(super) fn stat(&self, number: usize) -> io::Result<Stat> {
        let inode = self.inode(number)?;
        let (size, links) = match &inode.body {
            Body::File(bytes) => (bytes.seen.len(), inode.links),
            Body::Directory(entries) => (0, self.directory_links(inode.links, &entries.seen)),
            Body::Symlink(target) => (target.len(), inode.links),
            Body::Fifo => (0, inode.links),
        };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let Attributes { mode, uid, gid, modified, .. } = inode.attributes.seen;
        Ok(Stat {
            kind: inode.body.kind(),
            mode,
            uid,
            gid,
            size,
            allocated: size.next_multiple_of(BLOCK),
            modified,
            links,
            id: FileId { device: 1, inode: u64::try_from(number).unwrap_or(u64::MAX) },
        })
    }

    /// A directory is also named by its own `.` and by the `..` of each directory in it.
    fn directory_links(&self, links: u64, entries: &Entries) -> u64 {
        let below = entries.values().filter(|child| self.kind(**child).is_ok_and(|kind| kind == FileKind::Directory));
        if links == 0 { 0 } else { below.fold(2, |count: u64, _| count.saturating_add(1)) }
    }

    pub(super) fn extended(&self, number: usize) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let extended = &self.inode(number)?.attributes.seen.extended;
        Ok(extended.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    pub(super) fn link_target(&self, number: usize) -> io::Result<Vec<u8>> {
        match &self.inode(number)?.body {
            Body::Symlink(target) => Ok(target.clone()),
            _ => Err(Errno::INVAL.into()),
        }
    }

    pub(super) fn set(&mut self, number: usize, attribute: &Attribute) -> io::Result<()> {
        self.tick();
        let inode = self.inode_mut(number)?;
        let regular = matches!(inode.body, Body::File(_));
        let attributes = &mut inode.attributes.seen;
        match attribute {
            Attribute::Owner { uid, gid } => {
                (attributes.uid, attributes.gid) = (*uid, *gid);
                if regular {
                    let set_group_id = if attributes.mode & 0o10 == 0 { 0 } else { 0o2000 };
                    attributes.mode &= !(0o4000 | set_group_id);
                }
            }
            Attribute::Mode(mode) => attributes.mode = mode & 0o7777,
            Attribute::Extended { name, value } => {
                attributes.extended.insert(name.clone(), value.clone());
            }
            Attribute::Modified(time) => attributes.modified = *time,
        }
        Ok(())
    }

    /// Replaces the content of a file through `edit`, when the disk has room for `length` bytes of it.
    pub(super) fn write(&mut self, number: usize, length: u64, edit: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let Body::File(bytes) = &self.inode(number)?.body else { return Err(Errno::BADF.into()) };
        let growth = length.saturating_sub(u64::try_from(bytes.seen.len()).unwrap_or(u64::MAX));
        if growth > self.free() {
            return Err(Errno::NOSPC.into());
        }
        let now = self.tick();
        let inode = self.inode_mut(number)?;
        inode.attributes.seen.modified = now;
        if let Body::File(bytes) = &mut inode.body {
            edit(Arc::make_mut(&mut bytes.seen));
        }
        Ok(())
    }

    pub(super) fn free(&self) -> u64 {
        let Some(capacity) = self.capacity else { return UNLIMITED };
        let in_use = self.inodes.iter().filter(|inode| inode.links > 0 || inode.handles > 0);
        let used = in_use.fold(0, |used: u64, inode| match &inode.body {
            Body::File(bytes) => used.saturating_add(u64::try_from(bytes.seen.len()).unwrap_or(u64::MAX)),
            _ => used,
        });
        capacity.saturating_sub(used)
    }

    /// Returns true when `directory` is `top` or lies below it.
    pub(super) fn is_below(&self, directory: usize, top: usize) -> bool {
        let below = |entries: &Entries| entries.values().any(|child| self.is_below(directory, *child));
        directory == top || self.entries(top).is_ok_and(below)
    }
}
