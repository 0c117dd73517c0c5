//! Salvaging in tests.

use bdb::read::salvage::Loss;
use bdb::read::{Access, Database, DuplicateMode, Meta};
use bdb::write::{BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, RecordNumbers};
use bdb::{Data, Record};

use super::{Damaged, bytes, read_changed};

/// Keys and data.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Salvages a file, of which some bytes are changed, and writes what comes: whatever is given out can be written.
pub fn salvage(bytes: &[u8], changes: &[(usize, u8)]) -> Option<(Pairs, Vec<Loss>)> {
    let source = Damaged::new(bytes, changes);
    let database = Database::open_damaged(&source).ok()?;
    let mut salvage = database.salvage();
    let mut found = Pairs::new();
    let Meta { byte_order, page_size, file_id, .. } = *database.meta();
    let mut writer = FileWriter::new(Vec::new(), FileOptions { byte_order, page_size, file_id }).unwrap();
    let mut parts = 0;
    while let Some(part) = salvage.next_part().unwrap() {
        // Whatever is given out can be written.
        writer.begin(part.name.as_deref(), options(&part.meta)).unwrap();
        parts += 1;
        let name = part.name.unwrap_or_default();
        while let Some(Record { key, data }) = salvage.next().unwrap() {
            let mut value = Vec::new();
            data.for_each_chunk(|chunk| {
                value.extend_from_slice(chunk);
                Ok(())
            })
            .unwrap();
            writer.push(Record { key, data: Data::Whole(&value) }).unwrap();
            found.push(([name.as_slice(), key].concat(), value));
        }
    }
    if parts > 0 {
        writer.finish().unwrap();
    }
    assert_eq!(salvage.survey().records, found.len() as u64);
    Some((found, salvage.losses().list().to_vec()))
}

/// How a salvaged database is written.
fn options(meta: &Meta) -> DatabaseOptions {
    let duplicates = match meta.duplicates() {
        DuplicateMode::Forbidden => Duplicates::None,
        DuplicateMode::Sorted => Duplicates::Sorted,
        DuplicateMode::Unsorted | DuplicateMode::Unsaid => Duplicates::Unsorted,
    };
    let record_numbers = if meta.has_record_numbers() { RecordNumbers::Kept } else { RecordNumbers::None };
    match &meta.access {
        Access::Btree(btree) => DatabaseOptions::Btree(BtreeOptions {
            fill_percent: 90,
            duplicates,
            minkey: btree.minkey,
            re_len: 0,
            re_pad: btree.re_pad,
            record_numbers,
        }),
        Access::Hash(hash) => DatabaseOptions::Hash(HashOptions {
            duplicates,
            max_bucket: hash.max_bucket,
            fill_factor: hash.fill_factor,
        }),
    }
}

/// What the databases of a damaged file are taken for.
pub fn modes(bytes: &[u8]) -> Vec<(DuplicateMode, bool)> {
    let source = Damaged::new(bytes, &[]);
    let database = Database::open_damaged(&source).unwrap();
    let mut salvage = database.salvage();
    let mut modes = Vec::new();
    while let Some(part) = salvage.next_part().unwrap() {
        modes.push((part.meta.duplicates(), part.meta.has_record_numbers()));
    }
    modes
}

/// All records of a sound file, sorted.
pub fn sorted_records(name: &str) -> Pairs {
    let mut good = read_changed(&bytes(name), &[]).unwrap().records;
    good.sort();
    good
}
