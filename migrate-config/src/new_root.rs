//! The root that a program works for: the one that is named, or the one that it is installed in.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use command::Context;
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
    let called = called_by().map_err(|e| Error::io("find", "this program", e))?;
    let root = called.iter().find_map(|program| root_of(program)).ok_or(Error::NotInstalled)?;
    RootPath::new(root.as_os_str().as_bytes()).map_err(|e| Error::io("use", root.display(), io::Error::other(e)))
}

/// Returns where the program was found: by the name that it was called by, which may be a link in `sbin`, and where it really lies.
fn called_by() -> io::Result<Vec<PathBuf>> {
    let mut places = Vec::new();
    if let Some(name) = std::env::args_os().next().map(PathBuf::from) {
        if name.components().count() > 1 {
            places.push(std::path::absolute(name)?);
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            places.extend(
                std::env::split_paths(&path).map(|directory| directory.join(&name)).find(|file| file.is_file()),
            );
        }
    }
    places.push(std::env::current_exe()?);
    Ok(places)
}

fn root_of(program: &Path) -> Option<PathBuf> {
    let directory = program.parent()?;
    if directory.file_name()? != "sbin" {
        return None;
    }
    let root = directory.parent()?;
    // `/sbin` and `/usr/sbin` are no product's.
    let is_system = [Path::new("/"), Path::new("/usr"), Path::new("/usr/local")].contains(&root);
    (!is_system).then(|| root.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::root_of;

    #[test]
    fn the_root_is_above_the_sbin_directory_of_the_program() {
        let root = |program: &str| root_of(Path::new(program));
        assert_eq!(
            root("/opt/sun/comms/messaging7.0/sbin/migrate-config").as_deref(),
            Some(Path::new("/opt/sun/comms/messaging7.0"))
        );
        assert_eq!(root("/opt/tools/bin/migrate-config"), None);
        assert_eq!(root("/usr/local/sbin/migrate-config"), None);
        assert_eq!(root("/sbin/migrate-config"), None);
    }
}
