//! A tree walked without recursion and with limits: a hostile tree can be deeper than any stack and larger than any memory.

use super::SurveyError;
use crate::fs::{Dir, FileKind, RelPath, RootPath, Stat};

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
    let list = |below: &RelPath, seen: &mut usize| {
        let names = dir.list(below).map_err(|e| failed(below, e))?;
        *seen = seen.saturating_add(names.len());
        if *seen > limits.entries || below.names().len() > limits.depth {
            return Err(SurveyError::TooMuch { path: path.clone(), limits });
        }
        Ok(names.into_iter())
    };
    let mut seen = 0;
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
