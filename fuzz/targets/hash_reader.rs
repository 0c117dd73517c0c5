//! A hash database of arbitrary bytes is read to its end or refused, each time alike; what was read is written anew and reads
//! back the same.

use bdb::format::ByteOrder;
use bdb::read::{Access, Database};

use crate::contents::{
    Pieces, assert_bounded, assert_repeatable, assert_same_records, has_known_hash, read, rewritten,
};

pub(crate) fn run(data: &[u8]) {
    let Ok(database) = Database::open(Pieces(data, usize::MAX)) else { return };
    let meta = database.meta();
    if matches!(meta.access, Access::Btree(_)) {
        return;
    }
    let first = read(&database);
    assert_bounded(&first.0, data.len());
    assert_repeatable(data, &first);
    let (parts, result) = first;
    if result.is_err() || !parts.iter().all(has_known_hash) {
        return;
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        // The library never puts a key into a bucket twice, so there is nothing here that cannot be written.
        let written = rewritten(&parts, meta.page_size, order).expect("what was read can be written");
        assert_same_records(&parts, &written);
    }
}
