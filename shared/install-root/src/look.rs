//! Looks at directories and files below the product root; errors name the path.

use std::io;

use upgrade_engine::fs::{FileSystem, Name, PathError, RelPath, RootPath};
use upgrade_engine::survey::{is_absent, with_path};

pub(crate) fn is_directory(fs: &dyn FileSystem, path: &RootPath) -> io::Result<bool> {
    match fs.open_dir(path) {
        Ok(_) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(with_path(path, &error)),
    }
}

pub(crate) fn exists(fs: &dyn FileSystem, path: &RootPath) -> io::Result<bool> {
    let Some((parent, name)) = path.split_last() else { return Ok(true) };
    match fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))) {
        Ok(_) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(with_path(path, &error)),
    }
}

/// Returns the names in a directory that begin with `prefix`; none when it is not there.
pub(crate) fn names(fs: &dyn FileSystem, directory: &RootPath, prefix: &str) -> io::Result<Vec<Name>> {
    match fs.open_dir(directory).and_then(|dir| dir.list(&RelPath::here())) {
        Ok(names) => Ok(names.into_iter().filter(|name| name.as_bytes().starts_with(prefix.as_bytes())).collect()),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(with_path(directory, &error)),
    }
}

pub(crate) fn path(text: &str) -> io::Result<RootPath> {
    RootPath::new(text).map_err(invalid)
}

pub(crate) fn below(above: &RootPath, path: &str) -> io::Result<RootPath> {
    above.resolve(path.as_bytes()).map_err(invalid)
}

fn invalid(error: PathError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
