//! Copies of the configuration that the application never reads: changes there are without effect
//! (`reference/communications-express.md` section 4), and whoever made them thinks otherwise.

use std::collections::BTreeMap;

use config_merge::{FileToMerge, Method, own_files};
use documents::dialect::Dialect;
use documents::{Bytes, State};
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::deployment::below;
use crate::error::Error;

type Values = BTreeMap<String, Option<Bytes>>;

/// Returns a line about each file in these directories `WEB-INF` that has values which only it has.
///
/// # Errors
/// When a copy is there and cannot be read.
pub(super) fn without_effect(
    fs: &dyn FileSystem,
    copies: &[RootPath],
    files: &[FileToMerge<Method>],
) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for directory in copies {
        for file in files {
            let path = below(directory, &file.name)?;
            let all = [file.versions.site.as_ref(), file.versions.base.file(), file.versions.new.as_ref()];
            let known: Vec<_> = all.into_iter().flatten().collect();
            if known.iter().any(|version| version.source.path == path) {
                continue;
            }
            let Some(copy) = own_files::read_if_there(fs, &path)? else { continue };
            if known.is_empty() || known.iter().any(|version| version.content == copy) {
                continue;
            }
            let Ok(dialect) = file.method.dialect() else { continue };
            let Some(copy) = values(dialect, copy) else { continue };
            let known: Vec<Values> =
                known.into_iter().filter_map(|version| values(dialect, version.content.clone())).collect();
            let is_only_there = |key: &&String| {
                let value = copy.get(*key);
                !known.iter().any(|known| known.get(*key) == value)
            };
            let keys: Vec<&str> = copy.keys().filter(is_only_there).map(String::as_str).collect();
            if !keys.is_empty() {
                lines.push(format!(
                    "{path}: what was changed there is without effect, the application reads {}: {}",
                    file.target,
                    keys.join(", ")
                ));
            }
        }
    }
    Ok(lines)
}

/// Returns the active keys of a file with their values; nothing where it is none of its dialect.
fn values(dialect: Dialect, content: Vec<u8>) -> Option<Values> {
    let entries = dialect.entries(content).ok()?;
    let active = entries.into_iter().filter(|listed| listed.entry.state == State::Active);
    Some(active.map(|listed| (listed.shown, listed.entry.value)).collect())
}
