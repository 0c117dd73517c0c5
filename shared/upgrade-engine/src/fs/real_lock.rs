//! Locks on real files and directories, and who holds one that is taken.
//!
//! Whoever can read a directory can lock it, and could hold up every run of root for ever. So root locks a file of its own instead, one
//! for each directory, in a place that only root can enter. Other users lock the directory itself.

#![allow(clippy::disallowed_methods, reason = "the place of root's locks lies outside every product root")]

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};

use super::Lock;
use super::path::escape;

/// Where root's locks of directories are, by device and inode.
const PLACE: &str = "/run/commsuite-upgrade";

#[derive(Debug)]
struct RealLock {
    _handle: OwnedFd,
}

impl Lock for RealLock {}

/// A lock on a file in [`PLACE`], which goes with it.
#[derive(Debug)]
struct OwnFile {
    place: OwnedFd,
    name: String,
    _handle: OwnedFd,
}

impl Lock for OwnFile {}

impl Drop for OwnFile {
    fn drop(&mut self) {
        // Still locked: whoever opened it before finds out that it is gone, and makes another one.
        let _ = rustix::fs::unlinkat(&self.place, &self.name, AtFlags::empty());
    }
}

/// Locks an open directory. The error of one that is locked already names the process, as far as this user can see it.
pub(super) fn lock_directory(handle: OwnedFd) -> io::Result<Box<dyn Lock>> {
    // Where there is no such place, such as in a container that is read-only, the directory itself has to do.
    match rustix::process::geteuid().is_root().then(place) {
        Some(Ok(place)) => lock_own_file(place, &handle),
        _ => lock(handle),
    }
}

/// Locks an open file or directory, as [`lock_directory`].
pub(super) fn lock(handle: OwnedFd) -> io::Result<Box<dyn Lock>> {
    take(&handle)?;
    Ok(Box::new(RealLock { _handle: handle }))
}

fn take(handle: &OwnedFd) -> io::Result<()> {
    loop {
        match rustix::fs::flock(handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(e) if io::Error::from(e).kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::new(io::ErrorKind::WouldBlock, holder(handle)));
            }
            Err(e) => return Err(e.into()),
        }
    }
}

/// Opens the place of root's locks, making it when it is not there.
fn place() -> io::Result<OwnedFd> {
    match rustix::fs::mkdir(PLACE, Mode::RWXU) {
        Err(rustix::io::Errno::EXIST) => {}
        other => other?,
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let place = rustix::fs::open(PLACE, flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&place)?;
    if stat.st_uid == 0 && stat.st_mode & 0o077 == 0 { Ok(place) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

fn lock_own_file(place: OwnedFd, directory: &OwnedFd) -> io::Result<Box<dyn Lock>> {
    let stat = rustix::fs::fstat(directory)?;
    let name = format!("{:x}-{}", stat.st_dev, stat.st_ino);
    loop {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&place, &name, flags, Mode::RUSR | Mode::WUSR)?;
        take(&handle)?;
        // Whoever held it may have removed it between the two.
        let now = rustix::fs::statat(&place, &name, AtFlags::SYMLINK_NOFOLLOW);
        if now.is_ok_and(|now| rustix::fs::fstat(handle.as_fd()).is_ok_and(|held| held.st_ino == now.st_ino)) {
            return Ok(Box::new(OwnFile { place, name, _handle: handle }));
        }
    }
}

fn holder(handle: &OwnedFd) -> String {
    let found = rustix::fs::fstat(handle).ok().and_then(|stat| {
        let device = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
        holding_process(&fs::read_to_string("/proc/locks").ok()?, device, stat.st_ino)
    });
    let Some(pid) = found else { return "another process".to_owned() };
    match fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => format!("process {pid} ({})", escape(name.trim_end().as_bytes())),
        Err(_) => format!("process {pid}"),
    }
}

/// Finds the holder of a lock in the text of `/proc/locks`, whose lines are like
/// `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`, with `->` after the number for one that waits.
fn holding_process(locks: &str, (major, minor): (u32, u32), inode: u64) -> Option<u32> {
    let file = format!("{major:02x}:{minor:02x}:{inode}");
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let kind = words.next()?;
        let (pid, locked) = (words.nth(2)?, words.next()?);
        (kind == "FLOCK" && locked == file).then(|| pid.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::holding_process;

    #[test]
    fn the_holder_is_found_by_device_and_inode() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fe:00:12 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 8 fe:00:12 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 9 fe:00:12 0 EOF\n\
                     3: FLOCK  ADVISORY  WRITE 10 fe:01:12 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE -1 fe:00:13 0 EOF\n";
        assert_eq!(holding_process(locks, (0xfe, 0), 12), Some(8));
        assert_eq!(holding_process(locks, (0xfe, 1), 12), Some(10));
        assert_eq!(holding_process(locks, (0xfe, 0), 13), None, "a process of another machine or container");
        assert_eq!(holding_process(locks, (0xfe, 0), 14), None);
    }
}
