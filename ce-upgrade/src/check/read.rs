//! Reads what the check of the address books needs, below the deployed directory. No link is followed there, and no entity of an XML
//! file is ever expanded or fetched.

use std::collections::BTreeMap;

use documents::properties::DisabledKeys;
use documents::xml::Xml;
use documents::{Document, Properties, State};
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::step::read_whole;
use upgrade_engine::survey::is_absent;

use super::address_books::{AddressBooks, Book, DB_CONFIG, Directory, Domain, Readable, Settings, Store};
use crate::error::Error;

/// The files of a domain, below its directory.
const BOOKS: &str = "defaultps/defaultps.xml";
const STORES: &str = "personalstore.properties";
/// What the name of a field map begins with (`reference/communications-express.md` section 7).
const FIELD_MAP: &str = "xlate";

/// Reads all of it.
///
/// # Errors
/// [`command::Error::Io`] when a directory cannot be read.
pub fn address_books(fs: &dyn FileSystem, deployed: &RootPath) -> Result<AddressBooks, Error> {
    let dir = fs.open_dir(deployed).map_err(|e| Error::io("open", deployed, e))?;
    let reader = Reader { dir: &*dir, deployed };
    let mut facts = AddressBooks::default();
    let domains = RelPath::new("WEB-INF/domain").map_err(|e| Error::io("use", deployed, std::io::Error::other(e)))?;
    let default = reader.add_domain(&mut facts, &domains, None);
    for name in reader.directories(&domains)? {
        if name.as_bytes() != b"defaultps" {
            reader.add_domain(&mut facts, &domains.join(&name), Some(&default));
        }
    }
    let config = RelPath::new("WEB-INF/config").map_err(|e| Error::io("use", deployed, std::io::Error::other(e)))?;
    let mut directories: Vec<RelPath> = reader.directories(&config)?.iter().map(|name| config.join(name)).collect();
    let named = facts.stores.values().filter_map(|stores| match stores {
        Readable::Read(stores) => Some(stores),
        Readable::Missing | Readable::Unreadable(_) => None,
    });
    directories.extend(named.flatten().filter_map(|store| below(deployed, store.directory.as_ref()?)));
    for directory in directories {
        facts.directories.entry(reader.shown(&directory)).or_insert_with(|| reader.directory(&directory));
    }
    Ok(facts)
}

struct Reader<'a> {
    dir: &'a dyn Dir,
    deployed: &'a RootPath,
}

impl Reader<'_> {
    fn shown(&self, path: &RelPath) -> RootPath {
        path.names().iter().fold(self.deployed.clone(), |path, name| path.join(name))
    }

    /// Adds the domain whose files are in a directory; a hosted one without any of them uses the default ones and adds nothing.
    fn add_domain(&self, facts: &mut AddressBooks, at: &RelPath, default: Option<&Domain>) -> Domain {
        let (books_at, stores_at) = (joined(at, BOOKS), joined(at, STORES));
        let (books, stores) = (self.file(&books_at), self.file(&stores_at));
        let mut domain = Domain { books: self.shown(&books_at), stores: self.shown(&stores_at) };
        let (no_books, no_stores) = (books == Readable::Missing, stores == Readable::Missing);
        match default {
            Some(_) if no_books && no_stores => return domain,
            Some(default) if no_books => domain.books = default.books.clone(),
            _ => drop(facts.books.insert(domain.books.clone(), parsed(books, read_books))),
        }
        match default {
            Some(default) if no_stores => domain.stores = default.stores.clone(),
            _ => {
                let read = |bytes| read_stores(bytes, &self.shown(at), self.deployed);
                drop(facts.stores.insert(domain.stores.clone(), parsed(stores, read)));
            }
        }
        facts.domains.push(domain.clone());
        domain
    }

    fn file(&self, path: &RelPath) -> Readable<Vec<u8>> {
        let content = match self.dir.stat(path) {
            Ok(stat) => match not_a(FileKind::Regular, stat.kind) {
                Some(what) => return Readable::Unreadable(what.to_owned()),
                None => self.dir.open(path).and_then(|file| read_whole(&*file)),
            },
            Err(e) => Err(e),
        };
        match content {
            Ok(content) => Readable::Read(content),
            Err(e) if is_absent(&e) => Readable::Missing,
            Err(e) => Readable::Unreadable(format!("it cannot be read: {e}")),
        }
    }

    /// Returns the directories in a directory; none where it is not there.
    fn directories(&self, path: &RelPath) -> Result<Vec<Name>, Error> {
        let names = match self.dir.list(path) {
            Ok(names) => names,
            Err(e) if is_absent(&e) => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("read", self.shown(path), e)),
        };
        let is_directory = |name: &Name| self.dir.stat(&path.join(name)).is_ok_and(|s| s.kind == FileKind::Directory);
        Ok(names.into_iter().filter(is_directory).collect())
    }

    fn directory(&self, path: &RelPath) -> Directory {
        match self.dir.stat(path).map(|stat| not_a(FileKind::Directory, stat.kind)) {
            Ok(None) => {}
            Ok(Some(what)) => return Directory::Missing(what),
            Err(_) => return Directory::Missing("there is no such directory"),
        }
        let Ok(names) = self.dir.list(path) else { return Directory::Missing("it cannot be read") };
        let maps = names.into_iter().filter(|name| name.as_bytes().starts_with(FIELD_MAP.as_bytes()));
        let is_xml = |bytes: Vec<u8>| Xml::parse(bytes).map(drop).map_err(not_xml);
        let field_maps = maps.map(|name| {
            (String::from_utf8_lossy(name.as_bytes()).into_owned(), parsed(self.file(&path.join(&name)), is_xml))
        });
        let is_properties =
            |bytes: Vec<u8>| Properties::parse(bytes).map(drop).map_err(|e| format!("it cannot be read: {e}"));
        let db_config = parsed(self.file(&joined(path, DB_CONFIG)), is_properties);
        Directory::Found { db_config, field_maps: field_maps.collect() }
    }
}

/// Returns a path below another one; the names are constants.
fn joined(above: &RelPath, names: &str) -> RelPath {
    RelPath::new(names).map_or_else(|_| above.clone(), |below| above.below(&below))
}

/// Returns the directory that a path names from another one. `..` is taken as it is written: no directory on the way may be a link.
fn named(from: &RootPath, typed: &str) -> Option<RootPath> {
    let mut at = if typed.starts_with('/') { RootPath::new("/").ok()? } else { from.clone() };
    for part in typed.split('/').filter(|part| !part.is_empty() && *part != ".") {
        at = if part == ".." { at.split_last()?.0 } else { at.join(&Name::new(part).ok()?) };
    }
    Some(at)
}

/// Returns the part of a path that lies below a directory; nothing where it does not.
fn below(above: &RootPath, path: &RootPath) -> Option<RelPath> {
    let rest = path.as_bytes().strip_prefix(above.as_bytes())?.strip_prefix(b"/")?;
    RelPath::new(rest).ok()
}

fn not_a(wanted: FileKind, kind: FileKind) -> Option<&'static str> {
    match kind {
        _ if kind == wanted => None,
        FileKind::Symlink => Some("it is a symbolic link, which is not followed"),
        _ if wanted == FileKind::Directory => Some("it is not a directory"),
        _ => Some("it is not a regular file"),
    }
}

fn parsed<T>(file: Readable<Vec<u8>>, read: impl Fn(Vec<u8>) -> Result<T, String>) -> Readable<T> {
    match file {
        Readable::Read(bytes) => read(bytes).map_or_else(Readable::Unreadable, Readable::Read),
        Readable::Missing => Readable::Missing,
        Readable::Unreadable(what) => Readable::Unreadable(what),
    }
}

fn not_xml(error: documents::ParseError) -> String {
    format!("it is not well-formed XML, or declares entities, which are never expanded: {error}")
}

fn read_books(bytes: Vec<u8>) -> Result<Vec<Book>, String> {
    let xml = Xml::parse(bytes).map_err(not_xml)?;
    let books = xml.elements().filter(|element| xml.name(*element) == "book").map(|book| {
        let child = |name: &str| xml.children(book).find(|child| xml.name(*child) == name);
        Book {
            id: child("entry").and_then(|entry| xml.attribute(entry, "entryID")).unwrap_or_default(),
            remote_url: xml.attribute(book, "bookremoteurl").filter(|url| !url.is_empty()),
            class: child("bookoc").map(|class| xml.text(class).trim().to_owned()).unwrap_or_default(),
        }
    });
    Ok(books.collect())
}

fn read_stores(bytes: Vec<u8>, directory: &RootPath, deployed: &RootPath) -> Result<Vec<Store>, String> {
    let properties =
        Properties::parse_with(bytes, DisabledKeys::Listed).map_err(|e| format!("it is not a properties file: {e}"))?;
    let mut stores: BTreeMap<String, (Settings, Settings)> = BTreeMap::new();
    for entry in properties.entries() {
        let key = String::from_utf8_lossy(&entry.key.name).into_owned();
        let Some((name, field)) = key.strip_prefix("db.").and_then(|rest| rest.rsplit_once('.')) else { continue };
        let value = entry.value.as_deref().map(|value| String::from_utf8_lossy(value).into_owned());
        let value = value.filter(|value| !value.is_empty());
        let of_store = stores.entry(name.to_owned()).or_default();
        // The last of several lines counts.
        let settings = if entry.state == State::CommentedOut { &mut of_store.1 } else { &mut of_store.0 };
        match field {
            "class" => settings.class = value,
            "urlmatch" => settings.url = value,
            "configpath" => settings.config_path = value,
            _ => {}
        }
    }
    let store = |(name, (active, commented_out)): (String, (Settings, Settings))| {
        let directory = active.config_path.as_ref().and_then(|typed| named(directory, typed));
        let directory = directory.filter(|directory| below(deployed, directory).is_some());
        Store { name, active, commented_out, directory }
    };
    Ok(stores.into_iter().map(store).collect())
}
