//! A program of a product judged on open handles: it, the directory that holds it, and every directory that leads there.
//!
//! A path that is judged and then resolved again may lead elsewhere by then. So the walk from the machine's `/` holds each directory
//! that it passes, judges it before it looks up the next name in it, and ends with the handle of the program's directory, in which only
//! root and the caller can change a name.

#![allow(clippy::disallowed_methods, reason = "it opens directories and programs, by `O_PATH` handles only")]

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::path::escape;
use super::real::{Step, retry, stat_at, stat_handle, step};
use super::{FileKind, RootPath, Stat};

const MAX_LINKS: usize = 40;
/// Write permission of the group and of all others.
const OTHERS_MAY_WRITE: u32 = 0o022;
/// Only the owner of an entry, or of the directory, may rename or remove it.
const STICKY: u32 = 0o1000;
const ANY_EXECUTES: u32 = 0o111;

/// Why a program is not run.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It, or a directory on the way to it, cannot be opened.
    #[error("it cannot be run: {0}")]
    Io(#[from] io::Error),
    /// A link, a directory, or a file that nobody may execute.
    #[error("it is not a program")]
    NotAProgram,
    /// Its bytes can be changed by others.
    #[error("users other than root may change it: it is not run")]
    OthersMayChange,
    /// Another file can be put in its place by others.
    #[error("users other than root may change it, by changing {0}: it is not run")]
    OthersMayReplace(String),
    /// Another file has been put in its place.
    #[error("it was replaced since it was checked: it is not run")]
    Replaced,
}

/// A program that only root and the caller can change or replace, held open.
#[derive(Debug)]
pub struct HeldProgram {
    directory: OwnedFd,
    file: OwnedFd,
    name: Vec<u8>,
}

impl HeldProgram {
    /// Opens and judges a program below a product root. Links on the way are followed and stay below the root; the program itself is
    /// no link.
    ///
    /// # Errors
    /// [`ProgramError`].
    pub fn open(root: &Path, program: &RootPath) -> Result<Self, ProgramError> {
        let (parent, name) = program.split_last().ok_or(ProgramError::NotAProgram)?;
        let mut walk = Walk::from_the_top()?;
        walk.follow(std::path::absolute(root)?.as_os_str().as_bytes())?;
        walk.becomes_the_root();
        walk.follow(parent.as_bytes())?;
        let directory = walk.into_last()?;
        let name = name.as_bytes().to_vec();
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = retry(|| rustix::fs::openat(&directory, name.as_slice(), flags, Mode::empty()))?;
        let stat = stat_handle(file.as_fd())?;
        if stat.kind != FileKind::Regular || stat.mode & ANY_EXECUTES == 0 {
            return Err(ProgramError::NotAProgram);
        }
        if may_be_changed(&stat) {
            return Err(ProgramError::OthersMayChange);
        }
        Ok(Self { directory, file, name })
    }

    /// Judges the program again, as after a question: the same file has to be there, and what leads to it has to be as safe as before.
    /// The file's own mode is looked at on the handle.
    ///
    /// # Errors
    /// [`ProgramError`].
    pub fn check_again(&self, root: &Path, program: &RootPath) -> Result<(), ProgramError> {
        let now = Self::open(root, program)?;
        let same = |one: &OwnedFd, other: &OwnedFd| {
            io::Result::Ok(stat_handle(one.as_fd())?.id == stat_handle(other.as_fd())?.id)
        };
        let is_same = same(&self.directory, &now.directory)?
            && same(&self.file, &now.file)?
            && stat_at(self.directory.as_fd(), &self.name)?.id == stat_handle(self.file.as_fd())?.id;
        if is_same { Ok(()) } else { Err(ProgramError::Replaced) }
    }

    /// Returns how the program is called from its directory.
    pub fn name(&self) -> PathBuf {
        Path::new(".").join(OsStr::from_bytes(&self.name))
    }

    /// Returns the path by which a process of ours enters the held directory, whatever its name leads to by now.
    pub fn directory(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.directory.as_raw_fd()))
    }
}

fn may_be_changed(stat: &Stat) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stat.mode & OTHERS_MAY_WRITE != 0 || (stat.uid != 0 && stat.uid != own)
}

/// The directories from the machine's `/` to where the walk is, each judged.
struct Walk {
    held: Vec<(OwnedFd, Stat, Vec<u8>)>,
    /// How many of them are above what `/` and `..` lead to.
    base: usize,
    links: usize,
}

impl Walk {
    fn from_the_top() -> Result<Self, ProgramError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = retry(|| rustix::fs::open("/", flags, Mode::empty()))?;
        let mut walk = Self { held: Vec::new(), base: 0, links: 0 };
        walk.enter(top, Vec::new())?;
        Ok(walk)
    }

    fn becomes_the_root(&mut self) {
        self.base = self.held.len().saturating_sub(1);
    }

    fn follow(&mut self, path: &[u8]) -> Result<(), ProgramError> {
        let parts = |path: &[u8]| -> Vec<Vec<u8>> {
            path.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec).collect()
        };
        let mut todo: VecDeque<Vec<u8>> = parts(path).into();
        while let Some(name) = todo.pop_front() {
            if name == b".." {
                if self.held.len() > self.base.saturating_add(1) {
                    self.held.pop();
                }
                continue;
            }
            match step(self.last()?, &name)? {
                Step::Directory(directory) => self.enter(directory, name)?,
                Step::Link(target) => {
                    self.links = self.links.saturating_add(1);
                    if self.links > MAX_LINKS {
                        return Err(io::Error::from(Errno::LOOP).into());
                    }
                    // In a sticky directory others can make links, though they cannot replace one of root's.
                    let link = stat_at(self.last()?, &name)?;
                    if link.uid != 0 && link.uid != rustix::process::geteuid().as_raw() {
                        return Err(ProgramError::OthersMayReplace(self.shown(&name)));
                    }
                    if target.first() == Some(&b'/') {
                        self.held.truncate(self.base.saturating_add(1));
                    }
                    parts(&target).into_iter().rev().for_each(|part| todo.push_front(part));
                }
            }
        }
        Ok(())
    }

    /// Judges a directory before a name is looked up in it. What is above the root may be sticky: what root made there stays.
    fn enter(&mut self, directory: OwnedFd, name: Vec<u8>) -> Result<(), ProgramError> {
        let stat = stat_handle(directory.as_fd())?;
        let own = Stat { mode: if stat.mode & STICKY != 0 { 0 } else { stat.mode }, ..stat };
        if may_be_changed(&own) {
            return Err(ProgramError::OthersMayReplace(self.shown(&name)));
        }
        self.held.push((directory, stat, name));
        Ok(())
    }

    fn last(&self) -> Result<BorrowedFd<'_>, ProgramError> {
        let (directory, ..) = self.held.last().ok_or(ProgramError::NotAProgram)?;
        Ok(directory.as_fd())
    }

    /// Returns the directory that holds the program, if nobody else can make files from the root on: a file of root's that others link
    /// to from a sticky directory is not the product's program.
    fn into_last(mut self) -> Result<OwnedFd, ProgramError> {
        let below = self.held.iter().enumerate().skip(self.base);
        if let Some((index, _)) = below.into_iter().find(|(_, (_, stat, _))| may_be_changed(stat)) {
            self.held.truncate(index.saturating_add(1));
            return Err(ProgramError::OthersMayReplace(self.shown(b"")));
        }
        let (directory, ..) = self.held.pop().ok_or(ProgramError::NotAProgram)?;
        Ok(directory)
    }

    /// Returns the path of a name in the directory where the walk is: below the product root as the product sees it.
    fn shown(&self, name: &[u8]) -> String {
        let above = self.held.iter().skip(self.base.saturating_add(1)).map(|(_, _, name)| name.as_slice());
        let names = above.chain([name]).filter(|name| !name.is_empty());
        let path = names.fold(Vec::new(), |path, name| [path.as_slice(), b"/", name].concat());
        if path.is_empty() { "/".to_owned() } else { escape(&path) }
    }
}
