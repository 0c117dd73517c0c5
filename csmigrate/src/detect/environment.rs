//! Whether the databases hold everything: what the log files say, compared with what the pages say.
//!
//! `reference/berkeley-db.md` section 5: committed data may exist only in the log. Region files (`__db.*`) prove nothing:
//! they stay after a clean close.

use bdb::format::{Lsn, PageNo};
use bdb::log::{LogFile, LogState, LogVerdict, committed_after, judge, parse_log_name, records_after};
use upgrade_engine::fs::{Name, RelPath};

use super::file_access::Reading;
use super::source::SourceFacts;
use crate::cursor::Damage;
use crate::error::Error;

/// What is known about cleanness.
pub enum Environment {
    /// No log ever wrote these databases.
    NotLogged,
    /// The log shows a clean shutdown.
    Clean(LogVerdict),
    /// Something is not in the databases, or nobody knows; they are read all the same.
    Damaged(String),
    /// Pages were logged, but there is no log file: nothing can be proven.
    Unproven,
}

/// Judges the environment.
///
/// # Errors
/// [`Error::Unclean`] or [`Error::Log`], unless damage is to be salvaged; [`Error::Io`].
pub fn survey(source: &SourceFacts, damage: Damage) -> Result<Environment, Error> {
    match judged(source) {
        Err(error @ (Error::Unclean { .. } | Error::Log { .. })) if damage == Damage::Salvaged => {
            Ok(Environment::Damaged(error.to_string()))
        }
        judged => judged,
    }
}

fn judged(source: &SourceFacts) -> Result<Environment, Error> {
    let newest = source.databases().filter_map(|(entry, facts)| Some((facts.newest_logged_page()?, &entry.path))).max();
    let files = log_files(source)?;
    if files.is_empty() {
        return Ok(if newest.is_some() { Environment::Unproven } else { Environment::NotLogged });
    }
    let path = source.path.to_string();
    let failed = |e: bdb::log::LogError| Error::Log { path: path.clone(), what: e.to_string() };
    let verdict = judge(&files).map_err(failed)?;
    if let LogState::Unclean { after_checkpoint, before_checkpoint, committed } = verdict.state {
        let newest = newest.map_or(Lsn::default(), |((lsn, _), _)| lsn);
        let missing = records_after(&files, newest).map_err(failed)?;
        // What a checkpoint covers is in the data files, whatever the pages say.
        let covered = newest.max(verdict.last_checkpoint.unwrap_or_default());
        let only_there = committed_after(&files, covered).map_err(failed)?;
        let mut what = unclean(after_checkpoint, before_checkpoint, committed);
        what.push_str(&format!(
            "; {missing} log records are newer than every page, so what they did is not in the data files: {} only in the \
             log",
            are(only_there, "committed transaction")
        ));
        return Err(Error::Unclean { path, what });
    }
    match newest {
        Some((newest, file)) if newest.0 > verdict.end => {
            Err(Error::Log { path, what: beyond_the_log(newest, file, verdict.end) })
        }
        _ => Ok(Environment::Clean(verdict)),
    }
}

/// Returns what is said of an environment that was not closed properly.
pub fn unclean(after: u64, before: u64, committed: u64) -> String {
    let plural = if committed == 1 { "" } else { "s" };
    let mut what =
        format!("{after} log records follow the last checkpoint, with {committed} committed transaction{plural}");
    if before > 0 {
        what.push_str(&format!(" ({before} before it belong to transactions that were open then)"));
    }
    what
}

fn are(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what} is") } else { format!("{count} {what}s are") }
}

fn beyond_the_log((lsn, page): (Lsn, PageNo), file: &RelPath, end: Lsn) -> String {
    format!(
        "page {page} of {file} was last changed by log record {lsn}, but the log files end at {end}: they are not the \
         log of these databases, or newer ones were removed. If they are only left over, move log.* away and run \
         csmigrate again"
    )
}

fn log_files(source: &SourceFacts) -> Result<Vec<LogFile<Reading>>, Error> {
    let mut files = Vec::new();
    for entry in source.entries.iter().filter(|entry| entry.path.names().len() == 1) {
        let name = entry.path.names().first().map(Name::as_bytes).unwrap_or_default();
        let is_file = entry.stat.kind == upgrade_engine::fs::FileKind::Regular;
        if let Some(number) = parse_log_name(name).filter(|_| is_file) {
            let file = source.dir.open(&entry.path);
            let file = file.map_err(|e| Error::io("open", super::source::show(&source.path, &entry.path), e))?;
            files.push(LogFile { number, source: Reading(file) });
        }
    }
    Ok(files)
}
