//! A snapshot: what is saved before `config-commda`, and what says so.
//!
//! ```text
//! snapshot.json        what is saved, with owner, mode, time and digest of each file
//! tree/                the originals and deployed copies, at their paths below the product root
//! stock/               the stock files that were found, by name
//! ```

use std::io;

use install_root::delegated_administrator::{ConfigFile, Deployed};
use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::new_files::NewFile;
use upgrade_engine::step::Attributes;

use crate::detect::{self, Found};
use crate::error::Error;
use crate::own_files;

/// The file that says what a snapshot holds.
pub const RECORD: &str = "snapshot.json";
/// Where the originals and deployed copies are.
pub const TREE: &str = "tree";
/// Where the stock files are.
pub const STOCK: &str = "stock";
/// How names of snapshots in the state directory begin.
pub const PREFIX: &str = "config-commda-snapshot-";
/// Version of the record's form.
const VERSION: u32 = 1;
/// Where a package keeps templates, below the base.
const TEMPLATES: &str = "lib/config-templates";

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this form.
    pub version: u32,
    /// Where Delegated Administrator was installed.
    pub base: RootPath,
    /// The saved files.
    pub files: Vec<Saved>,
}

/// A saved file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Its path below the product root.
    pub path: RootPath,
    /// What it is.
    pub kind: Kind,
    /// Digest of its content.
    pub digest: Digest,
    /// Owner, mode, times, extended attributes.
    pub attributes: Attributes,
}

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

/// What is to be saved.
pub struct Collected {
    /// What says so.
    pub record: Record,
    /// The files of the snapshot, the record included.
    pub files: Vec<NewFile>,
}

/// Collects what a snapshot is to hold.
///
/// # Errors
/// [`Error::Io`]; [`Error::Saved`] when there is nothing to save.
pub fn collect(fs: &dyn FileSystem, base: &RootPath) -> Result<Collected, Error> {
    let mut collected =
        Collected { record: Record { version: VERSION, base: base.clone(), files: Vec::new() }, files: Vec::new() };
    let originals = detect::originals(fs, base)?;
    if originals.is_empty() {
        let what = "none of the six properties files is there".to_owned();
        return Err(Error::Saved { path: base.to_string(), what });
    }
    for Found { path, content, others, .. } in originals.into_values() {
        collected.add(fs, path, content, Kind::Original, TREE)?;
        for other in others {
            let content = own_files::read(fs, &other)?;
            collected.add(fs, other, content, Kind::Original, TREE)?;
        }
    }
    for copy in detect::copies(fs)? {
        let Deployed { path, .. } = copy.place;
        collected.add(fs, path, copy.content, Kind::Deployed, TREE)?;
    }
    for (path, content) in stock(fs, base)? {
        collected.add(fs, path, content, Kind::Stock, STOCK)?;
    }
    let json = serde_json::to_vec_pretty(&collected.record).map_err(|e| Error::io("write", RECORD, e.into()))?;
    collected.files.push(NewFile { path: rel(RECORD)?, content: json, attributes: None });
    Ok(collected)
}

impl Collected {
    fn add(
        &mut self,
        fs: &dyn FileSystem,
        path: RootPath,
        content: Vec<u8>,
        kind: Kind,
        above: &str,
    ) -> Result<(), Error> {
        // An original may be reached by two names, or be what the container runs.
        if self.record.files.iter().any(|saved| saved.path == path) {
            return Ok(());
        }
        let failed = |e| Error::io("look at", &path, e);
        let (parent, name) = path.split_last().ok_or_else(|| failed(io::ErrorKind::IsADirectory.into()))?;
        let below = if kind == Kind::Stock { name.as_bytes() } else { path.as_bytes() };
        let at = rel(above)?
            .below(&RelPath::new(below.strip_prefix(b"/").unwrap_or(below)).map_err(|e| failed(io::Error::other(e)))?);
        let dir = fs.open_dir(&parent).map_err(failed)?;
        let attributes = Attributes::of(&*dir, &RelPath::from(name)).map_err(failed)?;
        let digest = Digest::of(&content);
        self.files.push(NewFile { path: at, content, attributes: Some(attributes.clone()) });
        self.record.files.push(Saved { path, kind, digest, attributes });
        Ok(())
    }
}

fn rel(name: &str) -> Result<RelPath, Error> {
    RelPath::new(name).map_err(|e| Error::io("use", name, io::Error::other(e)))
}

/// Returns the stock files that the package left: the one template of each name.
fn stock(fs: &dyn FileSystem, base: &RootPath) -> Result<Vec<(RootPath, Vec<u8>)>, Error> {
    let templates = own_files::below(base, TEMPLATES)?;
    let mut found = Vec::new();
    for file in ConfigFile::ALL {
        let path = own_files::below(&templates, file)?;
        let there = install_root::delegated_administrator::is_file(fs, &path);
        if there.map_err(|e| Error::io("look at", &path, e))? {
            let path = install_root::follow(fs, &path).map_err(|e| Error::io("open", &path, e))?;
            let content = own_files::read(fs, &path)?;
            found.push((path, content));
        }
    }
    Ok(found)
}

/// Returns the newest snapshot in the state directory.
///
/// # Errors
/// [`Error::Io`] when there is a state directory that cannot be read.
pub fn newest(state: &dyn FileSystem, path: &RootPath) -> Result<Option<RootPath>, Error> {
    let names = match state.open_dir(path).and_then(|dir| dir.list(&RelPath::here())) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| Error::io("read", path, e))?,
    };
    // Names hold the time, and are sorted.
    let newest = names.into_iter().rfind(|name: &Name| name.as_bytes().starts_with(PREFIX.as_bytes()));
    Ok(newest.map(|name| path.join(&name)))
}
