//! Directories that a tool keeps beside its runs, each with the time in its name: the newest one counts.

use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::state_directory;

use crate::error::Error;

/// Returns the newest directory whose name begins so.
///
/// # Errors
/// [`command::Error::Io`] when there is a state directory that cannot be read, and as the runs for one that others could have written.
pub fn newest(state: &dyn FileSystem, path: &RootPath, prefix: &str) -> Result<Option<RootPath>, Error> {
    let Some(dir) = state_directory::open(state, path).map_err(command::Error::from)? else { return Ok(None) };
    let names = dir.list(&RelPath::here()).map_err(|e| Error::io("read", path, e))?;
    // Names hold the time, and are sorted.
    let newest = names.into_iter().rfind(|name: &Name| name.as_bytes().starts_with(prefix.as_bytes()));
    Ok(newest.map(|name| path.join(&name)))
}
