//! Names of users and groups, from the product root's own `/etc/passwd` and `/etc/group`.

use crate::fs::{FileSystem, RootPath};

use super::read_file_up_to;

/// Longest list of users that is read, in bytes.
const LONGEST_LIST: u64 = 64 << 20;

/// Returns the number of a user: his name's, or the number itself.
///
/// # Errors
/// A sentence for the administrator when there is no such user.
pub fn user_id(fs: &dyn FileSystem, name: &str) -> Result<u32, String> {
    id(fs, "/etc/passwd", "user", name)
}

/// Returns the number of a group: its name's, or the number itself.
///
/// # Errors
/// A sentence for the administrator when there is no such group.
pub fn group_id(fs: &dyn FileSystem, name: &str) -> Result<u32, String> {
    id(fs, "/etc/group", "group", name)
}

fn id(fs: &dyn FileSystem, file: &str, kind: &str, name: &str) -> Result<u32, String> {
    match name.parse() {
        // The kernel takes this number as "leave it as it is".
        Ok(u32::MAX) => return Err(format!("{name} is not the number of a {kind}")),
        Ok(number) => return Ok(number),
        Err(_) => {}
    }
    let unknown = || format!("{file} has no {kind} {name:?}; you can give a number instead");
    let path = RootPath::new(file).map_err(|e| e.to_string())?;
    let content = read_file_up_to(fs, &path, LONGEST_LIST).ok().flatten().ok_or_else(unknown)?;
    let content = String::from_utf8_lossy(&content);
    let mut entries = content.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found = entries.find_map(|fields| match fields.as_slice() {
        [entry, _, id, ..] if *entry == name => id.parse().ok(),
        _ => None,
    });
    found.ok_or_else(unknown)
}
