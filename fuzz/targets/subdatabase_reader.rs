//! A file of sub-databases is read to its end or refused, each time alike; what was read is written anew and reads back the
//! same.

use bdb::format::ByteOrder;
use bdb::read::{Database, ReadError};

use crate::contents::{
    Pieces, assert_bounded, assert_repeatable, assert_same_records, has_known_hash, read, rewritten,
};

pub(crate) fn run(data: &[u8]) {
    let Ok(database) = Database::open(Pieces(data, usize::MAX)) else { return };
    let meta = database.meta();
    if !meta.holds_sub_databases() {
        return;
    }
    let alone = database.records().next().err();
    assert!(matches!(alone, Some(ReadError::InSubdatabases)), "records without a name");

    let first = read(&database);
    assert_bounded(&first.0, data.len());
    assert_repeatable(data, &first);
    let (parts, result) = first;
    // Each has a meta page of its own.
    assert!(parts.len() < meta.pages as usize, "{} parts of {} pages", parts.len(), meta.pages);
    for part in &parts {
        let name = part.name.as_deref().unwrap_or_default();
        assert!(!name.is_empty() && !name.contains(&0), "an impossible name");
        assert!(!part.meta.holds_sub_databases(), "a sub-database of sub-databases");
    }
    // A file without any database is not written.
    if result.is_err() || parts.is_empty() || !parts.iter().all(has_known_hash) {
        return;
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let Some(written) = rewritten(&parts, meta.page_size, order) else { return };
        assert_same_records(&parts, &written);
    }
}
