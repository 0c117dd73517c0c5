//! A log of any version, byte order and word size is judged as its records say; cut or damaged it never gets more records, and
//! damage ahead of its last record is noticed.
//!
//! An input is either a log file, whose records are then written in every version, or a recipe: version, byte order and word
//! size, damage, and records. All checksums are right, so that the reader gets beyond them.

use bdb::format::{ByteOrder, LOG_MAGIC, Lsn};
use bdb::log::{LogError, LogFile, LogState, Outline, Writer, for_each_record, outline};

const READ: [u32; 15] = [2, 3, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
const NOT_READ: [u32; 4] = [1, 4, 6, 9];
const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

const HEADER: usize = 12;
const FILE_HEADER: usize = 28;
const ADD_REMOVE: u32 = 41;
/// Record types that mean something, now or formerly, and some that do not.
const KINDS: [u32; 12] = [1, 2, 6, 7, 10, 11, 14, ADD_REMOVE, 44, 62, 137, 300];

/// The words at the start of a record's body, and what follows them.
struct Body {
    words: Vec<u32>,
    rest: Vec<u8>,
}

pub(crate) fn run(data: &[u8]) {
    if let Some(order) = ORDERS.into_iter().find(|order| order.u32_at(data, HEADER) == Some(LOG_MAGIC)) {
        let file = [LogFile { number: 1, source: data.to_vec() }];
        assert!(says(&outline(&file)) == says(&outline(&file)), "a second look differs");
        let version = order.u32_at(data, HEADER + 4).unwrap_or_default();
        let bodies = bodies_of(data, version, order);
        for version in READ {
            let states = ORDERS.map(|order| check(version, order, &bodies, None).map(|found| (found.state, found.end)));
            assert!(states[0] == states[1], "version {version}: the byte order makes a difference");
        }
        return;
    }
    let Some((&[version, flags, cut, place, change], records)) = data.split_first_chunk() else { return };
    let order = ORDERS[usize::from(flags & 1)];
    let word = if flags & 2 == 0 { Writer::Bits32 } else { Writer::Bits64 };
    let bodies = recipe(records, order, word);
    let version = u32::from(version) % 24;
    if !READ.contains(&version) {
        let refused = outline(&[LogFile { number: 1, source: build(version, order, &bodies, 0).0 }]);
        assert!(match refused {
            Err(LogError::Unsupported { version: found, .. }) => found == version && NOT_READ.contains(&version),
            Err(LogError::Newer { version: found, .. }) => found == version && version > 19,
            Err(LogError::NotALog { .. }) => version == 0,
            Ok(_) | Err(_) => false,
        });
        return;
    }
    check(version, order, &bodies, Some(word));
    split(version, order, &bodies, cut.into());
    damage(version, order, &bodies, [cut, place, change]);
}

/// Reads records from the rest of an input: a type, the lengths of two strings, numbers for a checkpoint's starting place.
fn recipe(mut records: &[u8], order: ByteOrder, word: Writer) -> Vec<Body> {
    let mut bodies: Vec<Body> = Vec::new();
    let mut at = FILE_HEADER;
    let mut starts = vec![0];
    while let Some((&[kind, length, other, value], rest)) = records.split_first_chunk()
        && bodies.len() < 200
    {
        let kind = KINDS[usize::from(kind) % KINDS.len()];
        let (length, other) = (usize::from(length) % 64, usize::from(other));
        let (taken, rest) = rest.split_at(length.min(rest.len()));
        records = rest;
        let start = starts[other % starts.len()];
        // The starting place is in this file, but for some, and seldom behind the record.
        let (file, offset) = match value {
            0xff => (0, start),
            0xfe => (2, start),
            0xfd => (1, start + 100_000),
            _ => (1, start),
        };
        let mut words = vec![kind, 0x8000_0001, 1, start];
        let body = match kind {
            ADD_REMOVE => {
                // Operation, file, page, index; the word; two counted strings, and the page's log sequence number.
                words.extend([1, 2, 3, 4]);
                let word = if word == Writer::Bits64 { 8 } else { 4 };
                let (one, two) = taken.split_at(other.min(taken.len()));
                let counted = |bytes: &[u8]| [&order.u32_bytes(bytes.len() as u32), bytes].concat();
                let rest = [vec![value; word], counted(one), counted(two), vec![0; 8]].concat();
                Body { words, rest }
            }
            6 | 10 => {
                words.extend([u32::from(value) % 3, 7]);
                Body { words, rest: taken.to_vec() }
            }
            // Some have no place at all.
            _ if value % 16 == 15 => Body { words, rest: taken.get(..length.min(7)).unwrap_or_default().to_vec() },
            _ => {
                words.extend([file, offset]);
                Body { words, rest: taken.to_vec() }
            }
        };
        starts.push(at as u32);
        at += HEADER + 4 * body.words.len() + body.rest.len();
        bodies.push(body);
    }
    bodies
}

/// Takes the records out of a log file as far as their lengths allow.
fn bodies_of(data: &[u8], version: u32, order: ByteOrder) -> Vec<Body> {
    let (mut at, mut bodies) = (FILE_HEADER, Vec::new());
    let length_at = if version <= 5 { 8 } else { 4 };
    while let Some(length) = order.u32_at(data, at + length_at)
        && let Some(body) = data.get(at + HEADER..at.saturating_add(length as usize))
        && length as usize >= FILE_HEADER
    {
        let count = (body.len() / 4).min(6);
        let words = (0..count).filter_map(|index| order.u32_at(body, 4 * index)).collect();
        bodies.push(Body { words, rest: body[4 * count..].to_vec() });
        at += length as usize;
    }
    bodies
}

/// Writes a log file, and returns where its records begin.
fn build(version: u32, order: ByteOrder, bodies: &[Body], previous_file_end: u32) -> (Vec<u8>, Vec<u32>) {
    let (mut bytes, mut starts) = (Vec::new(), Vec::new());
    let header = Body { words: vec![LOG_MAGIC, version, 65536, 0], rest: Vec::new() };
    let mut previous = previous_file_end;
    for (index, body) in std::iter::once(&header).chain(bodies).enumerate() {
        let body: Vec<u8> =
            body.words.iter().flat_map(|word| order.u32_bytes(*word)).chain(body.rest.iter().copied()).collect();
        let hash = body.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()));
        let length = (body.len() + HEADER) as u32;
        let checksum = if version >= 14 { hash ^ previous ^ length } else { hash };
        let (second, third) = if version <= 5 { (checksum, length) } else { (length, checksum) };
        let start = bytes.len() as u32;
        bytes.extend([previous, second, third].into_iter().flat_map(|word| order.u32_bytes(word)));
        bytes.extend(body);
        if index > 0 {
            starts.push(start);
        }
        previous = start;
    }
    (bytes, starts)
}

/// Judges a log that is sound, and compares with what its records say.
fn check(version: u32, order: ByteOrder, bodies: &[Body], word: Option<Writer>) -> Option<Outline> {
    let (bytes, starts) = build(version, order, bodies, 0);
    let file = [LogFile { number: 1, source: bytes }];
    let found = outline(&file);
    assert!(says(&found) == says(&outline(&file)), "a second look differs");
    let expected = model(version, bodies, &starts);
    assert_eq!(found.as_ref().ok().map(|verdict| verdict.state), expected, "version {version}: {found:?}");
    let found = found.ok()?;
    let format = found.format.expect("there is a header");
    assert!(format.version == version && format.byte_order == order);
    assert!(word.is_none_or(|word| [Writer::Unknown, word].contains(&format.writer)), "the wrong word size");
    assert_eq!(found.end, Lsn { file: 1, offset: starts.last().copied().unwrap_or_default() });
    Some(found)
}

/// What follows from the records alone; nothing when the log cannot be judged.
fn model(version: u32, bodies: &[Body], starts: &[u32]) -> Option<LogState> {
    let is = |kind: u32, number: u32, formerly: u32| kind == number || version == 2 && kind == formerly;
    let at = |body: &Body, index: usize| -> Option<u32> {
        let bytes: Vec<u8> = body.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        // Up to here numbers are words, whatever the byte order.
        (body.words.len() > index).then(|| ByteOrder::Little.u32_at(&bytes, 4 * index)).flatten()
    };
    let mut checkpoint = None;
    for (body, start) in bodies.iter().zip(starts) {
        if is(body.words[0], 11, 7) {
            let place = at(body, 4).zip(at(body, 5))?;
            let place = Lsn { file: place.0, offset: place.1 };
            checkpoint = Some((*start, place));
            if place > (Lsn { file: 1, offset: *start }) {
                return None;
            }
        }
    }
    if checkpoint.is_some_and(|(_, place)| place.file != 1) {
        return None;
    }
    let (mut before_checkpoint, mut after_checkpoint, mut committed) = (0, 0, 0);
    for (body, start) in bodies.iter().zip(starts) {
        let kind = body.words[0];
        let recycles = version > 5 && kind == 14;
        let changes = !is(kind, 2, 1) && !is(kind, 11, 7) && !recycles;
        match checkpoint {
            Some(_) if !changes => {}
            Some((_, place)) if *start < place.offset => {}
            Some((last, _)) if *start < last => before_checkpoint += 1,
            _ => {
                after_checkpoint += 1;
                committed += u64::from(is(kind, 10, 6) && at(body, 4) == Some(1));
            }
        }
    }
    Some(match (before_checkpoint, after_checkpoint) {
        (0, 0) => LogState::Covered,
        _ => LogState::NotCovered { after_checkpoint, before_checkpoint, committed },
    })
}

/// The same records in two files are as many.
fn split(version: u32, order: ByteOrder, bodies: &[Body], cut: usize) {
    let (one, two) = bodies.split_at(cut.min(bodies.len()));
    let (whole, _) = build(version, order, bodies, 0);
    let (first, starts) = build(version, order, one, 0);
    let (second, _) = build(version, order, two, starts.last().copied().unwrap_or_default());
    let files = [LogFile { number: 2, source: second }, LogFile { number: 1, source: first }];
    let whole = [LogFile { number: 1, source: whole }];
    let count = |files: &[LogFile<Vec<u8>>]| {
        let mut count = 0;
        for_each_record(files, |_, _, _| count += 1).expect("a sound log can be read");
        count
    };
    assert_eq!(count(&files), count(&whole));
    let _ = outline(&files);
}

/// Cuts the log, or changes one byte of it.
fn damage(version: u32, order: ByteOrder, bodies: &[Body], [cut, place, change]: [u8; 3]) {
    let (bytes, starts) = build(version, order, bodies, 0);
    let last = starts.last().copied().unwrap_or_default();
    let at = usize::from_be_bytes([0, 0, 0, 0, 0, 0, cut, place]) % bytes.len();

    let shorter = [LogFile { number: 1, source: bytes[..at].to_vec() }];
    if let Ok(verdict) = outline(&shorter) {
        let mut complete = starts.iter().zip(starts.iter().skip(1)).filter(|(_, end)| **end as usize <= at);
        assert_eq!(verdict.end.offset, complete.next_back().map_or(0, |(start, _)| *start), "cut at {at}");
    }
    if change == 0 {
        return;
    }
    let mut changed = bytes;
    changed[at] ^= change;
    let changed = [LogFile { number: 1, source: changed }];
    if let Ok(verdict) = outline(&changed) {
        assert!(at >= last as usize && verdict.end.offset < last.max(1), "a changed byte {at} was not noticed");
    }
}

fn says(result: &Result<Outline, LogError>) -> String {
    format!("{result:?}")
}
