//! Removes a directory with everything in it, never following a link.
//!
//! Somebody may have put a tree there that is deeper than any stack and longer than any path. So directories are held open on the way
//! down, at most [`MOST_OPEN`] of them; what lies deeper is moved up to the top first, and removed from there. Neither memory nor the
//! length of a path depends on the depth.

use std::io::{self, ErrorKind};
use std::vec::IntoIter;

use crate::fs::{Attribute, Dir, Existing, FileKind, Name, RelPath};

/// What the owner needs to remove a directory's entries.
const OWNER_MAY_CHANGE: u32 = 0o700;
/// Most directories that are held open.
const MOST_OPEN: usize = 32;

/// Removes the directory `at` with everything in it.
///
/// # Errors
/// As `readdir`, `unlink` and `rmdir`.
pub(crate) fn remove_tree(dir: &dyn Dir, at: &RelPath) -> io::Result<()> {
    let top = dir.open_dir(at)?;
    let mut removal = Removal { top: &*top, moved: 0 };
    // Each pass leaves at the top what lay too deep for it.
    while removal.pass()? == Pass::MovedUp {}
    drop(top);
    dir.remove_dir(at)
}

/// What became of what a pass found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// It is gone.
    Emptied,
    /// Some of it was moved to the top.
    MovedUp,
}

struct Removal<'a> {
    top: &'a dyn Dir,
    /// How many directories were moved to the top.
    moved: u64,
}

/// A directory on the way down.
struct Level {
    /// Where it is below the top.
    path: RelPath,
    /// Nothing for the top itself.
    dir: Option<Box<dyn Dir>>,
    /// The directories in it that are not removed yet.
    directories: IntoIter<Name>,
}

impl Level {
    fn dir<'l>(&'l self, top: &'l dyn Dir) -> &'l dyn Dir {
        self.dir.as_deref().unwrap_or(top)
    }

    /// Removes what a directory holds but for directories, after letting its owner do so.
    fn enter(path: RelPath, dir: Option<Box<dyn Dir>>, top: &dyn Dir) -> io::Result<Self> {
        let mut level = Self { path, dir, directories: Vec::new().into_iter() };
        let dir = level.dir(top);
        let_owner_change(dir)?;
        let mut directories = Vec::new();
        for name in dir.list(&RelPath::here())? {
            let at = RelPath::from(name.clone());
            match dir.stat(&at)?.kind {
                FileKind::Directory => directories.push(name),
                _ => dir.remove_file(&at)?,
            }
        }
        level.directories = directories.into_iter();
        Ok(level)
    }
}

impl Removal<'_> {
    fn pass(&mut self) -> io::Result<Pass> {
        let mut pass = Pass::Emptied;
        let mut levels = vec![Level::enter(RelPath::here(), None, self.top)?];
        while let Some(level) = levels.last_mut() {
            let Some(name) = level.directories.next() else {
                let emptied = levels.pop().map(|level| level.path);
                if let (Some(above), Some(path)) = (levels.last(), emptied)
                    && let Some((_, name)) = path.split_last()
                {
                    above.dir(self.top).remove_dir(&name.clone().into())?;
                }
                continue;
            };
            let path = level.path.join(&name);
            let below = level.dir(self.top).open_dir(&RelPath::from(name))?;
            if levels.len() < MOST_OPEN {
                levels.push(Level::enter(path, Some(below), self.top)?);
            } else {
                // Its entry `..` is about to change.
                let_owner_change(&*below)?;
                self.move_up(&path)?;
                pass = Pass::MovedUp;
            }
        }
        Ok(pass)
    }

    /// Gives a directory a free name at the top.
    fn move_up(&mut self, path: &RelPath) -> io::Result<()> {
        loop {
            self.moved = self.moved.saturating_add(1);
            let name = Name::new(format!(".deep-{}", self.moved)).map_err(io::Error::other)?;
            match self.top.rename(path, &name.into(), Existing::Refuse) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                other => return other,
            }
        }
    }
}

/// Another user than root could not take a copy of a directory apart that its owner may only read.
pub(crate) fn let_owner_change(dir: &dyn Dir) -> io::Result<()> {
    let held = dir.hold(&RelPath::here())?;
    let mode = held.stat()?.mode;
    if mode & OWNER_MAY_CHANGE == OWNER_MAY_CHANGE {
        return Ok(());
    }
    held.set(&Attribute::Mode(mode | OWNER_MAY_CHANGE))
}
