//! Which of a product's files a merge is about: what the releases ship, and the site's own files that belong to it.
//!
//! Nothing here opens a file: the caller gives the names of the regular files of each tree, and a function that reads one. A
//! directory that is a link is no place to look in: a link to an instance is no instance. A name that is a link to a key store
//! is a name as any other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Own, Product, ProductFile};
use crate::includes::{self, Continuation, LEVELS};
use crate::whole_file::Content;
use crate::{Bytes, Dialect};

/// The trees of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// What the old release shipped.
    StockOld,
    /// The site's files.
    Site,
    /// What the new release ships.
    StockNew,
}

/// The names of a product's files, by the paths that reports show.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// What the old release shipped.
    pub stock_old: BTreeSet<String>,
    /// The site's files.
    pub site: BTreeSet<String>,
    /// What the new release ships.
    pub stock_new: BTreeSet<String>,
    /// Where the configuration directory is, as included files are spelled: each a path without a slash at its end.
    pub directories: Vec<String>,
}

/// A file that is merged.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it is.
    pub file: &'static ProductFile,
    /// Its dialect: that of `file`, unless a file includes it that says more.
    pub dialect: Dialect,
    /// The path of the shipped files that it is compared with, where one of the releases has it.
    pub stock: Option<String>,
}

impl Names {
    fn is_shipped(&self, path: &str) -> bool {
        self.stock_old.contains(path) || self.stock_new.contains(path)
    }

    /// Returns the path below the configuration directory of a file that another one names; nothing where it is elsewhere.
    fn below(&self, path: &[u8]) -> Option<String> {
        let path = std::str::from_utf8(path).ok()?;
        let below = |directory: &String| path.strip_prefix(directory.as_str())?.strip_prefix('/').map(str::to_owned);
        self.directories.iter().find_map(below)
    }
}

/// Returns the files that a merge is about, by their paths.
///
/// # Errors
/// When the function that reads a file returns one.
pub fn listed<E>(
    product: Product,
    names: &Names,
    mut read: impl FnMut(Tree, &str) -> Result<Vec<u8>, E>,
) -> Result<BTreeMap<String, Listed>, E> {
    let mut files: BTreeMap<String, Listed> = BTreeMap::new();
    for path in names.stock_old.iter().chain(&names.stock_new).chain(&names.site) {
        let Some(file) = product.file(path).filter(|file| is_listed(file, path, names)) else { continue };
        let stock = Some(file.stock_of(path, |path| names.is_shipped(path)).into_owned());
        let stock = stock.filter(|stock| names.is_shipped(stock));
        files.insert(path.clone(), Listed { file, dialect: file.dialect, stock });
    }
    if product == Product::InstantMessaging {
        let is_text = |path: &str| -> Result<bool, E> {
            let tree = match path {
                _ if names.site.contains(path) => Tree::Site,
                _ if names.stock_new.contains(path) => Tree::StockNew,
                _ => Tree::StockOld,
            };
            Ok(Content::of(&read(tree, path)?) == Content::Text)
        };
        drop_programs(&mut files, is_text)?;
        return Ok(files);
    }
    add_named(product, names, &mut files, read)?;
    Ok(files)
}

/// Returns whether a file is listed for its name alone.
fn is_listed(file: &ProductFile, path: &str, names: &Names) -> bool {
    if names.is_shipped(path) {
        return true;
    }
    let shipped_name = |other: &String| {
        let language = |path: &str| path.split('/').count() == 3 && path.starts_with("html/");
        language(path) && language(other) && path.rsplit('/').next() == other.rsplit('/').next()
    };
    match file.own {
        Own::Yes => true,
        Own::No => names.is_shipped(&file.stock_of(path, |path| names.is_shipped(path))),
        Own::SameName => names.stock_old.iter().chain(&names.stock_new).any(shipped_name),
    }
}

/// Leaves out what is below `html/` and no text, such as programs.
fn drop_programs<E>(
    files: &mut BTreeMap<String, Listed>,
    mut is_text: impl FnMut(&str) -> Result<bool, E>,
) -> Result<(), E> {
    let resources: Vec<String> = files.keys().filter(|path| path.starts_with("html/")).cloned().collect();
    for path in resources {
        if path.ends_with(".jar") || !is_text(&path)? {
            files.remove(&path);
        }
    }
    Ok(())
}

/// Adds what the site's files include or name below the configuration directory.
fn add_named<E>(
    product: Product,
    names: &Names,
    files: &mut BTreeMap<String, Listed>,
    mut read: impl FnMut(Tree, &str) -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let mut open: Vec<(String, Dialect, usize)> =
        files.iter().map(|(path, listed)| (path.clone(), listed.dialect, 0)).collect();
    let mut seen = BTreeSet::new();
    while let Some((path, dialect, level)) = open.pop() {
        if !names.site.contains(&path) || !seen.insert((path.clone(), dialect.name(), level)) {
            continue;
        }
        let named = match dialect {
            Dialect::Proxy => virtual_domains(read(Tree::Site, &path)?),
            _ if level < LEVELS => included(dialect, read_if_includes(dialect, || read(Tree::Site, &path))?),
            _ => Vec::new(),
        };
        for (target, dialect) in named {
            let Some(target) = names.below(&target).filter(|target| names.site.contains(target)) else { continue };
            let Some(file) = product.file(&target) else { continue };
            let stock = names.is_shipped(&target).then(|| target.clone());
            let entry = files.entry(target.clone()).or_insert(Listed { file, dialect: file.dialect, stock });
            if entry.dialect == Dialect::Text {
                entry.dialect = dialect;
            }
            open.push((target, entry.dialect, level + 1));
        }
    }
    Ok(())
}

fn read_if_includes<E>(dialect: Dialect, read: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    if dialect.of_included().is_some() { read() } else { Ok(Vec::new()) }
}

/// Returns the files that a file includes, with their dialect.
fn included(dialect: Dialect, bytes: Vec<u8>) -> Vec<(Bytes, Dialect)> {
    let Some(of_included) = dialect.of_included() else { return Vec::new() };
    let continuation = match dialect {
        Dialect::ImtaCnf | Dialect::ImtaRules => Continuation::None,
        _ => Continuation::Backslash,
    };
    includes::lines(&bytes.into(), continuation).into_iter().map(|line| (line.path, of_included)).collect()
}

/// Returns the files that a proxy's file names: `VirtualDomainFile`, `reference/messaging.md` section 3.2.
fn virtual_domains(bytes: Vec<u8>) -> Vec<(Bytes, Dialect)> {
    // A file that cannot be read is a matter of its merge, which says so.
    let entries = Dialect::Proxy.entries(bytes).unwrap_or_default();
    let is_named = |entry: &crate::Entry| {
        entry.state == crate::State::Active && entry.key.name.eq_ignore_ascii_case(b"VirtualDomainFile")
    };
    let named = entries.into_iter().filter(|listed| is_named(&listed.entry));
    named.filter_map(|listed| Some((listed.entry.value?, Dialect::Text))).collect()
}
