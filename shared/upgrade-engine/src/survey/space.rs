//! Free space, and whether several needs fit into it.

use std::io;

use crate::fs::{Dir, RelPath, RootPath};

/// A file system with its free space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Which one.
    pub device: u64,
    /// Free bytes.
    pub free: u64,
}

impl Space {
    /// Returns the space where a directory is.
    ///
    /// # Errors
    /// As `lstat` and `statvfs`.
    pub fn of(dir: &dyn Dir) -> io::Result<Self> {
        Ok(Self { device: dir.stat(&RelPath::here())?.id.device, free: dir.free_space()? })
    }
}

/// What a run needs in one place.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// The place, for messages.
    pub path: &'a RootPath,
    /// The file system that it is or will be on.
    pub space: Space,
    /// Bytes of the new files.
    pub bytes: u64,
}

/// A file system that has not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// A place on it.
    pub path: RootPath,
    /// How many MiB are needed.
    pub needed: u64,
    /// How many MiB are free.
    pub free: u64,
}

/// Returns the first file system that has not enough for all that is needed there: the bytes, a twentieth more for directories
/// and the file system's own needs, and 1 MiB.
pub fn lack_of_space(needs: &[Need<'_>]) -> Option<Lack> {
    needs.iter().find_map(|Need { path, space, .. }| {
        let here = needs.iter().filter(|other| other.space.device == space.device);
        let bytes = here.fold(0_u64, |sum, need| sum.saturating_add(need.bytes));
        let needed = bytes.saturating_add(bytes / 20).saturating_add(1 << 20);
        (space.free < needed).then(|| Lack {
            path: (*path).clone(),
            needed: needed.div_ceil(1 << 20),
            free: space.free >> 20,
        })
    })
}
