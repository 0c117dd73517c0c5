//! The writers' refusals, values that come in pieces, and outputs that fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "test files in a temporary directory")]
#![allow(unreachable_pub, dead_code, reason = "the module is shared between test programs")]

mod write_peers;

use bdb::format::ByteOrder;
use bdb::hash::{Buckets, default_hash};
use bdb::read::Database;
use bdb::write::{
    BtreeWriter, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, WriteError, WriteOptions, Written,
};
use bdb::{Data, Record, WriteAt, record::Chunks};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use write_peers::{ORDERS, Pairs, bytes, key, options, write};

#[test]
fn impossible_options_are_refused() {
    for page_size in [0, 256, 513, 768, 131_072] {
        let refused =
            BtreeWriter::new(Vec::new(), options(ByteOrder::Little, page_size, Duplicates::None)).unwrap_err();
        assert!(matches!(refused, WriteError::PageSize(size) if size == page_size));
    }
    for fill_percent in [0, 101] {
        let options = WriteOptions { fill_percent, ..options(ByteOrder::Little, 512, Duplicates::None) };
        let refused = BtreeWriter::new(Vec::new(), options).unwrap_err();
        assert!(matches!(refused, WriteError::FillPercent(fill) if fill == fill_percent));
    }
}

#[test]
fn a_repeated_key_is_refused_with_its_record_number_and_ends_the_file() {
    let mut writer = BtreeWriter::new(Vec::new(), options(ByteOrder::Little, 512, Duplicates::None)).unwrap();
    let mut push = |key: &[u8]| writer.push(Record { key, data: Data::Whole(b"v") });
    push(b"").unwrap();
    push(b"a").unwrap();
    let error = push(b"a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "record 3: its key is the same as the one before, but the database allows no duplicates"
    );
    assert!(matches!(push(b"b"), Err(WriteError::Incomplete)));
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
}

/// Gives `pieces`, then fails or ends.
struct Source {
    announced: u32,
    pieces: std::vec::IntoIter<Vec<u8>>,
    piece: Vec<u8>,
    fails: Option<&'static str>,
}

impl Source {
    fn new(data: &[u8], piece: usize) -> Self {
        let pieces: Vec<_> = data.chunks(piece).map(<[u8]>::to_vec).collect();
        Self { announced: data.len() as u32, pieces: pieces.into_iter(), piece: Vec::new(), fails: None }
    }
}

impl Chunks for Source {
    fn total_length(&self) -> u32 {
        self.announced
    }
    fn next_chunk(&mut self) -> io::Result<Option<&[u8]>> {
        match (self.pieces.next(), self.fails) {
            (Some(piece), _) => {
                self.piece = piece;
                Ok(Some(&self.piece))
            }
            (None, Some(why)) => Err(io::Error::other(why)),
            (None, None) => Ok(None),
        }
    }
}

#[test]
fn values_in_pieces_give_the_same_file_as_whole_ones() {
    for (order, duplicates) in ORDERS.into_iter().zip([Duplicates::Unsorted, Duplicates::Sorted]) {
        let options = options(order, 512, duplicates);
        let mut records: Pairs = [0, 1, 110, 111, 112, 486, 487, 5000, 20_000]
            .iter()
            .enumerate()
            .map(|(n, &l)| (key(n), bytes(l, n)))
            .collect();
        records.extend((0..200).map(|nth| (key(99), [key(nth), bytes(nth * 11 % 1500, nth)].concat())));
        let (whole, _) = write(&options, &records).unwrap();
        for piece in [1, 100, 486, 4096] {
            let mut writer = BtreeWriter::new(Vec::new(), options.clone()).unwrap();
            for (key, data) in &records {
                writer.push(Record { key, data: Data::Chunked(&mut Source::new(data, piece)) }).unwrap();
            }
            assert!(writer.finish().unwrap().0 == whole, "pieces of {piece} bytes give another file");
        }
    }
}

#[test]
fn a_source_that_fails_in_the_middle_is_an_error() {
    for length in [50, 5000] {
        let mut source = Source { fails: Some("page 7 is torn"), ..Source::new(&bytes(length, 1), 20) };
        source.announced += 30;
        let mut writer = BtreeWriter::new(Vec::new(), options(ByteOrder::Big, 512, Duplicates::None)).unwrap();
        let error = writer.push(Record { key: b"k", data: Data::Chunked(&mut source) }).unwrap_err();
        assert!(matches!(&error, WriteError::Source { record: 1, source } if source.to_string() == "page 7 is torn"));
        assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
    }
}

#[test]
fn a_source_of_another_length_than_announced_is_an_error() {
    for length in [50, 5000] {
        for announced in [length - 1, length + 1] {
            let mut source = Source { announced, ..Source::new(&bytes(length as usize, 1), 20) };
            let mut writer = BtreeWriter::new(Vec::new(), options(ByteOrder::Big, 512, Duplicates::Sorted)).unwrap();
            let error = writer.push(Record { key: b"k", data: Data::Chunked(&mut source) }).unwrap_err();
            assert!(
                matches!(error, WriteError::SourceLength { record: 1, announced: said, found } if said == announced && found == u64::from(length))
            );
        }
    }
}

/// Remembers where each write began.
#[derive(Default)]
struct Offsets(Vec<u64>);

impl WriteAt for Offsets {
    fn write_all_at(&mut self, _: &[u8], offset: u64) -> io::Result<()> {
        self.0.push(offset);
        Ok(())
    }
}

#[test]
fn the_meta_page_is_written_last() {
    for count in [1, 20_000] {
        let options = options(ByteOrder::Little, 4096, Duplicates::None);
        let mut writer = BtreeWriter::new(Offsets::default(), options).unwrap();
        for number in 0..count {
            writer.push(Record { key: &key(number), data: Data::Whole(&[1; 100]) }).unwrap();
        }
        let (offsets, written) = writer.finish().unwrap();
        let end = written.pages * 4096;
        let buffers = (0..end).step_by(1 << 20);
        let mut large: Vec<u64> = offsets.0.iter().copied().filter(|offset| offset % (1 << 20) == 0).collect();
        assert_eq!(large.pop(), Some(0));
        assert_eq!(large, buffers.collect::<Vec<_>>());
        assert_eq!(offsets.0.last(), Some(&0));
    }
}

/// A disk that is full after `room` bytes.
#[derive(Debug)]
struct FullDisk {
    room: u64,
}

impl WriteAt for FullDisk {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match offset + bytes.len() as u64 > self.room {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_the_place() {
    let mut writer =
        BtreeWriter::new(FullDisk { room: 2_500_000 }, options(ByteOrder::Little, 4096, Duplicates::None)).unwrap();
    let result =
        (0..100_000).try_for_each(|number| writer.push(Record { key: &key(number), data: Data::Whole(&[1; 100]) }));
    assert!(
        matches!(result, Err(WriteError::Output { offset: 2_097_152, ref source }) if source.kind() == io::ErrorKind::StorageFull)
    );
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
}

/// A disk of which one write fails in the middle; those behind it have room again.
#[derive(Debug, Default)]
struct Disk {
    file: Vec<u8>,
    /// Where each write began.
    writes: Vec<u64>,
    fails_at: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct Shared(Rc<RefCell<Disk>>);

impl WriteAt for Shared {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut disk = self.0.borrow_mut();
        let fails = disk.fails_at == Some(disk.writes.len());
        disk.writes.push(offset);
        if fails {
            disk.file.write_all_at(&bytes[..bytes.len() / 2], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        disk.file.write_all_at(bytes, offset)
    }
}

const MAX_BUCKET: u32 = 2999;

/// Buckets with and without a second page, long values, and duplicates on their page and off it.
fn hash_records() -> Pairs {
    let mut keys: Vec<_> = (0..9000).map(key).collect();
    keys.sort_by_key(|key| Buckets::new(MAX_BUCKET).of(default_hash(key)));
    let values = |(nth, key): (usize, Vec<u8>)| {
        let count = if nth % 1000 == 7 { 100 } else { 1 + usize::from(nth % 5 == 0) };
        let length = if nth % 9 == 1 { 700 } else { nth % 60 };
        (0..count).map(move |value| (key.clone(), bytes(length, nth + value)))
    };
    keys.into_iter().enumerate().flat_map(values).collect()
}

fn hash_options() -> DatabaseOptions {
    DatabaseOptions::Hash(HashOptions { duplicates: Duplicates::Unsorted, max_bucket: MAX_BUCKET, fill_factor: 3 })
}

/// Writes the records into one database without a name, or into each of several.
fn write_hash(
    disk: &Shared,
    names: &[Option<&[u8]>],
    records: &Pairs,
) -> (Result<(), WriteError>, Result<Written, WriteError>) {
    let options = FileOptions { byte_order: ByteOrder::Big, page_size: 512, file_id: [7; 20] };
    let mut writer = FileWriter::new(disk.clone(), options).unwrap();
    let mut pushed = || {
        for name in names {
            writer.begin(*name, hash_options())?;
            for (key, data) in records {
                writer.push(Record { key, data: Data::Whole(data) })?;
            }
        }
        Ok(())
    };
    (pushed(), writer.finish().map(|(_, written)| written))
}

fn count_records(file: Vec<u8>) -> Result<u64, bdb::ReadError> {
    let database = Database::open(file)?;
    let mut records = database.records();
    let mut count = 0;
    while records.next_part()?.is_some() {
        while records.next()?.is_some() {
            count += 1;
        }
    }
    Ok(count)
}

#[test]
fn a_disk_that_is_full_at_any_write_of_a_hash_database_is_an_error_and_leaves_no_database() {
    let records = hash_records();
    for names in [&[None][..], &[Some(b"alpha".as_slice()), Some(b"beta".as_slice())]] {
        let sound = Shared::default();
        let (pushed, finished) = write_hash(&sound, names, &records);
        pushed.unwrap();
        let all = finished.unwrap().records;
        assert_eq!(all, (names.len() * records.len()) as u64);
        let Disk { file, writes, .. } = sound.0.take();
        assert_eq!(count_records(file).unwrap(), all);
        assert!(writes.len() >= 6, "{} writes are too few for a test", writes.len());
        assert_eq!(writes.last(), Some(&0));

        let count = writes.len();
        for (nth, offset) in writes.into_iter().enumerate() {
            let disk = Shared::default();
            disk.0.borrow_mut().fails_at = Some(nth);
            let (pushed, finished) = write_hash(&disk, names, &records);
            let error = match (pushed, finished) {
                (Err(error), Err(WriteError::Incomplete)) | (Ok(()), Err(error)) => error,
                other => panic!("write {nth}: {other:?}"),
            };
            assert!(
                matches!(&error, WriteError::Output { offset: found, source } if *found == offset && source.kind() == io::ErrorKind::StorageFull),
                "write {nth}: {error}"
            );
            let left = disk.0.take();
            assert_eq!(left.writes.len(), nth + 1, "something was written behind the error");
            match count_records(left.file) {
                Err(_) => {}
                // Of the first meta page, which comes last, the second half is zeros.
                Ok(found) => assert_eq!((nth + 1, found), (count, all), "what is left looks like a database"),
            }
        }
    }
}

#[test]
fn a_value_of_a_hash_database_that_fails_in_the_middle_is_an_error() {
    for length in [50, 5000] {
        for (fails, more) in [(Some("page 7 is torn"), 30), (None, 1), (None, -1)] {
            let mut source = Source { fails, ..Source::new(&bytes(length, 1), 20) };
            source.announced = source.announced.checked_add_signed(more).unwrap();
            let options = FileOptions { byte_order: ByteOrder::Little, page_size: 512, file_id: [7; 20] };
            let mut writer = FileWriter::new(Vec::new(), options).unwrap();
            writer.begin(None, hash_options()).unwrap();
            let error = writer.push(Record { key: b"k", data: Data::Chunked(&mut source) }).unwrap_err();
            match fails {
                Some(why) => {
                    assert!(matches!(&error, WriteError::Source { record: 1, source } if source.to_string() == why))
                }
                None => assert!(matches!(error, WriteError::SourceLength { record: 1, .. })),
            }
            assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
        }
    }
}
