//! `--owner USER:GROUP`: names from the product root's own `/etc/passwd` and `/etc/group`, or numbers.

use upgrade_engine::fs::FileSystem;
use upgrade_engine::survey;

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
