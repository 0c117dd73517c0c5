//! The files from before: a snapshot, a directory that holds them, or a tree like a root.

use std::collections::BTreeMap;
use std::io;

use config_merge::Version;
use config_merge::layout::Directory;
use install_root::delegated_administrator::{self as da, ConfigFile, Deployed};
use upgrade_engine::fs::RootPath;

use crate::detect::{self, Copy};
use crate::error::Error;
use crate::snapshot::{Kind, STOCK, TREE};

/// The files from before.
#[derive(Clone, Debug, Default)]
pub struct SavedFiles {
    /// The site's files.
    pub files: BTreeMap<ConfigFile, Version>,
    /// The copies that a container ran then.
    pub copies: Vec<Copy>,
    /// The stock files that were found then.
    pub stock: BTreeMap<ConfigFile, Version>,
}

/// Reads a directory with files from before. `base` is where Delegated Administrator is now.
///
/// # Errors
/// [`config_merge::Error::Files`] when it holds none of the files.
pub fn open(directory: &Directory<'_>, base: &RootPath) -> Result<SavedFiles, Error> {
    let saved = match config_merge::snapshot::read::<Kind>(directory.fs(), directory.path())? {
        Some(record) => {
            let stock = by_name(&directory.below(STOCK)?)?;
            SavedFiles { stock, ..of_tree(&directory.below(TREE)?, &[record.base])? }
        }
        None => SavedFiles { files: by_name(directory)?, ..SavedFiles::default() },
    };
    if !saved.files.is_empty() {
        return Ok(saved);
    }
    let mut bases = vec![base.clone()];
    // The last one: a copy of the installation directory itself.
    for known in da::BASES.into_iter().chain(["/"]) {
        bases.push(RootPath::new(known).map_err(|e| Error::io("use", known, io::Error::other(e)))?);
    }
    let saved = of_tree(directory, &bases)?;
    if saved.files.is_empty() {
        Err(directory.wrong("it holds none of the six properties files").into())
    } else {
        Ok(saved)
    }
}

fn by_name(directory: &Directory<'_>) -> Result<BTreeMap<ConfigFile, Version>, Error> {
    Ok(directory.by_name(ConfigFile::ALL.map(|file| (file, file.names())))?)
}

/// Returns the files at their places below the first base that has any, in a tree like a root.
fn of_tree(directory: &Directory<'_>, bases: &[RootPath]) -> Result<SavedFiles, Error> {
    let tree = directory.as_root();
    let real = |path: &RootPath| tree.real(path).map_err(|e| Error::io("use", path, e));
    let mut saved = SavedFiles::default();
    for base in bases {
        for found in detect::originals(&tree, base)?.into_values() {
            saved.files.insert(found.file, directory.version(real(&found.path)?, found.content));
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
