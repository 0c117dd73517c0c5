//! Files of the user interface outside `WEB-INF` that are not as the package has them (`reference/communications-express.md` section 7).
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
/// How large a tree may be.
const LIMITS: Limits = Limits { entries: 200_000, depth: 64 };
/// Where the package's copy may be below an installation: the manuals write its base in two ways (section 4).
const COPIES: [&str; 3] = ["", "SUNWuwc/", "lib/config-templates/"];

/// How a file differs from the package's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Its content differs.
    Changed,
    /// The package has no such file.
    Added,
    /// It is not deployed.
    Missing,
    /// A file of the package is something else in the deployed tree, or the other way round: a link, a directory.
    OtherKind,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "differs from the package's copy",
            Self::Added => "is not in the package",
            Self::Missing => "is in the package and not deployed",
            Self::OtherKind => "is of another kind than in the package, such as a symbolic link",
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
    /// Deployed trees that cannot be compared, as the installation has no copy of them.
    pub without_copy: Vec<String>,
}

impl UiTrees {
    /// Returns the lines of a report, of which there are at most `most` about files.
    pub fn lines(&self, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.changed.iter().take(most).map(ToString::to_string).collect();
        match self.changed.len().saturating_sub(most) {
            0 => {}
            more => lines.push(format!("and {more} more files of the user interface; --json lists all")),
        }
        lines.extend(self.without_copy.iter().map(|tree| {
            format!(
                "{tree}: the installation has no copy to compare it with; look yourself what the site changed there"
            )
        }));
        lines
    }
}

/// Compares the deployed trees with the copies of an installation. A tree that is not deployed is left out.
///
/// # Errors
/// [`upgrade_engine::survey::SurveyError::TooMuch`]; as `open` and `read`.
pub fn compare(fs: &dyn FileSystem, deployed: &RootPath, base: Option<&RootPath>) -> Result<UiTrees, Error> {
    let mut found = UiTrees::default();
    for tree in TREES {
        let path = below(deployed, tree)?;
        match kind(fs, &path)? {
            None => continue,
            Some(FileKind::Directory) => {}
            Some(_) => {
                found.changed.push(Changed { file: tree.to_owned(), difference: Difference::OtherKind });
                continue;
            }
        }
        let copy = base.map(|base| package_copy(fs, base, tree)).transpose()?.flatten();
        match copy.filter(|copy| *copy != path) {
            Some(copy) => found.changed.extend(compare_tree(fs, tree, &path, &copy)?),
            None => found.without_copy.push(tree.to_owned()),
        }
    }
    Ok(found)
}

/// Returns where an installation has its copy of a tree; nothing where it has none.
///
/// # Errors
/// As `open`.
pub fn package_copy(fs: &dyn FileSystem, base: &RootPath, tree: &str) -> Result<Option<RootPath>, Error> {
    for place in COPIES {
        let path = below(base, &format!("{place}{tree}"))?;
        match fs.open_dir(&path) {
            Ok(_) => return Ok(Some(path)),
            Err(e) if is_absent(&e) => {}
            Err(e) => return Err(Error::io("open", path, e)),
        }
    }
    Ok(None)
}

fn compare_tree(fs: &dyn FileSystem, tree: &str, deployed: &RootPath, copy: &RootPath) -> Result<Vec<Changed>, Error> {
    let open = |path: &RootPath| fs.open_dir(path).map_err(|e| Error::io("open", path, e));
    let (live, stock) = (open(deployed)?, open(copy)?);
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
