//! Directories that a tool keeps beside its runs, each with the time in its name: the newest one counts.

use std::io;

use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};

use crate::error::Error;

/// Returns the newest directory whose name begins so.
///
/// # Errors
/// [`command::Error::Io`] when there is a state directory that cannot be read.
pub fn newest(state: &dyn FileSystem, path: &RootPath, prefix: &str) -> Result<Option<RootPath>, Error> {
    let names = match state.open_dir(path).and_then(|dir| dir.list(&RelPath::here())) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| Error::io("read", path, e))?,
    };
    // Names hold the time, and are sorted.
    let newest = names.into_iter().rfind(|name: &Name| name.as_bytes().starts_with(prefix.as_bytes()));
    Ok(newest.map(|name| path.join(&name)))
}
