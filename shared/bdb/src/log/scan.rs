//! Streams the records of one log file through a small window, and tells the end of the log from damage.

use crate::ReadAt;
use crate::format::{ByteOrder, LOG_MAGIC, Lsn};

use super::window::{WINDOW, Window};
use super::{COMMIT, KINDS, KINDS_OF_VERSION_2, LogError, LogFile, LogFormat, RECYCLE, Writer, damaged};

/// Bytes of a record's header: previous record, checksum, length.
const HEADER: usize = 12;
/// Header, type, transaction and previous record of the transaction: the least that a record holds; also the file header's length.
const MIN_RECORD: u32 = 28;
/// The part of a record that is looked at, up to the checkpoint before it.
const HEAD: usize = 44;
/// A checkpoint's starting place ends here.
const START_ENDS: usize = 36;
/// Type of the record of an item added to a page or removed from it, and where in it the word is whose size depends on its
/// writer.
const ADD_REMOVE: u32 = 41;
const WORD: u64 = 44;
/// Log versions up to Berkeley DB 5.3.
const KNOWN: std::ops::RangeInclusive<u32> = 1..=19;
/// Those that a release wrote whose layout is known (`reference/berkeley-db.md` sections 1 and 5).
const READ: [u32; 15] = [2, 3, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/// What is needed of a record.
pub(super) struct Record {
    pub(super) lsn: Lsn,
    pub(super) kind: Kind,
    /// The transaction; 0 for none.
    pub(super) transaction: u32,
    /// A checkpoint's `ckp_lsn`: where recovery has to begin.
    pub(super) checkpoint_start: Option<Lsn>,
    /// Its `last_ckp`: the checkpoint before it.
    pub(super) checkpoint_before: Option<Lsn>,
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Register,
    /// Numbers of transactions are used anew.
    Recycle,
    Commit,
    Checkpoint,
    Other,
}

impl Kind {
    fn of(version: u32, number: u32, operation: u32) -> Self {
        let kinds = if version == 2 { KINDS_OF_VERSION_2 } else { KINDS };
        let is = |numbers: &[u32]| numbers.contains(&number);
        match () {
            () if is(kinds.register) => Self::Register,
            () if version > 5 && number == RECYCLE => Self::Recycle,
            () if is(kinds.checkpoint) => Self::Checkpoint,
            () if is(kinds.commit) && operation == COMMIT => Self::Commit,
            () => Self::Other,
        }
    }
}

/// What follows the last complete record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing, or zeros.
    Nothing,
    /// A record that was not written to its end.
    Torn,
}

/// Reads a file's records in order.
pub(super) struct Scan<'a, R> {
    window: Window<'a, R>,
    pub(super) format: LogFormat,
    /// Offset of the last record of the file before this one.
    pub(super) previous_file_end: u32,
    /// What ended the scan.
    pub(super) rest: Rest,
    at: u64,
    previous: u64,
}

impl<'a, R: ReadAt> Scan<'a, R> {
    /// Begins a file; nothing when it is empty or all zeros.
    pub(super) fn open(file: &'a LogFile<R>) -> Result<Option<Self>, LogError> {
        let mut window = Window::open(file)?;
        if window.only_zeros_from(0)? {
            return Ok(None);
        }
        let number = file.number;
        let head = window.get(0, HEAD)?;
        let orders = [ByteOrder::Little, ByteOrder::Big];
        let byte_order = orders.into_iter().find(|order| order.u32_at(head, HEADER) == Some(LOG_MAGIC));
        let byte_order = byte_order.ok_or(LogError::NotALog { file: number })?;
        let version = byte_order.u32_at(head, HEADER + 4).ok_or(LogError::NotALog { file: number })?;
        match version {
            version if READ.contains(&version) => {}
            0 => return Err(LogError::NotALog { file: number }),
            _ if KNOWN.contains(&version) => return Err(LogError::Unsupported { file: number, version }),
            _ => return Err(LogError::Newer { file: number, version }),
        }
        let format = LogFormat { version, byte_order, writer: Writer::Unknown };
        let header = format.header(head).filter(|h| h.length == MIN_RECORD && window.size >= MIN_RECORD.into());
        let Some(header) = header else {
            return Err(damaged(number, 0, "a damaged file header"));
        };
        let at = header.length.into();
        let mut scan =
            Self { window, format, previous_file_end: header.previous, rest: Rest::Nothing, at, previous: 0 };
        if !scan.checksum_holds(0, &header)? {
            return Err(damaged(number, 0, "a file header with a wrong checksum"));
        }
        if number == 1 && header.previous != 0 {
            return Err(damaged(number, 0, "the first file of a log, but it continues another one"));
        }
        Ok(Some(scan))
    }

    /// Returns where the scan stands.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Returns the next complete record; nothing at the end of the log.
    pub(super) fn next(&mut self) -> Result<Option<Record>, LogError> {
        let at = self.at;
        let head = self.window.get(at, HEAD)?;
        let Some(header) = self.format.header(head) else {
            self.rest = if self.window.only_zeros_from(at)? { Rest::Nothing } else { Rest::Torn };
            return Ok(None);
        };
        let body = |offset| self.format.byte_order.u32_at(head, offset);
        let number = body(HEADER).unwrap_or_default();
        let kind = Kind::of(self.format.version, number, body(28).unwrap_or_default());
        let transaction = body(16).unwrap_or_default();
        let lsn = |at| body(at).zip(body(at + 4)).map(|(file, offset)| Lsn { file, offset });
        let (checkpoint_start, checkpoint_before) = (lsn(28), lsn(36));
        if header.is_zero() {
            let end = self.window.only_zeros_from(at)?;
            return if end { Ok(None) } else { Err(self.damaged("data behind the end of the log")) };
        }
        if u64::from(header.previous) != self.previous {
            return Err(self.damaged("not a log record: it does not point at the one before it"));
        }
        let next = at + u64::from(header.length);
        if header.length < MIN_RECORD || next > self.window.size {
            let rest = if header.length < MIN_RECORD { at + HEADER as u64 } else { self.window.size };
            return self.torn(rest);
        }
        if !self.checksum_holds(at, &header)? {
            return self.torn(next);
        }
        if number == ADD_REMOVE && self.format.version <= 3 && self.format.writer == Writer::Unknown {
            self.format.writer = self.writer(at, header.length)?;
        }
        let offset = u32::try_from(at).map_err(|_| self.damaged("a record beyond the reach of a log"))?;
        self.previous = at;
        self.at = next;
        let checkpoint_start = checkpoint_start.filter(|_| header.length as usize >= START_ENDS);
        let checkpoint_before = checkpoint_before.filter(|_| header.length as usize >= HEAD);
        let lsn = Lsn { file: self.window.number, offset };
        Ok(Some(Record { lsn, kind, transaction, checkpoint_start, checkpoint_before }))
    }

    /// Ends the scan at a record that is incomplete, unless something shows that it is damaged instead: a later record, or
    /// data from `rest` on. Taking damage for the end would hide every record behind it.
    fn torn(&mut self, rest: u64) -> Result<Option<Record>, LogError> {
        if !self.window.only_zeros_from(rest)? || self.has_successor()? {
            return Err(self.damaged("a damaged record with others behind it"));
        }
        self.rest = Rest::Torn;
        Ok(None)
    }

    /// Looks for anything behind this record that could be a record pointing back at it.
    fn has_successor(&mut self) -> Result<bool, LogError> {
        let (torn, size) = (self.at, self.window.size);
        let mut at = torn + 1;
        loop {
            let chunk = self.window.get(at, WINDOW)?;
            let starts = chunk.len().saturating_sub(HEADER - 1);
            if starts == 0 {
                return Ok(false);
            }
            for (start, bytes) in chunk.windows(HEADER).enumerate() {
                let Some(header) = self.format.header(bytes) else { continue };
                let end = at + start as u64 + u64::from(header.length);
                if u64::from(header.previous) == torn && header.length >= MIN_RECORD && end <= size {
                    return Ok(true);
                }
            }
            at += starts as u64;
        }
    }

    /// Tells the word size of the program that wrote a record of an added or removed item: with it the record's parts end
    /// exactly where the record ends. One record of ten thousand fits both, and tells nothing.
    fn writer(&mut self, record: u64, length: u32) -> Result<Writer, LogError> {
        let mut fits = |word: u64| -> Result<bool, LogError> {
            // The word; then two counted strings, and the page's log sequence number.
            let mut at = WORD + word;
            for _ in 0..2 {
                let counted = self.window.get(record + at, 4)?;
                let Some(count) = self.format.byte_order.u32_at(counted, 0) else { return Ok(false) };
                at += 4 + u64::from(count);
                if at > u64::from(length) {
                    return Ok(false);
                }
            }
            Ok(at + 8 == u64::from(length))
        };
        Ok(match (fits(4)?, fits(8)?) {
            (true, false) => Writer::Bits32,
            (false, true) => Writer::Bits64,
            _ => Writer::Unknown,
        })
    }

    fn checksum_holds(&mut self, record: u64, header: &Header) -> Result<bool, LogError> {
        let plain = self.checksum(record, header)?;
        let mixed = plain ^ header.previous ^ header.length;
        Ok(match self.format.version {
            ..=11 => header.checksum == plain,
            // It is not known with which of the two releases between 4.4 and 4.7 that began.
            12 | 13 => header.checksum == plain || header.checksum == mixed,
            _ => header.checksum == mixed,
        })
    }

    fn checksum(&mut self, record: u64, header: &Header) -> Result<u32, LogError> {
        let end = record + u64::from(header.length);
        let mut at = record + HEADER as u64;
        let mut hash = 0_u32;
        while at < end {
            let chunk = self.window.get(at, usize::try_from(end - at).unwrap_or(WINDOW).min(WINDOW))?;
            if chunk.is_empty() {
                break;
            }
            hash = chunk.iter().fold(hash, |hash, byte| hash.wrapping_mul(33).wrapping_add(u32::from(*byte)));
            at += chunk.len() as u64;
        }
        Ok(hash)
    }

    fn damaged(&self, what: &'static str) -> LogError {
        damaged(self.window.number, self.at, what)
    }
}

pub(super) struct Header {
    pub(super) previous: u32,
    checksum: u32,
    pub(super) length: u32,
}

impl Header {
    fn is_zero(&self) -> bool {
        self.previous == 0 && self.checksum == 0 && self.length == 0
    }
}

impl LogFormat {
    pub(super) fn header(self, bytes: &[u8]) -> Option<Header> {
        let word = |index: usize| self.byte_order.u32_at(bytes, index * 4);
        let (checksum, length) = if self.version <= 5 { (word(1)?, word(2)?) } else { (word(2)?, word(1)?) };
        Some(Header { previous: word(0)?, checksum, length })
    }
}
