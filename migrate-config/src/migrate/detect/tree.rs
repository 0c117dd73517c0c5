//! The configuration directory as it lies on the disk: every entry below it, read once, no link followed.

use std::collections::BTreeMap;

use upgrade_engine::fs::{Dir, FileId, FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::place::Anchor;
use upgrade_engine::step::Observer;
use upgrade_engine::survey::{self, Below, Limits};

use crate::error::Error;

/// Far more than any site has.
const LIMITS: Limits = Limits { entries: 500_000, depth: 64 };

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path below the configuration directory.
    pub path: RelPath,
    /// What it is.
    pub stat: Stat,
}

/// The configuration directory.
pub struct Tree {
    /// Where it really is.
    pub path: RootPath,
    /// The directory, held open.
    pub dir: Box<dyn Dir>,
    /// Which directory it is.
    pub anchor: Anchor,
    /// Everything below it, a directory before what it holds.
    pub entries: Vec<Entry>,
}

/// A regular file with all its names.
#[derive(Clone, Debug)]
pub struct Names {
    /// Its first name.
    pub path: RelPath,
    /// The other ones.
    pub others: Vec<RelPath>,
    /// What it is.
    pub stat: Stat,
}

impl Names {
    /// Returns all of them.
    pub fn all(&self) -> impl Iterator<Item = &RelPath> {
        std::iter::once(&self.path).chain(&self.others)
    }
}

impl Tree {
    /// Reads the directory.
    ///
    /// # Errors
    /// As `readdir`; [`survey::SurveyError::TooMuch`]; [`command::Error::Interrupted`].
    pub fn read(fs: &dyn FileSystem, path: &RootPath, observer: &dyn Observer) -> Result<Self, Error> {
        let dir = fs.open_dir(path).map_err(|e| Error::io("open", path, e))?;
        let anchor = survey::anchor(&*dir, path).map_err(command::Error::from)?;
        let mut entries = Vec::new();
        let walked = survey::walk(&*dir, path, LIMITS, |path, stat| {
            if observer.stop_requested() {
                return Err(command::Error::Interrupted);
            }
            entries.push(Entry { path: path.clone(), stat: *stat });
            Ok(Below::Enter)
        });
        walked?;
        Ok(Self { path: path.clone(), dir, anchor, entries })
    }

    /// Returns the entries of a kind.
    pub fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.stat.kind == kind)
    }

    /// Returns the path of an entry as an administrator would write it.
    pub fn show(&self, path: &RelPath) -> RootPath {
        path.names().iter().fold(self.path.clone(), |path, name| path.join(name))
    }

    /// Returns the regular files, each once, with all its names below this directory. It may have more elsewhere.
    pub fn files(&self) -> Vec<Names> {
        let mut by_id: BTreeMap<FileId, usize> = BTreeMap::new();
        let mut files: Vec<Names> = Vec::new();
        for entry in self.of_kind(FileKind::Regular) {
            let known = (entry.stat.links > 1).then(|| by_id.get(&entry.stat.id).copied()).flatten();
            if let Some(names) = known.and_then(|index| files.get_mut(index)) {
                names.others.push(entry.path.clone());
                continue;
            }
            if entry.stat.links > 1 {
                by_id.insert(entry.stat.id, files.len());
            }
            files.push(Names { path: entry.path.clone(), others: Vec::new(), stat: entry.stat });
        }
        files
    }
}
