//! ics.conf: where the logs go, and the edits that point the server to the new database.

use std::path::Path;

use command::CommonOptions;
use documents::{Document, IcsConf, Key};
use install_root::calendar::{self, Kind, Layout};
use install_root::read_file;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::place::{Anchor, Place};
use upgrade_engine::step::{ReplaceFile, read_whole};

use super::destination::{anchor, open_parent};
use crate::cli::OnOff;
use crate::error::Error;

const HOMEDIR: &str = "caldb.berkeleydb.homedir.path";
const READ_ONLY: &str = "caldb.berkeleydb.readonly";
const LOGDIR: &str = "logfile.logdir";

/// The configuration file to edit.
pub struct ConfigFacts {
    /// The directory that holds it.
    pub parent: Anchor,
    /// The edit, or nothing when the file already says so.
    pub edit: Option<ReplaceFile>,
}

/// What the configuration shall say.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The database directory.
    pub database: Option<&'a RootPath>,
    /// Whether the database is read-only.
    pub read_only: Option<OnOff>,
}

/// Reads the configuration file and works out the edit.
///
/// # Errors
/// [`Error::Config`] when it is no ics.conf, [`Error::Io`] when it cannot be read.
pub fn survey(
    fs: &dyn FileSystem,
    common: &CommonOptions,
    typed: &Path,
    wanted: Wanted<'_>,
) -> Result<ConfigFacts, Error> {
    let path = common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    let wrong = |what: String| Error::Config { path: path.to_string(), what };
    let (parent, name, dir) = open_parent(fs, &path)?;
    let file = RelPath::from(name.clone());
    let stat = dir.stat(&file).map_err(|e| Error::io("open", &path, e))?;
    if stat.kind == FileKind::Symlink {
        return Err(wrong("it is a symbolic link; name the file itself".to_owned()));
    }
    let read = dir.open(&file).and_then(|file| read_whole(&*file));
    let bytes = read.map_err(|e| Error::io("read", &path, e))?;
    let document = IcsConf::parse(bytes).map_err(|e| wrong(e.to_string()))?;
    let mut changes = Vec::new();
    if let Some(database) = wanted.database {
        let layout = layout_of(fs, &path)?;
        changes.push((Key::new(HOMEDIR), calendar::csdb_value(&layout, database)));
    }
    if let Some(switch) = wanted.read_only {
        changes.push((Key::new(READ_ONLY), switch.as_ics_value().as_bytes().to_vec()));
    }
    let edits = document.set_all(&changes).map_err(|e| wrong(e.to_string()))?;
    let links = other_names(&*dir, &name, stat.id).map_err(|e| Error::io("read", &parent, e))?;
    let at = Place::anchor("config").join(&name);
    let edit = ReplaceFile::editing(at, links, document.to_bytes(), &edits).map_err(|e| wrong(e.to_string()))?;
    Ok(ConfigFacts { parent: anchor(&*dir, &parent)?, edit })
}

/// Returns the other names of a file in its directory. Names elsewhere cannot be found, and then nothing is edited.
fn other_names(dir: &dyn Dir, name: &Name, id: upgrade_engine::fs::FileId) -> std::io::Result<Vec<Place>> {
    let mut names = Vec::new();
    for other in dir.list(&RelPath::here())? {
        if other != *name && dir.stat(&other.clone().into())?.id == id {
            names.push(Place::anchor("config").join(&other));
        }
    }
    Ok(names)
}

/// Returns the installation that a configuration file belongs to, else the first that is there, else the Solaris one.
fn layout_of(fs: &dyn FileSystem, ics_conf: &RootPath) -> Result<Layout, Error> {
    let found = calendar::find(fs).map_err(|e| Error::io("look for", "the Calendar Server", e))?;
    let mut layouts = found.into_iter().map(|found| found.layout);
    let first = layouts.next();
    let matching = first.iter().cloned().chain(layouts).find(|layout| layout.ics_conf == *ics_conf);
    match matching.or(first) {
        Some(layout) => Ok(layout),
        None => Layout::of(Kind::Solaris).map_err(|e| Error::io("use", ics_conf, std::io::Error::other(e))),
    }
}

/// Returns the documented logs directory: what `logfile.logdir` of the installed server says, else its layout's default;
/// nothing on a host without Calendar Server (`reference/calendar.md` sections 1.3 and 3.6).
///
/// # Errors
/// [`Error::Config`] when ics.conf cannot be understood, [`Error::Io`] when it cannot be read.
pub fn logs_directory(fs: &dyn FileSystem) -> Result<Option<RootPath>, Error> {
    let found = calendar::find(fs).map_err(|e| Error::io("look for", "the Calendar Server", e))?;
    let Some(layout) = found.into_iter().next().map(|found| found.layout) else { return Ok(None) };
    let path = &layout.ics_conf;
    let wrong = |what: String| Error::Config { path: path.to_string(), what };
    let Some(bytes) = read_file(fs, path).map_err(|e| Error::io("read", path, e))? else {
        return Ok(Some(layout.logs));
    };
    let document = IcsConf::parse(bytes).map_err(|e| wrong(e.to_string()))?;
    let value = document.effective(&Key::new(LOGDIR)).and_then(|entry| entry.value.clone());
    let Some(value) = value else { return Ok(Some(layout.logs)) };
    calendar::logs_dir(&layout, &value).map(Some).map_err(|e| wrong(e.to_string()))
}
