//! The site's configuration: its files, and what they held before the root move.
//!
//! Values are merged as the site wrote them, so that a path that only moved with the root is no customisation. Where the run that moved
//! the root edited a file and nobody did so since, the run's saved original counts; else the live file.

use std::collections::BTreeMap;

use config_merge::{Version, Where, own_files};
use documents::dialect::Dialect;
use upgrade_engine::Run;
use upgrade_engine::digest::Digest;
use upgrade_engine::engine::Session;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::place::Place;
use upgrade_engine::step::Step;
use upgrade_engine::survey::{Below, Limits, SurveyError, walk};

use crate::error::Error;
use crate::migrate::detect::roots::real_path;
use crate::migrate::rewrite::Moves;

/// How large a configuration may be.
const LARGEST: Limits = Limits { entries: 500_000, depth: 32 };

/// Where a site's values are from.
pub(super) enum Origin<'a> {
    /// The live files: no run moved a root.
    Live,
    /// The originals that a run saved, by the paths of the files: how its plan calls each, and what it moved.
    Originals { session: &'a Session, run: &'a Run, edited: BTreeMap<RootPath, Place>, moves: Moves },
    /// The configuration that a copy was made of, and what moved in the copy.
    CopyOf { config: RootPath, moves: Moves },
}

/// The site's configuration.
pub(super) struct Site<'a> {
    fs: &'a dyn FileSystem,
    /// Its directory, without links.
    pub(super) config: RootPath,
    files: BTreeMap<String, RootPath>,
    /// Names that are no text in UTF-8, as messages show them.
    pub(super) odd_names: Vec<String>,
    origin: Origin<'a>,
}

/// A file of the site.
pub(super) struct SiteFile {
    /// What the site made of it.
    pub(super) version: Version,
    /// Digest of what is there now.
    pub(super) live: Digest,
    /// Where it is, without links.
    pub(super) target: RootPath,
}

impl<'a> Site<'a> {
    /// Looks at a configuration directory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn look(fs: &'a dyn FileSystem, config: &RootPath, origin: Origin<'a>) -> Result<Self, Error> {
        let config = real_path(fs, config).map_err(|e| Error::io("look at", config, e))?;
        let dir = fs.open_dir(&config).map_err(|e| Error::io("open", &config, e))?;
        let (mut files, mut odd_names) = (BTreeMap::new(), Vec::new());
        walk(&*dir, &config, LARGEST, |below, stat| {
            let path = below.names().iter().fold(config.clone(), |path, name| path.join(name));
            let target = match stat.kind {
                FileKind::Regular => Some(path.clone()),
                FileKind::Symlink => linked_file(fs, &path),
                _ => None,
            };
            if let Some(target) = target {
                let names = below.names().iter().map(|name| std::str::from_utf8(name.as_bytes()).ok());
                match names.collect::<Option<Vec<_>>>() {
                    Some(names) => drop(files.insert(names.join("/"), target)),
                    None => odd_names.push(path.to_string()),
                }
            }
            Ok::<_, SurveyError>(Below::Enter)
        })
        .map_err(command::Error::from)?;
        Ok(Self { fs, config, files, odd_names, origin })
    }

    /// Returns the names of the files.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// Reads a file; nothing where the site has none by this name.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(super) fn read(&self, name: &str, dialect: Dialect) -> Result<Option<SiteFile>, Error> {
        let Some(target) = self.files.get(name) else { return Ok(None) };
        let content = own_files::read(self.fs, target)?;
        let live = Digest::of(&content);
        let before = self.before(name, dialect, target, &content)?;
        let version = Version::new(Where::Product, target.clone(), before.unwrap_or(content));
        Ok(Some(SiteFile { version, live, target: target.clone() }))
    }

    /// Returns what a file held before the root move; nothing where it is to be taken as it is.
    fn before(&self, name: &str, dialect: Dialect, target: &RootPath, live: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let (before, moves) = match &self.origin {
            Origin::Live => return Ok(None),
            Origin::Originals { session, run, edited, moves } => {
                let Some(place) = edited.get(target) else { return Ok(None) };
                (session.original(run, place).map_err(command::Error::from)?, moves)
            }
            Origin::CopyOf { config, moves } => {
                (own_files::read_if_there(self.fs, &own_files::below(config, name)?)?, moves)
            }
        };
        // Where more than the root was changed, by the run or by somebody since, the live file is the site's.
        let only_moved = |before: &Vec<u8>| match moves.rewritten(dialect, before) {
            Ok(Some((after, _))) => after == live,
            Ok(None) => before == live,
            Err(_) => false,
        };
        // The host names of a copy for another host are the site's wish; only the roots are the merge's to move.
        let names = Moves { roots: Vec::new(), names: moves.names.clone() };
        let renamed = |before: Vec<u8>| match names.rewritten(dialect, &before) {
            Ok(Some((renamed, _))) => renamed,
            _ => before,
        };
        Ok(before.filter(only_moved).map(renamed))
    }

    /// Returns what `lstat` tells of the files in the directory itself.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn stats(&self) -> Result<Vec<Stat>, Error> {
        let dir = self.fs.open_dir(&self.config).map_err(|e| Error::io("open", &self.config, e))?;
        let mut found = Vec::new();
        for name in self.files.keys().filter(|name| !name.contains('/')) {
            let failed = |e| Error::io("look at", format!("{}/{name}", self.config), e);
            let below = RelPath::new(name).map_err(|e| failed(std::io::Error::other(e)))?;
            let stat = dir.stat(&below).map_err(failed)?;
            if stat.kind == FileKind::Regular {
                found.push(stat);
            }
        }
        Ok(found)
    }

    /// Returns what `lstat` tells of the directory.
    ///
    /// # Errors
    /// As `lstat`.
    pub(super) fn directory(&self) -> Result<Stat, Error> {
        let stat = self.fs.open_dir(&self.config).and_then(|dir| dir.stat(&RelPath::here()));
        stat.map_err(|e| Error::io("look at", &self.config, e))
    }
}

impl<'a> Origin<'a> {
    /// Returns the originals of a run.
    pub(super) fn originals(fs: &dyn FileSystem, session: &'a Session, run: &'a Run, moves: Moves) -> Self {
        let mut edited = BTreeMap::new();
        let mut directories: BTreeMap<RootPath, RootPath> = BTreeMap::new();
        for step in &run.plan.steps {
            let Step::ReplaceFile(step) = step else { continue };
            for place in std::iter::once(&step.at).chain(&step.links) {
                let Some(anchor) = run.plan.anchors.get(&place.anchor) else { continue };
                let path = place.path.names().iter().fold(anchor.path.clone(), |path, name| path.join(name));
                let Some((parent, name)) = path.split_last() else { continue };
                let directory = match directories.get(&parent) {
                    Some(directory) => directory.clone(),
                    // A directory that is gone has no live file to compare.
                    None => real_path(fs, &parent).unwrap_or_else(|_| parent.clone()),
                };
                edited.insert(directory.join(&name), place.clone());
                directories.insert(parent, directory);
            }
        }
        Self::Originals { session, run, edited, moves }
    }
}

/// Returns the regular file that a link leads to; nothing for one that leads elsewhere or nowhere.
fn linked_file(fs: &dyn FileSystem, path: &RootPath) -> Option<RootPath> {
    let target = real_path(fs, path).ok()?;
    let (parent, name) = target.split_last()?;
    let stat = fs.open_dir(&parent).ok()?.stat(&RelPath::from(name)).ok()?;
    (stat.kind == FileKind::Regular).then_some(target)
}
