//! The message store: its databases and logs with their versions, its partitions, and what an upgrade means for it.
//!
//! Only headers are read, and nothing is opened for writing. Versions and byte order come from the first bytes of each file
//! (`reference/messaging.md` section 5.6), places from section 5.2. Hostile files cost a bounded read each.

mod backup;
mod files;
mod situation;
mod touched;
mod versions;

use std::fmt;

use bdb::format::ByteOrder;
use bdb::log::parse_log_name;
use upgrade_engine::fs::{FileId, FileKind, FileSystem, Name, RelPath, RootPath, Time};
use upgrade_engine::survey::is_absent;

pub use backup::{Backup, Checked};
pub use situation::{Cleanup, cleanup, situation};
pub use touched::touched_since;

use crate::settings::Settings;

/// The databases of a store (`reference/messaging.md` section 5.2).
pub const DATABASES: [&str; 5] = ["folder.db", "quota.db", "lright.db", "peruser.db", "subscr.db"];

/// What a file of the mailbox database is, by its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A btree.
    Btree {
        /// Version of the format.
        version: u32,
        /// That of the machine that wrote it.
        byte_order: ByteOrder,
    },
    /// A transaction log.
    Log {
        /// Version of the format.
        version: u32,
        /// That of the machine that wrote it.
        byte_order: ByteOrder,
    },
    /// Something else, or nothing that can be read: why.
    Unknown(String),
}

impl Content {
    fn byte_order(&self) -> Option<ByteOrder> {
        match self {
            Self::Btree { byte_order, .. } | Self::Log { byte_order, .. } => Some(*byte_order),
            Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Btree { version, byte_order } => write!(f, "Btree version {version}, {byte_order}-endian"),
            Self::Log { version, byte_order } => write!(f, "log version {version}, {byte_order}-endian"),
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

/// A file of the mailbox database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFile {
    /// Its name in `mboxlist`.
    pub name: Name,
    /// What it is.
    pub content: Content,
    /// Length in bytes.
    pub size: u64,
    /// Which file it is.
    pub id: FileId,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: RootPath,
    /// Whether there is such a directory.
    pub is_there: bool,
}

/// A message store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Whether there is one: a directory with a mailbox database.
    pub is_there: bool,
    /// The directory `store` of the data root.
    pub root: RootPath,
    /// The directory of the mailbox database.
    pub mboxlist: RootPath,
    /// The databases, `*.db`.
    pub databases: Vec<StoreFile>,
    /// The transaction logs, oldest first.
    pub logs: Vec<StoreFile>,
    /// The partitions that are set, or the default one.
    pub partitions: Vec<Partition>,
    /// `store.dbtmpdir`, where it is set: the place of the cache files.
    pub temporary: Option<RootPath>,
    /// The cache files, `__db.*`, which the old release's `stored -r` removes.
    pub cache_files: Vec<RootPath>,
    /// The directory of the store's own snapshots.
    pub snapshots: RootPath,
    /// The newest change of a database or log.
    pub last_change: Option<Time>,
    /// What cannot be read, a line each.
    pub unreadable: Vec<String>,
}

/// Looks at the store of a data root, whose configuration is its directory `config`.
pub fn look(fs: &dyn FileSystem, data_root: &RootPath) -> Store {
    look_with(fs, data_root, &below(data_root, "config"))
}

/// Looks at the store of a data root, with the settings of a configuration directory.
pub fn look_with(fs: &dyn FileSystem, data_root: &RootPath, config: &RootPath) -> Store {
    let settings = Settings::read(fs, config);
    let root = below(data_root, "store");
    let mboxlist = below(&root, "mboxlist");
    let mut store = Store {
        is_there: false,
        partitions: partitions(fs, &settings, &root),
        temporary: settings.path("store.dbtmpdir", &root),
        snapshots: settings.path("local.store.snapshotpath", &root).unwrap_or(below(&root, "dbdata/snapshots")),
        databases: Vec::new(),
        logs: Vec::new(),
        cache_files: Vec::new(),
        last_change: None,
        unreadable: settings.unreadable,
        mboxlist,
        root,
    };
    store.read_mboxlist(fs);
    let elsewhere = [store.temporary.clone(), Some(below(data_root, "lock"))];
    for directory in elsewhere.into_iter().flatten() {
        let (names, error) = names_in(fs, &directory);
        store.unreadable.extend(error);
        let caches = names.into_iter().filter(|name| is_cache(name.as_bytes()));
        store.cache_files.extend(caches.map(|name| directory.join(&name)));
    }
    store
}

impl Store {
    /// Returns the newest log and the releases that write its version: from one on, and before another.
    pub fn writer(&self) -> Option<(String, &'static str, Option<&'static str>)> {
        self.logs.iter().rev().find_map(|log| match log.content {
            Content::Log { version, .. } => {
                let (from, below) = versions::writers_of_log(version)?;
                Some((self.mboxlist.join(&log.name).to_string(), from, below))
            }
            _ => None,
        })
    }

    fn read_mboxlist(&mut self, fs: &dyn FileSystem) {
        let (names, error) = names_in(fs, &self.mboxlist);
        self.unreadable.extend(error);
        let Ok(dir) = fs.open_dir(&self.mboxlist) else { return };
        for name in names {
            if is_cache(name.as_bytes()) {
                self.cache_files.push(self.mboxlist.join(&name));
                continue;
            }
            let is_log = parse_log_name(name.as_bytes()).is_some();
            if !is_log && !name.as_bytes().ends_with(b".db") {
                continue;
            }
            let at = RelPath::from(name.clone());
            match dir.stat(&at) {
                Ok(stat) if stat.kind == FileKind::Regular => {
                    self.last_change = self.last_change.max(Some(stat.modified));
                    let content = files::content(&*dir, &at, stat.size);
                    let file = StoreFile { name, content, size: stat.size, id: stat.id };
                    if is_log { self.logs.push(file) } else { self.databases.push(file) }
                }
                Ok(_) => self.unreadable.push(format!("{} is no regular file", self.mboxlist.join(&name))),
                Err(e) => self.unreadable.push(format!("{}: {e}", self.mboxlist.join(&name))),
            }
        }
        self.logs.sort_by_key(|log| parse_log_name(log.name.as_bytes()));
        self.is_there = !self.databases.is_empty() || !self.logs.is_empty();
    }
}

/// Returns the partitions that are set, and `primary` at its default place where it is not set (`reference/messaging.md` section 4.2).
fn partitions(fs: &dyn FileSystem, settings: &Settings, root: &RootPath) -> Vec<Partition> {
    let mut found: Vec<(String, RootPath)> = Vec::new();
    for (name, path) in settings.between("store.partition.", ".path") {
        if let Ok(path) = root.resolve(path) {
            found.push((upgrade_engine::fs::path::escape(name), path));
        }
    }
    if !found.iter().any(|(name, _)| name == "primary") {
        found.push(("primary".to_owned(), below(root, "partition/primary")));
    }
    found.sort();
    let partition = |(name, path): (String, RootPath)| Partition { is_there: fs.open_dir(&path).is_ok(), name, path };
    found.into_iter().map(partition).collect()
}

fn is_cache(name: &[u8]) -> bool {
    name.starts_with(b"__db")
}

fn below(path: &RootPath, name: &str) -> RootPath {
    path.resolve(name.as_bytes()).unwrap_or_else(|_| path.clone())
}

/// Returns the names in a directory, and why they cannot be read; none where it is not there.
fn names_in(fs: &dyn FileSystem, directory: &RootPath) -> (Vec<Name>, Option<String>) {
    match fs.open_dir(directory).and_then(|dir| dir.list(&RelPath::here())) {
        Ok(names) => (names, None),
        Err(e) if is_absent(&e) => (Vec::new(), None),
        Err(e) => (Vec::new(), Some(format!("{directory}: {e}"))),
    }
}
