//! The proof of a store backup that `--store-backup` gives, and what can be checked of it.
//!
//! 7.0 changes the mailboxes for good, so a copy is the only way back. A directory is the administrator's own, a real path. Nothing is
//! restored or changed here.

use std::path::PathBuf;

use command::Context;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath, Time};
use upgrade_engine::survey::{Below, Limits, SurveyError, ancestors, identity, is_absent, walk};

use super::Store;
use crate::error::Error;

/// How much of a backup is searched for a copy of the mailbox database, and for the newest file.
const SEARCHED: Limits = Limits { entries: 200_000, depth: 32 };
/// Most missing files that an error names.
const NAMED: usize = 5;

/// What `--store-backup` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backup {
    /// A directory with a copy of the store, or with the output of imsbackup.
    Directory(PathBuf),
    /// A snapshot of the file system, or of the store's own making.
    Snapshot(Name),
    /// There is none, at the administrator's word.
    None,
}

/// What the check of a backup came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What was found.
    pub lines: Vec<String>,
    /// What may be wrong with it.
    pub warnings: Vec<String>,
}

impl Backup {
    /// Reads `DIR`, `snapshot:NAME` or `none`.
    ///
    /// # Errors
    /// A sentence for the administrator.
    pub fn parse(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("snapshot:")) {
            ("", _) => Err("--store-backup needs a directory, snapshot:NAME or none".to_owned()),
            ("none", _) => Ok(Self::None),
            (_, Some(name)) => {
                // A file system's own names of snapshots may hold slashes, as those of ZFS do: tank/mail@before.
                let name = name.rsplit('/').next().unwrap_or(name);
                Name::new(name).map(Self::Snapshot).map_err(|_| format!("{text:?} names no snapshot"))
            }
            _ => Ok(Self::Directory(PathBuf::from(text))),
        }
    }

    /// Checks what can be checked.
    ///
    /// # Errors
    /// [`Error::Backup`] when it is no backup of this store, or an incomplete one.
    pub fn check(&self, context: &Context<'_>, store: &Store) -> Result<Checked, Error> {
        if !store.is_there {
            let line = "There is no mailbox database, so that no backup of one was checked.".to_owned();
            return Ok(Checked { lines: vec![line], warnings: Vec::new() });
        }
        match self {
            Self::Directory(path) => directory(context, store, path),
            Self::Snapshot(name) => snapshot(context.fs, store, name),
            Self::None => Ok(Checked {
                lines: Vec::new(),
                warnings: vec![
                    "There is no backup of the store, at your word: once 7.0 has opened a mailbox, its old format is lost.".to_owned(),
                ],
            }),
        }
    }
}

fn refused(what: String) -> Error {
    Error::Backup(what)
}

fn snapshot(fs: &dyn FileSystem, store: &Store, name: &Name) -> Result<Checked, Error> {
    let path = store.snapshots.join(name);
    let dir = match fs.open_dir(&path) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => {
            let line = format!(
                "Snapshot {name}: {} has none of that name, so it is a file system's, at your word.",
                store.snapshots
            );
            return Ok(Checked { lines: vec![line], warnings: Vec::new() });
        }
        Err(e) => return Err(Error::io("open", &path, e)),
    };
    for mark in [".snaptime", ".verified"] {
        let is_there = RelPath::new(mark).is_ok_and(|mark| dir.stat(&mark).is_ok());
        if !is_there {
            let what = format!("the snapshot {path} has no {mark}: it is not finished, or was not verified");
            return Err(refused(what));
        }
    }
    Ok(Checked {
        lines: vec![format!("Snapshot {path} has .snaptime and .verified: the store took and verified it.")],
        warnings: vec![format!(
            "The snapshot {path} holds the mailbox database only: mailboxes that 7.0 converts come back only from imsbackup or a copy \
             of the partitions."
        )],
    })
}

fn directory(context: &Context<'_>, store: &Store, typed: &std::path::Path) -> Result<Checked, Error> {
    let own = context.own_files;
    let absolute = std::path::absolute(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    let path = RootPath::new(std::os::unix::ffi::OsStrExt::as_bytes(absolute.as_os_str()))
        .map_err(|e| Error::io("use", typed.display(), std::io::Error::other(e)))?;
    let dir = match own.open_dir(&path) {
        Ok(dir) => dir,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(refused(format!("there is no directory {path}")));
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(refused(format!("{path} is no directory")));
        }
        Err(e) => return Err(Error::io("open", &path, e)),
    };
    check_place(context, store, &*dir, &path)?;
    let found = search(&*dir, &path)?;
    if found.files == 0 {
        return Err(refused(format!("{path} holds no file")));
    }
    let mut checked = Checked::default();
    match &found.database {
        Some(at) => {
            let copy = dir.open_dir(at).map_err(|e| Error::io("open", &path, e))?;
            let shown = at.names().iter().fold(path.clone(), |path, name| path.join(name)).to_string();
            check_copy(&*copy, &shown, store)?;
            let (databases, logs) = (store.databases.len(), store.logs.len());
            checked.lines.push(format!("{shown} has all {databases} databases and {logs} logs of the store by name."));
        }
        None => checked.lines.push(format!(
            "{path} holds no copy of the mailbox database, so it is taken for the output of imsbackup. It was not checked."
        )),
    }
    if let (Some(newest), Some(last)) = (found.newest, store.last_change)
        && newest < last
    {
        checked.warnings.push(format!(
            "The newest file of {path} is older than the last change of the store in {}: the backup lacks that change.",
            store.mboxlist
        ));
    }
    if found.is_cut {
        checked
            .warnings
            .push(format!("{path} is so large that only its first {} entries were looked at.", SEARCHED.entries));
    }
    Ok(checked)
}

/// A backup inside the store, or one that holds the store itself, is none.
fn check_place(context: &Context<'_>, store: &Store, dir: &dyn Dir, path: &RootPath) -> Result<(), Error> {
    let id = identity(dir, path).map_err(command::Error::from)?;
    let partitions = store.partitions.iter().filter(|partition| partition.is_there).map(|partition| &partition.path);
    let tops = [&store.root, &store.mboxlist].into_iter().chain(partitions);
    let above = ancestors(context.own_files, path).map_err(command::Error::from)?;
    for top in tops {
        let Ok(open) = context.fs.open_dir(top) else { continue };
        let top_id = identity(&*open, top).map_err(command::Error::from)?;
        if top_id == id {
            return Err(refused(format!("{path} is the store itself")));
        }
        if above.contains(&top_id) {
            return Err(refused(format!("{path} lies inside the store, in {top}")));
        }
        if ancestors(context.fs, top).map_err(command::Error::from)?.contains(&id) {
            return Err(refused(format!("{path} holds the store itself, {top}")));
        }
    }
    Ok(())
}

/// What a search through a backup finds.
#[derive(Default)]
struct Found {
    files: usize,
    newest: Option<Time>,
    /// The directory with a copy of the mailbox database.
    database: Option<RelPath>,
    /// There is more than was looked at.
    is_cut: bool,
}

fn search(dir: &dyn Dir, path: &RootPath) -> Result<Found, Error> {
    let mut found = Found::default();
    let walked = walk(dir, path, SEARCHED, |at, stat| {
        if stat.kind == FileKind::Regular {
            found.files = found.files.saturating_add(1);
            found.newest = found.newest.max(Some(stat.modified));
        }
        // The store's own snapshots hold databases as well, of another time.
        let is_snapshot = at.names().iter().any(|name| name.as_bytes() == b"snapshots");
        match at.split_last() {
            Some((_, name)) if stat.kind == FileKind::Directory && name.as_bytes() == b"mboxlist" && !is_snapshot => {
                found.database = Some(at.clone());
            }
            Some((above, name))
                if stat.kind == FileKind::Regular && name.as_bytes() == b"folder.db" && !is_snapshot =>
            {
                found.database.get_or_insert(above);
            }
            _ => {}
        }
        Ok::<_, SurveyError>(Below::Enter)
    });
    match walked {
        Ok(()) => {}
        Err(SurveyError::TooMuch { .. }) => found.is_cut = true,
        Err(e) => return Err(command::Error::from(e).into()),
    }
    Ok(found)
}

/// Checks that a copy has every database and log, each a file of its own that is not empty where the store's is not.
fn check_copy(copy: &dyn Dir, shown: &str, store: &Store) -> Result<(), Error> {
    let mut missing = Vec::new();
    for file in store.databases.iter().chain(&store.logs) {
        let at = RelPath::from(file.name.clone());
        let is_copy =
            copy.stat(&at).is_ok_and(|stat| stat.kind == FileKind::Regular && (stat.size > 0 || file.size == 0));
        if !is_copy {
            missing.push(file.name.to_string());
        }
        if copy.stat(&at).is_ok_and(|stat| stat.id == file.id) {
            return Err(refused(format!("{shown}/{} is the store's own file, not a copy", file.name)));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let more = missing.len().saturating_sub(NAMED);
    missing.truncate(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Err(refused(format!(
        "{shown} is not a complete copy of the mailbox database: it has no {}{more}",
        missing.join(", ")
    )))
}
