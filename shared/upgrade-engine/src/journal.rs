//! The journal of a run: what is about to be done, and what was done, each record durable before the next change.
//!
//! A record is a fixed header (length, sequence number, kind, and a CRC over these), the JSON payload, a CRC over header and
//! payload, and a newline. A file that ends inside a record, or in zeros, was cut off by a power failure: the unfinished
//! record was never acted on and is dropped. Anything else that does not fit is damage, and a damaged journal is not
//! trusted: the header's own CRC keeps a changed length from looking like a cut.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::JournalError;
use crate::fs::{Durable, File, Time};
use crate::place::Place;

const HEADER: usize = 4 + 8 + 1 + 4;
const TRAILER: usize = 4 + 1;
/// No record is longer; a journal that says so is damaged.
const LONGEST_PAYLOAD: u32 = 64 << 20;
/// No journal is longer. What a step reports must find room after its intent, so an intent ends well before.
pub(crate) const LONGEST: u64 = 1 << 30;
const LONGEST_BEFORE_AN_INTENT: u64 = LONGEST - (2 * LONGEST_PAYLOAD as u64) - 1024;

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Record {
    /// The run began; nothing was changed yet.
    Begin {
        /// BLAKE3 digest of `plan.json`.
        plan: crate::digest::Digest,
        /// The product root of the plan, so that a run whose plan cannot be read is in the way on its own root alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        root: Option<String>,
    },
    /// A step is about to be done.
    Intent {
        /// Its number, from 0.
        step: usize,
        /// The directories it touches, with their times before.
        touched: Vec<(Place, Time)>,
        /// What the step prepared.
        prepared: Value,
    },
    /// A step is done.
    Done {
        /// Its number.
        step: usize,
        /// What the step reports.
        report: Value,
    },
    /// The run is over.
    End {
        /// How.
        outcome: RunEnd,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// All steps are done.
    Finished,
    /// It failed before anything was changed.
    Abandoned,
}

impl Record {
    fn kind(&self) -> u8 {
        match self {
            Self::Begin { .. } => 1,
            Self::Intent { .. } => 2,
            Self::Done { .. } => 3,
            Self::End { .. } => 4,
        }
    }
}

/// A journal open for writing.
pub(crate) struct Journal {
    file: Box<dyn File>,
    length: u64,
    sequence: u64,
    /// Whether bytes after `length` may have to go before the next record.
    tail: Tail,
}

#[derive(PartialEq, Eq)]
enum Tail {
    Clean,
    MayHoldPartOfARecord,
}

impl Journal {
    /// Begins an empty journal.
    pub(crate) fn begin(file: Box<dyn File>) -> Self {
        Self { file, length: 0, sequence: 0, tail: Tail::Clean }
    }

    /// Goes on after the records that were read.
    pub(crate) fn resume(file: Box<dyn File>, read: &Read) -> Result<Self, JournalError> {
        let tail = if file.stat()?.size == read.length { Tail::Clean } else { Tail::MayHoldPartOfARecord };
        Ok(Self { file, length: read.length, sequence: read.records.len() as u64, tail })
    }

    /// Adds a record and makes it durable.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let bytes = encode(self.sequence, record)?;
        let end = self.length.saturating_add(bytes.len() as u64);
        let is_intent = matches!(record, Record::Intent { .. });
        if end > if is_intent { LONGEST_BEFORE_AN_INTENT } else { LONGEST } {
            return Err(JournalError::Io(std::io::ErrorKind::FileTooLarge.into()));
        }
        if self.tail == Tail::MayHoldPartOfARecord {
            // Else it would stay behind a shorter record.
            self.file.set_len(self.length)?;
        }
        self.tail = Tail::MayHoldPartOfARecord;
        self.file.write_all_at(&bytes, self.length)?;
        self.file.sync(Durable::JournalRecord)?;
        self.tail = Tail::Clean;
        self.length = end;
        self.sequence = self.sequence.saturating_add(1);
        Ok(())
    }
}

/// What a journal holds.
#[derive(Debug)]
pub(crate) struct Read {
    /// The records, in order.
    pub(crate) records: Vec<Record>,
    /// Length of the file up to the end of the last whole record.
    pub(crate) length: u64,
}

fn encode(sequence: u64, record: &Record) -> Result<Vec<u8>, JournalError> {
    let payload = serde_json::to_vec(record).map_err(std::io::Error::other)?;
    let length = u32::try_from(payload.len()).ok().filter(|n| *n <= LONGEST_PAYLOAD);
    let length = length.ok_or(std::io::Error::from(std::io::ErrorKind::FileTooLarge))?;
    let mut bytes = Vec::with_capacity(payload.len() + HEADER + TRAILER);
    bytes.extend(length.to_le_bytes());
    bytes.extend(sequence.to_le_bytes());
    bytes.push(record.kind());
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend(payload);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads all whole records.
pub(crate) fn read(bytes: &[u8]) -> Result<Read, JournalError> {
    let mut records = Vec::new();
    let mut rest = bytes;
    loop {
        let offset = (bytes.len() - rest.len()) as u64;
        match decode(rest, records.len() as u64) {
            Decoded::Record(record, after) => {
                records.push(record);
                rest = after;
            }
            Decoded::Cut => return Ok(Read { records, length: offset }),
            Decoded::Damaged(what) => return Err(JournalError::Damaged { offset, what }),
        }
    }
}

/// Returns the first record of a journal that may be damaged behind it.
pub(crate) fn first(bytes: &[u8]) -> Option<Record> {
    if let Decoded::Record(record, _) = decode(bytes, 0) { Some(record) } else { None }
}

enum Decoded<'a> {
    Record(Record, &'a [u8]),
    Cut,
    Damaged(&'static str),
}

fn decode(bytes: &[u8], sequence: u64) -> Decoded<'_> {
    let cut_or = |what, record: usize| if ends_in_zeros(bytes, record) { Decoded::Cut } else { Decoded::Damaged(what) };
    let Some((header, after)) = bytes.split_at_checked(HEADER) else { return Decoded::Cut };
    let Some((fields, crc)) = header.split_at_checked(HEADER - 4) else { return Decoded::Cut };
    if crc != crc32fast::hash(fields).to_le_bytes() {
        return cut_or("a record's header does not fit its checksum", HEADER);
    }
    let (Some(length), Some(number), Some(kind)) = (fields.first_chunk(), fields.get(4..12), fields.get(12)) else {
        return Decoded::Damaged("a record's header is too short");
    };
    let length = u32::from_le_bytes(*length);
    if number != sequence.to_le_bytes() || length > LONGEST_PAYLOAD {
        return Decoded::Damaged("a record is out of sequence");
    }
    let Some((payload, after)) = after.split_at_checked(length as usize) else { return Decoded::Cut };
    let Some((trailer, after)) = after.split_at_checked(TRAILER) else { return Decoded::Cut };
    let mut crc = crc32fast::Hasher::new();
    crc.update(header);
    crc.update(payload);
    if trailer.strip_suffix(b"\n") != Some(&crc.finalize().to_le_bytes()) {
        return cut_or("a record does not fit its checksum", HEADER + payload.len() + TRAILER);
    }
    match serde_json::from_slice::<Record>(payload) {
        Ok(record) if record.kind() == *kind => Decoded::Record(record, after),
        _ => Decoded::Damaged("a record is not what its header says"),
    }
}

/// A file that was lengthened but not filled when the power failed ends in zeros, from within its last record on. Two at
/// least: one changed byte is damage.
fn ends_in_zeros(bytes: &[u8], record: usize) -> bool {
    let after = bytes.get(record..).unwrap_or_default();
    bytes.ends_with(&[0, 0]) && after.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use proptest::prelude::*;

    fn sample() -> (Vec<u8>, Vec<Record>) {
        let records = vec![
            Record::Begin { plan: Digest::of(b"plan"), root: Some("/".to_owned()) },
            Record::Intent { step: 0, touched: Vec::new(), prepared: Value::Null },
            Record::Done { step: 0, report: serde_json::json!({"a": [0, 1]}) },
            Record::End { outcome: RunEnd::Finished },
        ];
        let bytes = (0..).zip(&records).flat_map(|(n, record)| encode(n, record).unwrap()).collect();
        (bytes, records)
    }

    #[test]
    fn what_was_written_is_read() {
        let (bytes, records) = sample();
        let read = read(&bytes).unwrap();
        assert_eq!((read.records, read.length), (records, bytes.len() as u64));
    }

    #[test]
    fn a_journal_cut_anywhere_gives_the_whole_records_before_the_cut() {
        let (bytes, records) = sample();
        for cut in 0..bytes.len() {
            let mut end = 0;
            let whole = (0..).zip(&records).take_while(|(n, record)| {
                end += encode(*n, record).unwrap().len();
                end <= cut
            });
            let expected: Vec<_> = whole.map(|(_, record)| record.clone()).collect();
            assert_eq!(read(&bytes[..cut]).unwrap().records, expected, "cut at {cut}");
            // The file may have been lengthened before it was filled.
            let mut zeros = bytes[..cut].to_vec();
            zeros.resize(cut + 600, 0);
            assert_eq!(read(&zeros).unwrap().records, expected, "zeros from {cut}");
        }
    }

    #[test]
    fn a_journal_with_any_byte_changed_is_never_trusted() {
        let (bytes, _) = sample();
        for at in 0..bytes.len() {
            for change in 1..=255 {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                assert!(matches!(read(&changed), Err(JournalError::Damaged { .. })), "byte {at} ^ {change:#x}");
            }
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_no_journal(bytes in proptest::collection::vec(any::<u8>(), 30..300)) {
            prop_assert!(read(&bytes).map_or(true, |read| read.records.is_empty()));
        }
    }
}
