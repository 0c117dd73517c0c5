//! Whether a server is running: processes whose program lies in a root, or that hold files of its store open.
//!
//! Lock files and process ids that a server leaves behind prove nothing, so the kernel is asked which files each process holds, by
//! their identity. So a server is found below another product root as well, and whatever it is called. Other users' processes are
//! visible to root only.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;

use upgrade_engine::fs::{FileId, FileSystem, RootPath};
use upgrade_engine::survey::{add_files_below, holders};

use crate::server_root::ServerRoot;

/// Directories of a root with its programs (`reference/messaging.md` section 4.2).
const PROGRAMS: [&str; 2] = ["lib", "sbin"];
/// Directories of a data root whose files a server, or a tool of it, holds open. Every program that opens a mailbox opens the database.
const DATA: [&str; 3] = ["store/mboxlist", "store/session", "lock"];

/// Returns the processes that use one of these roots or its data, a line each.
pub fn servers(fs: &dyn FileSystem, roots: &[&ServerRoot]) -> Vec<String> {
    let mut files = HashMap::new();
    for root in roots {
        for name in PROGRAMS {
            add(fs, &root.path, name, &mut files);
        }
        for name in DATA {
            if let Some(data) = root.data.directory() {
                add(fs, data, name, &mut files);
            }
        }
    }
    // This program lies in a root itself.
    if let Ok(own) = fs::metadata("/proc/self/exe") {
        files.remove(&FileId { device: own.dev(), inode: own.ino() });
    }
    let above = callers();
    let others = holders(&files).into_iter().filter(|holder| !above.contains(&holder.process));
    others.map(|holder| holder.to_string()).collect()
}

fn add(fs: &dyn FileSystem, top: &RootPath, name: &str, files: &mut HashMap<FileId, String>) {
    let Ok(top) = top.resolve(name.as_bytes()) else { return };
    add_files_below(fs, &top, files);
}

/// Returns the processes that this one was started from: a script in `sbin` may have.
fn callers() -> Vec<u32> {
    let mut above = Vec::new();
    let mut process = std::process::id();
    while let Some(parent) = parent_of(process).filter(|parent| *parent > 1 && !above.contains(parent)) {
        above.push(parent);
        process = parent;
    }
    above
}

fn parent_of(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())
}
