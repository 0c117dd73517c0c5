//! Directories that hold a product's files: by their names, or laid out like a root.

use std::collections::BTreeMap;
use std::io;

use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey;

use crate::error::Error;
use crate::files::{FileSystems, Version, Where};
use crate::own_files::{self, Below};

/// A directory that somebody named, or that is kept.
#[derive(Clone)]
pub struct Directory<'a> {
    files: FileSystems<'a>,
    on: Where,
    path: RootPath,
}

impl<'a> Directory<'a> {
    /// Looks at a directory.
    ///
    /// # Errors
    /// [`Error::Files`] when it is not there or no directory.
    pub fn open(files: FileSystems<'a>, on: Where, path: RootPath) -> Result<Self, Error> {
        let what = match files.on(on).open_dir(&path) {
            Ok(_) => return Ok(Self { files, on, path }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => "no such directory",
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => "it is not a directory",
            Err(e) => return Err(Error::io("open", path, e)),
        };
        Err(Error::Files { path: path.to_string(), what: what.to_owned() })
    }

    /// Returns where it is.
    pub fn path(&self) -> &RootPath {
        &self.path
    }

    /// Returns the file system that it is on.
    pub fn fs(&self) -> &'a dyn FileSystem {
        self.files.on(self.on)
    }

    /// Returns a directory below it, which need not be there.
    ///
    /// # Errors
    /// For a name that no directory can have.
    pub fn below(&self, name: &str) -> Result<Self, Error> {
        Ok(Self { path: own_files::below(&self.path, name)?, ..self.clone() })
    }

    /// Returns the error of a directory that does not hold what it should.
    pub fn wrong(&self, what: impl Into<String>) -> Error {
        Error::Files { path: self.path.to_string(), what: what.into() }
    }

    /// Returns the version of a file that was read here.
    pub fn version(&self, path: RootPath, content: Vec<u8>) -> Version {
        Version::new(self.on, path, content)
    }

    /// Returns the files that lie here by one of their names, the first one that there is. A name may be a path below the directory.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn by_name<'n, K: Ord>(
        &self,
        wanted: impl IntoIterator<Item = (K, &'n [&'n str])>,
    ) -> Result<BTreeMap<K, Version>, Error> {
        let mut found = BTreeMap::new();
        for (file, names) in wanted {
            for name in names {
                let path = own_files::below(&self.path, name)?;
                if is_file(self.fs(), &path)? {
                    let content = own_files::read(self.fs(), &path)?;
                    found.insert(file, self.version(path, content));
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Looks at the directory as if it were a root.
    pub fn as_root(&self) -> Below<'a> {
        Below::new(self.fs(), self.path.clone())
    }
}

/// Returns whether a path leads to a regular file; a link is taken for one, so that one that leads nowhere is no missing file.
fn is_file(fs: &dyn FileSystem, path: &RootPath) -> Result<bool, Error> {
    let Some((parent, name)) = path.split_last() else { return Ok(false) };
    match fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))) {
        Ok(stat) => Ok(matches!(stat.kind, FileKind::Regular | FileKind::Symlink)),
        Err(e) if survey::is_absent(&e) => Ok(false),
        Err(e) => Err(Error::io("look at", path, e)),
    }
}
