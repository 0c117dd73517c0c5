//! The files that the MTA reads: what `imta_tailor` names, and what those files include. Broken ones are refused here, before anything
//! is changed.

use std::collections::BTreeMap;

use documents::includes::{self, Continuation};
use documents::{Dialect, State};
use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::survey;

use super::classes::{Classes, TAILORED, below};
use super::roots::real_path;
use super::tree::Tree;
use crate::error::Error;
use crate::migrate::refusal::Refusal;

/// Longest file that is read whole, in bytes.
pub const LARGEST: u64 = 32 << 20;

/// A file that the MTA reads and that lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The file.
    pub path: RootPath,
    /// What includes or names it.
    pub named_by: String,
}

/// What reads the included files.
struct Reader<'a> {
    fs: &'a dyn FileSystem,
    tree: &'a Tree,
    /// The path prefixes that `imta_tailor` sets, such as `IMTA_TABLE`.
    prefixes: BTreeMap<String, Vec<u8>>,
}

/// Notes in `classes` what files include and name, and returns those that lie elsewhere.
///
/// # Errors
/// [`Refusal::Broken`] for a file whose structure is broken, and for an include that is missing, too deep or a loop.
pub fn look(fs: &dyn FileSystem, tree: &Tree, classes: &mut Classes) -> Result<Vec<Outside>, Error> {
    let tailor = tailor(fs, tree)?;
    let reader = Reader { fs, tree, prefixes: tailor.clone() };
    let mut outside = Vec::new();
    let mut first: Vec<(RootPath, Dialect)> = Vec::new();
    for (setting, dialect) in TAILORED {
        let Some(path) = tailor.get(setting).and_then(|value| reader.path(value).ok()) else { continue };
        match reader.below(&path) {
            // A file that is not there is a matter of the server.
            Some(path) if tree.dir.stat(&path).is_ok() => {
                first.push((tree.show(&path), dialect));
                classes.name(path, dialect);
            }
            Some(_) => {}
            None => outside.push(Outside { path, named_by: format!("{setting} in imta_tailor") }),
        }
    }
    for (name, dialect) in
        [("imta.cnf", Dialect::ImtaCnf), ("mappings", Dialect::Mappings), ("aliases", Dialect::Aliases)]
    {
        let path = RelPath::from(Name::new(name).map_err(|e| Error::io("use", name, std::io::Error::other(e)))?);
        let path = tree.show(&path);
        if !first.iter().any(|(known, _)| *known == path) {
            first.push((path, dialect));
        }
    }
    for (path, dialect) in first {
        let Some(of_included) = dialect.of_included() else { continue };
        let Some(bytes) = read(fs, &path)? else { continue };
        let continuation = match dialect {
            Dialect::ImtaCnf => Continuation::None,
            _ => Continuation::Backslash,
        };
        let broken = |path: String, what: String| Error::from(Refusal::Broken { path, what });
        let fetch = |included: &[u8]| reader.fetch(included);
        let files = includes::read(path.as_bytes(), bytes, continuation, fetch).map_err(|e| {
            let what = format!("line {}, column {}: {}", e.line, e.column, e.problem);
            broken(String::from_utf8_lossy(&e.file).into_owned(), what)
        })?;
        for file in files {
            let Ok(at) = reader.path(&file.path) else { continue };
            of_included.check(&file.bytes).map_err(|e| broken(at.to_string(), e.to_string()))?;
            match reader.below(&at) {
                Some(path) => classes.name(path, of_included),
                None => {
                    let named_by = format!("line {} of {}", file.line, String::from_utf8_lossy(&file.from));
                    outside.push(Outside { path: at, named_by });
                }
            }
        }
    }
    Ok(outside)
}

/// Returns the settings of `imta_tailor`.
fn tailor(fs: &dyn FileSystem, tree: &Tree) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let path = RelPath::new("imta_tailor").map_err(|e| Error::io("use", "imta_tailor", std::io::Error::other(e)))?;
    let path = tree.show(&path);
    let Some(bytes) = read(fs, &path)? else { return Ok(BTreeMap::new()) };
    let broken = |e: documents::ParseError| Refusal::Broken { path: path.to_string(), what: e.to_string() };
    let entries = Dialect::OptionValues.entries(bytes).map_err(broken)?;
    let setting = |listed: documents::dialect::Listed| {
        let name = String::from_utf8_lossy(&listed.entry.key.name).into_owned();
        (listed.entry.state == State::Active).then(|| Some((name, listed.entry.value?.to_vec())))?
    };
    Ok(entries.into_iter().filter_map(setting).collect())
}

fn read(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
    survey::read_file_up_to(fs, path, LARGEST).map_err(|e| Error::io("read", path, e))
}

impl Reader<'_> {
    /// Returns the path of a file as it is spelled: absolute, behind a prefix such as `IMTA_TABLE:`, or beside the file.
    fn path(&self, spelled: &[u8]) -> Result<RootPath, String> {
        let mut path = spelled.to_vec();
        if let Some(colon) = path.iter().position(|byte| *byte == b':')
            && path.starts_with(b"IMTA_")
        {
            let prefix = String::from_utf8_lossy(path.get(..colon).unwrap_or_default()).into_owned();
            let rest = path.get(colon.saturating_add(1)..).unwrap_or_default();
            let directory = match self.prefixes.get(&prefix) {
                Some(directory) => directory.clone(),
                None if prefix == "IMTA_TABLE" => [self.tree.path.as_bytes(), b"/"].concat(),
                None => return Err(format!("imta_tailor sets no {prefix}")),
            };
            path = [&directory, rest].concat();
        }
        self.tree.path.resolve(&path).map_err(|e| e.to_string())
    }

    fn fetch(&self, spelled: &[u8]) -> Result<Vec<u8>, String> {
        let path = self.path(spelled)?;
        match survey::read_file_up_to(self.fs, &path, LARGEST) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err("there is no such file".to_owned()),
            Err(e) => Err(e.to_string()),
        }
    }

    /// Returns where below the configuration directory a path leads; nothing where it leads elsewhere, or nowhere.
    fn below(&self, path: &RootPath) -> Option<RelPath> {
        below(&self.tree.path, &real_path(self.fs, path).ok()?)
    }
}
