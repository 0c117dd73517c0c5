//! The files from before: a snapshot, a directory that holds them, or a tree like a root.

use std::collections::BTreeMap;
use std::io;

use install_root::delegated_administrator::{self as da, ConfigFile, Deployed};
use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::detect::{self, Copy};
use crate::error::Error;
use crate::own_files::{self, Below, OwnFile};
use crate::snapshot::{RECORD, Record, STOCK, TREE};

/// Which file system a directory is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// A real path.
    Own,
    /// Where the runs are kept.
    State,
}

/// A file from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    /// Where it is.
    pub at: OwnFile,
    /// What it holds.
    pub content: Vec<u8>,
}

/// The files from before.
#[derive(Clone, Debug, Default)]
pub struct SavedFiles {
    /// The site's files.
    pub files: BTreeMap<ConfigFile, SavedFile>,
    /// The copies that a container ran then.
    pub copies: Vec<Copy>,
    /// The stock files that were found then.
    pub stock: BTreeMap<ConfigFile, SavedFile>,
}

/// Reads a directory with files from before. `base` is where Delegated Administrator is now.
///
/// # Errors
/// [`Error::Saved`] when it is not there or holds none of the files.
pub fn open(fs: &dyn FileSystem, dir: &RootPath, base: &RootPath) -> Result<SavedFiles, Error> {
    let wrong = |what: &str| Error::Saved { path: dir.to_string(), what: what.to_owned() };
    match fs.open_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(wrong("no such directory")),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Err(wrong("it is not a directory")),
        other => other.map_err(|e| Error::io("open", dir, e))?,
    };
    let saved = match record(fs, dir)? {
        Some(record) => {
            let mut saved = of_tree(fs, &own_files::below(dir, TREE)?, &[record.base])?;
            saved.stock = of_directory(fs, &own_files::below(dir, STOCK)?)?;
            saved
        }
        None => SavedFiles { files: of_directory(fs, dir)?, ..SavedFiles::default() },
    };
    if !saved.files.is_empty() {
        return Ok(saved);
    }
    let root = RootPath::new("/").map_err(|e| Error::io("use", "/", io::Error::other(e)))?;
    let mut bases = vec![base.clone()];
    for known in da::BASES {
        bases.push(RootPath::new(known).map_err(|e| Error::io("use", known, io::Error::other(e)))?);
    }
    // A copy of the installation directory itself.
    bases.push(root);
    let saved = of_tree(fs, dir, &bases)?;
    if saved.files.is_empty() { Err(wrong("it holds none of the six properties files")) } else { Ok(saved) }
}

fn record(fs: &dyn FileSystem, dir: &RootPath) -> Result<Option<Record>, Error> {
    let path = own_files::below(dir, RECORD)?;
    let bytes = install_root::read_file(fs, &path).map_err(|e| Error::io("read", &path, e))?;
    let parse = |bytes: Vec<u8>| serde_json::from_slice(&bytes);
    bytes.map(parse).transpose().map_err(|e| Error::Saved { path: path.to_string(), what: e.to_string() })
}

/// Returns the files that lie in a directory by their names.
fn of_directory(fs: &dyn FileSystem, dir: &RootPath) -> Result<BTreeMap<ConfigFile, SavedFile>, Error> {
    let mut files = BTreeMap::new();
    for file in ConfigFile::ALL {
        for name in file.names() {
            let path = own_files::below(dir, name)?;
            if !files.contains_key(&file) && da::is_file(fs, &path).map_err(|e| Error::io("look at", &path, e))? {
                let content = own_files::read(fs, &path)?;
                files.insert(file, SavedFile { at: OwnFile { path, digest: Digest::of(&content) }, content });
            }
        }
    }
    Ok(files)
}

/// Returns the files at their places below the first base that has any, in a tree like a root.
fn of_tree(fs: &dyn FileSystem, top: &RootPath, bases: &[RootPath]) -> Result<SavedFiles, Error> {
    let tree = Below::new(fs, top.clone());
    let real = |path: &RootPath| tree.real(path).map_err(|e| Error::io("use", path, e));
    let mut saved = SavedFiles::default();
    for base in bases {
        for found in detect::originals(&tree, base)?.into_values() {
            let at = OwnFile { path: real(&found.path)?, digest: Digest::of(&found.content) };
            saved.files.entry(found.file).or_insert(SavedFile { at, content: found.content });
        }
        if !saved.files.is_empty() {
            break;
        }
    }
    for copy in detect::copies(&tree)? {
        let place = Deployed { path: real(&copy.place.path)?, ..copy.place };
        saved.copies.push(Copy { place, content: copy.content });
    }
    Ok(saved)
}
