//! A snapshot: files as they were, with a record of owner, mode, times and digest of each.
//!
//! The directory holds `snapshot.json`, the record, and the files, each where the tool puts it.

use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::new_files::{self, NewFile};
use upgrade_engine::step::Attributes;
use upgrade_engine::survey::{self, ToCopy};

use crate::error::Error;
use crate::own_files;

/// The file that says what a snapshot holds.
pub const RECORD: &str = "snapshot.json";
/// Version of the record's form.
const VERSION: u32 = 1;

/// What a snapshot holds. `K` says what a file is to the tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record<K> {
    /// Version of this form.
    pub version: u32,
    /// Where the product was installed.
    pub base: RootPath,
    /// The saved files.
    pub files: Vec<Saved<K>>,
}

/// A saved file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved<K> {
    /// Its path below the product root.
    pub path: RootPath,
    /// What it is.
    pub kind: K,
    /// Digest of its content.
    pub digest: Digest,
    /// Owner, mode, times, extended attributes.
    pub attributes: Attributes,
}

/// A snapshot that is to be written.
pub struct Snapshot<K> {
    /// What it holds.
    pub record: Record<K>,
    files: Vec<NewFile>,
}

impl<K> Snapshot<K> {
    /// Begins with nothing.
    pub fn new(base: RootPath) -> Self {
        Self { record: Record { version: VERSION, base, files: Vec::new() }, files: Vec::new() }
    }

    /// Adds a file of the product, unless it was added by the same path. It goes below the directory `above`, by its path or by its
    /// name.
    ///
    /// # Errors
    /// [`command::Error::Io`].
    pub fn add(
        &mut self,
        fs: &dyn FileSystem,
        (path, content): (RootPath, Vec<u8>),
        kind: K,
        (above, by): (&str, By),
    ) -> Result<(), Error> {
        if self.record.files.iter().any(|saved| saved.path == path) {
            return Ok(());
        }
        let parent = survey::open_parent(fs, &path)?;
        let failed = |e| Error::io("look at", &path, e);
        let below = if by == By::Name { parent.name.as_bytes() } else { path.as_bytes() };
        let below = RelPath::new(below.strip_prefix(b"/").unwrap_or(below)).map_err(|e| failed(io::Error::other(e)))?;
        let at = RelPath::new(above).map_err(|e| failed(io::Error::other(e)))?.below(&below);
        let ToCopy { file, attributes, .. } =
            ToCopy::open(&*parent.dir, &RelPath::from(parent.name)).map_err(failed)?;
        let digest = Digest::of(&content);
        if Digest::of_file(&*file).map_err(failed)?.0 != digest {
            return Err(failed(io::Error::other("it changed while it was being read")));
        }
        self.files.push(NewFile { path: at, content, attributes: Some(attributes.clone()) });
        self.record.files.push(Saved { path, kind, digest, attributes });
        Ok(())
    }
}

/// How a saved file is called in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By its whole path.
    Path,
    /// By its name alone.
    Name,
}

/// Writes a snapshot as a new directory, whole or not at all; returns what could not be set by this user.
///
/// # Errors
/// [`command::Error::Io`] when the name is taken, or the system refuses.
pub fn write<K: Serialize>(fs: &dyn FileSystem, path: &RootPath, snapshot: Snapshot<K>) -> Result<Vec<String>, Error> {
    let failed = |e| Error::io("make", path, e);
    let content = serde_json::to_vec_pretty(&snapshot.record).map_err(|e| failed(e.into()))?;
    let mut files = snapshot.files;
    let record = RelPath::new(RECORD).map_err(|e| failed(io::Error::other(e)))?;
    files.push(NewFile { path: record, content, attributes: None });
    new_files::write_tree(fs, path, &files).map_err(failed)
}

/// Reads the record of a snapshot; nothing when the directory has none.
///
/// # Errors
/// [`Error::Files`] when it cannot be understood.
pub fn read<K: DeserializeOwned>(fs: &dyn FileSystem, dir: &RootPath) -> Result<Option<Record<K>>, Error> {
    let path = own_files::below(dir, RECORD)?;
    let Some(bytes) = own_files::read_if_there(fs, &path)? else { return Ok(None) };
    let wrong = |what| Error::Files { path: path.to_string(), what };
    let record: Record<K> = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
    if record.version != VERSION {
        return Err(wrong(format!("it has version {}, this program reads version {VERSION}", record.version)));
    }
    Ok(Some(record))
}
