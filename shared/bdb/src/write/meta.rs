//! Meta pages: of version 9 btrees and version 8 hash databases (`reference/berkeley-db.md` sections 2, 7 and 11).

use super::{BtreeOptions, Duplicates, FileOptions, HashOptions, RecordNumbers};
use crate::format::{BTREE_MAGIC, HASH_MAGIC, Lsn, PageNo, PageType, flag, hash_flag};
use crate::hash::{Buckets, ceil_log2, default_charkey};

/// The version of btrees: 4.1 to 5.3.
const BTREE_VERSION: u32 = 9;
/// The version of hash databases: 4.1 to 4.5. Later releases read it, earlier ones cannot read the next one.
const HASH_VERSION: u32 = 8;

/// Where a database is in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its meta page.
    pub(crate) meta: PageNo,
    /// The root of its tree, or the first page of its buckets.
    pub(crate) first: PageNo,
    /// The last page of the file, which only page 0 says.
    pub(crate) last: PageNo,
    pub(crate) role: Role,
}

/// What a database is to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The only one.
    Only,
    /// The one whose keys are the names of the others.
    Names,
    /// One of several.
    Sub,
}

/// Returns the meta page of a btree.
pub(crate) fn btree(file: &FileOptions, options: &BtreeOptions, place: Place) -> Vec<u8> {
    let mut flags = match options.duplicates {
        Duplicates::None => 0,
        Duplicates::Unsorted => flag::DUP,
        Duplicates::Sorted => flag::DUP | flag::DUPSORT,
    };
    if options.record_numbers == RecordNumbers::Kept {
        flags |= flag::RECNUM;
    }
    if place.role != Role::Only {
        flags |= flag::SUBDB;
    }
    let mut page = generic(file, place, BTREE_MAGIC, BTREE_VERSION, PageType::BtreeMeta, flags);
    let fields = [(76, options.minkey), (80, options.re_len), (84, options.re_pad), (88, place.first.0)];
    for (offset, value) in fields {
        put(&mut page, offset, &file.byte_order.u32_bytes(value));
    }
    page
}

/// Returns the meta page of a hash database with so many keys.
pub(crate) fn hash(file: &FileOptions, options: &HashOptions, keys: u32, place: Place) -> Vec<u8> {
    let mut flags = match options.duplicates {
        Duplicates::None => 0,
        Duplicates::Unsorted => hash_flag::DUP,
        Duplicates::Sorted => hash_flag::DUP | hash_flag::DUPSORT,
    };
    if place.role != Role::Only {
        flags |= hash_flag::SUBDB;
    }
    let mut page = generic(file, place, HASH_MAGIC, HASH_VERSION, PageType::HashMeta, flags);
    let buckets = Buckets::new(options.max_bucket);
    let mut fields = vec![
        (72, options.max_bucket),
        (76, buckets.high_mask),
        (80, buckets.low_mask),
        (84, options.fill_factor),
        (88, keys),
        (92, default_charkey()),
    ];
    // All buckets follow one another, so that every doubling up to the last one begins at the same distance.
    let doublings = ceil_log2(options.max_bucket.saturating_add(1));
    fields.extend((0..=doublings as usize).map(|doubling| (96 + 4 * doubling, place.first.0)));
    for (offset, value) in fields {
        put(&mut page, offset, &file.byte_order.u32_bytes(value));
    }
    page
}

fn generic(file: &FileOptions, place: Place, magic: u32, version: u32, kind: PageType, flags: u32) -> Vec<u8> {
    let fields = [
        (0, Lsn::NOT_LOGGED.file),
        (4, Lsn::NOT_LOGGED.offset),
        (8, place.meta.0),
        (12, magic),
        (16, version),
        (20, file.page_size),
        (32, place.last.0),
        (48, flags),
    ];
    let mut page = vec![0; file.page_size as usize];
    for (offset, value) in fields {
        put(&mut page, offset, &file.byte_order.u32_bytes(value));
    }
    put(&mut page, 25, &[kind as u8]);
    put(&mut page, 52, &file.file_id);
    page
}

fn put(page: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(offset..).and_then(|rest| rest.get_mut(..bytes.len())) {
        place.copy_from_slice(bytes);
    }
}
