//! A file that is to be copied or that another one is to be like.

use std::io;

use crate::fs::{Dir, File, FileSystem, RelPath, RootPath};
use crate::step::{Attributes, not_taken_over};

/// A file whose content and attributes come from one handle.
pub struct ToCopy {
    /// The file, open for reading.
    pub file: Box<dyn File>,
    /// Its attributes. Set-user-id, set-group-id and capabilities are left out unless the file and its directory are root's alone.
    pub attributes: Attributes,
    /// What is left out, in words.
    dropped: Option<String>,
}

impl ToCopy {
    /// Opens a regular file below a directory.
    ///
    /// # Errors
    /// As `open`, `fstat` and `flistxattr`.
    pub fn open(dir: &dyn Dir, path: &RelPath) -> io::Result<Self> {
        let (above, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        let dir = dir.open_dir(&above)?;
        let file = dir.open(&name.clone().into())?;
        let mut attributes = Attributes::of_file(&*file)?;
        let dropped = attributes.drop_privileges_unless_roots(&dir.stat(&RelPath::here())?);
        Ok(Self { file, attributes, dropped })
    }

    /// Opens a regular file by its path on a product root.
    ///
    /// # Errors
    /// As [`ToCopy::open`].
    pub fn open_at(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Self> {
        let (above, name) = path.split_last().ok_or(io::ErrorKind::IsADirectory)?;
        Self::open(&*fs.open_dir(&above)?, &name.into())
    }

    /// Returns the sentence for what the copy does not take over; nothing when it takes over all.
    pub fn not_taken_over(&self, path: &str) -> Option<String> {
        self.dropped.as_deref().map(|dropped| not_taken_over(path, dropped))
    }
}
