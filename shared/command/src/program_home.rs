//! The directory that a program is installed in: several products have programs of one name, each in its own `sbin`.

use std::io;
use std::path::{Path, PathBuf};

/// Returns the directory whose `sbin` holds this program; nothing where it lies elsewhere, or in an `sbin` of the system.
///
/// # Errors
/// When it is not known where the program is.
pub fn program_home() -> io::Result<Option<PathBuf>> {
    Ok(called_by()?.iter().find_map(|program| home_of(program)))
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

fn home_of(program: &Path) -> Option<PathBuf> {
    let directory = program.parent()?;
    if directory.file_name()? != "sbin" {
        return None;
    }
    let home = directory.parent()?;
    // `/sbin` and `/usr/sbin` are no product's.
    let is_system = [Path::new("/"), Path::new("/usr"), Path::new("/usr/local")].contains(&home);
    (!is_system).then(|| home.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::home_of;

    #[test]
    fn the_home_is_above_the_sbin_directory_of_the_program() {
        let home = |program: &str| home_of(Path::new(program));
        assert_eq!(
            home("/opt/sun/comms/messaging7.0/sbin/migrate-config").as_deref(),
            Some(Path::new("/opt/sun/comms/messaging7.0"))
        );
        assert_eq!(home("/opt/tools/bin/migrate-config"), None);
        assert_eq!(home("/usr/local/sbin/migrate-config"), None);
        assert_eq!(home("/sbin/migrate-config"), None);
    }
}
