//! Who else may replace a configuration file: whoever may write to it, or to a directory on its way.

use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::step::Observer;
use upgrade_engine::survey;

use super::tree::Tree;
use crate::error::Error;

const BY_GROUP: u32 = 0o020;
const BY_OTHERS: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// How many are named.
const NAMED: usize = 8;

/// Returns a line for each directory and file that others may write to.
///
/// # Errors
/// As `stat`.
pub fn writable_by_others(fs: &dyn FileSystem, tree: &Tree) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    let mut above = Some(tree.path.clone());
    while let Some(path) = above {
        let dir = fs.open_dir(&path).map_err(|e| Error::io("open", &path, e))?;
        let stat = dir.stat(&RelPath::here()).map_err(|e| Error::io("look at", &path, e))?;
        lines.extend(line(&path, &stat));
        above = path.split_last().map(|(above, _)| above);
    }
    let below = |kind| tree.of_kind(kind).filter_map(|entry| line(&tree.show(&entry.path), &entry.stat));
    lines.extend(below(FileKind::Directory).chain(below(FileKind::Regular)));
    if let Some(more) = lines.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.truncate(NAMED);
        lines.push(format!("and {more} more"));
    }
    Ok(lines)
}

fn line(path: &RootPath, stat: &Stat) -> Option<String> {
    let who = match stat.mode {
        mode if mode & BY_OTHERS != 0 => "every user".to_owned(),
        mode if mode & BY_GROUP != 0 => format!("group {}", stat.gid),
        _ => return None,
    };
    // There, nobody may replace what belongs to another user.
    if stat.kind == FileKind::Directory && stat.mode & STICKY != 0 {
        return None;
    }
    Some(format!("{path} is writable by {who} (mode {:04o})", stat.mode))
}

/// What is odd about the links of a configuration. All of them are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Those that lead nowhere.
    pub dangling: Vec<String>,
    /// Those that lead through a root.
    pub through_root: Vec<String>,
}

/// Returns a line for each link that leads nowhere or through one of these roots.
///
/// # Errors
/// As `readlink`; [`command::Error::Interrupted`].
pub fn links(fs: &dyn FileSystem, tree: &Tree, roots: &[RootPath], observer: &dyn Observer) -> Result<Links, Error> {
    let mut links = Links::default();
    for link in tree.of_kind(FileKind::Symlink) {
        if observer.stop_requested() {
            return Err(command::Error::Interrupted.into());
        }
        let path = tree.show(&link.path);
        let target = tree.dir.read_link(&link.path).map_err(|e| Error::io("read the link", &path, e))?;
        let shown = escape(&target);
        if survey::follow(fs, &path).is_err() {
            links.dangling.push(format!("the link {path} leads nowhere ({shown}); it is kept"));
        } else if let Some(root) = roots.iter().find(|root| documents::roots::occurs(&target, root.as_bytes())) {
            links.through_root.push(format!("the link {path} leads to {shown}, below {root}; it is kept"));
        }
    }
    Ok(links)
}

/// Returns a line for each file elsewhere that belongs to the configuration and names a root: it is not rewritten.
///
/// # Errors
/// As `read`.
pub fn elsewhere(fs: &dyn FileSystem, files: &[(RootPath, String)], roots: &[RootPath]) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for (path, named_by) in files {
        let bytes =
            survey::read_file_up_to(fs, path, super::includes::LARGEST).map_err(|e| Error::io("read", path, e))?;
        let names = |bytes: &[u8]| roots.iter().any(|root| documents::roots::occurs(bytes, root.as_bytes()));
        if bytes.is_some_and(|bytes| names(&bytes)) {
            lines.push(format!(
                "{path} ({named_by}) lies outside the configuration directory and names the old root; it is not rewritten"
            ));
        }
    }
    Ok(lines)
}
