//! Whether an environment is clean: whether a recovery by the release that wrote its log would change the contents of its files.
//!
//! Neither how a log ends nor what a checkpoint covers tells that: closing an environment writes no checkpoint, and a
//! transaction that was taken back leaves no end record. The pages tell. Of the records from which a recovery begins, each names
//! the pages it changed, and each page holds the number of the last record that changed it
//! (`reference/berkeley-db.md` section 5). A file lacks something when a page is older than a committed record, and holds too
//! much when a page's number is that of a record that was never committed.

use std::collections::HashSet;

use crate::ReadAt;
use crate::format::Lsn;

use super::backwards::{Read, backwards, record};
use super::body::{Body, ItemChange, Obscure, Register, Touch, TouchedPage};
use super::cancelling::Cancelling;
use super::data_file::{DataFile, Remembered};
use super::names::{Meaning, Names};
use super::scan::{self, Kind, Scan};
use super::transactions::Transactions;
use super::window::Window;
use super::{Checkpoint, LogError, LogFile, LogFormat, RecoveryStart, Walked, in_order, last_checkpoint, walk};

/// The log version of Berkeley DB 5.3.
const V5_3: u32 = 19;
/// Pages that were freed, and transactions never committed, are told apart up to this many.
const MOST_REMEMBERED: usize = 1 << 18;

/// What a log says about the files it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Format of the newest file; nothing when no file holds a record.
    pub format: Option<LogFormat>,
    /// Where the last complete record begins. A page with a greater number is from elsewhere, or log files are missing.
    pub end: Lsn,
    /// Where the last checkpoint begins.
    pub last_checkpoint: Option<Lsn>,
    /// Committed transactions of which something is missing.
    pub missing: u64,
    /// When the first of them was committed, in seconds since 1970.
    pub since: Option<u32>,
    /// Transactions that were not committed and of which something is in the files.
    pub uncommitted: u64,
    /// A file that a committed transaction created and that is not among those given.
    pub absent: Option<Vec<u8>>,
    /// Records that could not be judged.
    pub unjudged: u64,
    /// The first of them.
    pub first_unjudged: Option<Unjudged>,
    /// What is known of each file, in the order given.
    pub files: Vec<FileVerdict>,
}

/// What a log says about one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileVerdict {
    /// Whether the log names it.
    pub named: bool,
    /// Committed transactions of which something is missing in it.
    pub missing: u64,
    /// Whether it holds something that was not committed.
    pub uncommitted: bool,
    /// Whether a record that cannot be judged may concern it.
    pub unjudged: bool,
}

/// A record that cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// Where it begins.
    pub lsn: Lsn,
    /// Its type.
    pub kind: u32,
    /// Why.
    pub why: Why,
}

/// Why a record cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its body is not understood.
    Obscure(Obscure),
    /// No record that is there says which file it means.
    UnknownFile,
    /// A transaction waits for a coordinator's word.
    Prepared,
    /// A page could not be read.
    UnreadablePage,
}

impl std::fmt::Display for Unjudged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.why {
            Why::Obscure(Obscure::UnknownType) => "its type is not known",
            Why::Obscure(Obscure::Misfit) => "it does not have the fields of its type",
            Why::Obscure(Obscure::Checksum) => "it says that a page was damaged",
            Why::UnknownFile => "no record that is left says which file it is about",
            Why::Prepared => "its transaction waits for a transaction manager",
            Why::UnreadablePage => "the page that it is about cannot be read",
        };
        write!(f, "log record {} (type {}): {why}", self.lsn, self.kind)
    }
}

impl Verdict {
    /// Returns whether a recovery would change nothing.
    pub fn is_clean(&self) -> bool {
        self.missing == 0 && self.uncommitted == 0 && self.unjudged == 0 && self.absent.is_none()
    }
}

impl FileVerdict {
    /// Returns whether a recovery would change nothing in it.
    pub fn is_clean(&self) -> bool {
        self.missing == 0 && !self.uncommitted && !self.unjudged
    }
}

/// Judges the files of an environment by its log; log files and data files in any order.
///
/// # Errors
/// When a log file cannot be read, is damaged, or is of a version not read here; or when a file that recovery would need is
/// missing.
pub fn judge<R: ReadAt, D: ReadAt>(files: &[LogFile<R>], data: &[DataFile<D>]) -> Result<Verdict, LogError> {
    let files = in_order(files)?;
    let checkpoint = last_checkpoint(&files)?;
    let from = RecoveryStart::of(&files, checkpoint)?.lsn;
    let mut names = Names::new();
    let mut last = Lsn::default();
    let walked = survey(&files, first_needed(&files, checkpoint, from)?, |found, register| {
        if found.transaction != 0 {
            last = found.lsn;
        }
        register.map_or(Ok(()), |register| names.add(found.lsn, register, data))
    })?;
    let mut judge = Judge {
        data,
        remembered: Remembered::new(),
        transactions: Transactions::default(),
        freed: HashSet::new(),
        uncommitted: HashSet::new(),
        mentioned: HashSet::new(),
        cancelling: Cancelling::default(),
        created: false,
        any_file: false,
        verdict: Verdict {
            format: walked.format(),
            end: walked.end,
            last_checkpoint: checkpoint.map(|c| c.lsn),
            missing: 0,
            since: None,
            uncommitted: 0,
            absent: None,
            unjudged: 0,
            first_unjudged: None,
            files: vec![FileVerdict::default(); data.len()],
        },
        names,
    };
    for number in judge.names.files.iter().flatten() {
        if let Some(file) = judge.verdict.files.get_mut(*number) {
            file.named = true;
        }
    }
    // Berkeley DB 5.3 does not recover when no record behind the place where it would begin belongs to a transaction; what the record at
    // that place did stays.
    let is_left_alone = checkpoint.is_some() && judge.verdict.format.is_some_and(|f| f.version == V5_3) && last <= from;
    if !is_left_alone {
        backwards(&walked.extents, from, |record| judge.record(&record))?;
    }
    Ok(judge.finish())
}

/// Tells of each file whether the log names it anywhere; nothing when the log's first file is gone, so that nobody knows.
///
/// # Errors
/// As [`judge`].
pub fn named_anywhere<R: ReadAt, D: ReadAt>(
    files: &[LogFile<R>],
    data: &[DataFile<D>],
) -> Result<Option<Vec<bool>>, LogError> {
    let files = in_order(files)?;
    if files.first().is_none_or(|file| file.number != 1) {
        return Ok(None);
    }
    let mut names = Names::new();
    survey(&files, 0, |found, register| register.map_or(Ok(()), |register| names.add(found.lsn, register, data)))?;
    let is_named = |number| names.files.iter().flatten().any(|named| *named == number);
    Ok(Some((0..data.len()).map(is_named).collect()))
}

/// Calls `visit` for every complete record, first to last.
///
/// # Errors
/// As [`judge`].
pub fn for_each_record<R: ReadAt>(
    files: &[LogFile<R>],
    mut visit: impl FnMut(Lsn, u32, Result<&Body, Obscure>),
) -> Result<(), LogError> {
    let files = in_order(files)?;
    let walked = survey(&files, 0, |_, _| Ok(()))?;
    for extent in &walked.extents {
        let Some(mut scan) = Scan::open(extent.file)? else { continue };
        let mut window = Window::open(extent.file)?;
        while let Some(found) = scan.next()? {
            let (read, _) = record(&mut window, extent.format, found.lsn.offset)?;
            visit(read.lsn, read.kind, read.body.as_ref().map_err(|obscure| *obscure));
        }
    }
    Ok(())
}

/// Returns the log file from which on openings of files are read. The last checkpoint ahead of the place where recovery begins
/// names all files that were open then; without one, or where its file is gone, all files that are left are read.
fn first_needed<R: ReadAt>(files: &[&LogFile<R>], checkpoint: Option<Checkpoint>, from: Lsn) -> Result<u32, LogError> {
    let wanted = checkpoint.map_or(Ok(0), |checkpoint| names_all_files(files, checkpoint, from))?;
    // A gap ahead of what recovery needs does no harm.
    let mut first = from.file;
    for file in files.iter().rev().skip_while(|file| file.number > from.file) {
        if file.number + 1 < first || file.number < wanted {
            break;
        }
        first = file.number;
    }
    Ok(first)
}

fn names_all_files<R: ReadAt>(files: &[&LogFile<R>], last: Checkpoint, from: Lsn) -> Result<u32, LogError> {
    let Checkpoint { lsn: mut at, previous: mut before, .. } = last;
    while at > from {
        let file = files.iter().find(|file| file.number == before.file);
        let Some(file) = file.filter(|_| before < at) else { return Ok(0) };
        let Some(scan) = Scan::open(file)? else { return Ok(0) };
        let mut window = Window::open(file)?;
        // What is not a checkpoint is found out when all files are read.
        match record(&mut window, scan.format, before.offset) {
            Ok((Read { body: Ok(Body::Checkpoint { previous, .. }), .. }, _)) => (at, before) = (before, previous),
            Ok(_) | Err(_) => return Ok(0),
        }
    }
    Ok(at.file)
}

/// Checks all records from a file on, and calls `visit` for each, with openings and closings of files.
fn survey<'a, R: ReadAt>(
    files: &[&'a LogFile<R>],
    first: u32,
    mut visit: impl FnMut(&scan::Record, Option<Register>) -> Result<(), LogError>,
) -> Result<Walked<'a, R>, LogError> {
    let mut window: Option<Window<'_, R>> = None;
    walk(files, first, |found: &scan::Record, format| {
        if found.kind != Kind::Register {
            return visit(found, None);
        }
        let number = found.lsn.file;
        if window.as_ref().is_none_or(|window| window.number != number) {
            let file = files.iter().find(|file| file.number == number);
            window = file.map(|file| Window::open(file)).transpose()?;
        }
        let Some(window) = &mut window else { return Ok(()) };
        match record(window, format, found.lsn.offset)?.0.body {
            Ok(Body::Register(register)) => visit(found, Some(register)),
            Ok(_) | Err(_) => visit(found, None),
        }
    })
}

struct Judge<'d, D> {
    data: &'d [DataFile<D>],
    names: Names,
    remembered: Remembered,
    transactions: Transactions,
    /// Pages that do not exist, and that a later committed record frees.
    freed: HashSet<(usize, u32)>,
    uncommitted: HashSet<u32>,
    /// Files that were created, renamed or removed by a later record.
    mentioned: HashSet<Vec<u8>>,
    cancelling: Cancelling,
    /// Whether a file was created that is to be removed again.
    created: bool,
    /// Whether a record that cannot be judged may be about any file that the log names.
    any_file: bool,
    verdict: Verdict,
}

impl<D: ReadAt> Judge<'_, D> {
    fn record(&mut self, read: &Read) -> Result<(), LogError> {
        self.names.go_back_to(read.lsn);
        match &read.body {
            Ok(body) => {
                self.transactions.enter(read.transaction, read.previous, body)?;
                self.body(read, body)?;
            }
            Err(obscure) => self.unjudged(read, Why::Obscure(*obscure), None),
        }
        if read.previous == Lsn::default() {
            self.transactions.leave(read.transaction);
        }
        Ok(())
    }

    fn body(&mut self, read: &Read, body: &Body) -> Result<(), LogError> {
        match body {
            Body::Pages { file, touched, change } => {
                let Some(meaning) = self.names.meaning(*file) else {
                    self.unjudged(read, Why::UnknownFile, None);
                    return Ok(());
                };
                for touch in touched {
                    let page = match touch.page {
                        TouchedPage::Number(page) => page,
                        TouchedPage::Meta => meaning.meta,
                    };
                    let change = if touch.begins_list { Some(ItemChange::FreeList) } else { *change };
                    self.page(read, meaning, page, *touch, change)?;
                }
            }
            Body::Prepare if self.transactions.committed(read.transaction).is_none() => {
                self.unjudged(read, Why::Prepared, None);
            }
            // The file would be removed again.
            Body::Rename { file_id, to } => self.renamed(read, file_id, to)?,
            Body::Remove { file_ids } => {
                for file_id in file_ids {
                    self.is_first_mention(read, file_id)?;
                }
            }
            Body::FirstPage { file_id } => self.created(read, file_id, None),
            _ => {}
        }
        Ok(())
    }

    /// Takes a page that the record changed.
    fn page(
        &mut self,
        read: &Read,
        meaning: Meaning,
        page: u32,
        touch: Touch,
        change: Option<ItemChange>,
    ) -> Result<(), LogError> {
        let files = self.names.files.get(meaning.file).cloned().unwrap_or_default();
        for number in files {
            let Some(file) = self.data.get(number) else { continue };
            let key = u32::try_from(number).unwrap_or(u32::MAX);
            let Ok(lsn) = self.remembered.lsn(key, file, page) else {
                self.unjudged(read, Why::UnreadablePage, Some(number));
                continue;
            };
            let lsn = lsn.unwrap_or_default();
            // What was never in a transaction was never undone.
            let is_committed = read.transaction == 0 || self.transactions.committed(read.transaction).is_some();
            if !is_committed {
                if self.cancelling.undone_to((number, page), lsn) == read.lsn {
                    self.cancelling.undone((number, page), lsn, change, touch.before);
                    self.holds_uncommitted(read, number)?;
                }
                continue;
            }
            if lsn >= read.lsn {
                continue;
            }
            // A page that never came to be, and is free in the end, is no loss.
            if lsn == Lsn::default() && (touch.freed || self.freed.contains(&(number, page))) {
                if self.freed.len() >= MOST_REMEMBERED {
                    return Err(LogError::TooMuch { what: "freed pages" });
                }
                self.freed.insert((number, page));
                continue;
            }
            self.cancelling.redone((number, page), lsn, change, touch.before);
            self.lacks(read, number);
        }
        Ok(())
    }

    fn lacks(&mut self, read: &Read, number: usize) {
        let Some(file) = self.verdict.files.get_mut(number) else { return };
        let Some(committed) = self.transactions.committed(read.transaction) else {
            file.missing = file.missing.saturating_add(1);
            self.verdict.missing = self.verdict.missing.saturating_add(1);
            return;
        };
        if committed.is_new(number) {
            file.missing = file.missing.saturating_add(1);
        }
        if !committed.missing {
            committed.missing = true;
            self.verdict.missing = self.verdict.missing.saturating_add(1);
            self.verdict.since = match (self.verdict.since, committed.time) {
                (Some(since), Some(time)) => Some(since.min(time)),
                (since, time) => since.or(time),
            };
        }
    }

    fn holds_uncommitted(&mut self, read: &Read, number: usize) -> Result<(), LogError> {
        if self.uncommitted.len() >= MOST_REMEMBERED {
            return Err(LogError::TooMuch { what: "transactions that were not committed" });
        }
        self.uncommitted.insert(read.transaction);
        if let Some(file) = self.verdict.files.get_mut(number) {
            file.uncommitted = true;
        }
        Ok(())
    }

    /// Takes a new name of a file, which it gets when it is created, too. Where the file is gone, a recovery makes it again.
    fn renamed(&mut self, read: &Read, file_id: &[u8], to: &[u8]) -> Result<(), LogError> {
        let is_last = self.is_first_mention(read, file_id)?;
        self.created(read, file_id, Some(to));
        // One with a directory may be another environment's; one that is to be removed has such a name.
        let is_elsewhere = to.contains(&b'/') || to.starts_with(b"__db.");
        let is_there = self.data.iter().any(|file| file.file_id() == Some(file_id) || file.name == to);
        if is_last && !is_elsewhere && !is_there {
            self.verdict.absent = Some(to.to_vec());
        }
        Ok(())
    }

    /// Returns whether this is the last thing that a committed transaction did to a file as a whole; the log is read backwards.
    fn is_first_mention(&mut self, read: &Read, file_id: &[u8]) -> Result<bool, LogError> {
        if self.transactions.committed(read.transaction).is_none() {
            return Ok(false);
        }
        if self.mentioned.len() >= MOST_REMEMBERED {
            return Err(LogError::TooMuch { what: "files" });
        }
        Ok(self.mentioned.insert(file_id.to_vec()))
    }

    /// Takes the creation of a file, which a recovery takes back when it was not committed.
    fn created(&mut self, read: &Read, file_id: &[u8], name: Option<&[u8]>) {
        if read.transaction == 0 || self.transactions.committed(read.transaction).is_some() {
            return;
        }
        let base = name.and_then(|name| name.rsplit(|byte| *byte == b'/').next());
        for (file, verdict) in self.data.iter().zip(&mut self.verdict.files) {
            if file.file_id() == Some(file_id) && base.is_none_or(|base| base == file.name) {
                verdict.uncommitted = true;
                self.created = true;
                self.uncommitted.insert(read.transaction);
            }
        }
    }

    fn unjudged(&mut self, read: &Read, why: Why, file: Option<usize>) {
        self.verdict.unjudged = self.verdict.unjudged.saturating_add(1);
        self.verdict.first_unjudged = Some(Unjudged { lsn: read.lsn, kind: read.kind, why });
        match file {
            Some(number) => {
                if let Some(verdict) = self.verdict.files.get_mut(number) {
                    verdict.unjudged = true;
                }
            }
            None => self.any_file = true,
        }
    }

    fn finish(self) -> Verdict {
        let Self { mut verdict, uncommitted, any_file, cancelling, created, .. } = self;
        verdict.uncommitted = uncommitted.len() as u64;
        // What cancels out is no reason to say that something is missing.
        if !created && verdict.unjudged == 0 {
            let files = verdict.files.iter_mut().enumerate();
            files.filter(|(number, _)| cancelling.leaves(*number)).for_each(|(_, file)| {
                (file.missing, file.uncommitted) = (0, false);
            });
            if verdict.files.iter().all(FileVerdict::is_clean) {
                (verdict.missing, verdict.since, verdict.uncommitted) = (0, None, 0);
            }
        }
        for file in verdict.files.iter_mut().filter(|file| any_file && file.named) {
            file.unjudged = true;
        }
        verdict
    }
}
