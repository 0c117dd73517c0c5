//! `set_data_dir` in `DB_CONFIG`: the databases of an environment may lie in another directory than its own.
//!
//! A directory below the source is surveyed with it. One that is elsewhere becomes the source, if all databases are in it.

use std::io;

use bdb::read::Recognised;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};

use super::db_config::DbConfig;
use super::source::recognised;
use crate::error::Error;

/// Returns the directories below an environment's own in which databases are.
pub fn below(home: &RootPath, config: &DbConfig) -> Vec<RelPath> {
    let inside = config.data.iter().filter_map(|named| match place(home, named) {
        Place::Below(path) => Some(path),
        Place::Home | Place::Elsewhere(_) => None,
    });
    inside.collect()
}

/// Returns the directory elsewhere in which all databases of an environment are; nothing when they are in its own.
///
/// # Errors
/// [`Error::Config`] when they are in more than one directory; [`Error::Common`].
pub fn elsewhere(fs: &dyn FileSystem, home: &RootPath) -> Result<Option<RootPath>, Error> {
    let Ok(dir) = fs.open_dir(home) else { return Ok(None) };
    let file = || format!("{home}/DB_CONFIG");
    let config = DbConfig::read(&*dir).map_err(|e| Error::io("read", file(), e))?;
    let mut found = Vec::new();
    for named in &config.data {
        let Place::Elsewhere(path) = place(home, named) else { continue };
        let holds = match fs.open_dir(&path) {
            Ok(dir) => holds_database(&*dir, &RelPath::here()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e),
        };
        if holds.map_err(|e| Error::io("read", &path, e))? && !found.contains(&path) {
            found.push(path);
        }
    }
    let mut here = std::iter::once(RelPath::here()).chain(below(home, &config));
    let all_elsewhere = !here.any(|path| holds_database(&*dir, &path).unwrap_or(false));
    match found.as_slice() {
        [] => Ok(None),
        [only] if all_elsewhere => Ok(Some(only.clone())),
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            let here = if all_elsewhere { String::new() } else { format!(" and {home}") };
            let what = format!(
                "set_data_dir: databases are in {}{here}. Migrate each directory by itself, with --log-files",
                list.join(", ")
            );
            Err(Error::Config { path: file(), what })
        }
    }
}

enum Place {
    Home,
    Below(RelPath),
    Elsewhere(RootPath),
}

fn place(home: &RootPath, named: &[u8]) -> Place {
    let Ok(path) = home.resolve(named) else { return Place::Home };
    let mut rest = path.components();
    let is_below = home.components().all(|component| rest.next() == Some(component));
    let rest: Vec<&[u8]> = rest.collect();
    match RelPath::new(rest.join(&b'/')) {
        _ if is_below && rest.is_empty() => Place::Home,
        Ok(below) if is_below => Place::Below(below),
        _ => Place::Elsewhere(path),
    }
}

fn holds_database(dir: &dyn Dir, path: &RelPath) -> io::Result<bool> {
    for name in dir.list(path)? {
        let path = path.join(&name);
        if dir.stat(&path)?.kind == FileKind::Regular
            && matches!(recognised(&*dir.open(&path)?)?, Recognised::Btree | Recognised::Hash)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what is said of lines of `DB_CONFIG` that are not carried over; nothing when there are none.
pub fn lines_left_out(config: &DbConfig) -> Option<String> {
    let lines: Vec<String> = config.directory_lines.iter().map(|line| format!("\"{}\"", escape(line))).collect();
    let say = || format!("DB_CONFIG: lines that name directories are not carried over: {}", lines.join(", "));
    (!lines.is_empty()).then(say)
}
