//! A snapshot: what is saved before `config-commda`, and what says so.
//!
//! ```text
//! snapshot.json        what is saved, with owner, mode, time and digest of each file
//! tree/                the originals and deployed copies, at their paths below the product root
//! stock/               the stock files that were found, by name
//! ```

use config_merge::own_files;
use config_merge::snapshot::{By, Snapshot};
use documents::Document;
use install_root::delegated_administrator::{ConfigFile, is_file};
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::detect::{self, Found};
use crate::error::Error;
use crate::merging;

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

/// Returns what keeps a file from being merged as it is; nothing where nothing does.
fn problem(path: &RootPath, content: &[u8]) -> Option<String> {
    match merging::parse(path, content.to_vec()) {
        Ok(file) if file.entries().is_empty() => Some(format!("{path} has no entry, as after a full disk")),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    }
}

/// Collects what a snapshot is to hold; also returns which originals it cannot keep the site's values of.
///
/// # Errors
/// When there is nothing to save, or a file cannot be read.
pub fn collect(fs: &dyn FileSystem, base: &RootPath) -> Result<(Snapshot<Kind>, Vec<String>), Error> {
    let mut problems = Vec::new();
    let mut snapshot = Snapshot::new(base.clone());
    let originals = detect::originals(fs, base)?;
    if originals.is_empty() {
        let what = "none of the six properties files is there".to_owned();
        return Err(config_merge::Error::Files { path: base.to_string(), what }.into());
    }
    for Found { path, content, others, .. } in originals.into_values() {
        problems.extend(problem(&path, &content));
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
    Ok((snapshot, problems))
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
