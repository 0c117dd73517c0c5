//! Whether anybody but root and the caller could change what a path leads to.
//!
//! A path is resolved one name at a time on open directories. Each real directory on the way must belong to root or to the caller, and
//! be writable for nobody else: then nobody else can put something in the place of what was opened, and the path may be opened again.
//! A sticky directory such as `/tmp` is an exception, since in it only the owner of an entry can replace the entry; the entry must then
//! be root's or the caller's. A symbolic link is resolved with the same judgement, so `/var -> private/var` is fine.
//!
//! Access control lists need no look of their own: what they grant shows in the group bits of the mode.

use std::collections::VecDeque;
use std::io;

use crate::fs::{Dir, Durable, FileKind, FileSystem, Name, RelPath, RootPath, Stat};

const MAX_LINKS: usize = 40;
const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Why a path is not used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// Others could change what it leads to.
    #[error("{at} {why}")]
    Untrusted {
        /// The directory, link or file that they could change.
        at: RootPath,
        /// What makes that possible, as a predicate.
        why: String,
    },
    /// It cannot be opened or looked at.
    #[error("cannot open {at}: {source}")]
    Io {
        /// What was opened.
        at: RootPath,
        /// What the system said.
        source: io::Error,
    },
}

impl TrustError {
    fn io(at: &RootPath, source: io::Error) -> Self {
        // The file system may refuse for the same reason, for what is above its root.
        match source.downcast::<Self>() {
            Ok(inner) => inner,
            Err(source) => Self::Io { at: at.clone(), source },
        }
    }

    /// Returns true when there is nothing at the path.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// What to do about a directory that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is an error.
    Fail,
    /// It is made, for its owner only.
    Make,
}

/// Opens a directory that only root and the caller can change, with everything above it.
///
/// # Errors
/// [`TrustError`].
pub fn open_dir(fs: &dyn FileSystem, path: &RootPath, missing: Missing) -> Result<Box<dyn Dir>, TrustError> {
    let (dir, at) = walk(fs, path, missing)?;
    // Even where only owners can replace entries, anybody can add one.
    let stat = look(&*dir, &at)?;
    refuse_others(&stat, &at, Sticky::CountsForNothing)?;
    Ok(dir)
}

/// Returns an error when anybody but root and the caller could put something in the place of a directory. In the directory itself others
/// may add entries, where it is sticky.
///
/// # Errors
/// [`TrustError`].
pub fn check_dir(fs: &dyn FileSystem, path: &RootPath) -> Result<(), TrustError> {
    walk(fs, path, Missing::Fail).map(drop)
}

/// Returns an error when anybody but root and the caller could change a file, or put another one in its place.
///
/// # Errors
/// [`TrustError`].
pub fn check_file(fs: &dyn FileSystem, path: &RootPath) -> Result<(), TrustError> {
    let mut path = path.clone();
    for _ in 0..=MAX_LINKS {
        let Some((parent, name)) = path.split_last() else {
            return Err(TrustError::io(&path, io::ErrorKind::IsADirectory.into()));
        };
        let (dir, at) = walk(fs, &parent, Missing::Fail)?;
        let at = at.join(&name);
        let entry = RelPath::from(name);
        let stat = dir.stat(&entry).map_err(|e| TrustError::io(&at, e))?;
        if stat.kind != FileKind::Symlink {
            return refuse_others(&stat, &at, Sticky::CountsForNothing);
        }
        refuse_owner(&stat, &at)?;
        let target = dir.read_link(&entry).map_err(|e| TrustError::io(&at, e))?;
        let above = at.split_last().map_or_else(|| parent.clone(), |(above, _)| above);
        path = above.resolve(&target).map_err(|e| TrustError::io(&at, io::Error::other(e)))?;
    }
    Err(TrustError::io(&path, rustix::io::Errno::LOOP.into()))
}

/// Returns an error when a directory or file that is open belongs to somebody else than root and the caller, or can be written by others.
///
/// # Errors
/// [`TrustError::Untrusted`].
pub fn check(stat: &Stat, at: &RootPath) -> Result<(), TrustError> {
    refuse_others(stat, at, Sticky::CountsForNothing)
}

struct Held {
    dir: Box<dyn Dir>,
    at: RootPath,
    is_sticky: bool,
}

impl Held {
    fn new(dir: Box<dyn Dir>, at: RootPath) -> Result<Self, TrustError> {
        let stat = look(&*dir, &at)?;
        refuse_others(&stat, &at, Sticky::Counts)?;
        Ok(Self { dir, at, is_sticky: stat.mode & STICKY != 0 })
    }

    fn open(&self, name: &Name, missing: Missing) -> io::Result<Box<dyn Dir>> {
        let entry = RelPath::from(name.clone());
        match self.dir.open_dir(&entry) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && missing == Missing::Make => {}
            other => return other,
        }
        match self.dir.make_dir(&entry) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            other => drop(other?),
        }
        self.dir.sync(&RelPath::here(), Durable::StateDirectory)?;
        self.dir.open_dir(&entry)
    }

    /// Returns the target of a link; nothing when the entry is none.
    fn link(&self, name: &Name, at: &RootPath) -> Result<Option<Vec<u8>>, TrustError> {
        let entry = RelPath::from(name.clone());
        let stat = self.dir.stat(&entry).map_err(|e| TrustError::io(at, e))?;
        if stat.kind != FileKind::Symlink {
            return Ok(None);
        }
        if self.is_sticky {
            refuse_owner(&stat, at)?;
        }
        self.dir.read_link(&entry).map(Some).map_err(|e| TrustError::io(at, e))
    }
}

/// Opens a directory by a path of which each real directory was judged. Returns it with its real path.
fn walk(fs: &dyn FileSystem, path: &RootPath, missing: Missing) -> Result<(Box<dyn Dir>, RootPath), TrustError> {
    let top = RootPath::default();
    let mut here = Held::new(fs.open_dir(&top).map_err(|e| TrustError::io(&top, e))?, top)?;
    let mut above: Vec<Held> = Vec::new();
    let mut todo: VecDeque<Vec<u8>> = path.components().map(<[u8]>::to_vec).collect();
    let mut links = 0_usize;
    while let Some(component) = todo.pop_front() {
        if component == b".." {
            // Nothing is above the root.
            if let Some(parent) = above.pop() {
                here = parent;
            }
            continue;
        }
        let name = Name::new(component).map_err(|e| TrustError::io(path, io::Error::other(e)))?;
        let at = here.at.join(&name);
        match here.open(&name, missing) {
            Ok(dir) => above.push(std::mem::replace(&mut here, Held::new(dir, at)?)),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
                let Some(target) = here.link(&name, &at)? else { return Err(TrustError::io(&at, e)) };
                links = links.saturating_add(1);
                if links > MAX_LINKS {
                    return Err(TrustError::io(&at, rustix::io::Errno::LOOP.into()));
                }
                if target.first() == Some(&b'/') && !above.is_empty() {
                    here = above.swap_remove(0);
                    above.clear();
                }
                for part in target.split(|b| *b == b'/').rev().filter(|c| !c.is_empty() && *c != b".") {
                    todo.push_front(part.to_vec());
                }
            }
            Err(e) => return Err(TrustError::io(&at, e)),
        }
    }
    Ok((here.dir, here.at))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sticky {
    Counts,
    CountsForNothing,
}

fn look(dir: &dyn Dir, at: &RootPath) -> Result<Stat, TrustError> {
    dir.stat(&RelPath::here()).map_err(|e| TrustError::io(at, e))
}

fn refuse_owner(stat: &Stat, at: &RootPath) -> Result<(), TrustError> {
    if stat.uid == 0 || stat.uid == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(TrustError::Untrusted { at: at.clone(), why: format!("belongs to user {}", stat.uid) })
}

fn refuse_others(stat: &Stat, at: &RootPath, sticky: Sticky) -> Result<(), TrustError> {
    refuse_owner(stat, at)?;
    let is_protected = sticky == Sticky::Counts && stat.mode & STICKY != 0;
    if stat.mode & WRITABLE_BY_OTHERS == 0 || is_protected {
        return Ok(());
    }
    Err(TrustError::Untrusted { at: at.clone(), why: "can be written by others".to_owned() })
}
