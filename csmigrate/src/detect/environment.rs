//! Whether the databases hold everything that was committed, and nothing else: what the log says, compared with what the pages say.
//!
//! `reference/berkeley-db.md` section 5. Region files (`__db.*`) prove nothing: they stay after a clean close. Neither does the
//! end of the log: closing an environment writes no checkpoint.

use std::sync::Arc;

use bdb::format::{Lsn, PageNo};
use bdb::log::{DataFile, Verdict, judge, named_anywhere};
use bdb::read::salvage::Losses;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{Dir, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::step::Observer;

use super::database::{Cause, Salvaged};
use super::log_places::{LogPlace, OnDemand, log_places};
use super::source::{EntryKind, Role, SourceFacts};
use crate::cursor::Damage;
use crate::error::Error;

/// What is known of the databases' log.
pub enum Environment {
    /// No log ever wrote these databases.
    NotLogged,
    /// The databases hold everything that was committed.
    Clean(Verdict),
    /// Something is not in the databases, or nobody knows; they are read all the same.
    Damaged(String),
    /// Pages were logged, and the log cannot be found; the administrator said to go on.
    WithoutLogs(String),
}

/// Which logs are looked at.
pub struct LogChoice {
    /// The directory that was named for them.
    pub directory: Option<RootPath>,
    /// Whether it is no error when they cannot be found.
    pub may_be_missing: bool,
}

/// Judges the environment. What its log has more of is noted at the databases, where damage is to be salvaged.
///
/// # Errors
/// [`Error::Unclean`], [`Error::Log`] or [`Error::NoLogs`], unless damage is to be salvaged; [`Error::Common`].
pub fn survey(
    fs: &dyn FileSystem,
    source: &mut SourceFacts,
    choice: &LogChoice,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<Environment, Error> {
    let newest = source.databases().filter_map(|(entry, facts)| Some((facts.newest_logged_page()?, &entry.path)));
    let newest = newest.max().map(|(newest, path)| (newest, path.clone()));
    let judged = judged(fs, source, choice, observer);
    match (judged, newest) {
        (Ok(Look::Log { verdict, place, files, named }), newest) => {
            let beyond = newest.filter(|((lsn, _), _)| *lsn > verdict.end && verdict.unjudged == 0);
            if let (None, true, Some(stranger)) = (&beyond, verdict.is_clean(), stranger(source, &files, named)) {
                return without_log(source, choice, damage, stranger, &[place]);
            }
            let path = source.path.to_string();
            let problem = match beyond {
                _ if !verdict.is_clean() => unclean(&path, &place, &verdict, &files),
                Some((newest, file)) => Error::Log { path, what: beyond_the_log(newest, &file, &verdict, &place) },
                None => return Ok(Environment::Clean(verdict)),
            };
            if damage == Damage::Refused {
                return Err(problem);
            }
            mark(source, &files, &verdict, &problem);
            Ok(Environment::Damaged(problem.to_string()))
        }
        (Ok(Look::NoLogs { .. }), None) => Ok(Environment::NotLogged),
        (Ok(Look::NoLogs { looked }), Some(newest)) => without_log(source, choice, damage, newest, &looked),
        (Err(error @ Error::Log { .. }), _) => salvaged_all_the_same(source, error, damage),
        (Err(error), _) => Err(error),
    }
}

/// A page with its number in the log, and its file.
type Newest = ((Lsn, PageNo), RelPath);

/// Returns the newest page of a file that a log wrote, but not this one, which is whole and does not name it.
fn stranger(source: &SourceFacts, files: &[RelPath], named: Option<Vec<bool>>) -> Option<Newest> {
    let named = named?;
    let mut unnamed = files.iter().zip(named).filter(|(_, named)| !named).map(|(path, _)| path);
    unnamed.find_map(|path| {
        let (_, facts) = source.databases().find(|(entry, _)| entry.path == *path)?;
        Some((facts.newest_logged_page()?, path.clone()))
    })
}

/// Databases that a log wrote, and no log of them.
fn without_log(
    source: &mut SourceFacts,
    choice: &LogChoice,
    damage: Damage,
    ((lsn, page), file): Newest,
    looked: &[RootPath],
) -> Result<Environment, Error> {
    let what = format!("page {page} of {file} was last changed by record {lsn} of a log");
    if choice.may_be_missing {
        return Ok(Environment::WithoutLogs(format!(
            "{what}, and that log cannot be found: changes that only the log holds are lost"
        )));
    }
    let looked: Vec<String> = looked.iter().map(ToString::to_string).collect();
    let error = Error::NoLogs { path: source.path.to_string(), what, looked: looked.join(", ") };
    salvaged_all_the_same(source, error, damage)
}

/// Where nothing is known of any file, a salvage takes every one that was logged for incomplete.
fn salvaged_all_the_same(source: &mut SourceFacts, error: Error, damage: Damage) -> Result<Environment, Error> {
    if damage == Damage::Refused {
        return Err(error);
    }
    let why = error.to_string();
    for facts in source.databases_mut().filter(|facts| facts.newest_logged_page().is_some()) {
        note(&mut facts.salvaged, &why);
    }
    Ok(Environment::Damaged(why))
}

fn mark(source: &mut SourceFacts, files: &[RelPath], verdict: &Verdict, problem: &Error) {
    let incomplete: Vec<&RelPath> = files
        .iter()
        .zip(&verdict.files)
        .filter(|(_, file)| !file.is_clean() || verdict.is_clean())
        .map(|(path, _)| path)
        .collect();
    let why = problem.to_string();
    for (path, facts) in source.entries_mut() {
        if incomplete.contains(&path) {
            note(&mut facts.salvaged, &why);
        }
    }
}

fn note(salvaged: &mut Option<Salvaged>, why: &str) {
    if salvaged.is_none() {
        *salvaged = Some(Salvaged { cause: Cause::Log, why: why.to_owned(), losses: Losses::default() });
    }
}

/// What was found of a log.
pub enum Look {
    /// None.
    NoLogs {
        /// The directories that were looked at.
        looked: Vec<RootPath>,
    },
    /// One.
    Log {
        /// What it says.
        verdict: Verdict,
        /// Where it is.
        place: RootPath,
        /// The files that it was asked about, in the verdict's order.
        files: Vec<RelPath>,
        /// Whether it names each of them anywhere, where that is known and one was not named.
        named: Option<Vec<bool>>,
    },
}

fn judged(
    fs: &dyn FileSystem,
    source: &SourceFacts,
    choice: &LogChoice,
    observer: &dyn Observer,
) -> Result<Look, Error> {
    let is_data = |role: &Role| matches!(role, Role::Database(_) | Role::Hopeless(_) | Role::Refused(_));
    let files: Vec<RelPath> =
        source.entries.iter().filter(|entry| is_data(&entry.role)).map(|entry| entry.path.clone()).collect();
    let directories = source.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Directory));
    let directories: Vec<RelPath> = directories.map(|entry| entry.path.clone()).collect();
    let dir = fs.open_dir(&source.path).map_err(|e| Error::io("open", &source.path, e))?;
    look(fs, &source.path, dir, files, &directories, choice.directory.as_ref(), observer)
}

/// Finds the log of the databases in a directory and judges them by it.
///
/// # Errors
/// [`Error::Log`] when it cannot be judged; [`Error::Common`].
pub fn look(
    fs: &dyn FileSystem,
    home: &RootPath,
    dir: Box<dyn Dir>,
    files: Vec<RelPath>,
    directories: &[RelPath],
    named: Option<&RootPath>,
    observer: &dyn Observer,
) -> Result<Look, Error> {
    let (places, looked) = log_places(fs, home, directories, named, observer)?;
    let dir: Arc<dyn Dir> = dir.into();
    let mut data = Vec::new();
    for path in &files {
        let name = path.names().last().map(Name::as_bytes).unwrap_or_default();
        let opened = DataFile::open(name, OnDemand { dir: dir.clone(), path: path.clone(), observer });
        data.push(opened.map_err(|e| Error::io("read", super::source::show(home, path), e))?);
    }
    for LogPlace { path, files: logs, certain } in places {
        match judge(&logs, &data) {
            Ok(mut verdict) if certain || verdict.files.iter().any(|file| file.named) => {
                // A log that was named may be that of more directories than this one.
                verdict.absent = verdict.absent.filter(|_| named.is_none());
                let unnamed = verdict.files.iter().any(|file| !file.named);
                let named = if unnamed { named_anywhere(&logs, &data) } else { Ok(None) };
                let named = named.ok().flatten();
                return Ok(Look::Log { verdict, place: path, files, named });
            }
            Err(e) if certain => {
                let what = if path == *home { e.to_string() } else { format!("{path}: {e}") };
                return Err(Error::Log { path: home.to_string(), what });
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(Look::NoLogs { looked })
}

/// Returns what is said of an environment that was not closed properly.
fn unclean(path: &str, place: &RootPath, verdict: &Verdict, files: &[RelPath]) -> Error {
    Error::Unclean { path: path.to_owned(), what: what_is_wrong(verdict, files, place), remedy: remedy(verdict, place) }
}

/// Says what a recovery would change.
pub fn what_is_wrong(verdict: &Verdict, files: &[RelPath], place: &RootPath) -> String {
    // Records that cannot be judged, and changes that hide others, may stand for more.
    let at_least = if verdict.unjudged > 0 || verdict.uncommitted > 0 { "at least " } else { "" };
    let mut said = Vec::new();
    if verdict.missing > 0 {
        let since = verdict.since.and_then(time).map(|time| format!(", the first of {time}")).unwrap_or_default();
        let each: Vec<String> = files
            .iter()
            .zip(&verdict.files)
            .filter(|(_, file)| file.missing > 0)
            .map(|(path, file)| format!("{} for {path}", file.missing))
            .collect();
        said.push(format!(
            "{at_least}{} only in the log in {place}, not in the data files{since} ({at_least}{})",
            are(verdict.missing, "committed transaction"),
            each.join(", ")
        ));
    }
    if verdict.uncommitted > 0 {
        let which: Vec<String> = files
            .iter()
            .zip(&verdict.files)
            .filter(|(_, file)| file.uncommitted)
            .map(|(path, _)| path.to_string())
            .collect();
        let count = plural(verdict.uncommitted, "transaction");
        said.push(format!(
            "changes of {count} that {} never committed are in {}",
            was(verdict.uncommitted),
            which.join(", ")
        ));
    }
    if let Some(absent) = &verdict.absent {
        said.push(format!("the log says that {} was created, which is not there", escape(absent)));
    }
    if let Some(unjudged) = verdict.first_unjudged {
        let more = match verdict.unjudged {
            1 => String::new(),
            count => format!(" (and {} more)", plural(count - 1, "such record")),
        };
        said.push(format!("{unjudged}{more}, so it is not known whether the data files hold what it did"));
    }
    said.join("; ")
}

/// Says what helps on a machine that has the old server, and on one that has not.
fn remedy(verdict: &Verdict, place: &RootPath) -> String {
    let version = verdict.format.map_or(0, |format| format.version);
    // Berkeley DB 5.3 was seen to recover logs of 4.4 and later, but not all of 4.2 and none of 3.2.
    let program = match version {
        ..=2 => "the db_recover of Berkeley DB 3.1 or of the older release that the server has".to_owned(),
        3 => "the db_recover of Berkeley DB 3.2".to_owned(),
        4..=8 => "the db_recover of Berkeley DB 4.2, or of the release that the server has".to_owned(),
        _ => {
            "db5.3_recover (Debian package db5.3-util), or the db_recover of the release that the server has".to_owned()
        }
    };
    format!(
        "Start and stop the old Calendar Server once. Or copy the databases and the log files of {place} into one new \
         directory, without DB_CONFIG, run {program}, with -h and that directory, and then csmigrate on it. --salvage \
         migrates the databases as they are."
    )
}

fn time(seconds: u32) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds.into()).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn are(count: u64, what: &str) -> String {
    format!("{} {}", plural(count, what), if count == 1 { "is" } else { "are" })
}

fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn beyond_the_log((lsn, page): (Lsn, PageNo), file: &RelPath, verdict: &Verdict, place: &RootPath) -> String {
    let end = verdict.end;
    format!(
        "page {page} of {file} was last changed by log record {lsn}, but the log files in {place} end at {end}: they are not \
         the log of these databases, or newer ones were removed. --log-files names another directory. If the files are only \
         left over, move log.* away and run csmigrate with --without-logs"
    )
}
