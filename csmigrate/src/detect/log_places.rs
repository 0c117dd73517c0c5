//! Where the log files of a database directory are: beside the databases, where `DB_CONFIG` or the administrator says, or where
//! applications put them.

use std::io;

use bdb::ReadAt;
use bdb::log::{LogFile, parse_log_name};
use upgrade_engine::digest;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::{Observer, Quiet};

use super::db_config::DbConfig;
use crate::error::Error;

/// Directories beside the databases' own that applications use.
const BESIDE: [&[u8]; 4] = [b"db", b"log", b"logs", b"txnlogs"];
/// Directories of older states: their logs are not those of the databases.
const COPIES: [&[u8]; 3] = [b"backup", b"hotbackup", b"archive"];

/// A directory that may hold the logs.
pub struct LogPlace<'o> {
    /// The directory.
    pub path: RootPath,
    /// The log files in it, by number.
    pub files: Vec<LogFile<OnDemand<'o>>>,
    /// Whether it was named, or is that of the databases; otherwise the log has to show that it is theirs.
    pub certain: bool,
}

/// Returns the places that hold log files, the likeliest first, and all that were looked at.
///
/// # Errors
/// [`Error::Common`] for a directory that was named and cannot be read.
pub fn log_places<'o>(
    fs: &dyn FileSystem,
    home: &RootPath,
    subdirectories: &[RelPath],
    named: Option<&RootPath>,
    observer: &'o dyn Observer,
) -> Result<(Vec<LogPlace<'o>>, Vec<RootPath>), Error> {
    if let Some(named) = named {
        let dir = fs.open_dir(named).map_err(|e| Error::io("open", named, e))?;
        let place = LogPlace { path: named.clone(), files: log_files(dir, named, observer)?, certain: true };
        let found = Some(place).filter(|place| !place.files.is_empty());
        return Ok((found.into_iter().collect(), vec![named.clone()]));
    }
    let mut candidates = Vec::new();
    candidates.extend(by_config(fs, home)?.map(|path| (path, true)));
    candidates.push((home.clone(), true));
    let mut guess = |path: RootPath| candidates.push((path, false));
    for below in subdirectories.iter().filter(|path| path.names().len() == 1) {
        if let Some(name) = below.names().first().filter(|name| !COPIES.contains(&name.as_bytes())) {
            guess(home.join(name));
        }
    }
    if let Some((parent, _)) = home.split_last() {
        by_config(fs, &parent).ok().flatten().into_iter().for_each(&mut guess);
        guess(parent.clone());
        BESIDE.iter().filter_map(|name| parent.resolve(name).ok()).for_each(&mut guess);
    }
    let (mut places, mut looked) = (Vec::<LogPlace>::new(), Vec::new());
    for (path, certain) in candidates {
        if looked.contains(&path) {
            continue;
        }
        looked.push(path.clone());
        let dir = match fs.open_dir(&path) {
            Ok(dir) => dir,
            // A directory that is not there holds no logs, even where `DB_CONFIG` names it.
            Err(e) if !certain || e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Error::io("open", &path, e)),
        };
        match log_files(dir, &path, observer) {
            Ok(files) if files.is_empty() => {}
            Ok(files) => places.push(LogPlace { path, files, certain }),
            Err(_) if !certain => {}
            Err(e) => return Err(e),
        }
    }
    Ok((places, looked))
}

/// Returns the directory that holds the logs of an environment whose databases are elsewhere; nothing when it has none.
///
/// # Errors
/// [`Error::Common`], [`Error::Config`].
pub fn of_environment(fs: &dyn FileSystem, home: &RootPath) -> Result<Option<RootPath>, Error> {
    let (places, _) = log_places(fs, home, &[], None, &Quiet)?;
    Ok(places.into_iter().find(|place| place.certain).map(|place| place.path))
}

/// Returns the directory that `DB_CONFIG` in an environment's directory names for logs.
fn by_config(fs: &dyn FileSystem, home: &RootPath) -> Result<Option<RootPath>, Error> {
    let dir = fs.open_dir(home).map_err(|e| Error::io("open", home, e))?;
    let config = DbConfig::read(&*dir).map_err(|e| Error::io("read", format!("{home}/DB_CONFIG"), e))?;
    let resolved = |logs: Vec<u8>| {
        let what = || format!("DB_CONFIG names no directory: {}", escape(&logs));
        home.resolve(&logs).map_err(|_| Error::Config { path: home.to_string(), what: what() })
    };
    config.logs.map(resolved).transpose()
}

fn log_files<'o>(
    dir: Box<dyn Dir>,
    path: &RootPath,
    observer: &'o dyn Observer,
) -> Result<Vec<LogFile<OnDemand<'o>>>, Error> {
    let failed = |e| Error::io("read", path, e);
    let dir: std::sync::Arc<dyn Dir> = dir.into();
    let mut files = Vec::new();
    for name in dir.list(&RelPath::here()).map_err(failed)? {
        let Some(number) = parse_log_name(name.as_bytes()) else { continue };
        let path = RelPath::from(name);
        if dir.stat(&path).map_err(failed)?.kind == FileKind::Regular {
            files.push(LogFile { number, source: OnDemand { dir: dir.clone(), path, observer } });
        }
    }
    Ok(files)
}

/// A file that is opened for each look at it, until somebody asks to stop: there may be more of them than a process may hold open.
pub struct OnDemand<'o> {
    /// The directory.
    pub dir: std::sync::Arc<dyn Dir>,
    /// The file in it.
    pub path: RelPath,
    /// Says when to stop.
    pub observer: &'o dyn Observer,
}

impl ReadAt for OnDemand<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.dir.open(&self.path)?.stat()?.size)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.observer.stop_requested() {
            return Err(digest::stopped());
        }
        self.dir.open(&self.path)?.read_at(buffer, offset)
    }
}
