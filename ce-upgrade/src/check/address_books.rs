//! Whether the three parts of each remote address book agree: the book in `defaultps.xml`, the instance in `personalstore.properties`,
//! the directory with `db_config.properties` and a field map (`reference/communications-express.md` sections 6.5 and 7). Pure.
//!
//! A hosted domain takes each of the two files from its own directory where it has one there, else the default one (section 6.6).

use std::collections::{BTreeMap, BTreeSet};

use upgrade_engine::fs::RootPath;

use super::finding::Finding;

/// The class of a book that is in another directory.
const REMOTE: &str = "piRemoteBook";
/// The class of a book that is in the site's own store.
const LOCAL: &str = "piLocalBook";
/// The settings of a remote address book in its directory.
pub(super) const DB_CONFIG: &str = "db_config.properties";

/// What there is of all address books.
#[derive(Clone, Debug, Default)]
pub struct AddressBooks {
    /// The files that say which books users get, by path.
    pub books: BTreeMap<RootPath, Readable<Vec<Book>>>,
    /// The files of the instances, by path.
    pub stores: BTreeMap<RootPath, Readable<Vec<Store>>>,
    /// The directories, by path: those of the configuration, and those that an instance names.
    pub directories: BTreeMap<RootPath, Directory>,
    /// Which of the files each domain uses.
    pub domains: Vec<Domain>,
}

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readable<T> {
    /// What it says.
    Read(T),
    /// It is not there.
    Missing,
    /// Why it cannot be read.
    Unreadable(String),
}

impl<T> Readable<T> {
    fn content(&self) -> Option<&T> {
        match self {
            Self::Read(content) => Some(content),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

/// The files that a domain uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// `defaultps.xml`.
    pub books: RootPath,
    /// `personalstore.properties`.
    pub stores: RootPath,
}

/// A book of `defaultps.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The first `entryID` in it.
    pub id: String,
    /// `bookremoteurl`, unless it is empty.
    pub remote_url: Option<String>,
    /// `bookoc`.
    pub class: String,
}

/// An instance of `personalstore.properties`: `db.NAME.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// `NAME`.
    pub name: String,
    /// Its active settings.
    pub active: Settings,
    /// Its settings that are commented out with `!`.
    pub commented_out: Settings,
    /// The directory that the active `configpath` names; nothing where there is none, or it leads out of the deployed directory.
    pub directory: Option<RootPath>,
}

/// Settings of an instance. An empty one counts as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `class`
    pub class: Option<String>,
    /// `urlmatch`
    pub url: Option<String>,
    /// `configpath`
    pub config_path: Option<String>,
}

/// The directory of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directory {
    /// There is none, or it is something else: what it is.
    Missing(&'static str),
    /// What it holds.
    Found {
        /// Whether `db_config.properties` is there, and can be read.
        db_config: Readable<()>,
        /// The field maps, by name.
        field_maps: BTreeMap<String, Readable<()>>,
    },
}

/// Returns what does not agree, and how many remote address books were looked at.
pub fn judge(facts: &AddressBooks) -> (Vec<Finding>, usize) {
    let mut found = unreadable(facts);
    let mut count: usize = 0;
    let mut matched: BTreeSet<(&RootPath, &str)> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for Domain { books: books_path, stores: stores_path } in &facts.domains {
        let books = facts.books.get(books_path).and_then(Readable::content);
        let stores = facts.stores.get(stores_path).and_then(Readable::content);
        for book in books.into_iter().flatten() {
            let Some(url) = &book.remote_url else {
                if book.class == REMOTE && seen.insert((books_path, &book.id, None)) {
                    found.push(Finding::warning(
                        books_path,
                        format!("book {} is a {REMOTE} and has no bookremoteurl", book.id),
                        "Add the attribute, with the urlmatch of its instance",
                    ));
                }
                continue;
            };
            if seen.insert((books_path, &book.id, None)) {
                count = count.saturating_add(1);
                if book.class == LOCAL {
                    found.push(Finding::warning(
                        books_path,
                        format!("book {} has a bookremoteurl and is a {LOCAL}", book.id),
                        format!("Change its bookoc to {REMOTE}, or remove the bookremoteurl"),
                    ));
                }
            }
            let Some(stores) = stores else { continue };
            let of_url: Vec<&Store> = stores.iter().filter(|store| store.active.url.as_ref() == Some(url)).collect();
            matched.extend(of_url.iter().map(|store| (stores_path, store.name.as_str())));
            if !seen.insert((books_path, &book.id, Some(stores_path))) {
                continue;
            }
            match of_url.as_slice() {
                [] => found.push(without_instance((books_path, book, url), (stores_path, stores))),
                [_] => {}
                several => found.push(Finding::warning(
                    stores_path,
                    format!("instances {} all have urlmatch={url}", names(several)),
                    format!("Leave one for book {} of {books_path}", book.id),
                )),
            }
        }
    }
    for (path, stores) in &facts.stores {
        for store in stores.content().into_iter().flatten() {
            of_store(facts, path, store, matched.contains(&(path, store.name.as_str())), &mut found);
        }
    }
    found.extend(unused_directories(facts));
    (found, count)
}

/// Returns a finding for each file that is missing or cannot be read.
fn unreadable(facts: &AddressBooks) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut file = |path: &RootPath, problem: Option<&str>, unknown: &str| match problem {
        Some("") => found.push(Finding::warning(path, "it is missing", format!("Restore it; {unknown} not checked"))),
        Some(what) => found.push(Finding::warning(path, what, format!("Correct the file; {unknown} not checked"))),
        None => {}
    };
    for (path, books) in &facts.books {
        file(path, books.problem(), "its address books were");
    }
    for (path, stores) in &facts.stores {
        file(path, stores.problem(), "its instances were");
    }
    found
}

impl<T> Readable<T> {
    /// Returns what is wrong with a file; nothing at all to say, but something wrong, where it is missing.
    fn problem(&self) -> Option<&str> {
        match self {
            Self::Read(_) => None,
            Self::Missing => Some(""),
            Self::Unreadable(what) => Some(what),
        }
    }
}

fn without_instance(
    (books_path, book, url): (&RootPath, &Book, &str),
    (stores_path, stores): (&RootPath, &[Store]),
) -> Finding {
    let of_book = format!("book {} has bookremoteurl=\"{url}\"", book.id);
    if let Some(store) = stores.iter().find(|store| store.commented_out.url.as_deref() == Some(url)) {
        let key = format!("db.{}.urlmatch", store.name);
        let what = format!("{of_book}, and {key} in {stores_path} is commented out");
        return Finding::warning(books_path, what, format!("Remove the ! ahead of {key}"));
    }
    let is_near = |store: &&Store| store.active.url.as_deref().is_some_and(|other| plain(other) == plain(url));
    if let Some(store) = stores.iter().find(is_near) {
        let other = store.active.url.as_deref().unwrap_or_default();
        let what = format!("{of_book}, and db.{}.urlmatch in {stores_path} is \"{other}\"", store.name);
        return Finding::warning(books_path, what, "Make both the same, letter by letter");
    }
    Finding::warning(
        books_path,
        format!("{of_book}, and no instance in {stores_path} has this urlmatch"),
        "Add db.NAME.class, db.NAME.urlmatch and db.NAME.configpath there, or remove the book",
    )
}

/// Returns an address without what is easily mistyped.
fn plain(url: &str) -> String {
    url.trim().trim_end_matches('/').to_ascii_lowercase()
}

fn of_store(facts: &AddressBooks, path: &RootPath, store: &Store, has_book: bool, found: &mut Vec<Finding>) {
    let Store { name, active, commented_out, directory } = store;
    let key = |field: &str| format!("db.{name}.{field}");
    let used_here: Vec<_> = facts.domains.iter().filter(|domain| domain.stores == *path).collect();
    let all_read = used_here.iter().all(|domain| facts.books.get(&domain.books).is_some_and(|b| b.content().is_some()));
    if let Some(url) = &active.url
        && !has_book
        && all_read
    {
        let books: BTreeSet<String> = used_here.iter().map(|domain| domain.books.to_string()).collect();
        let books = books.into_iter().collect::<Vec<_>>().join(" or ");
        found.push(Finding::warning(
            path,
            format!("instance {name} has urlmatch={url}, and no book of {books} has this bookremoteurl"),
            format!("Add the book, or remove instance {name}"),
        ));
    }
    if *active == Settings::default() {
        return;
    }
    if active.class.is_none() {
        let there = if commented_out.class.is_some() { "is commented out" } else { "is missing" };
        found.push(Finding::warning(path, format!("{} {there}", key("class")), "Add it, as another instance has it"));
    }
    match (&active.config_path, directory) {
        (None, _) => {
            let there = if commented_out.config_path.is_some() { "is commented out" } else { "is missing" };
            found.push(Finding::warning(
                path,
                format!("{} {there}", key("configpath")),
                format!("Name the directory with {DB_CONFIG}, relative to this file"),
            ));
        }
        (Some(typed), None) => found.push(Finding::warning(
            path,
            format!("{}={typed} leads out of the deployed directory", key("configpath")),
            "Name a directory below WEB-INF/config, relative to this file",
        )),
        (Some(typed), Some(directory)) => of_directory(facts, (path, &key("configpath"), typed), directory, found),
    }
}

fn of_directory(
    facts: &AddressBooks,
    (path, key, typed): (&RootPath, &str, &str),
    at: &RootPath,
    found: &mut Vec<Finding>,
) {
    match facts.directories.get(at) {
        None => {}
        Some(Directory::Missing(what)) => found.push(Finding::warning(
            path,
            format!("{key}={typed} names {at}, and {what}"),
            "Correct the path, which is relative to this file, or restore the directory",
        )),
        Some(Directory::Found { db_config, field_maps }) => {
            match db_config {
                Readable::Read(()) => {}
                Readable::Missing => found.push(Finding::warning(
                    at,
                    format!("there is no {DB_CONFIG}, and {path} uses the directory"),
                    "Copy the one of another address book, and set its server",
                )),
                Readable::Unreadable(what) => {
                    found.push(Finding::warning(format!("{at}/{DB_CONFIG}"), what, "Correct the file"));
                }
            }
            if field_maps.is_empty() {
                found.push(Finding::warning(
                    at,
                    format!("there is no field map (xlate*.xml), and {path} uses the directory"),
                    "Copy the one of another address book, and adapt it to the directory server",
                ));
            }
            for (name, file) in field_maps {
                if let Readable::Unreadable(what) = file {
                    let finding = Finding::warning(format!("{at}/{name}"), what, "Correct the file");
                    if !found.contains(&finding) {
                        found.push(finding);
                    }
                }
            }
        }
    }
}

/// Returns a finding for each directory of an address book that no instance names.
fn unused_directories(facts: &AddressBooks) -> Vec<Finding> {
    if facts.stores.values().any(|stores| matches!(stores, Readable::Unreadable(_))) {
        return Vec::new();
    }
    let stores = || facts.stores.values().filter_map(Readable::content).flatten();
    let used: BTreeSet<&RootPath> = stores().filter_map(|store| store.directory.as_ref()).collect();
    let is_one = |directory: &Directory| match directory {
        Directory::Found { db_config, field_maps } => *db_config != Readable::Missing || !field_maps.is_empty(),
        Directory::Missing(_) => false,
    };
    let unused = facts.directories.iter().filter(|(path, directory)| is_one(directory) && !used.contains(path));
    unused
        .map(|(path, _)| {
            Finding::warning(
                path,
                "no instance of personalstore.properties names it in its configpath",
                "Add the instance, or remove the directory when the address book is not used",
            )
        })
        .collect()
}

fn names(stores: &[&Store]) -> String {
    stores.iter().map(|store| store.name.as_str()).collect::<Vec<_>>().join(", ")
}
