//! ics.conf: where the logs go, which database the server opens, and the edits that point it to the new one.

use std::fmt::Display;
use std::path::Path;

use command::CommonOptions;
use documents::{Document, IcsConf, Key};
use install_root::calendar::{self, Places};
use install_root::{Kind, Product, read_file};
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::place::Anchor;
use upgrade_engine::step::{ReplaceFile, read_whole};
use upgrade_engine::survey::{self, Parent};
use upgrade_engine::trust;

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
pub struct RequestedSettings<'a> {
    /// The database directory.
    pub database: Option<&'a RootPath>,
    /// Whether the database is read-only.
    pub read_only: Option<OnOff>,
}

/// Reads the configuration file and works out the edit.
///
/// # Errors
/// [`Error::Config`] when it is no ics.conf, [`Error::Common`] when it cannot be read.
pub fn survey_edit(
    fs: &dyn FileSystem,
    common: &CommonOptions,
    typed: &Path,
    wanted: RequestedSettings<'_>,
) -> Result<ConfigFacts, Error> {
    let path = common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
    let wrong = |what: String| wrong(&path, what);
    let Parent { name, dir, .. } = survey::open_parent(fs, &path)?;
    let file = RelPath::from(name);
    let stat = dir.stat(&file).map_err(|e| Error::io("open", &path, e))?;
    if stat.kind == FileKind::Symlink {
        return Err(wrong("it is a symbolic link; name the file itself".to_owned()));
    }
    let read = dir.open(&file).and_then(|file| read_whole(&*file));
    let bytes = read.map_err(|e| Error::io("read", &path, e))?;
    let document = IcsConf::parse(bytes).map_err(|e| wrong(e.to_string()))?;
    let mut changes = Vec::new();
    if let Some(database) = wanted.database {
        let places = places_of(fs, &path)?;
        changes.push((Key::new(HOMEDIR), calendar::csdb_value(&places, database)));
    }
    if let Some(switch) = wanted.read_only {
        changes.push((Key::new(READ_ONLY), switch.as_ics_value().as_bytes().to_vec()));
    }
    let edits = document.set_all(&changes).map_err(|e| wrong(e.to_string()))?;
    let names = survey::names_of(fs, &path, &[])?;
    let (at, links) = names.places("config");
    let edit = ReplaceFile::editing(at, links, document.to_bytes(), &edits).map_err(|e| wrong(e.to_string()))?;
    Ok(ConfigFacts { parent: names.anchor, edit })
}

/// Returns the installed Calendar Servers, or what is left of them.
fn installed(fs: &dyn FileSystem) -> Result<Vec<Places>, Error> {
    let failed = |e| Error::io("look for", "the Calendar Server", e);
    let found = install_root::find_product(fs, Product::Calendar).map_err(failed)?;
    let places = found.iter().map(|found| Places::of(&found.layout));
    places.collect::<Result<_, _>>().map_err(|e| failed(std::io::Error::other(e)))
}

/// Returns the installation that a configuration file belongs to, else the first that is there, else the Solaris one.
fn places_of(fs: &dyn FileSystem, ics_conf: &RootPath) -> Result<Places, Error> {
    let mut installed = installed(fs)?.into_iter();
    let first = installed.next();
    let matching = first.iter().cloned().chain(installed).find(|places| places.ics_conf == *ics_conf);
    match matching.or(first) {
        Some(places) => Ok(places),
        None => Places::default_of(Kind::Solaris).map_err(|e| Error::io("use", ics_conf, std::io::Error::other(e))),
    }
}

/// Returns the last value of a setting of an installed server; nothing without ics.conf or without the setting.
fn setting(fs: &dyn FileSystem, places: &Places, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let path = &places.ics_conf;
    let Some(bytes) = read_file(fs, path).map_err(|e| Error::io("read", path, e))? else { return Ok(None) };
    let document = IcsConf::parse(bytes).map_err(|e| wrong(path, e))?;
    Ok(document.effective(&Key::new(key)).and_then(|entry| entry.value.clone()).map(|value| value.to_vec()))
}

fn wrong(path: &RootPath, what: impl Display) -> Error {
    Error::Config { path: path.to_string(), what: what.to_string() }
}

/// Returns the documented logs directory: what `logfile.logdir` of the installed server says, else its layout's default;
/// nothing on a host without Calendar Server (`reference/calendar.md` sections 1.3 and 3.6).
///
/// # Errors
/// [`Error::Config`] when ics.conf cannot be understood, [`Error::Common`] when it cannot be read.
pub fn logs_directory(fs: &dyn FileSystem) -> Result<Option<LogsDirectory>, Error> {
    let Some(places) = installed(fs)?.into_iter().next() else { return Ok(None) };
    let Some(value) = setting(fs, &places, LOGDIR)? else {
        return Ok(Some(LogsDirectory { path: places.logs, chosen_by: None }));
    };
    let path = calendar::logs_dir(&places, &value).map_err(|e| wrong(&places.ics_conf, e))?;
    Ok(Some(LogsDirectory { path, chosen_by: Some(places.ics_conf) }))
}

/// The documented logs directory.
pub struct LogsDirectory {
    /// Where it is.
    pub path: RootPath,
    /// The ics.conf that names it; nothing for the layout's default.
    pub chosen_by: Option<RootPath>,
}

impl LogsDirectory {
    /// Refuses a directory that only root, or the caller, can write, where somebody else could have chosen it: who can write ics.conf,
    /// or put a link on the way, would have root write where he cannot.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn refuse_chosen_by_others(&self, fs: &dyn FileSystem, dir: &dyn Dir) -> Result<(), Error> {
        let path = &self.path;
        let stat = dir.stat(&RelPath::here()).map_err(|e| Error::io("look at", path, e))?;
        if trust::check(&stat, path).is_err() {
            return Ok(());
        }
        let conf = self.chosen_by.as_ref();
        let judged = trust::check_dir(fs, path).and_then(|()| conf.map_or(Ok(()), |conf| trust::check_file(fs, conf)));
        judged.map_err(|why| {
            let what = format!("the logs directory is one that others cannot write, and they could have chosen it: {why} (--log-dir names another)");
            wrong(path, what)
        })
    }
}

/// Returns a warning for each ics.conf of an installed server that names another directory than the target, unless one of them
/// names the target. `edited` is the one that this run points to the target.
pub fn other_directories(fs: &dyn FileSystem, target: &RootPath, edited: Option<&RootPath>) -> Vec<String> {
    let mut warnings = Vec::new();
    let unknown = |error: Error| format!("which database the server opens is not known: {error}");
    let installed = match installed(fs) {
        Ok(installed) => installed,
        Err(error) => return vec![unknown(error)],
    };
    for places in installed {
        let ics_conf = &places.ics_conf;
        if edited == Some(ics_conf) || !is_there(fs, ics_conf) {
            continue;
        }
        let value = setting(fs, &places, HOMEDIR).map(|value| value.unwrap_or_else(|| b".".to_vec()));
        let opened = value.and_then(|value| calendar::csdb_dir(&places, &value).map_err(|e| wrong(ics_conf, e)));
        match opened {
            Ok(opened) if is_same(fs, &opened, target) => return Vec::new(),
            Ok(opened) => warnings.push(format!(
                "the server opens {opened}, not {target}: {HOMEDIR} in {ics_conf} says so. To point it to the target, use \
                 --ics-conf {ics_conf}"
            )),
            Err(error) => warnings.push(unknown(error)),
        }
    }
    warnings
}

fn is_there(fs: &dyn FileSystem, file: &RootPath) -> bool {
    install_root::follow(fs, file).is_ok()
}

/// Compares directories, which may be reached by several paths, and need not be there.
fn is_same(fs: &dyn FileSystem, one: &RootPath, other: &RootPath) -> bool {
    let id = |path: &RootPath| fs.open_dir(path).and_then(|dir| dir.stat(&RelPath::here())).map(|stat| stat.id).ok();
    let same = |one: &RootPath, other: &RootPath| match (id(one), id(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one == other,
        _ => false,
    };
    let missing = id(one).is_none() && id(other).is_none();
    match (one.split_last(), other.split_last()) {
        (Some((one, name)), Some((other, other_name))) if missing => name == other_name && same(&one, &other),
        _ => same(one, other),
    }
}
