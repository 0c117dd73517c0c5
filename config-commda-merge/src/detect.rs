//! What is on the disk: the installation, its six originals, the copies that containers run.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use command::CommonOptions;
use config_merge::own_files;
use install_root::Product;
use install_root::delegated_administrator::{self as da, BASES, ConfigFile, Deployed, OLD_VAR};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::real_path_within_rights;

use crate::error::Error;

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which one.
    pub file: ConfigFile,
    /// Where, with the last link followed.
    pub path: RootPath,
    /// What it holds.
    pub content: Vec<u8>,
    /// Further places where there is an original, older ones.
    pub others: Vec<RootPath>,
}

/// A deployed copy and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Where, and who runs it.
    pub place: Deployed,
    /// What it holds.
    pub content: Vec<u8>,
}

/// Returns where Delegated Administrator is installed.
///
/// # Errors
/// [`Error::NoBase`], [`Error::SeveralBases`], [`Error::Common`].
pub fn base(fs: &dyn FileSystem, common: &CommonOptions, typed: Option<&Path>) -> Result<RootPath, Error> {
    let failed = |e| Error::io("look for", "Delegated Administrator", e);
    if let Some(typed) = typed {
        let base = common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        return if da::is_base(fs, &base).map_err(failed)? { Ok(base) } else { Err(Error::NoBase(base.to_string())) };
    }
    let installations = install_root::find_product(fs, Product::DelegatedAdministrator).map_err(failed)?;
    let mut found: Vec<RootPath> = installations.into_iter().map(|found| found.layout.home).collect();
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Error::NoBase(BASES.join(", "))),
        (Some(base), true) => Ok(base),
        (Some(last), false) => {
            found.push(last);
            Err(Error::SeveralBases(found.iter().map(ToString::to_string).collect()))
        }
    }
}

/// Returns the originals that are there, each from the newest of its places.
///
/// # Errors
/// [`Error::Common`].
pub fn originals(fs: &dyn FileSystem, base: &RootPath) -> Result<BTreeMap<ConfigFile, Found>, Error> {
    let mut found = BTreeMap::new();
    for file in ConfigFile::ALL {
        let places = file.originals(base).map_err(|e| Error::io("use", base, io::Error::other(e)))?;
        let mut there = Vec::new();
        for place in places {
            if da::is_file(fs, &place).map_err(|e| Error::io("look at", &place, e))? {
                real_path_within_rights(fs, &place).map_err(|e| Error::io("open", &place, e))?;
                let path = install_root::follow(fs, &place).map_err(|e| Error::io("open", &place, e))?;
                if !there.contains(&path) {
                    there.push(path);
                }
            }
        }
        let mut there = there.into_iter();
        if let Some(path) = there.next() {
            let content = own_files::read(fs, &path)?;
            found.insert(file, Found { file, path, content, others: there.collect() });
        }
    }
    Ok(found)
}

/// Returns the trees that may hold other names of a hard-linked original.
///
/// # Errors
/// [`Error::Common`].
pub fn trees(base: &RootPath) -> Result<Vec<RootPath>, Error> {
    let old = RootPath::new(OLD_VAR).map_err(|e| Error::io("use", OLD_VAR, io::Error::other(e)))?;
    Ok(vec![base.clone(), old])
}

/// Returns the deployed copies.
///
/// # Errors
/// [`Error::Common`].
pub fn copies(fs: &dyn FileSystem) -> Result<Vec<Copy>, Error> {
    let places = da::deployed(fs).map_err(|e| Error::io("look for", "deployed copies", e))?;
    let copy = |place: Deployed| {
        real_path_within_rights(fs, &place.path).map_err(|e| Error::io("open", &place.path, e))?;
        let content = own_files::read(fs, &place.path)?;
        Ok(Copy { place, content })
    };
    places.into_iter().map(copy).collect()
}
