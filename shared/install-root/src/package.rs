//! Records of the Solaris package system: `/var/sadm/pkg/NAME/pkginfo`.

use std::fmt;
use std::io;

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::read_file;

use crate::look::path;

/// What the package system says of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name, such as `SUNWics5`.
    pub name: String,
    /// `VERSION`, such as `6.0,REV=2003.11.14.12.34.56`. Of most products patches do not change it.
    pub version: String,
    /// `PATCHLIST`, such as `121657-20`, in its order.
    pub patches: Vec<String>,
    /// `BASEDIR`, where it names one.
    pub base: Option<String>,
}

impl Package {
    /// Returns whether the package is installed in a home: at one of these places below its base. One without a base may be in any.
    pub(crate) fn is_of(&self, home: &RootPath, homes: &[&str]) -> bool {
        let Some(base) = &self.base else { return true };
        homes.iter().any(|below| RootPath::new(format!("{base}/{below}")).is_ok_and(|path| path == *home))
    }

    /// Returns the highest revision of a patch that is installed.
    pub(crate) fn revision_of(&self, patch: &str) -> Option<u32> {
        let revision = |installed: &String| installed.strip_prefix(patch)?.strip_prefix('-')?.parse().ok();
        self.patches.iter().filter_map(revision).max()
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "package {} {}", self.name, self.version)?;
        if self.patches.is_empty() { Ok(()) } else { write!(f, " with {}", self.patches.join(" ")) }
    }
}

/// Reads the record of a package; nothing when there is none, or when it names no version.
pub(crate) fn read(fs: &dyn FileSystem, name: &str) -> io::Result<Option<Package>> {
    let Some(record) = read_file(fs, &path(&format!("/var/sadm/pkg/{name}/pkginfo"))?)? else { return Ok(None) };
    let Some(version) = value_of(&record, "VERSION") else { return Ok(None) };
    let patches = value_of(&record, "PATCHLIST").unwrap_or_default();
    Ok(Some(Package {
        name: name.to_owned(),
        version,
        patches: patches.split_ascii_whitespace().map(str::to_owned).collect(),
        base: value_of(&record, "BASEDIR").filter(|base| !base.is_empty()),
    }))
}

/// Returns the value of a `NAME=value` line, shell quotes removed.
fn value_of(record: &[u8], name: &str) -> Option<String> {
    let line =
        record.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    Some(quoted.unwrap_or(text).to_owned())
}
