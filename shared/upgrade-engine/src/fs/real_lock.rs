//! Locks on real directories, and who holds one that is taken.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::FlockOperation;

use super::Lock;
use super::path::escape;

#[derive(Debug)]
struct RealLock {
    _handle: OwnedFd,
}

impl Lock for RealLock {}

/// Locks an open directory. The error of one that is locked already names the process, as far as this user can see it.
pub(super) fn lock(handle: OwnedFd) -> io::Result<Box<dyn Lock>> {
    loop {
        match rustix::fs::flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Box::new(RealLock { _handle: handle })),
            Err(rustix::io::Errno::INTR) => {}
            Err(e) if io::Error::from(e).kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::new(io::ErrorKind::WouldBlock, holder(&handle)));
            }
            Err(e) => return Err(e.into()),
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
