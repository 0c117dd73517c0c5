//! What changed in a store since a time: whether the new server was started. It decides whether a move can simply be undone.
//!
//! A mailbox's version is in the header of its `store.idx`, whose form is not documented (`reference/messaging.md` section 9). So
//! times are looked at, and log versions, and nothing is guessed.

use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Time};
use upgrade_engine::survey::{Below, Limits, SurveyError, is_absent, walk};

use super::{Content, Store, look};

/// Most entries of a partition that are looked at. A store may hold millions.
const LOOKED_AT: Limits = Limits { entries: 200_000, depth: 24 };
/// Most findings that are listed for a directory.
const LISTED: usize = 5;

/// Returns what changed in the store of a data root since a time, a line each; empty where nothing did.
///
/// Looked at are the mailbox database, the session and lock directories, and the mailbox indexes, up to a limit.
pub fn touched_since(fs: &dyn FileSystem, data_root: &RootPath, since: Time) -> Vec<String> {
    let store = look(fs, data_root);
    let mut lines = logs(&store, fs, since);
    let session = store.root.resolve(b"session").ok();
    let lock = data_root.resolve(b"lock").ok();
    let databases = [Some(store.mboxlist.clone()), session, lock, store.temporary.clone()];
    for directory in databases.into_iter().flatten() {
        lines.extend(changes(fs, &directory, since, |_| true));
    }
    let mut mailboxes = Vec::new();
    for partition in &store.partitions {
        mailboxes.extend(changes(fs, &partition.path, since, |name| name == b"store.idx"));
    }
    if !mailboxes.is_empty() {
        mailboxes.push(
            "Which format these mailboxes have cannot be read from the files: the header of store.idx is not documented. `imcheck -m \
             MAILBOX` of the new release prints a mailbox's version."
                .to_owned(),
        );
    }
    lines.extend(mailboxes);
    lines
}

/// Returns the logs that changed, with their versions: an old server cannot start on logs that a newer one wrote.
fn logs(store: &Store, fs: &dyn FileSystem, since: Time) -> Vec<String> {
    let Ok(dir) = fs.open_dir(&store.mboxlist) else { return Vec::new() };
    let changed = store.logs.iter().filter(|log| {
        let at = RelPath::from(log.name.clone());
        dir.stat(&at).is_ok_and(|stat| stat.modified > since)
    });
    let version = |log: &super::StoreFile| match log.content {
        Content::Log { version, .. } => Some(version),
        _ => None,
    };
    let before: Vec<u32> = store
        .logs
        .iter()
        .filter(|log| dir.stat(&RelPath::from(log.name.clone())).is_ok_and(|stat| stat.modified <= since))
        .filter_map(version)
        .collect();
    changed
        .filter_map(|log| Some((log, version(log)?)))
        .filter(|(_, version)| before.iter().max().is_some_and(|before| version > before))
        .map(|(log, version)| {
            let path = store.mboxlist.join(&log.name);
            format!("{path} has log version {version}, newer than the logs before: the old server cannot start on it")
        })
        .collect()
}

/// Returns the files below a directory that changed since and have a name that counts.
fn changes(fs: &dyn FileSystem, top: &RootPath, since: Time, counts: impl Fn(&[u8]) -> bool) -> Vec<String> {
    let dir = match fs.open_dir(top) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => return Vec::new(),
        Err(e) => return vec![format!("{top} cannot be looked at: {e}")],
    };
    let mut listed = Vec::new();
    let mut changed = 0_usize;
    let walked = walk(&*dir, top, LOOKED_AT, |path, stat| {
        let name = path.names().last();
        let is_meant = stat.kind == FileKind::Regular && name.is_some_and(|name| counts(name.as_bytes()));
        if is_meant && stat.modified > since {
            changed = changed.saturating_add(1);
            if listed.len() < LISTED {
                let path = path.names().iter().fold(top.clone(), |path, name| path.join(name));
                listed.push(format!("{path} was changed"));
            }
        }
        let is_messages = stat.kind == FileKind::Directory && holds_messages(path);
        Ok::<_, SurveyError>(if is_messages { Below::LeaveOut } else { Below::Enter })
    });
    let more = changed.saturating_sub(listed.len());
    if more > 0 {
        listed.push(format!("{more} more files below {top} were changed"));
    }
    match walked {
        Ok(()) => {}
        // Of a large store the beginning shows enough: no server runs without changing its database.
        Err(SurveyError::TooMuch { .. }) if listed.is_empty() => {}
        Err(e) => listed.push(format!("{top} was not looked at as a whole: {e}")),
    }
    listed
}

/// Returns whether a directory is one of a mailbox's `00` to `99`, which hold messages. Hashed directories, such as `=user/53/53`, have
/// such names as well, above the user's.
fn holds_messages(path: &RelPath) -> bool {
    let names = path.names();
    let in_mailbox = names.iter().any(|name| name.as_bytes().starts_with(b"=") && name.as_bytes() != b"=user");
    let is_number = |name: &[u8]| name.len() == 2 && name.iter().all(u8::is_ascii_digit);
    in_mailbox && names.last().is_some_and(|name| is_number(name.as_bytes()))
}
