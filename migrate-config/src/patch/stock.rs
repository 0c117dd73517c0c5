//! The stock files of a release: the directory below `install` of its root that holds them (`reference/messaging.md` section 4.2), or
//! the one that was named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use config_merge::candidates::RECORD;
use config_merge::{FileSystems, Version, Where, own_files};
use upgrade_engine::fs::{FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::survey::{Below, Limits, SurveyError, walk};

use crate::error::Error;

/// How much is searched for stock files.
const SEARCHED: Limits = Limits { entries: 200_000, depth: 32 };
/// The files by which a directory of stock files is known.
const MARKS: [&str; 2] = ["imta.cnf", "msg.conf.defaults"];
/// The directory of a root that holds them.
const INSTALL: &str = "install";

/// Which release's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    Old,
    New,
}

impl Release {
    /// Returns the option that names the directory.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::Old => "--base",
            Self::New => "--new",
        }
    }
}

/// The stock files of a release.
pub(super) struct StockFiles<'a> {
    fs: &'a dyn FileSystem,
    on: Where,
    /// Their directory.
    pub(super) path: RootPath,
    /// The files by their names: their paths below the directory.
    files: BTreeMap<String, RelPath>,
}

impl<'a> StockFiles<'a> {
    /// Finds the stock files below `install` of a root.
    ///
    /// # Errors
    /// [`Error::NoStock`], [`Error::SeveralStocks`]; when a directory cannot be read.
    pub(super) fn of_root(files: FileSystems<'a>, root: &RootPath, release: Release) -> Result<Self, Error> {
        Self::open(files, Where::Product, &own_files::below(root, INSTALL)?, release)
    }

    /// Finds the stock files in a directory that was named: their own, or a tree that holds it.
    ///
    /// # Errors
    /// As [`StockFiles::of_root`].
    pub(super) fn named(files: FileSystems<'a>, typed: &Path, release: Release) -> Result<Self, Error> {
        let path = own_files::path(typed)?;
        // A name that is wrong is told from a directory without stock files.
        config_merge::layout::Directory::open(files, Where::Own, path.clone())?;
        Self::open(files, Where::Own, &path, release)
    }

    fn open(files: FileSystems<'a>, on: Where, top: &RootPath, release: Release) -> Result<Self, Error> {
        let fs = files.on(on);
        let none = || Error::NoStock { top: top.clone(), option: release.option() };
        let dir = match fs.open_dir(top) {
            Err(e) if upgrade_engine::survey::is_absent(&e) => return Err(none()),
            other => other.map_err(|e| Error::io("open", top, e))?,
        };
        let mut marks: BTreeMap<RelPath, usize> = BTreeMap::new();
        let (mut work, mut all) = (BTreeSet::new(), Vec::new());
        walk(&*dir, top, SEARCHED, |path, stat| {
            // What an interrupted merge left is hidden.
            let is_hidden = |(_, name): (RelPath, &Name)| name.as_bytes().starts_with(b".");
            if stat.kind == FileKind::Directory && path.split_last().is_some_and(is_hidden) {
                return Ok(Below::LeaveOut);
            }
            if stat.kind != FileKind::Directory
                && let Some((parent, name)) = path.split_last()
            {
                match std::str::from_utf8(name.as_bytes()) {
                    Ok(RECORD) => drop(work.insert(parent)),
                    Ok(name) if MARKS.contains(&name) => *marks.entry(parent).or_default() += 1,
                    _ => {}
                }
                if stat.kind == FileKind::Regular {
                    all.push(path.clone());
                }
            }
            Ok::<_, SurveyError>(Below::Enter)
        })
        .map_err(command::Error::from)?;
        // Candidates of an earlier merge are no stock files.
        marks.retain(|path, _| !work.iter().any(|work| path.starts_with(work)));
        let found = chosen(marks);
        let below = match found.as_slice() {
            [] => return Err(none()),
            [one] => one.clone(),
            several => {
                let paths = several.iter().map(|path| shown(top, path)).collect();
                return Err(Error::SeveralStocks { paths, option: release.option() });
            }
        };
        let depth = below.names().len();
        let named = |path: RelPath| {
            let names = path.names().get(depth..)?;
            let name =
                names.iter().map(|name| std::str::from_utf8(name.as_bytes()).ok()).collect::<Option<Vec<_>>>()?;
            Some((name.join("/"), path.clone()))
        };
        let files = all.into_iter().filter(|path| path.starts_with(&below)).filter_map(named).collect();
        Ok(Self { fs, on, path: shown(top, &below), files: rebased(files, depth) })
    }

    /// Returns the names of the files.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.files.keys().cloned().collect()
    }

    /// Reads a file; nothing where there is none by this name.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, name: &str) -> Result<Option<Version>, Error> {
        let Some(below) = self.files.get(name) else { return Ok(None) };
        let path = shown(&self.path, below);
        let content = own_files::read(self.fs, &path)?;
        Ok(Some(Version::new(self.on, path, content)))
    }

    /// Returns what `lstat` tells of a file.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn stat(&self, name: &str) -> Result<Option<upgrade_engine::fs::Stat>, Error> {
        let Some(below) = self.files.get(name) else { return Ok(None) };
        let stat = self.fs.open_dir(&self.path).and_then(|dir| dir.stat(below));
        stat.map(Some).map_err(|e| Error::io("look at", shown(&self.path, below), e))
    }
}

/// Makes paths relative to the directory that is `depth` names down.
fn rebased(files: BTreeMap<String, RelPath>, depth: usize) -> BTreeMap<String, RelPath> {
    let below = |path: &RelPath| path.names().iter().skip(depth).fold(RelPath::here(), |path, name| path.join(name));
    files.into_iter().map(|(name, path)| (name, below(&path))).collect()
}

/// Returns the directories that stock files may be meant to be in: those with both marks, else those with one; in a tree like a root
/// those below an `install` directory.
fn chosen(marks: BTreeMap<RelPath, usize>) -> Vec<RelPath> {
    let most = marks.values().copied().max().unwrap_or_default();
    let found: Vec<RelPath> = marks.into_iter().filter(|(_, count)| *count == most).map(|(path, _)| path).collect();
    let is_here = |path: &&RelPath| path.names().is_empty();
    if let Some(here) = found.iter().find(is_here) {
        return vec![here.clone()];
    }
    let is_installed = |path: &&RelPath| path.names().iter().any(|name| name.as_bytes() == INSTALL.as_bytes());
    let installed: Vec<RelPath> = found.iter().filter(is_installed).cloned().collect();
    if installed.is_empty() { found } else { installed }
}

fn shown(top: &RootPath, below: &RelPath) -> RootPath {
    below.names().iter().fold(top.clone(), |path, name| path.join(name))
}
