//! Processes that use the source: those that hold one of its files open or mapped, as far as this user can see.
//!
//! A running server would change the files under our hands. Region files prove nothing, so the kernel is asked.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use upgrade_engine::fs::FileId;
use upgrade_engine::fs::path::escape;

use super::source::SourceFacts;
use crate::error::Error;

/// Refuses a source that another process uses.
///
/// # Errors
/// [`Error::InUse`] naming processes and files.
pub fn refuse_in_use(source: &SourceFacts) -> Result<(), Error> {
    let files: HashMap<FileId, String> = source
        .entries
        .iter()
        .filter(|entry| entry.stat.kind == upgrade_engine::fs::FileKind::Regular)
        .map(|entry| (entry.stat.id, super::source::show(&source.path, &entry.path)))
        .collect();
    let mut holders = Vec::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if pid == std::process::id() {
            continue;
        }
        if let Some(file) = used_file(&process.path(), &files) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let name = escape(name.trim_end().as_bytes());
            holders.push(format!("{file} is in use by process {pid} ({name})"));
        }
    }
    if holders.is_empty() { Ok(()) } else { Err(Error::InUse(holders)) }
}

fn used_file<'a>(process: &Path, files: &'a HashMap<FileId, String>) -> Option<&'a String> {
    // A server closes a region file once it is mapped, so both are looked at.
    ["fd", "map_files"].iter().find_map(|kind| {
        let handles = fs::read_dir(process.join(kind)).ok()?;
        handles.flatten().find_map(|handle| {
            let held = fs::metadata(handle.path()).ok()?;
            files.get(&FileId { device: held.dev(), inode: held.ino() })
        })
    })
}
