//! From CONFIGDIR to the data root that it lies in.

use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use command::Context;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{follow, is_absent};

use super::Refusal;
use crate::error::Error;
use crate::migrate::detect::roots::real_path;
use crate::server_root::ServerRoot;

/// Files that a configuration has, whichever parts of the server a host runs (`reference/messaging.md` section 3.2).
const FILES: [&str; 5] = ["msg.conf", "msg.conf.defaults", "local.conf", "imta.cnf", "dispatcher.cnf"];

/// Returns the data root of a configuration.
///
/// # Errors
/// [`Error::UseConfig`], [`Error::Link`]; what the file system reports.
pub(super) fn data_root(context: &Context<'_>, root: &ServerRoot, typed: &Path) -> Result<RootPath, Error> {
    let fs = context.fs;
    let directory = find(context, root, typed)?;
    let name = directory.split_last().map(|(_, name)| name.as_bytes().to_vec()).unwrap_or_default();
    if !name.starts_with(b"configure_") && !is_configuration(fs, &directory) && !is_data_root(fs, &directory) {
        return Err(Refusal::NotAConfiguration(directory).into());
    }
    // A path as it is typed, through links of the administrator's own, is kept where it leads to the data root.
    let mut found = above(fs, &directory)?;
    if found.is_none() {
        let real = real_path(fs, &directory).map_err(|e| Error::io("look at", &directory, e))?;
        found = above(fs, &real)?;
    }
    let data_root = found.ok_or_else(|| Error::from(Refusal::NoDataRoot(directory)))?;
    if !is_directory(fs, &below(&data_root, "log")) {
        return Err(Refusal::Incomplete { data_root, name: "log" }.into());
    }
    Ok(data_root)
}

/// Finds the directory that was typed. A relative path begins at the root, at the root's `data/setup`, where `configure` keeps such
/// directories, or at the current directory.
fn find(context: &Context<'_>, root: &ServerRoot, typed: &Path) -> Result<RootPath, Error> {
    let bytes = typed.as_os_str().as_bytes();
    let wrong = |e| Error::io("use", typed.display(), std::io::Error::other(e));
    let mut paths = Vec::new();
    if typed.is_absolute() {
        paths.push(RootPath::new(bytes).map_err(wrong)?);
    } else {
        paths.push(root.path.resolve(bytes).map_err(wrong)?);
        if let Some(data) = root.data.directory() {
            let setup = below(data, "setup");
            let last = typed.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
            paths.push(setup.resolve(last).map_err(wrong)?);
        }
        paths.push(context.options.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?);
    }
    paths.dedup();
    for path in &paths {
        match context.fs.open_dir(path) {
            Ok(_) => return without_dots(context.fs, path),
            Err(e) => {
                refuse_dangling(context.fs, path)?;
                if !is_absent(&e) {
                    return Err(Error::io("open", path, e));
                }
            }
        }
    }
    Err(Refusal::NoDirectory { paths }.into())
}

/// A `..` is what the disk says it is.
fn without_dots(fs: &dyn FileSystem, path: &RootPath) -> Result<RootPath, Error> {
    if path.components().any(|part| part == b"..") {
        return real_path(fs, path).map_err(|e| Error::io("look at", path, e));
    }
    Ok(path.clone())
}

fn refuse_dangling(fs: &dyn FileSystem, path: &RootPath) -> Result<(), Error> {
    let Some((parent, name)) = path.split_last() else { return Ok(()) };
    let stat = fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name)));
    if !stat.is_ok_and(|stat| stat.kind == FileKind::Symlink) {
        return Ok(());
    }
    let what = match follow(fs, path) {
        Err(e) if e.kind() == ErrorKind::TooManyLinks => "is a link that leads back to itself",
        _ => "is a link that leads to no directory",
    };
    Err(Error::Link { path: path.clone(), what: what.to_owned() })
}

/// Returns the data root that a directory is or lies in. Below a server root that is the one that its link `data` leads to.
fn above(fs: &dyn FileSystem, directory: &RootPath) -> Result<Option<RootPath>, Error> {
    let mut at = Some(directory.clone());
    while let Some(path) = at {
        if is_directory(fs, &below(&path, "sbin")) && is_directory(fs, &below(&path, "lib")) {
            let data = ServerRoot::look(fs, &path)?.data.directory().cloned();
            return Ok(data.filter(|data| is_data_root(fs, data)));
        }
        if is_data_root(fs, &path) {
            return Ok(Some(path));
        }
        at = path.split_last().map(|(parent, _)| parent);
    }
    Ok(None)
}

fn is_data_root(fs: &dyn FileSystem, path: &RootPath) -> bool {
    is_configuration(fs, &below(path, "config"))
}

fn is_configuration(fs: &dyn FileSystem, path: &RootPath) -> bool {
    let Ok(dir) = fs.open_dir(path) else { return false };
    FILES.iter().any(|name| RelPath::new(name).is_ok_and(|name| dir.stat(&name).is_ok()))
}

fn is_directory(fs: &dyn FileSystem, path: &RootPath) -> bool {
    fs.open_dir(path).is_ok()
}

pub(super) fn below(path: &RootPath, name: &str) -> RootPath {
    path.resolve(name.as_bytes()).unwrap_or_else(|_| path.clone())
}
