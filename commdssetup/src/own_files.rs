//! The administrator's own files: real paths, not below the product root.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use upgrade_engine::fs::{File, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::read_whole;
use zeroize::Zeroizing;

use crate::byte_order_mark::byte_order_mark;
use crate::choices::SiteFile;
use crate::error::Error;
use crate::ldap::Password;

/// Returns a path as typed, made absolute.
fn path(typed: &Path) -> Result<RootPath, Error> {
    let absolute = std::path::absolute(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    let path = RootPath::new(absolute.as_os_str().as_bytes());
    path.map_err(|e| Error::io("use", typed.display(), std::io::Error::other(e)))
}

/// Reads the schema files of a directory (`-S`), in the order of their names.
///
/// # Errors
/// [`Error::Common`]; [`command::Error::Usage`] when there are none.
pub fn site_schema(own: &dyn FileSystem, typed: &Path) -> Result<Vec<SiteFile>, Error> {
    let failed = |e| Error::io("read", typed.display(), e);
    let dir = own.open_dir(&path(typed)?).map_err(failed)?;
    let mut files = Vec::new();
    for name in dir.list(&RelPath::here()).map_err(failed)? {
        let at = RelPath::from(name.clone());
        if !name.as_bytes().ends_with(b".ldif") || dir.stat(&at).map_err(failed)?.kind != FileKind::Regular {
            continue;
        }
        let shown = format!("{}/{name}", typed.display());
        let read = dir.open(&at).and_then(|file| read_whole(&*file));
        files.push(SiteFile { content: read.map_err(|e| Error::io("read", &shown, e))?, path: shown });
    }
    if files.is_empty() {
        return Err(Error::usage(format!("{} contains no .ldif file", typed.display())));
    }
    Ok(files)
}

/// No password is longer.
const LONGEST_PASSWORD: usize = 64 << 10;

/// Reads a file to the end of its first line, or a little more. All of it may be a password.
fn first_bytes(file: &dyn File) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // As long as it gets: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; LONGEST_PASSWORD]);
    let mut length = 0;
    loop {
        let free = bytes.get_mut(length..).unwrap_or_default();
        if free.is_empty() {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let count = file.read_at(free, length as u64)?;
        let has_line = free.get(..count).is_some_and(|read| read.contains(&b'\n'));
        length = length.saturating_add(count);
        if count == 0 || has_line {
            bytes.truncate(length);
            return Ok(bytes);
        }
    }
}

/// Reads the first line of a file as a password. Returns what the administrator should know about the file, too.
///
/// # Errors
/// [`Error::Common`]; [`command::Error::Usage`] when there is nothing in it.
pub fn password(own: &dyn FileSystem, typed: &Path) -> Result<(Password, Option<String>), Error> {
    let failed = |e| Error::io("read", typed.display(), e);
    let path = install_root::follow(own, &path(typed)?).map_err(failed)?;
    let (parent, name) = path.split_last().ok_or(std::io::ErrorKind::IsADirectory).map_err(|e| failed(e.into()))?;
    let file = own.open_dir(&parent).and_then(|dir| dir.open(&RelPath::from(name))).map_err(failed)?;
    let mode = file.stat().map_err(failed)?.mode;
    let content = first_bytes(&*file).map_err(failed)?;
    if let Some(mark) = byte_order_mark(&content) {
        return Err(Error::usage(format!(
            "{} begins with {mark}, which is no part of the password: save the file as UTF-8 without the mark",
            typed.display()
        )));
    }
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line));
    let line = line.map_err(|_| Error::usage(format!("{}: the password is not UTF-8", typed.display())))?;
    let password = Password::new(line.to_owned())
        .ok_or_else(|| Error::usage(format!("{} contains no password", typed.display())))?;
    let is_open = mode & 0o077 != 0;
    let warning = is_open.then(|| format!("{} can be read by users other than its owner", typed.display()));
    Ok((password, warning))
}
