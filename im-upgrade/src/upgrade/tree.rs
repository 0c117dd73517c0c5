//! Directories with configuration files, and the names that reports give these: `INSTANCE/config/...` and `html/...`.

use std::collections::BTreeMap;
use std::io;

use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{Below, Limits, SurveyError, is_absent, real_path_within_rights, walk};

use crate::error::Error;

/// How large a configuration, or the client resources, may be.
const LARGEST: Limits = Limits { entries: 200_000, depth: 32 };
/// What a copy of a file of 7.2 is called: its name and this.
pub(crate) const SUFFIX: &str = "-pre73";

/// A file by its name in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it is, without links.
    pub(crate) target: RootPath,
    /// Its name in the directory that was searched.
    pub(crate) path: RootPath,
}

/// Returns the regular files below a directory, links to files as well; their names begin with `prefix`. Copies of 7.2 are left out.
/// Nothing where there is no directory.
pub(crate) fn files(fs: &dyn FileSystem, directory: &RootPath, prefix: &str) -> Result<BTreeMap<String, Found>, Error> {
    let mut found = BTreeMap::new();
    let top = match real_path_within_rights(fs, directory) {
        Ok(top) => top,
        Err(e) if is_absent(&e) => return Ok(found),
        Err(e) => return Err(Error::io("follow", directory, e)),
    };
    let dir = match fs.open_dir(&top) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => return Ok(found),
        Err(e) => return Err(Error::io("open", &top, e)),
    };
    walk(&*dir, &top, LARGEST, |below, stat| {
        let path = below.names().iter().fold(top.clone(), |path, name| path.join(name));
        let target = match stat.kind {
            FileKind::Regular => Some(path.clone()),
            FileKind::Symlink => linked_file(fs, &path).map_err(|source| SurveyError::Io {
                verb: "follow",
                path: path.to_string(),
                source,
            })?,
            _ => None,
        };
        if let (Some(target), Some(name)) = (target, text(below))
            && !is_copy(&name)
        {
            found.insert(format!("{prefix}{name}"), Found { target, path });
        }
        Ok::<_, SurveyError>(Below::Enter)
    })
    .map_err(command::Error::from)?;
    Ok(found)
}

/// Returns whether a name is that of a copy of 7.2: `NAME-pre73`, or `NAME-pre73.1` and so on.
pub(crate) fn is_copy(name: &str) -> bool {
    let number = name.rsplit_once('.').filter(|(_, number)| number.bytes().all(|digit| digit.is_ascii_digit()));
    name.ends_with(SUFFIX) || number.is_some_and(|(name, _)| name.ends_with(SUFFIX))
}

/// Returns a path as text; nothing where it is no UTF-8.
fn text(below: &RelPath) -> Option<String> {
    let names = below.names().iter().map(|name| std::str::from_utf8(name.as_bytes()).ok());
    names.collect::<Option<Vec<_>>>().map(|names| names.join("/"))
}

/// Returns the regular file that a link leads to; nothing for one that leads elsewhere, nowhere, or in a circle.
fn linked_file(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Option<RootPath>> {
    let target = match real_path_within_rights(fs, path) {
        Err(e) if is_absent(&e) || e.kind() == io::ErrorKind::TooManyLinks => return Ok(None),
        other => other?,
    };
    match target.split_last() {
        Some((parent, name)) => {
            let stat = fs.open_dir(&parent)?.stat(&RelPath::from(name))?;
            Ok((stat.kind == FileKind::Regular).then_some(target))
        }
        None => Ok(None),
    }
}

/// Returns a path below a directory as text; nothing where it is not below it.
pub(crate) fn name_below(directory: &RootPath, path: &RootPath) -> Option<String> {
    let rest = path.as_bytes().strip_prefix(directory.as_bytes())?.strip_prefix(b"/")?;
    std::str::from_utf8(rest).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::is_copy;

    #[test]
    fn copies_of_7_2_are_known_by_their_names() {
        assert!(is_copy("iim.conf-pre73") && is_copy("acls/sysAdmin.acl-pre73") && is_copy("iim.conf-pre73.12"));
        assert!(!is_copy("iim.conf") && !is_copy("iim.conf-pre73.old") && !is_copy("iim-pre73.conf"));
    }
}
