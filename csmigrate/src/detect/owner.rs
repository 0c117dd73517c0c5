//! `--owner USER:GROUP`: names from the product root's own `/etc/passwd` and `/etc/group`, or numbers; and the files that it does not
//! give away unasked.
//!
//! Whoever can write into the source can put a link to somebody else's file there, or move one there. So a file gets a new owner only
//! where it belongs to the owner of its directory and all its names are in the source, or where the administrator named it.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use upgrade_engine::fs::{FileId, FileSystem, RelPath};
use upgrade_engine::survey;

use super::source::{Entry, EntryKind, Role, SourceFacts, show};
use crate::error::Error;

/// A user and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// Resolves `USER:GROUP`.
///
/// # Errors
/// [`Error::Owner`] when it has another form or a name is not known.
pub fn resolve(fs: &dyn FileSystem, text: &str) -> Result<Owner, Error> {
    let Some((user, group)) = text.split_once(':') else {
        return Err(Error::Owner(format!("--owner {text}: write USER:GROUP, such as icsuser:icsgroup")));
    };
    let id = |found: Result<u32, String>| found.map_err(Error::Owner);
    Ok(Owner { uid: id(survey::user_id(fs, user))?, gid: id(survey::group_id(fs, group))? })
}

/// Refuses to give a database away that may be somebody else's file, and leaves other such files out of the target, with a warning.
/// `named` are paths below the source of files that are given away all the same.
///
/// # Errors
/// [`Error::GivenAway`] with all databases; [`Error::Owner`] where there is no file of a name.
pub fn refuse_giving_away(source: &mut SourceFacts, owner: Owner, named: &[PathBuf]) -> Result<(), Error> {
    let named = named_files(source, named)?;
    let directories: BTreeMap<RelPath, u32> = source
        .entries
        .iter()
        .filter(|entry| matches!(entry.kind, EntryKind::Directory))
        .map(|entry| (entry.path.clone(), entry.stat.uid))
        .chain([(RelPath::here(), source.attributes.uid)])
        .collect();
    let mut names: BTreeMap<FileId, u64> = BTreeMap::new();
    for entry in &source.entries {
        let count = names.entry(entry.stat.id).or_default();
        *count = count.saturating_add(1);
    }
    let (mut refused, mut left_out) = (Vec::new(), Vec::new());
    for entry in &mut source.entries {
        if named.contains(&entry.path) || !is_given_away(entry, owner) {
            continue;
        }
        let above = entry.path.split_last().map(|(above, _)| above).unwrap_or_default();
        let known = names.get(&entry.stat.id).copied().unwrap_or(1);
        let Some(why) = why_not(entry, directories.get(&above).copied(), known) else { continue };
        match entry.role {
            Role::Carried => {
                entry.role = Role::BackupOnly;
                let path = &entry.path;
                left_out.push(format!("{path} {why}; it is only backed up (--give-away {path} gives it away as well)"));
            }
            _ => refused.push(format!("{} {why}", show(&source.path, &entry.path))),
        }
    }
    if !refused.is_empty() {
        return Err(Error::GivenAway(refused));
    }
    source.warnings.extend(left_out);
    Ok(())
}

/// Returns the files that the administrator named.
fn named_files(source: &SourceFacts, named: &[PathBuf]) -> Result<BTreeSet<RelPath>, Error> {
    let file = |typed: &PathBuf| {
        let path = RelPath::new(typed.as_os_str().as_bytes()).ok();
        let path = path.filter(|path| source.entries.iter().any(|entry| entry.path == *path));
        let unknown =
            || Error::Owner(format!("--give-away {}: there is no such file below {}", typed.display(), source.path));
        path.ok_or_else(unknown)
    };
    named.iter().map(file).collect()
}

/// Returns whether the target gets the content of a file, with another owner.
fn is_given_away(entry: &Entry, owner: Owner) -> bool {
    let is_in_target = matches!(entry.role, Role::Database(_) | Role::Carried | Role::WithoutDirectories);
    is_in_target && (entry.stat.uid, entry.stat.gid) != (owner.uid, owner.gid)
}

/// Says why a file is not given away; nothing where it is. `known` are its names in the source.
fn why_not(entry: &Entry, directory: Option<u32>, known: u64) -> Option<String> {
    let uid = entry.stat.uid;
    match directory {
        Some(above) if above != uid => Some(format!("belongs to user {uid}, and its directory to user {above}")),
        _ if entry.stat.links > known => {
            let elsewhere = entry.stat.links.saturating_sub(known);
            let names = if elsewhere == 1 { "a name" } else { "names" };
            Some(format!("has {names} outside of the directory ({} in all)", entry.stat.links))
        }
        _ => None,
    }
}
