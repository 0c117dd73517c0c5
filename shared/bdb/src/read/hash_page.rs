//! The items of a hash page: pairs of key and data, packed without alignment from the end of the page downwards, so that an
//! item ends where the one before it begins.

use std::ops::Range;

use super::error::ReadError;
use super::page::{Page, Reference};
use crate::format::{PageNo, hash_item};

/// A reference to an overflow chain.
const OVERFLOW: usize = 12;
/// A reference to off-page duplicates.
const OFF_PAGE: usize = 8;

/// Where the bytes of an item are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HashItem {
    /// On the page.
    Inline(Range<u32>),
    /// A set of duplicates on the page, each between its length and its length again.
    Duplicates(Range<u32>),
    /// In an overflow chain.
    Overflow(Reference),
    /// Off-page duplicates.
    OffPage(PageNo),
}

/// Reads the items of hash pages; keeps its memory from page to page.
#[derive(Default)]
pub(super) struct HashItems {
    items: Vec<HashItem>,
}

impl HashItems {
    pub(super) fn get(&self, index: usize) -> Option<&HashItem> {
        self.items.get(index)
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
    }

    /// Reads all items of a page, which must fill it from the lowest one to its end.
    pub(super) fn read(&mut self, page: &Page) -> Result<(), ReadError> {
        self.items.clear();
        let entries = page.entries();
        if !entries.is_multiple_of(2) {
            return Err(ReadError::OddEntries { page: page.number, entries });
        }
        let page_size = page.bytes().len();
        let lowest = page.lowest()?;
        let mut end = page_size;
        for index in 0..entries {
            let offset = usize::from(page.u16_at(page.index_at(index)));
            if !(lowest..end).contains(&offset) {
                return Err(ReadError::ItemOutside { page: page.number, index, offset, lowest, page_size: end });
            }
            self.items.push(item(page, index, offset..end)?);
            end = offset;
        }
        if end != lowest {
            let (used, area) = (page_size - end, page_size - lowest);
            return Err(ReadError::ItemsMissing { page: page.number, used, area });
        }
        Ok(())
    }
}

fn item(page: &Page, index: u16, bytes: Range<usize>) -> Result<HashItem, ReadError> {
    let Range { start, end } = bytes;
    let kind = page.byte_at(start);
    let inside = start as u32 + 1..end as u32;
    let is_key = index.is_multiple_of(2);
    Ok(match (kind, end - start) {
        (hash_item::INLINE, _) => HashItem::Inline(inside),
        (hash_item::OVERFLOW, OVERFLOW) => {
            HashItem::Overflow(Reference { first: PageNo(page.u32_at(start + 4)), total: page.u32_at(start + 8) })
        }
        (hash_item::DUPLICATES, _) if !is_key => HashItem::Duplicates(inside),
        (hash_item::OFF_PAGE_DUPLICATES, OFF_PAGE) if !is_key => HashItem::OffPage(PageNo(page.u32_at(start + 4))),
        _ => return Err(page.malformed(index, kind)),
    })
}

/// Takes the first duplicate of what is left of a set; `index` is the item's, for the error.
pub(super) fn next_duplicate(page: &Page, index: u16, left: &mut Range<u32>) -> Result<Option<Range<u32>>, ReadError> {
    if left.start >= left.end {
        return Ok(None);
    }
    let wrong = ReadError::DuplicateLengths { page: page.number, index };
    let length = u32::from(page.u16_at(left.start as usize));
    let data = left.start + 2..left.start + 2 + length;
    let end = data.end + 2;
    if end > left.end || u32::from(page.u16_at(data.end as usize)) != length {
        return Err(wrong);
    }
    left.start = end;
    Ok(Some(data))
}
