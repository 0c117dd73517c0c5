//! The root that a program works for: the one that is named, or the one that it is installed in.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use command::{Context, program_home};
use upgrade_engine::fs::RootPath;

use crate::error::Error;

/// Returns the root that `--new-root` names; without it, the one whose `sbin` holds the program (`reference/messaging.md` section 1.1).
///
/// # Errors
/// [`Error::NotInstalled`] when the program lies elsewhere, or the product root is not `/`.
pub fn new_root(named: Option<&Path>, context: &Context<'_>) -> Result<RootPath, Error> {
    if let Some(named) = named {
        return context.options.product_path(named).map_err(|e| Error::io("use", named.display(), e));
    }
    if context.options.root.is_some() {
        return Err(Error::NotInstalled);
    }
    let root = program_home().map_err(|e| Error::io("find", "this program", e))?.ok_or(Error::NotInstalled)?;
    RootPath::new(root.as_os_str().as_bytes()).map_err(|e| Error::io("use", root.display(), io::Error::other(e)))
}
