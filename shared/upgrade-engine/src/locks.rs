//! One run at a time: the lock of the state directory, and those of the directories that a plan acts in.

use std::io;

use crate::error::EngineError;
use crate::fs::{Dir, File, FileId, Lock, RelPath, RootPath};
use crate::place::OpenAnchors;
use crate::run::{Identity, name};
use crate::state_directory;

/// Name of the file that is locked, and that says who holds the lock. Only its owner can open it, so nobody else can lock it.
const LOCK: &str = "lock";

/// The lock of a state directory.
pub(crate) struct StateLock {
    file: Box<dyn File>,
    _lock: Box<dyn Lock>,
}

/// Takes the lock of the state directory.
pub(crate) fn take_lock(dir: &dyn Dir, path: &RootPath) -> Result<StateLock, EngineError> {
    let lock = RelPath::from(name(LOCK)?);
    let opened = match dir.open_to_write(&lock) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => match dir.create(&lock) {
            // Made by another run in the meantime.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => dir.open_to_write(&lock),
            other => other,
        },
        other => other,
    };
    lock_file(opened.map_err(|e| EngineError::io("open", format!("{path}/{LOCK}"), e))?, path)
}

/// As [`take_lock`], but makes no file: without one nobody holds the lock.
pub(crate) fn look_at_lock(dir: &dyn Dir, path: &RootPath) -> Result<Option<StateLock>, EngineError> {
    match dir.open(&RelPath::from(name(LOCK)?)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        other => lock_file(other.map_err(|e| EngineError::io("open", format!("{path}/{LOCK}"), e))?, path).map(Some),
    }
}

fn lock_file(file: Box<dyn File>, path: &RootPath) -> Result<StateLock, EngineError> {
    let failed = |e| EngineError::io("lock", path, e);
    state_directory::check_file(&file.stat().map_err(failed)?, path, &name(LOCK)?)?;
    match file.lock() {
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => Err(EngineError::Locked { holder: holder(&*file, &e) }),
        other => Ok(StateLock { _lock: other.map_err(failed)?, file }),
    }
}

/// Returns who holds a lock that is taken. What the file says may be older: where the system knows the process, it has to be the same.
fn holder(file: &dyn File, error: &io::Error) -> Option<String> {
    let noted = crate::step::read_whole(file).ok();
    let noted = noted.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|noted| !noted.is_empty());
    let by_system = error.to_string();
    let process = by_system.strip_prefix("process ").and_then(|rest| rest.split(' ').next());
    match (noted, process) {
        (Some(noted), Some(process)) if noted.contains(&format!("process {process} on ")) => Some(noted),
        (_, Some(_)) => Some(by_system),
        (noted, None) => noted,
    }
}

impl StateLock {
    /// Notes who holds the lock. For the message only: nothing depends on it, so a failure is not one of the run.
    pub(crate) fn note(&self, tool: &str, identity: &Identity) {
        let text = format!("{tool}, process {} on {}\n", identity.pid, identity.host);
        let _ = self.file.set_len(0).and_then(|()| self.file.write_all_at(text.as_bytes(), 0));
    }
}

/// Locks every directory that a plan acts in, against a run with another state directory; `state` is locked already.
pub(crate) fn lock_anchors(anchors: &OpenAnchors, state: FileId) -> Result<Vec<Box<dyn Lock>>, EngineError> {
    let mut locks = Vec::new();
    let mut locked = vec![state];
    for (path, dir) in anchors.dirs() {
        let id = dir.stat(&RelPath::here()).map_err(|e| EngineError::io("look at", path, e))?.id;
        if locked.contains(&id) {
            continue;
        }
        locked.push(id);
        locks.push(match dir.lock() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                return Err(EngineError::Locked { holder: Some(format!("{e} holds {path}")) });
            }
            other => other.map_err(|e| EngineError::io("lock", path, e))?,
        });
    }
    Ok(locks)
}
