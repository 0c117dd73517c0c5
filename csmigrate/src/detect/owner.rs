//! `--owner USER:GROUP`: names from the product root's own `/etc/passwd` and `/etc/group`, or numbers.

use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;

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
    Ok(Owner { uid: id(fs, "passwd", "user", user)?, gid: id(fs, "group", "group", group)? })
}

fn id(fs: &dyn FileSystem, file: &str, kind: &str, name: &str) -> Result<u32, Error> {
    match name.parse() {
        // The kernel takes this number as "leave it as it is".
        Ok(u32::MAX) => return Err(Error::Owner(format!("{name} is no number of a {kind}"))),
        Ok(number) => return Ok(number),
        Err(_) => {}
    }
    let unknown =
        || Error::Owner(format!("there is no {kind} {name:?} in /etc/{file}; its number can be given instead"));
    let etc = RootPath::new("/etc").and_then(|etc| Ok((etc, RelPath::new(file)?)));
    let (etc, file) = etc.map_err(|e| Error::Owner(e.to_string()))?;
    let content = fs.open_dir(&etc).and_then(|dir| read_whole(&*dir.open(&file)?)).map_err(|_| unknown())?;
    let content = String::from_utf8_lossy(&content);
    let mut entries = content.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found = entries.find_map(|fields| match fields.as_slice() {
        [entry, _, id, ..] if *entry == name => id.parse().ok(),
        _ => None,
    });
    found.ok_or_else(unknown)
}
