//! The meta page of a version 9 btree (`reference/berkeley-db.md` sections 2 and 7).

use super::{Duplicates, WriteOptions};
use crate::format::{BTREE_MAGIC, Lsn, PageNo, PageType, flag};

/// The version we write: 4.1 to 5.3.
const VERSION: u32 = 9;
/// Where each tree of page 0 has its root.
pub(crate) const ROOT: PageNo = PageNo(1);

/// Returns page 0 of a file whose last page is `last`.
pub(crate) fn encode(options: &WriteOptions, last: PageNo) -> Vec<u8> {
    let flags = match options.duplicates {
        Duplicates::None => 0,
        Duplicates::Unsorted => flag::DUP,
        Duplicates::Sorted => flag::DUP | flag::DUPSORT,
    };
    let fields = [
        (0, Lsn::NOT_LOGGED.file),
        (4, Lsn::NOT_LOGGED.offset),
        (12, BTREE_MAGIC),
        (16, VERSION),
        (20, options.page_size),
        (32, last.0),
        (48, flags),
        (76, options.minkey),
        (80, options.re_len),
        (84, options.re_pad),
        (88, ROOT.0),
    ];
    let mut page = vec![0; options.page_size as usize];
    for (offset, value) in fields {
        put(&mut page, offset, &options.byte_order.u32_bytes(value));
    }
    put(&mut page, 25, &[PageType::BtreeMeta as u8]);
    put(&mut page, 52, &options.file_id);
    page
}

fn put(page: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(offset..).and_then(|rest| rest.get_mut(..bytes.len())) {
        place.copy_from_slice(bytes);
    }
}
