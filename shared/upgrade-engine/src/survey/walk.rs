//! A tree walked without recursion and with limits: a hostile tree can be deeper than any stack and larger than any memory.

use super::SurveyError;
use crate::fs::{Dir, FileKind, RelPath, RootPath, Stat};

/// An entry may lie so many levels deep on average: the paths of all entries are what takes memory.
const USUAL_DEPTH: usize = 8;

/// How large a tree may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries in all directories together.
    pub entries: usize,
    /// Most levels of directories.
    pub depth: usize,
}

/// Whether a directory's entries are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// They are.
    Enter,
    /// They are not, and do not count.
    LeaveOut,
}

/// What a walk has come across.
#[derive(Default)]
struct Seen {
    entries: usize,
    /// The names in the paths of all entries.
    names: usize,
}

/// Visits every entry below a directory, each directory before what it holds, names in their order; no link is followed.
///
/// # Errors
/// What `visit` returns; [`SurveyError::TooMuch`] beyond the limits; [`SurveyError::Io`].
pub fn walk<E: From<SurveyError>>(
    dir: &dyn Dir,
    path: &RootPath,
    limits: Limits,
    mut visit: impl FnMut(&RelPath, &Stat) -> Result<Below, E>,
) -> Result<(), E> {
    let show = |below: &RelPath| below.names().iter().fold(path.clone(), |path, name| path.join(name));
    let failed = |below: &RelPath, e| SurveyError::io("read", show(below), e);
    let list = |below: &RelPath, seen: &mut Seen| {
        let names = dir.list(below).map_err(|e| failed(below, e))?;
        let depth = below.names().len();
        seen.entries = seen.entries.saturating_add(names.len());
        seen.names = seen.names.saturating_add(names.len().saturating_mul(depth.saturating_add(1)));
        let is_too_long =
            seen.names > limits.entries.saturating_mul(USUAL_DEPTH).max(limits.depth.saturating_mul(limits.depth));
        if seen.entries > limits.entries || is_too_long || depth > limits.depth {
            return Err(SurveyError::TooMuch { path: path.clone(), limits });
        }
        Ok(names.into_iter())
    };
    let mut seen = Seen::default();
    let mut open = vec![(RelPath::here(), list(&RelPath::here(), &mut seen)?)];
    while let Some((directory, names)) = open.last_mut() {
        let Some(name) = names.next() else {
            open.pop();
            continue;
        };
        let entry = directory.join(&name);
        let stat = dir.stat(&entry).map_err(|e| failed(&entry, e))?;
        if visit(&entry, &stat)? == Below::Enter && stat.kind == FileKind::Directory {
            let names = list(&entry, &mut seen)?;
            open.push((entry, names));
        }
    }
    Ok(())
}
