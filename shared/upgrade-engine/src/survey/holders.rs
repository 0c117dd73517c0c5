//! Processes that run files, or hold them open or mapped, as far as this user can see.
//!
//! A running server would change files under our hands. Files that it leaves behind prove nothing, so the kernel is asked.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Below, Limits, SurveyError, walk};
use crate::fs::path::escape;
use crate::fs::{FileId, FileKind, FileSystem, RootPath};

/// Most files of one directory that are looked for among the open ones.
const LOOKED_FOR: Limits = Limits { entries: 50_000, depth: 16 };

/// Adds the regular files below a directory to those that [`holders`] looks for. What cannot be read, or is too much, ends the search
/// there: what was found before counts.
pub fn add_files_below(fs: &dyn FileSystem, top: &RootPath, files: &mut HashMap<FileId, String>) {
    let Ok(dir) = fs.open_dir(top) else { return };
    let _ = walk(&*dir, top, LOOKED_FOR, |path, stat| {
        if stat.kind == FileKind::Regular {
            let path = path.names().iter().fold(top.clone(), |path, name| path.join(name));
            files.insert(stat.id, path.to_string());
        }
        Ok::<_, SurveyError>(Below::Enter)
    });
}

/// A process that holds a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The file, as its caller shows it.
    pub file: String,
    /// Process id.
    pub process: u32,
    /// Name of the program, escaped.
    pub program: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is in use by process {} ({})", self.file, self.process, self.program)
    }
}

/// Returns the other processes that hold one of these files, one file for each.
pub fn holders(files: &HashMap<FileId, String>) -> Vec<Holder> {
    let mut holders = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if process == std::process::id() {
            continue;
        }
        if let Some(file) = used_file(&entry.path(), files) {
            let program = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            holders.push(Holder { file: file.clone(), process, program: escape(program.trim_end().as_bytes()) });
        }
    }
    holders
}

fn used_file<'a>(process: &Path, files: &'a HashMap<FileId, String>) -> Option<&'a String> {
    let known = |path: &Path| {
        let held = fs::metadata(path).ok()?;
        files.get(&FileId { device: held.dev(), inode: held.ino() })
    };
    if let Some(program) = known(&process.join("exe")) {
        return Some(program);
    }
    // A server closes a region file once it is mapped, so both are looked at.
    ["fd", "map_files"].iter().find_map(|kind| {
        let handles = fs::read_dir(process.join(kind)).ok()?;
        handles.flatten().find_map(|handle| known(&handle.path()))
    })
}
