//! Files of the user interface outside `WEB-INF` that are not as they were shipped (`reference/communications-express.md` section 7).
//! They are reported and never changed. No link is followed below the deployed directory.

use std::fmt;

use serde::Serialize;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{Below, Limits, is_absent, walk};

use crate::deployment::{WEB_INF, below, kind};
use crate::error::Error;

/// The trees.
pub const TREES: [&str; 3] = ["absimx", "uwc", "webmail"];
/// How many files are printed.
const PRINTED: usize = 50;
/// How large a tree may be.
const LIMITS: Limits = Limits { entries: 200_000, depth: 64 };
/// Where the package's copy may be below an installation: the manuals write its base in two ways (section 4).
const COPIES: [&str; 3] = ["", "SUNWuwc", "lib/config-templates"];

/// How a file differs from the shipped one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Its content differs.
    Changed,
    /// No such file was shipped.
    Added,
    /// It is not deployed.
    Missing,
    /// What was shipped as a file is something else in the deployed tree, or the other way round: a link, a directory.
    OtherKind,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "differs from the shipped file",
            Self::Added => "was not shipped",
            Self::Missing => "was shipped and is not deployed",
            Self::OtherKind => "is not of the shipped kind: it is a link, a directory, or no longer one",
        })
    }
}

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its path below the deployed directory.
    pub file: String,
    /// How it differs.
    pub difference: Difference,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file, self.difference)
    }
}

/// What differs in all trees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UiTrees {
    /// The files, in order.
    pub changed: Vec<Changed>,
    /// Deployed trees that cannot be compared: no shipped copy of them is known.
    pub without_copy: Vec<String>,
}

impl UiTrees {
    /// Returns the lines of a report: the first files, and what cannot be compared.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.changed.iter().take(PRINTED).map(ToString::to_string).collect();
        match self.changed.len().saturating_sub(PRINTED) {
            0 => {}
            more => {
                lines.push(format!("and {more} more files of the user interface; ce-upgrade check --json lists all"))
            }
        }
        lines.extend(
            self.without_copy.iter().map(|tree| {
                format!("{tree}: no shipped copy is known, so it is not known what the site changed there")
            }),
        );
        lines
    }
}

/// A directory, and the file system that it is on.
#[derive(Clone)]
pub struct Top<'a> {
    /// The file system.
    pub fs: &'a dyn FileSystem,
    /// The directory.
    pub path: RootPath,
}

/// Returns the directories of an installation that may hold its copies.
///
/// # Errors
/// Never in practice.
pub fn copies<'a>(fs: &'a dyn FileSystem, base: &RootPath) -> Result<Vec<Top<'a>>, Error> {
    let path = |place: &&str| if place.is_empty() { Ok(base.clone()) } else { below(base, place) };
    COPIES.iter().map(|place| Ok(Top { fs, path: path(place)? })).collect()
}

/// Compares the deployed trees with shipped ones: each with the first of the copies that has it. A tree that is not deployed is left out.
///
/// # Errors
/// [`upgrade_engine::survey::SurveyError::TooMuch`]; as `open` and `read`.
pub fn compare(deployed: &Top<'_>, copies: &[Top<'_>]) -> Result<UiTrees, Error> {
    let mut found = UiTrees::default();
    for tree in TREES {
        let live = Top { fs: deployed.fs, path: below(&deployed.path, tree)? };
        match kind(live.fs, &live.path)? {
            None => continue,
            Some(FileKind::Directory) => {}
            Some(_) => {
                found.changed.push(Changed { file: tree.to_owned(), difference: Difference::OtherKind });
                continue;
            }
        }
        match copy_of(copies, tree)? {
            Some(copy) => found.changed.extend(compare_tree(tree, &live, &copy)?),
            None => found.without_copy.push(tree.to_owned()),
        }
    }
    Ok(found)
}

/// Returns the first copy of a tree.
///
/// # Errors
/// As `open`.
pub fn copy_of<'a>(copies: &[Top<'a>], tree: &str) -> Result<Option<Top<'a>>, Error> {
    for Top { fs, path } in copies {
        let path = below(path, tree)?;
        match fs.open_dir(&path) {
            Ok(_) => return Ok(Some(Top { fs: *fs, path })),
            Err(e) if is_absent(&e) => {}
            Err(e) => return Err(Error::io("open", path, e)),
        }
    }
    Ok(None)
}

fn compare_tree(tree: &str, deployed: &Top<'_>, copy: &Top<'_>) -> Result<Vec<Changed>, Error> {
    let open = |top: &Top<'_>| top.fs.open_dir(&top.path).map_err(|e| Error::io("open", &top.path, e));
    let (live, stock) = (open(deployed)?, open(copy)?);
    let (deployed, copy) = (&deployed.path, &copy.path);
    let mut found = Vec::new();
    let mut add = |path: &RelPath, difference| found.push(Changed { file: format!("{tree}/{path}"), difference });
    walk(&*live, deployed, LIMITS, |path, stat| {
        if is_web_inf(path) {
            return Ok(Below::LeaveOut);
        }
        let in_copy = stat_of(&*stock, path, copy)?;
        match (stat.kind, in_copy) {
            (FileKind::Directory, None | Some((FileKind::Directory, _))) => {}
            (_, None) => add(path, Difference::Added),
            (FileKind::Regular, Some((FileKind::Regular, size))) => {
                if stat.size != size || digest(&*live, path, deployed)? != digest(&*stock, path, copy)? {
                    add(path, Difference::Changed);
                }
            }
            _ => {
                add(path, Difference::OtherKind);
                return Ok(Below::LeaveOut);
            }
        }
        Ok::<_, Error>(Below::Enter)
    })?;
    walk(&*stock, copy, LIMITS, |path, stat| {
        if is_web_inf(path) {
            return Ok(Below::LeaveOut);
        }
        let there = stat_of(&*live, path, deployed)?;
        if there.is_none() && stat.kind != FileKind::Directory {
            add(path, Difference::Missing);
        }
        // Below something of another kind everything would be missing.
        let is_other = there.is_some_and(|(kind, _)| kind != stat.kind);
        Ok::<_, Error>(if is_other { Below::LeaveOut } else { Below::Enter })
    })?;
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

fn is_web_inf(path: &RelPath) -> bool {
    path.names().iter().any(|name| name.as_bytes() == WEB_INF.as_bytes())
}

fn stat_of(dir: &dyn Dir, path: &RelPath, top: &RootPath) -> Result<Option<(FileKind, u64)>, Error> {
    match dir.stat(path) {
        Ok(stat) => Ok(Some((stat.kind, stat.size))),
        Err(e) if is_absent(&e) => Ok(None),
        Err(e) => Err(Error::io("look at", format!("{top}/{path}"), e)),
    }
}

fn digest(dir: &dyn Dir, path: &RelPath, top: &RootPath) -> Result<Digest, Error> {
    let file = dir.open(path).and_then(|file| Digest::of_file(&*file));
    file.map(|(digest, _)| digest).map_err(|e| Error::io("read", format!("{top}/{path}"), e))
}
