//! The first bytes of a file: what it is, by its header. Links are followed below the root.

use std::io;

use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::survey::follow;

/// Returns at most the first `length` bytes of a regular file.
///
/// # Errors
/// As `open` and `read`.
pub fn read_head(fs: &dyn FileSystem, path: &RootPath, length: usize) -> io::Result<Vec<u8>> {
    let (parent, name) = follow(fs, path)?.split_last().ok_or(io::ErrorKind::IsADirectory)?;
    let file = fs.open_dir(&parent)?.open(&RelPath::from(name))?;
    let mut head = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64)? {
            0 => break,
            count => filled = filled.saturating_add(count),
        }
    }
    head.truncate(filled);
    Ok(head)
}
