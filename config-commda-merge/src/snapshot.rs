//! A snapshot: what is saved before `config-commda`, and what says so.
//!
//! ```text
//! snapshot.json        what is saved, with owner, mode, time and digest of each file
//! tree/                the originals and deployed copies, at their paths below the product root
//! stock/               the stock files that were found, by name
//! ```

use config_merge::own_files;
use config_merge::snapshot::{By, Snapshot};
use install_root::delegated_administrator::{ConfigFile, is_file};
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::detect::{self, Found};
use crate::error::Error;

/// Where the originals and deployed copies are.
pub const TREE: &str = "tree";
/// Where the stock files are.
pub const STOCK: &str = "stock";
/// How names of snapshots in the state directory begin.
pub const PREFIX: &str = "config-commda-snapshot-";
/// Where a package keeps templates, below the base.
const TEMPLATES: &str = "lib/config-templates";

/// What a saved file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The file that is edited.
    Original,
    /// A copy that a container runs.
    Deployed,
    /// What the release shipped.
    Stock,
}

/// Collects what a snapshot is to hold.
///
/// # Errors
/// When there is nothing to save, or a file cannot be read.
pub fn collect(fs: &dyn FileSystem, base: &RootPath) -> Result<Snapshot<Kind>, Error> {
    let mut snapshot = Snapshot::new(base.clone());
    let originals = detect::originals(fs, base)?;
    if originals.is_empty() {
        let what = "none of the six properties files is there".to_owned();
        return Err(config_merge::Error::Files { path: base.to_string(), what }.into());
    }
    for Found { path, content, others, .. } in originals.into_values() {
        snapshot.add(fs, (path, content), Kind::Original, (TREE, By::Path))?;
        for other in others {
            let content = own_files::read(fs, &other)?;
            snapshot.add(fs, (other, content), Kind::Original, (TREE, By::Path))?;
        }
    }
    // An original may be what the container runs.
    for copy in detect::copies(fs)? {
        snapshot.add(fs, (copy.place.path, copy.content), Kind::Deployed, (TREE, By::Path))?;
    }
    for stock in stock(fs, base)? {
        snapshot.add(fs, stock, Kind::Stock, (STOCK, By::Name))?;
    }
    Ok(snapshot)
}

/// Returns the stock files that the package left: the one template of each name.
fn stock(fs: &dyn FileSystem, base: &RootPath) -> Result<Vec<(RootPath, Vec<u8>)>, Error> {
    let templates = own_files::below(base, TEMPLATES)?;
    let mut found = Vec::new();
    for file in ConfigFile::ALL {
        let path = own_files::below(&templates, file)?;
        if is_file(fs, &path).map_err(|e| Error::io("look at", &path, e))? {
            let path = install_root::follow(fs, &path).map_err(|e| Error::io("open", &path, e))?;
            let content = own_files::read(fs, &path)?;
            found.push((path, content));
        }
    }
    Ok(found)
}
