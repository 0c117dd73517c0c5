//! Log files: whether the data files of an environment hold everything that was committed, and nothing else.
//!
//! After a crash committed data may exist in the logs only, so that a data file copied as it stands lacks it. [`judge`] reads the
//! records from which a recovery would begin and compares them with the pages that they changed. [`outline`] tells how the log
//! itself lies. Nothing is replayed here: that is the business of the release that wrote the logs.
//!
//! Rules: `reference/berkeley-db.md` sections 5 and 13. Every record's checksum is verified (Torek's multiplicative hash of
//! the body; in version 14 mixed with the header). Memory is bounded whatever the files hold.

mod backwards;
mod body;
mod cancelling;
mod data_file;
mod decode;
mod fields;
mod judge;
mod names;
mod scan;
mod transactions;
mod window;

use std::io;

use crate::ReadAt;
use crate::format::{ByteOrder, Lsn};
use scan::{Kind, Rest, Scan};

pub use body::{Body, ItemChange, Obscure, Register, Touch, TouchedPage};
pub use data_file::DataFile;
pub use judge::{FileVerdict, Unjudged, Verdict, Why, for_each_record, judge, named_anywhere};

/// Types of records that concern more than one page. In the time of log version 2 they got new numbers, with Berkeley DB 3.1;
/// no release used a number of one list for something else of the other.
struct Kinds {
    /// A file's opening and closing; it changes no data.
    register: &'static [u32],
    /// The end of a transaction.
    commit: &'static [u32],
    checkpoint: &'static [u32],
}

const KINDS: Kinds = Kinds { register: &[2], commit: &[10], checkpoint: &[11] };
const KINDS_OF_VERSION_2: Kinds = Kinds { register: &[1, 2], commit: &[6, 10], checkpoint: &[7, 11] };

/// Record type of numbers of transactions that are used anew, from 4.0 on.
const RECYCLE: u32 = 14;
/// The operation of a commit record that commits.
const COMMIT: u32 = 1;

/// One file of a log.
#[derive(Clone, Debug)]
pub struct LogFile<R> {
    /// The number in its name, see [`parse_log_name`].
    pub number: u32,
    /// Its bytes.
    pub source: R,
}

/// What lies in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Format of the newest file; nothing when no file holds a record.
    pub format: Option<LogFormat>,
    /// Where the last complete record begins. A page with a greater number is from elsewhere, or log files are missing.
    pub end: Lsn,
    /// Where the last checkpoint begins.
    pub last_checkpoint: Option<Lsn>,
    /// Whether that checkpoint covers everything.
    pub state: LogState,
}

/// Version and byte order of a log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogFormat {
    /// From 2 (Berkeley DB 2.6 to 3.1) to 19 (5.3).
    pub version: u32,
    /// That of the machine that wrote it.
    pub byte_order: ByteOrder,
    /// Who wrote it, as far as that can be told.
    pub writer: Writer,
}

/// The program that wrote a log. Up to version 3 some records hold a number of its word size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// Its word size left no trace.
    Unknown,
    /// A 32-bit program.
    Bits32,
    /// A 64-bit program.
    Bits64,
}

/// Whether the last checkpoint covers everything that the log holds. Where it does not, only the pages tell whether the data
/// files lack something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogState {
    /// Nothing that changes data since the last checkpoint began, such as openings and closings of files; or the log holds no
    /// record at all.
    Covered,
    /// A recovery has something to look at. The counts leave out openings and closings of files, unless there is no checkpoint at
    /// all: then every record counts.
    NotCovered {
        /// Records after the last checkpoint.
        after_checkpoint: u64,
        /// Records ahead of it which it does not cover: a transaction was open, or files were in use.
        before_checkpoint: u64,
        /// Transactions that were committed after it.
        committed: u64,
    },
}

/// Why a log could not be judged. Treat the environment as one that was not closed properly.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file could not be read.
    #[error("{}: {error}", name(*.file))]
    Io {
        /// Number of the log file.
        file: u32,
        /// What went wrong.
        #[source]
        error: io::Error,
    },
    /// Not a log file, or an encrypted one.
    #[error("{}: not a Berkeley DB log file", name(*.file))]
    NotALog {
        /// Number of the log file.
        file: u32,
    },
    /// A version that is known, but not read here.
    #[error("{}: log version {version} (Berkeley DB {}) is not read", name(*.file), release(*.version))]
    Unsupported {
        /// Number of the log file.
        file: u32,
        /// The version.
        version: u32,
    },
    /// A version that came after Berkeley DB 5.3.
    #[error("{}: log version {version} is newer than known", name(*.file))]
    Newer {
        /// Number of the log file.
        file: u32,
        /// The version.
        version: u32,
    },
    /// Something that is neither a record nor the end of the log.
    #[error("{}, offset {offset}: {what}", name(*.file))]
    Damaged {
        /// Number of the log file.
        file: u32,
        /// Where it stands.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A file that is needed is not among those given.
    #[error("{} is missing: what it held since the last checkpoint is unknown", name(*.file))]
    Missing {
        /// Number of the log file.
        file: u32,
    },
    /// More than any log of a server holds: it is taken for an attack on memory.
    #[error("the log holds more {what} than can be judged")]
    TooMuch {
        /// Of what.
        what: &'static str,
    },
    /// Two files with one number.
    #[error("{} was given twice", name(*.file))]
    Duplicate {
        /// Number of the log file.
        file: u32,
    },
}

/// Returns the number in a log file's name: `log.` and 10 digits, or 5 in the time of Berkeley DB 2.
pub fn parse_log_name(name: &[u8]) -> Option<u32> {
    let digits = name.strip_prefix(b"log.")?;
    let number = digits.iter().all(u8::is_ascii_digit) && matches!(digits.len(), 5 | 10);
    let digits = str::from_utf8(digits).ok().filter(|_| number)?;
    digits.parse().ok().filter(|number| *number > 0)
}

/// Tells how a log lies, by its files, in any order.
///
/// Everything is covered when the log ends with a checkpoint and at most openings and closings of files after it, and when
/// nothing but these lies between the place where that checkpoint says recovery has to begin and its own. A torn last record
/// counts as absent, as in every release's own recovery. A log without any record is covered.
///
/// # Errors
/// When a file cannot be read, is damaged, or is of a version not read here; or when a file that recovery would need is missing.
pub fn outline<R: ReadAt>(files: &[LogFile<R>]) -> Result<Outline, LogError> {
    let files = in_order(files)?;
    let checkpoint = last_checkpoint(&files)?;
    let from = RecoveryStart::of(&files, checkpoint)?.lsn;
    let (mut before_checkpoint, mut after_checkpoint, mut committed) = (0, 0, 0);
    let walked = walk(&files, from.file, |record, _| {
        match checkpoint {
            _ if record.lsn < from => {}
            Some(_) if !record.needs_replay() => {}
            Some(checkpoint) if record.lsn < checkpoint.lsn => before_checkpoint += 1,
            _ => {
                after_checkpoint += 1;
                committed += u64::from(record.kind == Kind::Commit);
            }
        }
        Ok(())
    })?;
    let state = match (before_checkpoint, after_checkpoint) {
        (0, 0) => LogState::Covered,
        _ => LogState::NotCovered { after_checkpoint, before_checkpoint, committed },
    };
    let last_checkpoint = checkpoint.map(|c| c.lsn);
    Ok(Outline { format: walked.format(), end: walked.end, last_checkpoint, state })
}

#[derive(Clone, Copy)]
struct Checkpoint {
    lsn: Lsn,
    redo_from: Lsn,
    /// The checkpoint before it.
    previous: Lsn,
}

/// The first record that a recovery looks at.
struct RecoveryStart {
    lsn: Lsn,
}

impl RecoveryStart {
    /// Finds it, and sees that its file is there.
    fn of<R>(files: &[&LogFile<R>], checkpoint: Option<Checkpoint>) -> Result<Self, LogError> {
        let lsn = match (checkpoint, files.first()) {
            (Some(checkpoint), _) => checkpoint.redo_from,
            (None, Some(first)) if first.number > 1 => return Err(LogError::Missing { file: first.number - 1 }),
            (None, _) => Lsn::default(),
        };
        match checkpoint {
            Some(_) if files.iter().all(|file| file.number != lsn.file) => Err(LogError::Missing { file: lsn.file }),
            _ => Ok(Self { lsn }),
        }
    }
}

impl scan::Record {
    fn needs_replay(&self) -> bool {
        !matches!(self.kind, Kind::Register | Kind::Recycle | Kind::Checkpoint)
    }
}

fn in_order<R>(files: &[LogFile<R>]) -> Result<Vec<&LogFile<R>>, LogError> {
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by_key(|file| file.number);
    let twice = files.iter().zip(files.iter().skip(1)).find(|(a, b)| a.number == b.number);
    twice.map_or(Ok(()), |(file, _)| Err(LogError::Duplicate { file: file.number }))?;
    Ok(files)
}

fn last_checkpoint<R: ReadAt>(files: &[&LogFile<R>]) -> Result<Option<Checkpoint>, LogError> {
    for file in files.iter().rev() {
        let Some(mut scan) = Scan::open(file)? else { continue };
        let mut found = None;
        while let Some(record) = scan.next()? {
            if record.kind == Kind::Checkpoint {
                let wrong = |what| damaged(file.number, record.lsn.offset.into(), what);
                let redo_from =
                    record.checkpoint_start.ok_or_else(|| wrong("a checkpoint without its starting place"))?;
                if redo_from > record.lsn {
                    return Err(wrong("a checkpoint that starts behind itself"));
                }
                let previous = record.checkpoint_before.unwrap_or_default();
                found = Some(Checkpoint { lsn: record.lsn, redo_from, previous });
            }
        }
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Where the records of a file are.
struct Extent<'a, R> {
    file: &'a LogFile<R>,
    format: LogFormat,
    /// Its last complete record; 0 when it has none.
    last: u32,
}

/// What a walk through the files found.
struct Walked<'a, R> {
    /// The files that hold something.
    extents: Vec<Extent<'a, R>>,
    /// Where the last complete record begins.
    end: Lsn,
}

impl<R> Walked<'_, R> {
    fn format(&self) -> Option<LogFormat> {
        self.extents.last().map(|extent| extent.format)
    }
}

/// Visits the records of the files from `first` on, which have to follow one another, and of which only the last may be torn.
fn walk<'a, R: ReadAt>(
    files: &[&'a LogFile<R>],
    first: u32,
    mut visit: impl FnMut(&scan::Record, LogFormat) -> Result<(), LogError>,
) -> Result<Walked<'a, R>, LogError> {
    let mut walked = Walked { extents: Vec::new(), end: Lsn::default() };
    let newest = files.last().map(|file| file.number);
    for file in files.iter().copied().filter(|file| file.number >= first) {
        let is_newest = newest == Some(file.number);
        let before = walked.extents.last();
        if let Some(expected) = before.map(|b| b.file.number + 1).filter(|expected| *expected != file.number) {
            return Err(LogError::Missing { file: expected });
        }
        let Some(mut scan) = Scan::open(file)? else {
            if !is_newest {
                return Err(damaged(file.number, 0, "no records, although there are later log files"));
            }
            if walked.extents.is_empty() {
                walked.end = Lsn { file: file.number, offset: 0 };
            }
            break;
        };
        if before.is_some_and(|before| before.last != scan.previous_file_end) {
            return Err(damaged(file.number, 0, "does not continue the log file before it"));
        }
        let mut last = 0;
        while let Some(record) = scan.next()? {
            last = record.lsn.offset;
            visit(&record, scan.format)?;
        }
        if !is_newest && scan.rest == Rest::Torn {
            return Err(damaged(file.number, scan.at(), "a torn record, although there are later log files"));
        }
        walked.end = Lsn { file: file.number, offset: last };
        // Read to its end, the file has shown all that it can show of who wrote it.
        walked.extents.push(Extent { file, format: scan.format, last });
    }
    Ok(walked)
}

fn damaged(file: u32, offset: u64, what: &'static str) -> LogError {
    LogError::Damaged { file, offset, what }
}

fn name(number: u32) -> String {
    format!("log.{number:010}")
}

/// Returns the release that introduced a log version (`reference/berkeley-db.md` section 1).
fn release(version: u32) -> &'static str {
    match version {
        1 => "2.x",
        2 => "2.6 to 3.1",
        3 => "3.2",
        4 | 5 => "4.0",
        6 | 7 => "4.1",
        8 => "4.2",
        9 | 10 => "4.3",
        11 => "4.4",
        12 => "4.5",
        13 => "4.6",
        14 => "4.7",
        15 | 16 => "4.8",
        17 => "5.0",
        18 => "5.2",
        _ => "5.3",
    }
}
