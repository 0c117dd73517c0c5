//! All that a database file holds, as values that two readings can be compared by.

use std::io;

use bdb::format::ByteOrder;
use bdb::read::{Access, Database, DuplicateMode, Meta, ReadError};
use bdb::write::{
    BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, RecordNumbers, WriteError,
};
use bdb::{Data, ReadAt, Record};

pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// A database of the file.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) meta: Meta,
    pub(crate) records: Vec<Pair>,
}

/// A file that gives at most so many bytes at a time.
pub(crate) struct Pieces<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl ReadAt for Pieces<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.0.get(at..)).unwrap_or_default();
        let length = rest.len().min(buffer.len()).min(self.1);
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

pub(crate) fn value(data: Data<'_>) -> io::Result<Vec<u8>> {
    let mut value = Vec::new();
    data.for_each_chunk(|chunk| {
        value.extend_from_slice(chunk);
        Ok(())
    })?;
    Ok(value)
}

/// Reads until the end or an error; what was read ahead of an error is kept.
pub(crate) fn read<R: ReadAt>(database: &Database<R>) -> (Vec<Part>, Result<(), ReadError>) {
    let mut parts = Vec::new();
    let result = read_into(database, &mut parts);
    (parts, result)
}

fn read_into<R: ReadAt>(database: &Database<R>, parts: &mut Vec<Part>) -> Result<(), ReadError> {
    let mut records = database.records();
    while let Some(part) = records.next_part()? {
        parts.push(Part { name: part.name, meta: part.meta, records: Vec::new() });
        let found = parts.last_mut().expect("it was just added");
        while let Some(Record { key, data }) = records.next()? {
            let key = key.to_vec();
            let value = value(data).map_err(|error| ReadError::try_from(error).expect("memory can be read"))?;
            found.records.push((key, value));
        }
    }
    Ok(())
}

/// Every value has bytes of its own in the file, two lengths or an index at the least.
pub(crate) fn assert_bounded(parts: &[Part], length: usize) {
    let records: usize = parts.iter().map(|part| part.records.len()).sum();
    let bytes: usize = parts.iter().flat_map(|part| &part.records).map(|(_, value)| value.len()).sum();
    assert!(records <= length / 4 && bytes <= length, "{records} records, {bytes} bytes of a file of {length}");
}

/// Reads again, in small pieces and without the values: the same must come.
pub(crate) fn assert_repeatable(data: &[u8], first: &(Vec<Part>, Result<(), ReadError>)) {
    let database = Database::open(Pieces(data, 100)).expect("it could be opened before");
    let again = read(&database);
    let says = |result: &Result<(), ReadError>| result.as_ref().err().map(ToString::to_string);
    assert!(again.0 == first.0 && says(&again.1) == says(&first.1), "a second reading differs");

    let mut records = database.records();
    let mut count = 0;
    let skipped = (|| {
        while records.next_part()?.is_some() {
            while records.next()?.is_some() {
                count += 1;
            }
        }
        Ok::<_, ReadError>(())
    })();
    assert_eq!(says(&skipped), says(&first.1), "reading without the values differs");
    let all: usize = first.0.iter().map(|part| part.records.len()).sum();
    assert!(count == all || first.1.is_err(), "{count} records without the values, {all} with them");
}

/// Writes the databases into a new file, and reads that; nothing when only a damaged file can hold them.
pub(crate) fn rewritten(parts: &[Part], page_size: u32, byte_order: ByteOrder) -> Option<Vec<Part>> {
    let mut writer = FileWriter::new(Vec::new(), FileOptions { byte_order, page_size, file_id: [0; 20] })
        .expect("a page size that was read can be written");
    let mut write = || {
        for part in parts {
            writer.begin(part.name.as_deref(), options(&part.meta))?;
            for (key, value) in &part.records {
                writer.push(Record { key, data: Data::Whole(value) })?;
            }
        }
        Ok(())
    };
    match write() {
        Ok(()) => {}
        // A name or key that comes twice, where the tree has an order of its own.
        Err(WriteError::Name(_) | WriteError::RepeatedKey { .. }) => return None,
        Err(error) => panic!("what was read cannot be written: {error}"),
    }
    let (written, _) = writer.finish().expect("memory does not run out here");
    let database = Database::open(written).expect("what was written can be opened");
    let (parts, result) = read(&database);
    result.expect("what was written can be read");
    Some(parts)
}

fn options(meta: &Meta) -> DatabaseOptions {
    let duplicates = match meta.duplicates() {
        DuplicateMode::Forbidden => Duplicates::None,
        DuplicateMode::Sorted => Duplicates::Sorted,
        DuplicateMode::Unsorted | DuplicateMode::Unsaid => Duplicates::Unsorted,
    };
    match &meta.access {
        Access::Hash(hash) => DatabaseOptions::Hash(HashOptions {
            duplicates,
            max_bucket: hash.max_bucket,
            fill_factor: hash.fill_factor,
        }),
        Access::Btree(_) => DatabaseOptions::Btree(BtreeOptions {
            fill_percent: 100,
            duplicates,
            minkey: 2,
            re_len: 0,
            re_pad: 0x20,
            record_numbers: if meta.has_record_numbers() { RecordNumbers::Kept } else { RecordNumbers::None },
        }),
    }
}

/// Databases that are made with a hash function of the application cannot be written.
pub(crate) fn has_known_hash(part: &Part) -> bool {
    match &part.meta.access {
        Access::Hash(hash) => bdb::hash::is_default(hash.charkey),
        Access::Btree(_) => true,
    }
}

pub(crate) fn assert_same_records(parts: &[Part], others: &[Part]) {
    let all =
        |parts: &[Part]| -> Vec<_> { parts.iter().map(|part| (part.name.clone(), part.records.clone())).collect() };
    assert!(all(parts) == all(others), "the databases differ");
}
