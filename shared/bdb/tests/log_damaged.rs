//! Logs that are short, damaged, hostile or of another version: never a panic, never "clean" by mistake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use bdb::ReadAt;
use bdb::format::{ByteOrder, Lsn};
use bdb::log::{LogError, LogFile, LogState, Outline, Writer, outline, parse_log_name};
use proptest::prelude::*;

const UPDATE: u32 = 41;
const COMMIT: u32 = 10;
const CHECKPOINT: u32 = 11;
const REGISTER: u32 = 2;

const CSDB: &[u8] = include_bytes!("data/csdb-6.2-le/log.0000000001");
const MBOXLIST: &[u8] = include_bytes!("data/mboxlist-6.3-le/log.0000000001");

/// A log file under construction.
struct Builder {
    version: u32,
    order: ByteOrder,
    bytes: Vec<u8>,
    last: u32,
}

impl Builder {
    fn new(version: u32, order: ByteOrder) -> Self {
        let mut log = Self { version, order, bytes: Vec::new(), last: 0 };
        let header = [0x0004_0988, version, 65536, 0].map(|word| order.u32_bytes(word)).concat();
        log.push(&header);
        log
    }

    fn push(&mut self, body: &[u8]) -> u32 {
        let at = self.bytes.len() as u32;
        let length = body.len() as u32 + 12;
        let hash = body.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()));
        let checksum = if self.version >= 14 { hash ^ self.last ^ length } else { hash };
        let (second, third) = if self.version <= 5 { (checksum, length) } else { (length, checksum) };
        self.bytes.extend([self.last, second, third].map(|word| self.order.u32_bytes(word)).concat());
        self.bytes.extend_from_slice(body);
        self.last = at;
        at
    }

    /// Adds a record of a kind, with `rest` behind the transaction's fields.
    fn record(&mut self, kind: u32, rest: &[u32]) -> u32 {
        let words = [&[kind, 0x8000_0001, 0, 0], rest].concat();
        let body: Vec<u8> = words.into_iter().flat_map(|word| self.order.u32_bytes(word)).collect();
        self.push(&body)
    }
}

fn file(number: u32, bytes: &[u8]) -> LogFile<Vec<u8>> {
    LogFile { number, source: bytes.to_vec() }
}

fn judge_one(bytes: &[u8]) -> Result<Outline, LogError> {
    outline(&[file(1, bytes)])
}

/// What the rule says of the complete records in a file that is known to be sound up to where it was cut.
fn model(bytes: &[u8]) -> LogState {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut records = Vec::new();
    let mut at = 28;
    while at + 12 <= bytes.len() && word(at + 4) != 0 && at + word(at + 4) as usize <= bytes.len() {
        let checkpoint = (word(at + 12) == CHECKPOINT).then(|| word(at + 32));
        records.push((at as u32, word(at + 12), checkpoint));
        at += word(at + 4) as usize;
    }
    let replay = |from: u32, to: u32| {
        records.iter().filter(|(at, kind, _)| (from..to).contains(at) && ![REGISTER, CHECKPOINT].contains(kind)).count()
    };
    let (after, before) = match records.iter().rev().find(|(_, kind, _)| *kind == CHECKPOINT) {
        Some((at, _, start)) => (replay(*at, u32::MAX), replay(start.unwrap(), *at)),
        None => (records.len(), 0),
    };
    let last = records.iter().rev().find(|(_, kind, _)| *kind == CHECKPOINT).map_or(0, |(at, ..)| *at);
    let commits = records.iter().filter(|(at, kind, _)| *at > last && *kind == COMMIT && word(*at as usize + 28) == 1);
    match (after, before) {
        (0, 0) => LogState::Covered,
        _ => LogState::NotCovered {
            after_checkpoint: after as u64,
            before_checkpoint: before as u64,
            committed: commits.count() as u64,
        },
    }
}

#[test]
fn every_truncation_is_judged_by_what_remains() {
    for log in [CSDB, &MBOXLIST[..6000]] {
        for length in 28..=log.len() {
            assert_eq!(judge_one(&log[..length]).unwrap().state, model(&log[..length]), "{length} bytes");
        }
        for length in 13..28 {
            assert!(judge_one(&log[..length]).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn every_byte_flip_is_noticed() {
    for log in [CSDB, &MBOXLIST[..6000]] {
        let sound = judge_one(log).unwrap();
        for at in 0..log.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut damaged = log.to_vec();
                damaged[at] ^= mask;
                if let Ok(verdict) = judge_one(&damaged) {
                    assert!(verdict.end < sound.end, "byte {at} is part of no record that counts: {verdict:?}");
                    assert_eq!(verdict.state, model(&log[..sound.end.offset as usize]), "byte {at}");
                }
            }
        }
    }
}

#[test]
fn no_byte_flip_makes_an_unclean_log_clean() {
    for version in [3, 8, 11, 14] {
        let mut log = Builder::new(version, ByteOrder::Little);
        log.record(REGISTER, &[3]);
        let start = log.record(UPDATE, &[1, 2, 3]);
        let checkpoint = log.record(CHECKPOINT, &[1, start, 0, 0]);
        log.record(UPDATE, &[1, 2, 3]);
        log.record(COMMIT, &[1]);
        log.bytes.resize(log.bytes.len() + 64, 0);
        let verdict = judge_one(&log.bytes).unwrap();
        assert_eq!(verdict.last_checkpoint, Some(Lsn { file: 1, offset: checkpoint }));
        assert_eq!(verdict.state, LogState::NotCovered { after_checkpoint: 2, before_checkpoint: 1, committed: 1 });
        for at in 0..log.bytes.len() {
            for mask in 1..=255 {
                let mut damaged = log.bytes.clone();
                damaged[at] ^= mask;
                if let Ok(verdict) = judge_one(&damaged) {
                    assert_ne!(verdict.state, LogState::Covered, "version {version}, byte {at}, mask {mask:02x}");
                }
            }
        }
    }
}

#[test]
fn all_versions_are_read_in_both_byte_orders() {
    for version in [3, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19] {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let mut log = Builder::new(version, order);
            log.record(UPDATE, &[7; 40]);
            let close = log.record(REGISTER, &[2]);
            let end = log.record(CHECKPOINT, &[1, close, 0, 0]);
            let verdict = judge_one(&log.bytes).unwrap();
            let format = verdict.format.unwrap();
            assert_eq!((format.version, format.byte_order, verdict.state), (version, order, LogState::Covered));
            assert_eq!(verdict.end, Lsn { file: 1, offset: end });
            log.record(COMMIT, &[1]);
            let unclean = LogState::NotCovered { after_checkpoint: 1, before_checkpoint: 0, committed: 1 };
            assert_eq!(judge_one(&log.bytes).unwrap().state, unclean);
        }
    }
}

#[test]
fn both_lists_of_record_types_of_version_2_are_known() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        for (register, commit, checkpoint) in [(1, 6, 7), (2, 10, 11)] {
            let mut log = Builder::new(2, order);
            log.record(UPDATE, &[7; 40]);
            log.record(commit, &[1, 0]);
            let start = log.bytes.len() as u32;
            log.record(checkpoint, &[1, start, 0, 0]);
            log.record(register, &[2]);
            assert_eq!(judge_one(&log.bytes).unwrap().state, LogState::Covered);
            log.record(UPDATE, &[7; 40]);
            // Prepared is not committed.
            log.record(commit, &[2, 0]);
            log.record(commit, &[1, 0]);
            let unclean = LogState::NotCovered { after_checkpoint: 3, before_checkpoint: 0, committed: 1 };
            assert_eq!(judge_one(&log.bytes).unwrap().state, unclean);
        }
    }
}

#[test]
fn the_word_size_of_the_writer_shows_in_records_of_items() {
    for version in [2, 3, 8] {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            for (words, writer) in [(1, Writer::Bits32), (2, Writer::Bits64)] {
                let mut log = Builder::new(version, order);
                // Operation, file, page, index; the word; an empty string and one of 8 bytes; a log sequence number.
                let rest = [&[1, 0, 3, 4][..], &[0, 8][2 - words..], &[0, 8, 0x6161_6161, 0x6161_6161, 0, 1]].concat();
                log.record(41, &rest);
                let found = judge_one(&log.bytes).unwrap().format.unwrap().writer;
                assert_eq!(found, if version == 8 { Writer::Unknown } else { writer }, "{version} {order}");
            }
        }
    }
}

#[test]
fn files_closed_after_the_checkpoint_leave_it_clean() {
    let mut log = Builder::new(8, ByteOrder::Little);
    log.record(UPDATE, &[1]);
    let checkpoint = log.bytes.len() as u32;
    log.record(CHECKPOINT, &[1, checkpoint, 0, 0]);
    let end = log.record(REGISTER, &[2]);
    let verdict = judge_one(&log.bytes).unwrap();
    assert_eq!(verdict.state, LogState::Covered);
    assert_eq!((verdict.end.offset, verdict.last_checkpoint.unwrap().offset), (end, checkpoint));
}

#[test]
fn numbers_of_transactions_that_are_used_anew_change_no_data() {
    for (version, state) in [(11, LogState::Covered), (19, LogState::Covered)] {
        let mut log = Builder::new(version, ByteOrder::Little);
        let recycle = log.record(14, &[0x8000_0000, 0xffff_ffff]);
        log.record(CHECKPOINT, &[1, recycle, 0, 0]);
        assert_eq!(judge_one(&log.bytes).unwrap().state, state);
    }
}

#[test]
fn a_log_without_checkpoint_counts_every_record() {
    let mut log = Builder::new(14, ByteOrder::Little);
    log.record(REGISTER, &[3]);
    log.record(UPDATE, &[1]);
    let state = judge_one(&log.bytes).unwrap().state;
    assert_eq!(state, LogState::NotCovered { after_checkpoint: 2, before_checkpoint: 0, committed: 0 });
}

#[test]
fn a_log_without_records_is_clean_only_from_its_first_file_on() {
    let header = Builder::new(11, ByteOrder::Little).bytes;
    for (bytes, format) in [(header.as_slice(), 1), (&[0; 500], 0), (&[], 0)] {
        let verdict = judge_one(bytes).unwrap();
        assert_eq!((verdict.state, verdict.end), (LogState::Covered, Lsn { file: 1, offset: 0 }));
        assert_eq!(verdict.format.iter().count(), format);
        assert!(matches!(outline(&[file(7, bytes)]), Err(LogError::Missing { file: 6 })));
    }
    let nothing = outline::<Vec<u8>>(&[]).unwrap();
    assert_eq!((nothing.state, nothing.end, nothing.format), (LogState::Covered, Lsn::default(), None));
}

#[test]
fn other_versions_are_refused_by_name() {
    for (version, message) in [
        (1, "log.0000000001: log version 1 (Berkeley DB 2.x) is not read"),
        (4, "log.0000000001: log version 4 (Berkeley DB 4.0) is not read"),
        (9, "log.0000000001: log version 9 (Berkeley DB 4.3) is not read"),
        (20, "log.0000000001: log version 20 is newer than known"),
        (0, "log.0000000001: not a Berkeley DB log file"),
    ] {
        let log = Builder::new(version, ByteOrder::Big);
        assert_eq!(judge_one(&log.bytes).unwrap_err().to_string(), message);
    }
    assert!(matches!(judge_one(b"Here begins something else altogether"), Err(LogError::NotALog { file: 1 })));
}

#[test]
fn garbage_behind_the_last_record_is_an_error_that_names_the_place() {
    let mut log = Builder::new(3, ByteOrder::Little);
    let checkpoint = log.bytes.len() as u32;
    log.record(CHECKPOINT, &[1, checkpoint, 0, 0]);
    let end = log.bytes.len();
    for garbage in [[0x55; 40], std::array::from_fn(|at| u8::from(at == 39))] {
        log.bytes.truncate(end);
        log.bytes.extend_from_slice(&garbage);
        let error = judge_one(&log.bytes).unwrap_err();
        assert!(matches!(error, LogError::Damaged { file: 1, offset, .. } if offset == end as u64), "{error}");
    }
}

#[test]
fn two_damaged_records_are_not_taken_for_the_end() {
    let mut log = Builder::new(11, ByteOrder::Little);
    let checkpoint = log.bytes.len() as u32;
    log.record(CHECKPOINT, &[1, checkpoint, 0, 0]);
    let update = log.record(UPDATE, &[1, 2, 3]);
    let commit = log.record(COMMIT, &[1]);
    log.bytes[update as usize + 30] ^= 1;
    log.bytes[commit as usize] ^= 1;
    let error = judge_one(&log.bytes).unwrap_err();
    assert!(matches!(error, LogError::Damaged { file: 1, offset, .. } if offset == u64::from(update)), "{error}");
}

#[test]
fn a_checkpoint_cannot_start_behind_itself_or_in_a_file_that_is_gone() {
    let mut log = Builder::new(8, ByteOrder::Little);
    log.record(CHECKPOINT, &[1, 29, 0, 0]);
    assert!(matches!(judge_one(&log.bytes), Err(LogError::Damaged { file: 1, offset: 28, .. })));
    let mut log = Builder::new(8, ByteOrder::Little);
    log.record(CHECKPOINT, &[0, 0, 0, 0]);
    assert!(matches!(judge_one(&log.bytes), Err(LogError::Missing { file: 0 })));
}

#[test]
fn a_file_given_twice_is_an_error() {
    let files = [file(1, CSDB), file(1, CSDB)];
    assert!(matches!(outline(&files), Err(LogError::Duplicate { file: 1 })));
}

/// A file that counts what is read of it.
struct Counted {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl ReadAt for Counted {
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.bytes.read_at(buffer, offset)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn a_hostile_file_is_read_a_fixed_number_of_times() {
    let hostile = |fill: &dyn Fn(&mut Builder)| {
        let mut log = Builder::new(8, ByteOrder::Little);
        fill(&mut log);
        let size = log.bytes.len() as u64;
        let files = [LogFile { number: 1, source: Counted { bytes: log.bytes, read: AtomicU64::new(0) } }];
        let result = outline(&files);
        let read = files[0].source.read.load(Ordering::Relaxed);
        assert!(read <= 8 * size + 600_000, "{read} bytes read of {size}");
        result.map(|verdict| verdict.end.offset)
    };
    let huge = hostile(&|log| {
        log.record(UPDATE, &[0; 500_000]);
        log.bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    });
    assert_eq!(huge.unwrap(), 0);
    let alternating = hostile(&|log| {
        for _ in 0..100 {
            log.record(UPDATE, &[]);
            log.record(UPDATE, &[1; 16_370]);
        }
    });
    assert!(alternating.unwrap() > 6_000_000);
    // Every word points back at the torn record.
    assert!(hostile(&|log| log.bytes.extend(28_u32.to_le_bytes().repeat(500_000))).is_err());
}

#[test]
fn log_names_have_ten_digits_or_five() {
    for (name, number) in [
        ("log.0000000001", Some(1)),
        ("log.4294967295", Some(u32::MAX)),
        ("log.00012", Some(12)),
        ("log.4294967296", None),
        ("log.0000000000", None),
        ("log.+000000001", None),
        ("log.000000001", None),
        ("log.0000000001.bak", None),
        ("Log.0000000001", None),
        ("__db.001", None),
    ] {
        assert_eq!(parse_log_name(name.as_bytes()), number, "{name}");
    }
}

proptest! {
    #[test]
    fn nothing_behind_a_header_ends_the_process(
        version in prop::sample::select(vec![3_u32, 8, 11, 14]),
        words in prop::collection::vec(prop_oneof![Just(0_u32), 0..120_u32, any::<u32>()], 0..60),
    ) {
        let mut log = Builder::new(version, ByteOrder::Little);
        log.bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        if let Ok(verdict) = judge_one(&log.bytes) {
            prop_assert!((verdict.end.offset as usize) < log.bytes.len());
        }
    }
}
