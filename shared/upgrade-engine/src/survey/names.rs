//! All names of a hard-linked file: whoever replaces one of them must replace all.

use super::{Below, Limits, SurveyError, anchor, open_parent, walk};
use crate::fs::{FileId, FileKind, FileSystem, RelPath, RootPath, Stat};
use crate::place::{Anchor, Place};

/// How much is searched for the other names of a file.
const SEARCHED: Limits = Limits { entries: 50_000, depth: 64 };

/// A file with all its names, each below one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNames {
    /// The directory.
    pub anchor: Anchor,
    /// The name that was asked for.
    pub at: RelPath,
    /// The other ones.
    pub others: Vec<RelPath>,
}

impl FileNames {
    /// Returns the file's place and its other ones, below an anchor of this name.
    pub fn places(&self, anchor: &str) -> (Place, Vec<Place>) {
        let place = |path: &RelPath| Place::anchor(anchor).below(path);
        (place(&self.at), self.others.iter().map(place).collect())
    }
}

/// Finds all names of a file: in its own directory, then in the trees `within`, which need not be there. No link is followed.
///
/// # Errors
/// [`SurveyError::Names`] when there are more; [`SurveyError::Io`].
pub fn names_of(fs: &dyn FileSystem, path: &RootPath, within: &[RootPath]) -> Result<FileNames, SurveyError> {
    let parent = open_parent(fs, path)?;
    let at = RelPath::from(parent.name);
    let stat = parent.dir.stat(&at).map_err(|e| SurveyError::io("look at", path, e))?;
    let mut found = Vec::new();
    if stat.kind == FileKind::Regular && stat.links > 1 {
        let failed = |e| SurveyError::io("read", &parent.path, e);
        for name in parent.dir.list(&RelPath::here()).map_err(failed)? {
            let other = RelPath::from(name);
            if other != at && parent.dir.stat(&other).is_ok_and(|other| other.id == stat.id) {
                found.push(other);
            }
        }
        if is_all(&stat, found.len()) {
            return Ok(FileNames { anchor: anchor(&*parent.dir, &parent.path)?, at, others: found });
        }
        return names_elsewhere(fs, path, &stat, within);
    }
    Ok(FileNames { anchor: anchor(&*parent.dir, &parent.path)?, at, others: found })
}

fn is_all(stat: &Stat, others: usize) -> bool {
    stat.links == (others as u64).saturating_add(1)
}

fn names_elsewhere(
    fs: &dyn FileSystem,
    path: &RootPath,
    stat: &Stat,
    within: &[RootPath],
) -> Result<FileNames, SurveyError> {
    let own = path.split_last().map(|(parent, _)| parent);
    let mut paths: Vec<RootPath> = Vec::new();
    for top in own.iter().chain(within) {
        paths.extend(names_below(fs, top, stat.id).into_iter().filter(|other| other != path));
    }
    paths.sort();
    paths.dedup();
    let too_few = |known: usize| SurveyError::Names {
        path: path.clone(),
        links: stat.links,
        known: (known as u64).saturating_add(1),
    };
    if !is_all(stat, paths.len()) {
        return Err(too_few(paths.len()));
    }
    let above = paths.iter().fold(own.unwrap_or_else(|| path.clone()), |above, other| common(&above, other));
    let dir = fs.open_dir(&above).map_err(|e| SurveyError::io("open", &above, e))?;
    let below = |path: &RootPath| {
        let below = path.as_bytes().get(above.as_bytes().len()..)?;
        let below = RelPath::new(below.strip_prefix(b"/").unwrap_or(below)).ok()?;
        // A path that passes through a link leads elsewhere from here.
        dir.stat(&below).is_ok_and(|there| there.id == stat.id).then_some(below)
    };
    let others: Vec<RelPath> = paths.iter().filter_map(below).collect();
    match below(path) {
        Some(at) if is_all(stat, others.len()) => Ok(FileNames { anchor: anchor(&*dir, &above)?, at, others }),
        _ => Err(too_few(others.len())),
    }
}

/// Returns the names of a file in a tree. A tree that is not there, too large or unreadable has none that can be relied on, and
/// then there are too few.
fn names_below(fs: &dyn FileSystem, top: &RootPath, file: FileId) -> Vec<RootPath> {
    let Ok(dir) = fs.open_dir(top) else { return Vec::new() };
    let mut found = Vec::new();
    let _ = walk(&*dir, top, SEARCHED, |path, stat| {
        if stat.kind == FileKind::Regular && stat.id == file {
            found.push(path.names().iter().fold(top.clone(), |path, name| path.join(name)));
        }
        // A hard link cannot leave its file system.
        Ok::<_, SurveyError>(if stat.id.device == file.device { Below::Enter } else { Below::LeaveOut })
    });
    found
}

/// Returns the deepest directory that lies above both.
fn common(directory: &RootPath, path: &RootPath) -> RootPath {
    let mut above = directory.clone();
    loop {
        let mut components = path.components();
        if above.components().all(|component| components.next() == Some(component)) {
            return above;
        }
        match above.split_last() {
            Some((parent, _)) => above = parent,
            None => return above,
        }
    }
}
