//! The work directory of a merge: one command writes candidates into it, another one installs them. It holds passwords, and decides
//! what becomes the configuration, so nobody else may look into it or put another one in its place.

use std::io;
use std::path::Path;

use command::Context;
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::{FileKind, FileSystem, Lock, RelPath, RootPath, Stat};
use upgrade_engine::survey::is_absent;

use crate::error::Error;
use crate::files::{FileSystems, Where};
use crate::layout::Directory;
use crate::own_files;

/// Set on a directory in which only the owner of an entry may rename it.
const STICKY: u32 = 0o1000;

/// A work directory, which need not be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkDirectory {
    /// Below the product root, or a real path.
    pub on: Where,
    /// Its path there.
    pub path: RootPath,
}

impl WorkDirectory {
    /// Returns the usual one of a product, which is below the product root.
    pub fn usual(path: RootPath) -> Self {
        Self { on: Where::Product, path }
    }

    /// Returns one that the administrator named.
    ///
    /// # Errors
    /// For a name that no directory can have.
    pub fn named(typed: &Path) -> Result<Self, Error> {
        Ok(Self { on: Where::Own, path: own_files::path(typed)? })
    }

    /// Returns the option that names it to another program, with a blank before it; nothing for the usual one.
    pub fn option(&self) -> String {
        match self.on {
            Where::Own => format!(" --work-dir {}", command::quoted(&self.path.to_string())),
            Where::Product | Where::State => String::new(),
        }
    }

    /// Returns the file system that it is on.
    pub fn fs<'a>(&self, context: &Context<'a>) -> &'a dyn FileSystem {
        FileSystems::of(context).on(self.on)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`Error::NoCandidates`] when it is not there; [`Error::Swappable`].
    pub fn open<'a>(&self, context: &Context<'a>) -> Result<Directory<'a>, Error> {
        self.refuse_swappable(self.fs(context))?;
        match self.fs(context).open_dir(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Error::NoCandidates(self.path.clone())),
            _ => Directory::open(FileSystems::of(context), self.on, self.path.clone()),
        }
    }

    /// Keeps others from replacing it at the same time, as long as the lock is held.
    ///
    /// # Errors
    /// [`command::Error::Active`] when somebody does.
    pub fn lock(&self, fs: &dyn FileSystem) -> Result<Box<dyn Lock>, Error> {
        let Some((parent, _)) = self.path.split_last() else { return Err(Error::NoPlace(self.path.clone())) };
        match fs.open_dir(&parent).and_then(|dir| dir.lock()) {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Err(command::Error::Active { holder: None }.into()),
            other => other.map_err(|e| Error::io("lock", &parent, e)),
        }
    }

    /// Refuses a directory that another user may change, or may put another one in the place of.
    ///
    /// # Errors
    /// [`Error::Swappable`]; when a directory above it is not there.
    pub fn refuse_swappable(&self, fs: &dyn FileSystem) -> Result<(), Error> {
        let own = rustix::process::geteuid().as_raw();
        let is_others = |stat: &Stat| stat.uid != 0 && stat.uid != own;
        let swappable =
            |directory: &RootPath| Error::Swappable { path: self.path.clone(), directory: directory.clone() };
        let Some((parent, name)) = self.path.split_last() else { return Err(swappable(&self.path)) };
        let above = match fs.open_dir(&parent) {
            Err(e) if is_absent(&e) => return Err(Error::NoPlace(parent)),
            other => other.map_err(|e| Error::io("open", &parent, e))?,
        };
        match above.stat(&RelPath::from(name)) {
            Ok(stat) if stat.kind != FileKind::Directory || is_others(&stat) || stat.mode & 0o022 != 0 => {
                return Err(swappable(&self.path));
            }
            Err(e) if !is_absent(&e) => return Err(Error::io("look at", &self.path, e)),
            _ => {}
        }
        let mut at = Some(parent);
        while let Some(directory) = at {
            let stat = fs.open_dir(&directory).and_then(|dir| dir.stat(&RelPath::here()));
            let stat = stat.map_err(|e| Error::io("look at", &directory, e))?;
            if is_others(&stat) || (stat.mode & 0o022 != 0 && stat.mode & STICKY == 0) {
                return Err(swappable(&directory));
            }
            at = directory.split_last().map(|(parent, _)| parent);
        }
        Ok(())
    }
}
