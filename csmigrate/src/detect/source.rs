//! The source directory: what each entry is, and what becomes of it.
//!
//! Documented roles of the files: `reference/calendar.md` section 3.1. Whatever is a database is migrated, whatever its name.

use std::collections::{BTreeMap, HashMap};
use std::io;

use bdb::log::parse_log_name;
use bdb::read::{Recognised, Unsupported, recognise};
use upgrade_engine::digest::{self, Digest, Hasher};
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, File, FileId, FileKind, FileSystem, Name, RelPath, RootPath, Stat};
use upgrade_engine::place::Anchor;
use upgrade_engine::step::{Attributes, Observer};
use upgrade_engine::survey::{self, Below, Limits};

use super::Directories;
use super::data_directory;
use super::database::{self, DatabaseError, DatabaseFacts};
use super::db_config::{self, DbConfig};
use crate::cursor::Damage;
use crate::error::Error;
use crate::workers;

/// Files up to this size that are no databases are carried over; larger ones are only backed up, and that is said.
const CARRIED_AT_MOST: u64 = 16 << 20;

/// A source with more entries, or deeper directories, is no calendar database, and its plan would not be small.
const LIMITS: Limits = Limits { entries: 50_000, depth: 64 };
/// How many bytes the targets of all links may have: they are held, and are in the plan several times.
const MOST_OF_LINKS: u64 = 8 << 20;

/// The source directory.
pub struct SourceFacts {
    /// As typed.
    pub path: RootPath,
    /// The directory, held open.
    pub dir: Box<dyn Dir>,
    /// The directory's own attributes.
    pub attributes: Attributes,
    /// Which directory it is.
    pub anchor: Anchor,
    /// Everything in it that is to be backed up; directories before what they hold.
    pub entries: Vec<Entry>,
    /// What is not backed up, and why.
    pub left_out: Vec<String>,
    /// What the administrator should know.
    pub warnings: Vec<String>,
}

/// One entry of the source.
pub struct Entry {
    /// Path below the source.
    pub path: RelPath,
    /// What `lstat` said.
    pub stat: Stat,
    /// Owner, mode, times, extended attributes.
    pub attributes: Attributes,
    /// What it is.
    pub kind: EntryKind,
    /// What becomes of it in the target.
    pub role: Role,
}

/// What an entry is.
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A symbolic link with this target, as escaped text.
    Symlink(String),
    /// A file with this content.
    File(Digest),
    /// A file of a source that is refused.
    Refused,
    /// Another name of an entry before it.
    HardLink(RelPath),
}

/// What becomes of an entry in the target.
pub enum Role {
    /// A database: migrated.
    Database(Box<DatabaseFacts>),
    /// Carried over byte for byte.
    Carried,
    /// `DB_CONFIG`, carried over without the lines that name directories.
    WithoutDirectories,
    /// Only backed up.
    BackupOnly,
    /// A database of which nothing can be read, and why: only backed up.
    Hopeless(String),
    /// A database that cannot be migrated, and why.
    Refused(String),
}

impl SourceFacts {
    /// Returns the databases with their entries.
    pub fn databases(&self) -> impl Iterator<Item = (&Entry, &DatabaseFacts)> {
        self.entries.iter().filter_map(|entry| match &entry.role {
            Role::Database(facts) => Some((entry, &**facts)),
            _ => None,
        })
    }

    /// Returns what is known of the databases, to add to it.
    pub fn databases_mut(&mut self) -> impl Iterator<Item = &mut DatabaseFacts> {
        self.entries_mut().map(|(_, facts)| facts)
    }

    /// Returns the databases by path, to add to what is known of them.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = (&RelPath, &mut DatabaseFacts)> {
        self.entries.iter_mut().filter_map(|entry| match &mut entry.role {
            Role::Database(facts) => Some((&entry.path, &mut **facts)),
            _ => None,
        })
    }

    /// Refuses the source when a database cannot be migrated.
    ///
    /// # Errors
    /// [`Error::Databases`] with all of them; [`Error::NoDatabase`].
    pub fn refuse(&self) -> Result<(), Error> {
        let refused: Vec<String> = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.role {
                Role::Refused(why) => Some(why.clone()),
                _ => None,
            })
            .collect();
        if !refused.is_empty() {
            return Err(Error::Databases(refused));
        }
        let mut names = HashMap::new();
        for (entry, _) in self.databases() {
            let name = entry.path.names().last();
            if let Some(other) = name.and_then(|name| names.insert(name, &entry.path)) {
                let why = format!("{other} and {} would be one file in the target", entry.path);
                return Err(Error::Databases(vec![why]));
            }
        }
        if self.databases().next().is_none() {
            return Err(Error::NoDatabase { path: self.path.to_string(), what: "there is no database in it" });
        }
        Ok(())
    }

    /// Returns the databases of which nothing can be read, and why.
    pub fn hopeless(&self) -> impl Iterator<Item = (&Entry, &str)> {
        self.entries.iter().filter_map(|entry| match &entry.role {
            Role::Hopeless(why) => Some((entry, why.as_str())),
            _ => None,
        })
    }

    /// Returns the number of bytes in all regular files, hard links counted once.
    pub fn bytes(&self) -> u64 {
        let files = self.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File(_)));
        files.fold(0, |sum, entry| sum.saturating_add(entry.stat.size))
    }
}

/// Opens the source directory.
///
/// # Errors
/// [`Error::NoSource`] with a name nearby, [`Error::NotADirectory`], [`Error::Common`].
pub fn open(fs: &dyn FileSystem, path: &RootPath) -> Result<Box<dyn Dir>, Error> {
    fs.open_dir(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::NoSource { path: path.to_string(), near: near_name(fs, path) },
        io::ErrorKind::NotADirectory => Error::NotADirectory { path: path.to_string() },
        _ => Error::io("open", path, e),
    })
}

/// Returns a directory beside a missing one whose name is nearly the same. The vendor's own guide misspells one.
fn near_name(fs: &dyn FileSystem, path: &RootPath) -> Option<String> {
    let (parent, wanted) = path.split_last()?;
    let dir = fs.open_dir(&parent).ok()?;
    let wanted = wanted.to_string();
    let names = dir.list(&RelPath::here()).ok()?;
    let directories = names
        .into_iter()
        .filter(|name| dir.stat(&name.clone().into()).is_ok_and(|stat| stat.kind == FileKind::Directory));
    let distances = directories.map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_string()), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(wanted.len() / 4)).then(|| parent.join(&name).to_string())
}

/// What is wanted of the survey.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Whether `hotbackup` and `archive` are backed up as well.
    pub backup_all: bool,
    /// What is done about damaged databases.
    pub damage: Damage,
}

/// Surveys the source: lists it, digests every file, and reads every database to its end.
///
/// # Errors
/// [`Error::NoDatabase`] for an empty directory; [`Error::Common`]. What cannot be migrated is refused by [`SourceFacts::refuse`].
pub fn survey(
    fs: &dyn FileSystem,
    dir: Box<dyn Dir>,
    directories: &Directories,
    wanted: Wanted,
    observer: &dyn Observer,
) -> Result<SourceFacts, Error> {
    let path = directories.source.clone();
    let failed = |e| Error::io("read", &path, e);
    let config = DbConfig::read(&*dir).map_err(|e| Error::io("read", format!("{path}/DB_CONFIG"), e))?;
    let data_directories = data_directory::below(&path, &config);
    let mut listing = Listing {
        path: &path,
        observer,
        backup: fs.open_dir(&directories.backup).and_then(|d| d.stat(&RelPath::here())).ok().map(|stat| stat.id),
        backup_all: wanted.backup_all,
        of_links: 0,
        found: Vec::new(),
        left_out: Vec::new(),
        warnings: Vec::new(),
    };
    survey::walk(&*dir, &path, LIMITS, |entry, stat| listing.entry(entry, stat))?;
    let Listing { found, left_out, mut warnings, .. } = listing;
    if found.is_empty() {
        return Err(Error::NoDatabase { path: path.to_string(), what: "the directory is empty" });
    }
    warnings.extend(data_directory::lines_left_out(&config));
    let mut found = found;
    for item in &mut found {
        let above = item.path.split_last().map(|(above, _)| above);
        item.in_data_directory = above.is_some_and(|above| data_directories.contains(&above));
    }
    let surveyed = workers::for_each(&found, |item| examine(&*dir, &path, item, wanted.damage, observer));
    let mut entries = Vec::with_capacity(found.len());
    let mut names: HashMap<FileId, RelPath> = HashMap::new();
    for (item, surveyed) in found.into_iter().zip(surveyed) {
        match surveyed {
            Ok(Examined { mut kind, role, attributes }) => {
                let attributes = attributes_of_copy(&path, &item, attributes, &mut warnings);
                if item.stat.links > 1 && matches!(kind, EntryKind::File(_)) {
                    match names.get(&item.stat.id) {
                        Some(first) => kind = EntryKind::HardLink(first.clone()),
                        None => drop(names.insert(item.stat.id, item.path.clone())),
                    }
                }
                let is_config = item.path.to_bytes() == db_config::NAME;
                if matches!(role, Role::BackupOnly) && item.is_large_stranger() && !is_config {
                    warnings.push(format!("{} is no database; it is only backed up", item.path));
                }
                entries.push(Entry { path: item.path, stat: item.stat, attributes, kind, role });
            }
            Err(Refused::Database(message)) => {
                let (kind, role) = (EntryKind::Refused, Role::Refused(message));
                let attributes = Attributes::of(&*dir, &item.path).map_err(failed)?;
                entries.push(Entry { path: item.path, stat: item.stat, attributes, kind, role });
            }
            Err(Refused::Error(error)) => return Err(error),
        }
    }
    let attributes = Attributes::of(&*dir, &RelPath::here()).map_err(failed)?;
    let anchor = survey::anchor(&*dir, &path)?;
    let facts = SourceFacts { path: path.clone(), dir, attributes, anchor, entries, left_out, warnings };
    Ok(facts)
}

/// An entry before its content was looked at.
struct Found {
    path: RelPath,
    stat: Stat,
    /// Whether databases are in its directory, as `DB_CONFIG` says.
    in_data_directory: bool,
}

impl Found {
    fn is_at_top(&self) -> bool {
        self.path.names().len() == 1
    }

    fn is_large_stranger(&self) -> bool {
        let name = self.path.names().first().map(Name::as_bytes).unwrap_or_default();
        self.stat.kind == FileKind::Regular && self.is_at_top() && !is_log_or_region(name)
    }
}

/// An entry whose content was looked at.
struct Examined {
    kind: EntryKind,
    role: Role,
    attributes: Attributes,
}

/// Returns the attributes that a copy gets. Set-user-id, set-group-id and capabilities belong to programs; they are not carried over.
fn attributes_of_copy(
    source: &RootPath,
    item: &Found,
    mut attributes: Attributes,
    warnings: &mut Vec<String>,
) -> Attributes {
    if item.stat.kind == FileKind::Regular
        && let Some(dropped) = attributes.drop_privileges()
    {
        warnings.push(format!("{}: {dropped} not carried over", show(source, &item.path)));
    }
    attributes
}

enum Refused {
    Database(String),
    Error(Error),
}

struct Listing<'a> {
    path: &'a RootPath,
    observer: &'a dyn Observer,
    backup: Option<FileId>,
    backup_all: bool,
    /// How many bytes the targets of the links have.
    of_links: u64,
    found: Vec<Found>,
    left_out: Vec<String>,
    warnings: Vec<String>,
}

impl Listing<'_> {
    /// Notes an entry; returns whether what lies below it is to be noted as well.
    fn entry(&mut self, path: &RelPath, stat: &Stat) -> Result<Below, Error> {
        if self.observer.stop_requested() {
            return Err(command::Error::Interrupted.into());
        }
        let Some(name) = path.names().last().filter(|name| !self.is_left_out(path, name, stat)) else {
            return Ok(Below::LeaveOut);
        };
        match stat.kind {
            FileKind::Fifo | FileKind::Special => {
                self.left_out.push(format!("{path} is no file; it is not copied"));
                return Ok(Below::LeaveOut);
            }
            FileKind::Symlink if name.as_bytes().ends_with(b".db") => {
                let path = show(self.path, path);
                let why = "is a symbolic link, and links in a database directory are never followed: put the database \
                           itself there";
                return Err(Error::Databases(vec![format!("{path} {why}")]));
            }
            FileKind::Regular | FileKind::Directory | FileKind::Symlink => {}
        }
        if stat.kind == FileKind::Symlink {
            self.of_links = self.of_links.saturating_add(stat.size);
        }
        if self.of_links > MOST_OF_LINKS {
            let what = "holds links to more than 8 MiB of names: no calendar database does; move them out of it";
            return Err(Error::Databases(vec![format!("{} {what}", self.path)]));
        }
        self.warn_if_only_backed_up(path, name, stat);
        self.found.push(Found { path: path.clone(), stat: *stat, in_data_directory: false });
        Ok(Below::Enter)
    }

    /// Whatever does not appear in the target is said, but for the caches, which the server makes anew.
    fn warn_if_only_backed_up(&mut self, path: &RelPath, name: &Name, stat: &Stat) {
        let is_cache = matches!(name.as_bytes(), b"ldap_cache" | b"cld_cache");
        let is_said = matches!(stat.kind, FileKind::Directory | FileKind::Symlink) && path.names().len() == 1;
        if is_said && !is_cache {
            self.warnings.push(format!("{path} is only backed up"));
        }
    }

    /// Backups are not backed up again, and `lost+found` is nobody's file.
    fn is_left_out(&mut self, path: &RelPath, name: &Name, stat: &Stat) -> bool {
        if stat.kind != FileKind::Directory {
            return false;
        }
        let at_top = path.names().len() == 1;
        match name.as_bytes() {
            _ if Some(stat.id) == self.backup => true,
            b"lost+found" if at_top => true,
            b"backup" if at_top => {
                self.left_out.push(format!("{path} is not copied: backups are not backed up"));
                true
            }
            b"hotbackup" | b"archive" if at_top && !self.backup_all => {
                self.left_out.push(format!("{path} is not copied (use --backup-all for that)"));
                true
            }
            _ => false,
        }
    }
}

/// Returns whether a directory holds these files with these contents, and no other file that would be looked at; logs and
/// region files that are not listed do not count.
///
/// # Errors
/// As reading it; [`io::ErrorKind::NotFound`] when one is gone.
pub fn holds_exactly(dir: &dyn Dir, files: &BTreeMap<RelPath, Digest>) -> io::Result<bool> {
    for name in dir.list(&RelPath::here())? {
        let path = RelPath::from(name.clone());
        let stat = dir.stat(&path)?;
        // Further names of a file are not listed where the first one says enough.
        let counts = stat.kind == FileKind::Regular && stat.links == 1 && !is_log_or_region(name.as_bytes());
        if counts && !files.contains_key(&path) {
            return Ok(false);
        }
    }
    for (path, digest) in files {
        if Digest::of_file(&*dir.open(path)?)?.0 != *digest {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_log_or_region(name: &[u8]) -> bool {
    parse_log_name(name).is_some() || name.starts_with(b"__db.")
}

fn examine(
    dir: &dyn Dir,
    source: &RootPath,
    item: &Found,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<Examined, Refused> {
    let failed = |e| Refused::Error(Error::io("read", show(source, &item.path), e));
    let changed = || failed(io::Error::other("it changed while it was being read"));
    if matches!(item.stat.kind, FileKind::Directory | FileKind::Symlink) {
        let held = dir.hold(&item.path).map_err(failed)?;
        let kind = match held.stat().map_err(failed)?.kind {
            FileKind::Directory if item.stat.kind == FileKind::Directory => EntryKind::Directory,
            FileKind::Symlink => EntryKind::Symlink(escape(&held.link_target().map_err(failed)?)),
            _ => return Err(changed()),
        };
        let attributes = Attributes::of_held(&*held).map_err(failed)?;
        return Ok(Examined { kind, role: Role::BackupOnly, attributes });
    }
    if let Some(what) = never_written(&item.stat) {
        return Err(Refused::Database(format!("{}: {what}", show(source, &item.path))));
    }
    let file = dir.open(&item.path).map_err(failed)?;
    // What was listed by name and what is read from this handle must be one and the same file.
    if file.stat().map_err(failed)? != item.stat {
        return Err(changed());
    }
    let attributes = Attributes::of_file(&*file).map_err(failed)?;
    let (kind, role) = examine_file(file, source, item, damage, observer)?;
    Ok(Examined { kind, role, attributes })
}

fn examine_file(
    file: Box<dyn File>,
    source: &RootPath,
    item: &Found,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<(EntryKind, Role), Refused> {
    let failed = |e| Refused::Error(Error::io("read", show(source, &item.path), e));
    let name = item.path.names().last().map(Name::as_bytes).unwrap_or_default();
    if (item.is_at_top() || item.in_data_directory) && !is_log_or_region(name) {
        let recognised = recognised(&*file).map_err(failed)?;
        // The first page may be what is damaged.
        let may_be_damaged = damage == Damage::Salvaged
            && match &recognised {
                Recognised::NotADatabase => name.ends_with(b".db"),
                Recognised::Unsupported(kind) => kind.may_be_damage(),
                Recognised::Btree | Recognised::Hash => false,
            };
        match recognised {
            _ if may_be_damaged => return database(file, source, item, damage, observer),
            Recognised::Btree | Recognised::Hash => return database(file, source, item, damage, observer),
            Recognised::Unsupported(Unsupported::Log) => {}
            Recognised::Unsupported(reason) => {
                return Err(Refused::Database(format!("{}: {reason}", show(source, &item.path))));
            }
            Recognised::NotADatabase if name.ends_with(b".db") => {
                let what = if item.stat.size == 0 { "it is empty" } else { "its first page is not that of a database" };
                let path = show(source, &item.path);
                return Err(Refused::Database(format!("{path}: named like a database, but {what}")));
            }
            Recognised::NotADatabase if item.in_data_directory => {}
            Recognised::NotADatabase if item.stat.size <= CARRIED_AT_MOST => {
                let digest = digest_of(&*file, observer).map_err(failed)?;
                if name == db_config::NAME
                    && let Some(role) = config_role(&*file).map_err(failed)?
                {
                    return Ok((EntryKind::File(digest), role));
                }
                return Ok((EntryKind::File(digest), Role::Carried));
            }
            Recognised::NotADatabase => {}
        }
    }
    Ok((EntryKind::File(digest_of(&*file, observer).map_err(failed)?), Role::BackupOnly))
}

/// Says what is wrong with a file that was made long and hardly written, which would take hours to read. Berkeley DB sets pages aside
/// for a hash database, at most as many as it has; a file system that compresses packs a database to a small part at most.
pub fn never_written(stat: &Stat) -> Option<String> {
    const LONG: u64 = 1 << 30;
    let is_hardly_written = stat.size >= LONG && stat.allocated.saturating_mul(64) < stat.size;
    is_hardly_written
        .then(|| format!("it is {} bytes long, and only {} bytes of it were ever written", stat.size, stat.allocated))
}

/// Returns what becomes of `DB_CONFIG` where it names directories; nothing where it names none.
fn config_role(file: &dyn File) -> io::Result<Option<Role>> {
    const LARGEST: u64 = 64 << 10;
    if file.stat()?.size > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    digest::for_each_chunk(file, |chunk| {
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    let rest = db_config::without_directories(&bytes);
    Ok(match () {
        () if rest == bytes => None,
        () if db_config::has_settings(&rest) => Some(Role::WithoutDirectories),
        () => Some(Role::BackupOnly),
    })
}

/// Surveys a database file.
fn database(
    file: Box<dyn File>,
    source: &RootPath,
    item: &Found,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<(EntryKind, Role), Refused> {
    match database::survey(&*file, damage, observer) {
        Ok(surveyed) => Ok((EntryKind::File(surveyed.digest), Role::Database(Box::new(surveyed)))),
        Err(error @ DatabaseError::Hopeless(_)) => {
            let failed = |e| Refused::Error(Error::io("read", show(source, &item.path), e));
            let digest = digest_of(&*file, observer).map_err(failed)?;
            Ok((EntryKind::File(digest), Role::Hopeless(error.to_string())))
        }
        Err(error) => Err(Refused::Database(format!("{}: {error}", show(source, &item.path)))),
    }
}

fn digest_of(file: &dyn File, observer: &dyn Observer) -> io::Result<Digest> {
    let mut hasher = Hasher::new();
    digest::for_each_chunk(file, |chunk| {
        hasher.update(chunk);
        observer.advance(chunk.len() as u64);
        if observer.stop_requested() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    })?;
    Ok(hasher.finish())
}

/// Says what kind of file a file is.
///
/// # Errors
/// As reading it.
pub fn recognised(file: &dyn File) -> io::Result<Recognised> {
    let mut head = [0; bdb::read::HEAD];
    let mut length = 0;
    while let Some(rest) = head.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, length as u64)? {
            0 => break,
            count => length = length.saturating_add(count),
        }
    }
    Ok(recognise(head.get(..length).unwrap_or_default(), file.stat()?.size))
}

/// Returns a path below a directory as an administrator would write it.
pub fn show(directory: &RootPath, path: &RelPath) -> String {
    path.names().iter().fold(directory.clone(), |path, name| path.join(name)).to_string()
}
