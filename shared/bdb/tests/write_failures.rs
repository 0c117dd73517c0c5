//! The btree writer's refusals, values that come in pieces, and outputs that fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "test files in a temporary directory, skipped peers"
)]
#![allow(unreachable_pub, dead_code, reason = "the module is shared between test programs")]

mod write_peers;

use bdb::format::ByteOrder;
use bdb::write::{BtreeWriter, Duplicates, WriteError, WriteOptions};
use bdb::{Data, Record, WriteAt, record::Chunks};
use std::io;
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
