//! A disk in memory that forgets what was not synced when its power fails.
//!
//! It behaves as a Linux file system does for root: nothing is refused for want of permission. A sync of a file makes its
//! content and attributes durable, but not its name; a sync of a directory makes its entries and attributes durable, but
//! not the content of the files that it names. A new inode starts with the attributes it was created with.
//!
//! Each change advances a clock of its own, so that a test can tell new modification times from old ones.

mod disk;
mod power;

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use disk::{Body, Disk, ROOT};
pub use power::Lost;
use rustix::io::Errno;

use super::{
    Attribute, Dir, Durable, Existing, File, FileKind, FileSystem, HeldEntry, Lock, Name, RelPath, RootPath, Stat,
    Time,
    real::{names_nothing, not_regular},
};

const MAX_LINKS: usize = 40;

/// A disk in memory. Clones share it; [`MemoryFs::fork`] copies it.
#[derive(Clone, Debug)]
pub struct MemoryFs {
    disk: Arc<Mutex<Disk>>,
}

impl Default for MemoryFs {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryFs {
    /// Returns a disk with an empty root directory (mode 0755); what is created belongs to root.
    pub fn new() -> Self {
        Self::with_owner(0, 0)
    }

    /// Returns a disk whose root directory, and all that is created, belongs to another user.
    pub fn with_owner(uid: u32, gid: u32) -> Self {
        Self::from_disk(Disk::new(uid, gid))
    }

    fn from_disk(disk: Disk) -> Self {
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }

    /// Returns a copy that shares nothing with this disk, and on which no lock is held.
    #[must_use]
    pub fn fork(&self) -> Self {
        let mut disk = self.disk().clone();
        disk.locked.clear();
        for inode in &mut disk.inodes {
            inode.handles = 0;
        }
        Self::from_disk(disk)
    }

    /// Returns the disk as it may be found after the power fails now; this one goes on unharmed.
    #[must_use]
    pub fn power_cut(&self, lost: Lost) -> Self {
        Self::from_disk(self.disk().after_power_cut(lost))
    }

    /// Makes everything durable, as `sync` does.
    pub fn sync_all(&self) {
        self.disk().sync_all();
    }

    /// Limits the bytes that all files together can have; nothing means that there is no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.disk().capacity = bytes;
    }

    /// Returns what the clock of this disk shows: later changes get later modification times.
    pub fn now(&self) -> Time {
        self.disk().now()
    }
}

fn lock(disk: &Mutex<Disk>) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(disk: &Disk, path: &RootPath) -> io::Result<usize> {
    let mut todo: VecDeque<Vec<u8>> = path.components().map(<[u8]>::to_vec).collect();
    let mut stack = Vec::new();
    let mut links = 0;
    while let Some(component) = todo.pop_front() {
        if component == b".." {
            stack.pop();
            continue;
        }
        let name = Name::new(component).map_err(io::Error::other)?;
        let child = disk.get(stack.last().copied().unwrap_or(ROOT), &name)?;
        match &disk.inode(child)?.body {
            Body::Directory(_) => stack.push(child),
            Body::Symlink(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Errno::LOOP.into());
                }
                if target.first() == Some(&b'/') {
                    stack.clear();
                }
                for part in target.split(|b| *b == b'/').rev().filter(|c| !c.is_empty() && *c != b".") {
                    todo.push_front(part.to_vec());
                }
            }
            Body::File(_) | Body::Fifo => return Err(Errno::NOTDIR.into()),
        }
    }
    Ok(stack.pop().unwrap_or(ROOT))
}

impl FileSystem for MemoryFs {
    fn open_dir(&self, path: &RootPath) -> io::Result<Box<dyn Dir>> {
        let inode = open(&self.disk(), path)?;
        Ok(Box::new(MemoryDir { disk: Arc::clone(&self.disk), inode }))
    }
}

struct MemoryDir {
    disk: Arc<Mutex<Disk>>,
    inode: usize,
}

impl MemoryDir {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }

    fn walk(&self, disk: &Disk, names: &[Name]) -> io::Result<usize> {
        names.iter().try_fold(self.inode, |directory, name| {
            let child = disk.get(directory, name)?;
            disk.entries(child)?;
            Ok(child)
        })
    }

    fn parent(&self, disk: &Disk, path: &RelPath) -> io::Result<(usize, Name)> {
        let (last, names) = path.names().split_last().ok_or_else(names_nothing)?;
        Ok((self.walk(disk, names)?, last.clone()))
    }

    fn get(&self, disk: &Disk, path: &RelPath) -> io::Result<usize> {
        match path.names().split_last() {
            None => Ok(self.inode),
            Some((last, names)) => disk.get(self.walk(disk, names)?, last),
        }
    }

    fn add(&self, path: &RelPath, body: Body, mode: u32) -> io::Result<usize> {
        let mut disk = self.disk();
        let (parent, name) = self.parent(&disk, path)?;
        disk.must_be_free(parent, &name)?;
        let inode = disk.add(body, mode);
        disk.change(vec![(parent, name, Some(inode))])?;
        Ok(inode)
    }

    fn remove(&self, path: &RelPath, allowed: impl FnOnce(&Disk, usize) -> io::Result<()>) -> io::Result<()> {
        let mut disk = self.disk();
        let (parent, name) = self.parent(&disk, path)?;
        let inode = disk.get(parent, &name)?;
        allowed(&disk, inode)?;
        disk.change(vec![(parent, name, None)])
    }

    fn held(&self, inode: usize) -> Box<dyn HeldEntry> {
        Box::new(MemoryHeld { disk: Arc::clone(&self.disk), inode })
    }

    fn open_regular(&self, path: &RelPath, access: Access) -> io::Result<MemoryFile> {
        let inode = {
            let disk = self.disk();
            let (parent, name) = self.parent(&disk, path)?;
            disk.get(parent, &name).and_then(|inode| regular(&disk, inode))?
        };
        self.file(inode, access)
    }

    fn file(&self, inode: usize, access: Access) -> io::Result<MemoryFile> {
        let mut disk = self.disk();
        let held = disk.inode_mut(inode)?;
        held.handles = held.handles.saturating_add(1);
        Ok(MemoryFile { disk: Arc::clone(&self.disk), inode, access })
    }
}

impl Dir for MemoryDir {
    fn stat(&self, path: &RelPath) -> io::Result<Stat> {
        let disk = self.disk();
        disk.stat(self.get(&disk, path)?)
    }

    fn list(&self, path: &RelPath) -> io::Result<Vec<Name>> {
        let disk = self.disk();
        Ok(disk.entries(self.get(&disk, path)?)?.keys().cloned().collect())
    }

    fn open(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        Ok(Box::new(self.open_regular(path, Access::Read)?))
    }

    fn open_to_write(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        Ok(Box::new(self.open_regular(path, Access::ReadAndWrite)?))
    }

    fn open_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        let inode = self.walk(&self.disk(), path.names())?;
        Ok(Box::new(Self { disk: Arc::clone(&self.disk), inode }))
    }

    fn read_link(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        let disk = self.disk();
        let (parent, name) = self.parent(&disk, path)?;
        disk.link_target(disk.get(parent, &name)?)
    }

    fn hold(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        let inode = self.get(&self.disk(), path)?;
        Ok(self.held(inode))
    }

    fn free_space(&self) -> io::Result<u64> {
        Ok(self.disk().free())
    }

    fn create(&self, path: &RelPath) -> io::Result<Box<dyn File>> {
        let inode = self.add(path, Body::empty_file(), 0o600)?;
        Ok(Box::new(self.file(inode, Access::ReadAndWrite)?))
    }

    fn append(&self, path: &RelPath, bytes: &[u8]) -> io::Result<()> {
        let found = {
            let disk = self.disk();
            let (parent, name) = self.parent(&disk, path)?;
            disk.find(parent, &name)?
        };
        let inode = match found {
            Some(inode) => inode,
            None => self.add(path, Body::empty_file(), 0o640)?,
        };
        let mut disk = self.disk();
        regular(&disk, inode)?;
        let stat = disk.stat(inode)?;
        if stat.links != 1 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the file has several names"));
        }
        let length = stat.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        disk.write(inode, length, |content| content.extend_from_slice(bytes))
    }

    fn make_dir(&self, path: &RelPath) -> io::Result<Box<dyn Dir>> {
        let inode = self.add(path, Body::empty_directory(), 0o700)?;
        Ok(Box::new(Self { disk: Arc::clone(&self.disk), inode }))
    }

    fn symlink(&self, target: &[u8], path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        if target.is_empty() {
            return Err(Errno::NOENT.into());
        }
        Ok(self.held(self.add(path, Body::Symlink(target.to_vec()), 0o777)?))
    }

    fn make_fifo(&self, path: &RelPath) -> io::Result<Box<dyn HeldEntry>> {
        Ok(self.held(self.add(path, Body::Fifo, 0o600)?))
    }

    fn hard_link(&self, existing: &RelPath, path: &RelPath) -> io::Result<()> {
        let mut disk = self.disk();
        let (from, old) = self.parent(&disk, existing)?;
        let inode = disk.get(from, &old)?;
        let (to, new) = self.parent(&disk, path)?;
        disk.must_be_free(to, &new)?;
        if disk.kind(inode)? == FileKind::Directory {
            return Err(Errno::PERM.into());
        }
        disk.change(vec![(to, new, Some(inode))])
    }

    fn rename(&self, from: &RelPath, to: &RelPath, existing: Existing) -> io::Result<()> {
        let mut disk = self.disk();
        let (from, old) = self.parent(&disk, from)?;
        let (to, new) = self.parent(&disk, to)?;
        let inode = disk.get(from, &old)?;
        let is_directory = disk.kind(inode)? == FileKind::Directory;
        match disk.find(to, &new)? {
            None => disk.must_be_free(to, &new)?,
            Some(_) if existing == Existing::Refuse => return Err(Errno::EXIST.into()),
            Some(replaced) if replaced == inode => return Ok(()),
            Some(replaced) => match disk.entries(replaced) {
                Ok(_) if !is_directory => return Err(Errno::ISDIR.into()),
                Ok(entries) if !entries.is_empty() => return Err(Errno::NOTEMPTY.into()),
                Err(error) if is_directory => return Err(error),
                Ok(_) | Err(_) => {}
            },
        }
        if is_directory && disk.is_below(to, inode) {
            return Err(Errno::INVAL.into());
        }
        disk.change(vec![(to, new, Some(inode)), (from, old, None)])
    }

    fn remove_file(&self, path: &RelPath) -> io::Result<()> {
        self.remove(path, |disk, inode| match disk.kind(inode)? {
            FileKind::Directory => Err(Errno::ISDIR.into()),
            _ => Ok(()),
        })
    }

    fn remove_dir(&self, path: &RelPath) -> io::Result<()> {
        self.remove(path, |disk, inode| match disk.entries(inode)? {
            entries if entries.is_empty() => Ok(()),
            _ => Err(Errno::NOTEMPTY.into()),
        })
    }

    fn sync(&self, path: &RelPath, _what: Durable) -> io::Result<()> {
        let mut disk = self.disk();
        let inode = self.get(&disk, path)?;
        disk.sync_dir(inode)
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        lock_inode(&self.disk, self.inode)
    }
}

fn lock_inode(disk: &Arc<Mutex<Disk>>, inode: usize) -> io::Result<Box<dyn Lock>> {
    if !lock(disk).locked.insert(inode) {
        return Err(Errno::WOULDBLOCK.into());
    }
    Ok(Box::new(MemoryLock { disk: Arc::clone(disk), inode }))
}

fn regular(disk: &Disk, inode: usize) -> io::Result<usize> {
    if disk.kind(inode)? == FileKind::Regular { Ok(inode) } else { Err(not_regular()) }
}

struct MemoryLock {
    disk: Arc<Mutex<Disk>>,
    inode: usize,
}

impl Lock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        lock(&self.disk).locked.remove(&self.inode);
    }
}

struct MemoryHeld {
    disk: Arc<Mutex<Disk>>,
    inode: usize,
}

impl HeldEntry for MemoryHeld {
    fn stat(&self) -> io::Result<Stat> {
        lock(&self.disk).stat(self.inode)
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        lock(&self.disk).extended(self.inode)
    }

    fn link_target(&self) -> io::Result<Vec<u8>> {
        lock(&self.disk).link_target(self.inode)
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        match (disk.kind(self.inode)?, attribute) {
            (FileKind::Regular | FileKind::Directory, _)
            | (FileKind::Symlink | FileKind::Fifo, Attribute::Owner { .. } | Attribute::Modified(_))
            | (FileKind::Fifo, Attribute::Mode(_)) => disk.set(self.inode, attribute),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    ReadAndWrite,
}

struct MemoryFile {
    disk: Arc<Mutex<Disk>>,
    inode: usize,
    access: Access,
}

impl MemoryFile {
    fn write(&self, length: u64, edit: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        if self.access == Access::Read {
            return Err(Errno::BADF.into());
        }
        lock(&self.disk).write(self.inode, length, edit)
    }
}

impl File for MemoryFile {
    fn stat(&self) -> io::Result<Stat> {
        lock(&self.disk).stat(self.inode)
    }

    fn extended_attributes(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        lock(&self.disk).extended(self.inode)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let disk = lock(&self.disk);
        let Body::File(bytes) = &disk.inode(self.inode)?.body else { return Err(Errno::BADF.into()) };
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.seen.get(offset..)).unwrap_or_default();
        let mut rest = rest;
        io::Read::read(&mut rest, buffer)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let end = u64::try_from(bytes.len()).ok().and_then(|length| offset.checked_add(length)).ok_or(Errno::FBIG)?;
        let (start, stop) = (index(offset)?, index(end)?);
        self.write(end, |content| {
            if content.len() < stop {
                content.resize(stop, 0);
            }
            if let Some(range) = content.get_mut(start..stop) {
                range.copy_from_slice(bytes);
            }
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let end = index(length)?;
        // A hole takes no room until something is written into it.
        self.write(0, |content| content.resize(end, 0))
    }

    fn set(&self, attribute: &Attribute) -> io::Result<()> {
        lock(&self.disk).set(self.inode, attribute)
    }

    fn sync(&self, _what: Durable) -> io::Result<()> {
        lock(&self.disk).sync_file(self.inode)
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        lock_inode(&self.disk, self.inode)
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        if let Ok(inode) = lock(&self.disk).inode_mut(self.inode) {
            inode.handles = inode.handles.saturating_sub(1);
        }
    }
}

fn index(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).ok().filter(|offset| *offset <= 1 << 32).ok_or_else(|| Errno::FBIG.into())
}
