//! Files of the system that still name the old root after a move: cron, start scripts, service managers, rotation of logs, Networker,
//! login scripts. The guide says to change PATH, scripts and Networker (`reference/messaging.md` section 1.1 row 8).
//!
//! Everything here only reads, below the product root, with limits. A root counts at path boundaries only, as in configuration files.

mod places;
mod show;

use std::collections::HashSet;
use std::io;

use documents::roots;
use upgrade_engine::fs::{FileId, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{follow, is_absent, read_file};

use places::PLACES;

/// Most levels of directories below a place.
const DEEPEST: usize = 8;
/// Most files and directories that are looked at.
const MOST_ENTRIES: usize = 50_000;
/// Most references that are listed.
const MOST_REFERENCES: usize = 10_000;

/// A line that names the old root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file or link.
    pub path: RootPath,
    /// The line, counted from 1; 0 where it is no line: the target of a link, or somewhere in a binary file.
    pub line: u64,
    /// The line, without secrets.
    pub text: String,
}

/// What names the old root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// In the order in which the places are searched.
    pub found: Vec<Reference>,
    /// What could not be searched, a line each.
    pub unreadable: Vec<String>,
}

/// Returns the lines, below the known places, that name a root in one of its spellings.
pub fn find(fs: &dyn FileSystem, spellings: &[RootPath]) -> References {
    let mut search = Search { fs, spellings, references: References::default(), seen: HashSet::new(), entries: 0 };
    for place in PLACES {
        if let Ok(path) = RootPath::new(place) {
            search.entry(&path, 0);
        }
    }
    search.references
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    spellings: &'a [RootPath],
    references: References,
    /// Files and directories that were searched: start scripts are links to each other.
    seen: HashSet<FileId>,
    entries: usize,
}

impl Search<'_> {
    /// Searches a file, a link, or a directory with what is below it. Directories nest at most [`DEEPEST`] deep.
    fn entry(&mut self, path: &RootPath, depth: usize) {
        self.entries = self.entries.saturating_add(1);
        if self.entries > MOST_ENTRIES || self.references.found.len() >= MOST_REFERENCES {
            let line = "There is more to search than is looked at: the list is not complete".to_owned();
            if self.references.unreadable.last() != Some(&line) {
                self.references.unreadable.push(line);
            }
            return;
        }
        match self.look(path, depth) {
            Ok(()) => {}
            Err(e) if is_absent(&e) => {}
            Err(e) => {
                let text = e.to_string();
                let named = text.starts_with(&path.to_string());
                self.references.unreadable.push(if named { text } else { format!("{path}: {text}") });
            }
        }
    }

    fn look(&mut self, path: &RootPath, depth: usize) -> io::Result<()> {
        let (parent, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        let dir = self.fs.open_dir(&parent)?;
        let at = RelPath::from(name);
        let mut stat = dir.stat(&at)?;
        let mut real = path.clone();
        if stat.kind == FileKind::Symlink {
            let target = dir.read_link(&at)?;
            let resolved = parent.resolve(&target).ok().map(|path| without_dots(&path));
            let is_named = self.names_root(&target) || resolved.is_some_and(|path| self.names_root(path.as_bytes()));
            if is_named {
                self.add(path, 0, format!("a link to {}", show::line(&target)));
            }
            real = follow(self.fs, path)?;
            // What lies in the old root is not a reference to it.
            if is_named || self.names_root(without_dots(&real).as_bytes()) {
                return Ok(());
            }
            let (parent, name) = real.split_last().ok_or(io::ErrorKind::IsADirectory)?;
            stat = self.fs.open_dir(&parent)?.stat(&RelPath::from(name))?;
        }
        if !self.seen.insert(stat.id) {
            return Ok(());
        }
        match stat.kind {
            FileKind::Regular => self.file(path, &real),
            FileKind::Directory if depth < DEEPEST => {
                for name in self.fs.open_dir(&real)?.list(&RelPath::here())? {
                    self.entry(&path.join(&name), depth.saturating_add(1));
                }
                Ok(())
            }
            FileKind::Directory => Err(io::Error::other("too many levels of directories: not searched")),
            FileKind::Symlink | FileKind::Fifo | FileKind::Special => Ok(()),
        }
    }

    fn file(&mut self, path: &RootPath, real: &RootPath) -> io::Result<()> {
        let Some(bytes) = read_file(self.fs, real)? else { return Ok(()) };
        if !self.names_root(&bytes) {
            return Ok(());
        }
        if bytes.contains(&0) {
            self.add(path, 0, "a binary file that names it".to_owned());
            return Ok(());
        }
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if self.names_root(line) {
                self.add(path, number, show::line(line));
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &RootPath, line: u64, text: String) {
        if self.references.found.len() < MOST_REFERENCES {
            self.references.found.push(Reference { path: path.clone(), line, text });
        }
    }

    fn names_root(&self, text: &[u8]) -> bool {
        self.spellings.iter().any(|root| roots::occurs(text, root.as_bytes()))
    }
}

/// Returns a path with each `..` resolved by its spelling, so that it can be compared with a root.
fn without_dots(path: &RootPath) -> RootPath {
    let mut names: Vec<&[u8]> = Vec::new();
    for component in path.components() {
        if component == b".." {
            names.pop();
        } else {
            names.push(component);
        }
    }
    let absolute = [b"/", names.join(&b'/').as_slice()].concat();
    RootPath::new(absolute).unwrap_or_else(|_| path.clone())
}
