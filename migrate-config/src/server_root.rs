//! A Messaging Server root: its programs, and its links to the configuration, the data and the logs.
//!
//! Source: `reference/messaging.md` sections 1.2 and 4.2. The product finds its configuration and its data by following these links.

use std::io::{self, ErrorKind};

use upgrade_engine::fs::{FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::survey::{follow, is_absent, real_path_within_rights};

use crate::error::Error;

/// What one of the names `config`, `data` and `log` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// There is nothing: the root is not configured.
    Absent,
    /// A symbolic link.
    To {
        /// What it says.
        target: Vec<u8>,
        /// The directory that it leads to.
        directory: RootPath,
    },
    /// A directory of the root's own.
    Directory(RootPath),
}

impl Link {
    /// Returns the directory; nothing where there is none.
    pub fn directory(&self) -> Option<&RootPath> {
        match self {
            Self::Absent => None,
            Self::To { directory, .. } | Self::Directory(directory) => Some(directory),
        }
    }
}

/// A root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRoot {
    /// Where it is, as it was named.
    pub path: RootPath,
    /// The configuration.
    pub config: Link,
    /// The data: queues, store, and above the configuration and the logs.
    pub data: Link,
    /// The logs.
    pub log: Link,
}

impl ServerRoot {
    /// Looks at a root.
    ///
    /// # Errors
    /// [`Error::NoRoot`], [`Error::NotARoot`]; [`Error::Link`] for a link that dangles, loops or leads to no directory.
    pub fn look(fs: &dyn FileSystem, path: &RootPath) -> Result<Self, Error> {
        if let Err(e) = fs.open_dir(path) {
            return Err(if is_absent(&e) { Error::NoRoot(path.clone()) } else { Error::io("open", path, e) });
        }
        for missing in ["sbin", "lib"] {
            let below = joined(path, missing).map_err(|e| Error::io("use", missing, e))?;
            match fs.open_dir(&below) {
                Ok(_) => {}
                Err(e) if is_absent(&e) => return Err(Error::NotARoot { root: path.clone(), missing }),
                Err(e) => return Err(Error::io("open", below, e)),
            }
        }
        let look = |name: &str| link(fs, path, name);
        Ok(Self { path: path.clone(), config: look("config")?, data: look("data")?, log: look("log")? })
    }

    /// Returns whether the root has a configuration, or a trace of one.
    pub fn is_configured(&self) -> bool {
        [&self.config, &self.data, &self.log].into_iter().any(|link| *link != Link::Absent)
    }
}

fn joined(path: &RootPath, name: &str) -> io::Result<RootPath> {
    Ok(path.join(&Name::new(name).map_err(io::Error::other)?))
}

fn link(fs: &dyn FileSystem, root: &RootPath, name: &str) -> Result<Link, Error> {
    let path = joined(root, name).map_err(|e| Error::io("use", name, e))?;
    let failed = |e| Error::io("look at", &path, e);
    let dir = fs.open_dir(root).map_err(|e| Error::io("open", root, e))?;
    let below = RelPath::new(name).map_err(|e| failed(io::Error::other(e)))?;
    let kind = match dir.stat(&below) {
        Ok(stat) => stat.kind,
        Err(e) if is_absent(&e) => return Ok(Link::Absent),
        Err(e) => return Err(failed(e)),
    };
    let wrong = |what: &str| Error::Link { path: path.clone(), what: what.to_owned() };
    match kind {
        FileKind::Directory => Ok(Link::Directory(path)),
        FileKind::Symlink => {
            let target = dir.read_link(&below).map_err(failed)?;
            let directory = match follow(fs, &path) {
                Ok(directory) => directory,
                Err(e) if is_absent(&e) => return Err(wrong("is a link that leads nowhere")),
                Err(e) if e.kind() == ErrorKind::TooManyLinks => {
                    return Err(wrong("is a link that leads back to itself"));
                }
                Err(e) => return Err(failed(e)),
            };
            // The root's own links are root's; what they lead to may lie in a directory of the server's account.
            real_path_within_rights(fs, &path).map_err(failed)?;
            match fs.open_dir(&directory) {
                Ok(_) => Ok(Link::To { target, directory }),
                Err(e) if e.kind() == ErrorKind::NotADirectory => {
                    Err(wrong("is a link to something that is no directory"))
                }
                Err(e) => Err(Error::io("open", &directory, e)),
            }
        }
        _ => Err(wrong("is neither a directory nor a link to one")),
    }
}
