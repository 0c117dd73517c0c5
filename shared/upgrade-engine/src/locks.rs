//! One run at a time: the lock of the state directory, and those of the directories that a plan acts in.

use std::io;

use crate::error::EngineError;
use crate::fs::{Dir, FileId, Lock, RelPath, RootPath};
use crate::place::OpenAnchors;
use crate::run::{Identity, name};

/// Name of the file that says who holds the lock.
const HOLDER: &str = "holder";

/// Takes the lock of the state directory.
pub(crate) fn take_lock(dir: &dyn Dir, path: &RootPath) -> Result<Box<dyn Lock>, EngineError> {
    let holder = RelPath::from(name(HOLDER)?);
    match dir.lock() {
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
            let file = dir.open(&holder).and_then(|file| crate::step::read_whole(&*file)).ok();
            let holder = file.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
            Err(EngineError::Locked { holder })
        }
        other => other.map_err(|e| EngineError::io("lock", path, e)),
    }
}

/// Notes who holds the lock. For the message only: nothing depends on it, so a failure is not one of the run.
pub(crate) fn write_holder(dir: &dyn Dir, tool: &str, identity: &Identity) {
    if let Ok(holder) = name(HOLDER) {
        let holder = RelPath::from(holder);
        let _ = dir.remove_file(&holder);
        let text = format!("{tool}, process {} on {}\n", identity.pid, identity.host);
        let _ = dir.create(&holder).and_then(|file| file.write_all_at(text.as_bytes(), 0));
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
