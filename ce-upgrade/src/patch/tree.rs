//! What lies in the three directories of the configuration below `WEB-INF`.

use std::collections::BTreeMap;

use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::survey::{Below, Limits, SurveyError, is_absent, walk};

use crate::deployment::{below, has_any};
use crate::error::Error;

/// The directories of the configuration: `reference/communications-express.md` section 4.
pub(super) const DIRECTORIES: [&str; 3] = ["config", "domain", "skin"];
/// How much is searched.
const LIMITS: Limits = Limits { entries: 500_000, depth: 32 };

/// A file or a link.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    File(Stat),
    Link,
}

/// The files and links below `WEB-INF`, by their paths there.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) entries: BTreeMap<String, Entry>,
    /// Paths that are no text in UTF-8, as messages show them.
    pub(super) odd_names: Vec<String>,
}

/// Returns whether a directory has one of the directories of the configuration.
///
/// # Errors
/// When one cannot be looked at.
pub(super) fn is_web_inf(fs: &dyn FileSystem, path: &RootPath) -> Result<bool, Error> {
    has_any(fs, path, &DIRECTORIES)
}

/// Looks at them. A directory that is a link is no place to look in.
///
/// # Errors
/// When a directory cannot be read.
pub(super) fn look(fs: &dyn FileSystem, web_inf: &RootPath) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for directory in DIRECTORIES {
        let top = below(web_inf, directory)?;
        let stat =
            fs.open_dir(web_inf).and_then(|dir| dir.stat(&RelPath::new(directory).map_err(std::io::Error::other)?));
        match stat {
            Ok(stat) if stat.kind == FileKind::Symlink => {
                tree.entries.insert(directory.to_owned(), Entry::Link);
                continue;
            }
            Ok(stat) if stat.kind == FileKind::Directory => {}
            Ok(_) => continue,
            Err(e) if is_absent(&e) => continue,
            Err(e) => return Err(Error::io("look at", &top, e)),
        }
        let dir = fs.open_dir(&top).map_err(|e| Error::io("open", &top, e))?;
        walk(&*dir, &top, LIMITS, |path, stat| {
            let entry = match stat.kind {
                FileKind::Regular => Some(Entry::File(*stat)),
                FileKind::Symlink => Some(Entry::Link),
                _ => None,
            };
            if let Some(entry) = entry {
                let names = path.names().iter().map(|name| std::str::from_utf8(name.as_bytes()).ok());
                match names.collect::<Option<Vec<_>>>() {
                    Some(names) => drop(tree.entries.insert(format!("{directory}/{}", names.join("/")), entry)),
                    None => tree.odd_names.push(format!("{top}/{path}")),
                }
            }
            Ok::<_, SurveyError>(Below::Enter)
        })
        .map_err(command::Error::from)?;
    }
    Ok(tree)
}
