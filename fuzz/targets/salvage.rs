//! Salvage ends with no record twice; it gives all of what a strict reading takes for sound, and tells of a loss where it has
//! less than a strict reading found ahead of an error. What it gives can be written anew.

use std::collections::HashSet;

use bdb::format::ByteOrder;
use bdb::read::salvage::Loss;
use bdb::read::{Access, Database, DuplicateMode};
use bdb::{ReadAt, Record};

use crate::contents::{
    Part, Pieces, assert_bounded, assert_repeatable, assert_same_records, has_known_hash, read, rewritten, value,
};

pub(crate) fn run(data: &[u8]) {
    let Ok(database) = Database::open(Pieces(data, usize::MAX)) else { return };
    let strict = read(&database);
    assert_repeatable(data, &strict);
    let (strict, result) = strict;

    let (parts, losses) = salvage(&database);
    assert_bounded(&parts, data.len());
    let again = salvage(&Database::open(Pieces(data, 100)).expect("it could be opened before"));
    assert!((&parts, &losses) == (&again.0, &again.1), "a second salvage differs");
    parts.iter().for_each(assert_once);
    for loss in &losses {
        assert!(loss.page.0 < database.meta().pages, "a loss on page {}, which the file does not have", loss.page);
    }

    let ordered = strict.iter().all(has_bytewise_order);
    let known = strict.iter().all(has_known_hash);
    if result.is_ok() && ordered && known {
        // Zeros where nobody knows whether something was written are told, and are no error.
        let certain: Vec<_> = losses.iter().filter(|loss| !loss.what.contains("zeros")).collect();
        assert!(certain.is_empty(), "losses of a sound file: {certain:?}");
        assert_same_records(&parts, &strict);
    }
    if losses.is_empty() {
        let count = |parts: &[Part]| -> usize { parts.iter().map(|part| part.records.len()).sum() };
        assert!(count(&parts) >= count(&strict), "records are lost in silence");
    }
    if parts.is_empty() || !parts.iter().all(has_known_hash) {
        return;
    }
    if let Some(written) = rewritten(&parts, database.meta().page_size, ByteOrder::native()) {
        assert_same_records(&parts, &written);
    }
}

fn salvage<R: ReadAt>(database: &Database<R>) -> (Vec<Part>, Vec<Loss>) {
    let mut salvage = database.salvage();
    let mut parts = Vec::new();
    let mut count = 0;
    while let Some(part) = salvage.next_part().expect("memory can be read") {
        let mut records = Vec::new();
        while let Some(Record { key, data }) = salvage.next().expect("memory can be read") {
            let key = key.to_vec();
            records.push((key, value(data).expect("the value was looked at before")));
            count += 1;
        }
        parts.push(Part { name: part.name, meta: part.meta, records });
    }
    assert_eq!(salvage.survey().records, count);
    assert_eq!(salvage.losses().more() > 0, salvage.losses().list().len() == bdb::read::salvage::LOSS_LIMIT);
    (parts, salvage.losses().list().to_vec())
}

/// Where keys occur once, each of them was given once; a btree with an order of its own is left out.
fn assert_once(part: &Part) {
    if part.meta.duplicates() != DuplicateMode::Forbidden {
        return;
    }
    let is_hash = matches!(part.meta.access, Access::Hash(_));
    let mut keys = HashSet::new();
    let once = part.records.iter().all(|(key, _)| keys.insert(key));
    assert!(once || !is_hash && !has_bytewise_order(part), "a record came twice");
}

fn has_bytewise_order(part: &Part) -> bool {
    let is_hash = matches!(part.meta.access, Access::Hash(_));
    is_hash || part.records.is_sorted_by(|(one, _), (other, _)| one <= other)
}
