//! What each file of the configuration is: by its own name, by the files that include or name it, or a saved copy of another one.

use std::collections::BTreeMap;

use documents::Dialect;
use documents::product_files::Product;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey;

use super::tree::Tree;
use crate::migrate::detect::roots::real_path;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A file of the product, or one that such a file includes or names.
    Known(Dialect),
    /// A saved copy of a known file. The server does not read it.
    Copy,
    /// A file of no known form.
    Unknown,
}

impl Class {
    /// Returns the dialect by which the file is read.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::Known(dialect) => dialect,
            Self::Copy | Self::Unknown => Dialect::Text,
        }
    }

    /// Returns which of several names says what a file is: the lowest one.
    fn rank(self) -> u8 {
        match self {
            Self::Known(Dialect::Text) => 1,
            Self::Known(_) => 0,
            Self::Unknown => 2,
            Self::Copy => 3,
        }
    }
}

/// The files whose form is known by their names alone, beside those that `documents` has rows for: header options and look-up tables
/// (`reference/messaging.md` section 3.2).
const TEXTS: [&str; 5] = ["general.txt", "forward.txt", "reverse.txt", "name_content.dat", "conversions"];

/// The settings of `imta_tailor` that name a file of a known form (`reference/messaging.md` section 3.2).
pub const TAILORED: [(&str, Dialect); 9] = [
    ("IMTA_CONFIG_FILE", Dialect::ImtaCnf),
    ("IMTA_MAPPING_FILE", Dialect::Mappings),
    ("IMTA_ALIAS_FILE", Dialect::Aliases),
    ("IMTA_OPTION_FILE", Dialect::OptionValues),
    ("IMTA_DISPATCHER_CONFIG", Dialect::Sectioned),
    ("IMTA_JBC_CONFIG_FILE", Dialect::Sectioned),
    ("IMTA_CONVERSION_FILE", Dialect::Text),
    ("IMTA_CHARSET_OPTION_FILE", Dialect::Text),
    ("IMTA_NAME_CONTENT_FILE", Dialect::Text),
];

/// The classes of the files that are not of the class that their name alone gives.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    named: BTreeMap<RelPath, Dialect>,
}

impl Classes {
    /// Notes that a file is read as this dialect, because another one includes or names it.
    pub fn name(&mut self, path: RelPath, dialect: Dialect) {
        let known = self.named.entry(path).or_insert(dialect);
        if *known == Dialect::Text {
            *known = dialect;
        }
    }

    /// Notes what the links of the directory lead to: a file that a link names is what the link's name says.
    pub fn follow_links(&mut self, fs: &dyn FileSystem, tree: &Tree) {
        for link in tree.of_kind(FileKind::Symlink) {
            let Some(dialect) = by_name(&link.path) else { continue };
            let target = survey::follow(fs, &tree.show(&link.path)).and_then(|path| real_path(fs, &path));
            if let Some(below) = target.ok().and_then(|target| below(&tree.path, &target)) {
                self.name(below, dialect);
            }
        }
    }

    /// Returns the class of a file with one name.
    fn of_name(&self, path: &RelPath, tree: &Tree) -> Class {
        match (by_name(path), self.named.get(path)) {
            (Some(Dialect::Text) | None, Some(dialect)) => Class::Known(*dialect),
            (Some(dialect), _) => Class::Known(dialect),
            (None, None) if self.is_copy(path, tree) => Class::Copy,
            (None, None) => Class::Unknown,
        }
    }

    /// Returns the class of a file, and puts the name first that says it.
    pub fn of(&self, names: &mut super::tree::Names, tree: &Tree) -> Class {
        let mut class = self.of_name(&names.path, tree);
        for other in &mut names.others {
            let of_other = self.of_name(other, tree);
            if of_other.rank() < class.rank() {
                class = of_other;
                std::mem::swap(other, &mut names.path);
            }
        }
        class
    }

    /// Returns whether a file is called like a known one with something behind: `imta.cnf.old`, `imta.cnf-2007`, `imta.cnf~`.
    fn is_copy(&self, path: &RelPath, tree: &Tree) -> bool {
        let Some((parent, name)) = path.split_last() else { return false };
        let name = name.as_bytes();
        let is_known = |original: &[u8]| {
            let Ok(original) = upgrade_engine::fs::Name::new(original) else { return false };
            let original = parent.join(&original);
            (by_name(&original).is_some() || self.named.contains_key(&original)) && tree.dir.stat(&original).is_ok()
        };
        let separators = name.iter().enumerate().filter(|(at, byte)| match byte {
            b'.' | b'-' => true,
            b'~' => at.saturating_add(1) == name.len(),
            _ => false,
        });
        separators.map(|(at, _)| at).any(|at| is_known(name.get(..at).unwrap_or_default()))
    }
}

/// Returns the dialect of a file whose name alone says what it is.
fn by_name(path: &RelPath) -> Option<Dialect> {
    let bytes = path.to_bytes();
    let path = std::str::from_utf8(&bytes).ok()?;
    if TEXTS.contains(&path) || (path.ends_with("_headers.opt") && !path.contains('/')) {
        return Some(Dialect::Text);
    }
    Product::Messaging.file(path).filter(|file| !matches!(file.path, "*" | "**/*")).map(|file| file.dialect)
}

/// Returns a path below a directory; nothing where it lies elsewhere.
pub fn below(directory: &RootPath, path: &RootPath) -> Option<RelPath> {
    let rest = path.as_bytes().strip_prefix(directory.as_bytes())?;
    RelPath::new(rest.strip_prefix(b"/")?).ok().filter(|path| !path.names().is_empty())
}
