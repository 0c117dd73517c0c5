//! One page: its header, and its items once they are proved to fill the page without gap or overlap.
//!
//! Every release packs the items of a page: they start at multiples of 4, touch one another, and reach from `hf_offset` to
//! the end of the page. So a length, an index or a count that was damaged shows as a gap or an overlap.

use std::ops::Range;
use std::sync::Arc;

use super::error::ReadError;
use super::meta::{Checksums, Meta};
use crate::checksum;
use crate::format::{ByteOrder, PAGE_HEADER, PAGE_SIZES, PageNo, PageType, item};

const PREVIOUS_AT: usize = 12;
const NEXT_AT: usize = 16;
const ENTRIES_AT: usize = 20;
const LOWEST_AT: usize = 22;
const LEVEL_AT: usize = 24;
const TYPE_AT: usize = 25;

/// The header of an item on a leaf.
const ITEM_HEADER: usize = 3;
/// A reference to an overflow chain or to duplicates.
const REFERENCE: usize = 12;
const INTERNAL_HEADER: usize = 12;
const RECNO_INTERNAL: usize = 8;

/// A page as read; it keeps the block it lies in alive.
pub(super) struct Page {
    pub(super) number: PageNo,
    block: Arc<Vec<u8>>,
    start: usize,
    size: usize,
    header: usize,
    order: ByteOrder,
}

impl Page {
    pub(super) fn new(number: PageNo, block: Arc<Vec<u8>>, start: usize, meta: &Meta) -> Self {
        let (size, header, order) = (meta.page_size as usize, meta.page_header(), meta.byte_order);
        Self { number, block, start, size, header, order }
    }

    /// Returns true for a page that was never used: all zeros, or as a recovery makes a page that was set aside for a bucket:
    /// an empty one that bears neither its own number nor one of the log. What lies behind its header is not its own.
    pub(super) fn is_zero(&self) -> bool {
        const USED_FROM_AT: usize = 22;
        let Some((head, rest)) = self.bytes().split_at_checked(PAGE_HEADER) else { return false };
        let zeros = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
        let is_bucket = matches!(self.kind(), Some(PageType::HashUnsorted | PageType::Hash));
        if !is_bucket {
            return zeros(head) && zeros(rest);
        }
        let Some((before, fields)) = head.split_at_checked(USED_FROM_AT) else { return false };
        // The largest size does not fit the field.
        let is_empty = usize::from(self.u16_at(USED_FROM_AT)) == self.size % 65536;
        zeros(before) && is_empty && fields.get(2) == Some(&0)
    }

    /// Checks the checksum where pages carry one.
    pub(super) fn check_sum(&self, checksums: Checksums) -> Result<(), ReadError> {
        let is_meta = matches!(self.kind(), Some(PageType::BtreeMeta | PageType::HashMeta | PageType::QueueMeta));
        let holds = match checksums {
            Checksums::Absent => true,
            Checksums::Present if is_meta => {
                let summed = self.bytes().get(..checksum::META_LENGTH).unwrap_or_default();
                checksum::holds(summed, checksum::META_AT, self.order)
            }
            Checksums::Present => checksum::holds(self.bytes(), checksum::PAGE_AT, self.order) || self.is_zero(),
        };
        if holds { Ok(()) } else { Err(ReadError::Checksum { page: self.number }) }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.block.get(self.start..self.start + self.size).unwrap_or_default()
    }

    /// Returns bytes that an [`Item`] of this page names.
    #[inline]
    pub(super) fn slice(&self, range: Range<u32>) -> &[u8] {
        self.bytes().get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    #[inline]
    pub(super) fn u16_at(&self, offset: usize) -> u16 {
        self.order.u16_at(self.bytes(), offset).unwrap_or_default()
    }

    #[inline]
    pub(super) fn u32_at(&self, offset: usize) -> u32 {
        self.order.u32_at(self.bytes(), offset).unwrap_or_default()
    }

    #[inline]
    pub(super) fn byte_at(&self, offset: usize) -> u8 {
        self.bytes().get(offset).copied().unwrap_or_default()
    }

    pub(super) fn expect_own_number(&self) -> Result<(), ReadError> {
        match self.u32_at(8) {
            found if found == self.number.0 => Ok(()),
            found => Err(ReadError::WrongPageNumber { page: self.number, found }),
        }
    }

    pub(super) fn previous(&self) -> PageNo {
        PageNo(self.u32_at(PREVIOUS_AT))
    }

    pub(super) fn next(&self) -> PageNo {
        PageNo(self.u32_at(NEXT_AT))
    }

    pub(super) fn entries(&self) -> u16 {
        self.u16_at(ENTRIES_AT)
    }

    pub(super) fn level(&self) -> u8 {
        self.byte_at(LEVEL_AT)
    }

    pub(super) fn kind_byte(&self) -> u8 {
        self.byte_at(TYPE_AT)
    }

    pub(super) fn kind(&self) -> Option<PageType> {
        PageType::from_byte(self.kind_byte())
    }

    pub(super) fn expect_kind(&self, expected: PageType) -> Result<(), ReadError> {
        match self.kind_byte() {
            found if found == expected as u8 => Ok(()),
            found => Err(ReadError::WrongType { page: self.number, found, expected }),
        }
    }

    pub(super) fn expect_level(&self, expected: u8) -> Result<(), ReadError> {
        match self.level() {
            found if found == expected => Ok(()),
            found => Err(ReadError::WrongLevel { page: self.number, found, expected }),
        }
    }

    pub(super) fn expect_previous(&self, expected: PageNo) -> Result<(), ReadError> {
        match self.previous() {
            found if found == expected => Ok(()),
            found => Err(ReadError::WrongPrevious { page: self.number, found, expected }),
        }
    }

    /// Returns this overflow page's part of its item.
    pub(super) fn overflow_bytes(&self) -> Result<Range<u32>, ReadError> {
        let bytes = usize::from(self.u16_at(LOWEST_AT));
        let end = self.header + bytes;
        if end > self.size {
            let page_size = self.size as u32;
            return Err(ReadError::OverflowPastPage { page: self.number, bytes, page_size });
        }
        Ok(self.header as u32..end as u32)
    }

    /// Returns the lowest byte that an item uses. On an empty 64 KiB page the number does not fit and is 0.
    pub(super) fn lowest(&self) -> Result<usize, ReadError> {
        let stored = usize::from(self.u16_at(LOWEST_AT));
        let lowest = if stored == 0 && self.size == *PAGE_SIZES.end() as usize { self.size } else { stored };
        let entries = self.entries();
        if lowest > self.size || self.index_at(entries) > lowest {
            return Err(ReadError::EntriesPastItems { page: self.number, entries, lowest });
        }
        Ok(lowest)
    }

    /// Returns where the place of an item is noted.
    #[inline]
    pub(super) fn index_at(&self, index: u16) -> usize {
        self.header + 2 * usize::from(index)
    }

    pub(super) fn malformed(&self, index: u16, kind: u8) -> ReadError {
        ReadError::ItemType { page: self.number, index, kind }
    }
}

/// Where the bytes of an item are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// On the page.
    Inline(Range<u32>),
    /// In an overflow chain.
    Overflow(Reference),
    /// Not one item but a set of duplicates, elsewhere.
    Duplicates(PageNo),
}

/// A reference to an overflow chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) first: PageNo,
    pub(super) total: u32,
}

/// A page below an internal page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    pub(super) page: PageNo,
    /// Its key, where it is on the page.
    pub(super) key: Option<Range<u32>>,
    /// How many records are below it, in trees that count them.
    pub(super) records: u32,
}

/// Whether an item counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Live,
    /// Deleted through a cursor, and not yet removed from the page.
    Deleted,
}

/// An item of a leaf or of a page of duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it begins on its page; two keys at the same place are one item.
    pub(super) offset: u16,
    pub(super) life: Life,
    pub(super) body: Body,
}

/// Reads the items of pages; keeps its memory from page to page.
#[derive(Default)]
pub(super) struct Items {
    items: Vec<Item>,
    tiling: Tiling,
}

impl Items {
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&Item> {
        self.items.get(index)
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
    }

    /// Reads a leaf of the main tree: pairs of key and data; equal keys may share their item.
    pub(super) fn read_pairs(&mut self, page: &Page) -> Result<(), ReadError> {
        self.items.clear();
        let entries = page.entries();
        if !entries.is_multiple_of(2) {
            return Err(ReadError::OddEntries { page: page.number, entries });
        }
        let area = self.tiling.start(page)?;
        for index in (0..entries).step_by(2) {
            let key = match self.items.len().checked_sub(2).and_then(|before| self.items.get(before)) {
                Some(before) if before.offset == page.u16_at(page.index_at(index)) => before.clone(),
                _ => self.tiling.leaf_item(page, index, &area)?,
            };
            if key.life == Life::Deleted || matches!(key.body, Body::Duplicates(_)) {
                return Err(page.malformed(index, page.byte_at(usize::from(key.offset) + 2)));
            }
            self.items.push(key);
            let data = self.tiling.leaf_item(page, index + 1, &area)?;
            if data.life == Life::Deleted && matches!(data.body, Body::Duplicates(_)) {
                return Err(page.malformed(index + 1, item::DUPLICATES | item::DELETED));
            }
            self.items.push(data);
        }
        self.tiling.finish(page, &area)
    }

    /// Reads a page of off-page duplicates: data items only.
    pub(super) fn read_duplicates(&mut self, page: &Page) -> Result<(), ReadError> {
        self.items.clear();
        let area = self.tiling.start(page)?;
        for index in 0..page.entries() {
            let item = self.tiling.leaf_item(page, index, &area)?;
            if matches!(item.body, Body::Duplicates(_)) {
                return Err(page.malformed(index, item::DUPLICATES));
            }
            self.items.push(item);
        }
        self.tiling.finish(page, &area)
    }

    /// Returns how many of the items that were read count.
    pub(super) fn live(&self) -> usize {
        self.items.iter().filter(|item| item.life == Life::Live).count()
    }

    /// Returns how many of the pairs that were read count.
    pub(super) fn live_pairs(&self) -> u32 {
        let live = self.items.iter().skip(1).step_by(2).filter(|data| data.life == Life::Live);
        u32::try_from(live.count()).unwrap_or(u32::MAX)
    }

    /// Reads an internal page of a btree: hands each child with its record count, and its key when that is in an overflow
    /// chain, to `child`.
    pub(super) fn read_internal(
        &mut self,
        page: &Page,
        mut child: impl FnMut(Child, Option<Reference>),
    ) -> Result<(), ReadError> {
        let area = self.tiling.start(page)?;
        for index in 0..page.entries() {
            let offset = item_offset(page, index, &area)?;
            let length = usize::from(page.u16_at(offset));
            let kind = page.byte_at(offset + 2);
            self.tiling.claim(page, index, offset..offset + INTERNAL_HEADER + length)?;
            let start = offset + INTERNAL_HEADER;
            let (key, long_key) = match kind {
                item::INLINE => (Some(start as u32..(start + length) as u32), None),
                item::OVERFLOW if length == REFERENCE => (None, Some(reference(page, start))),
                _ => return Err(page.malformed(index, kind)),
            };
            child(Child { page: PageNo(page.u32_at(offset + 4)), key, records: page.u32_at(offset + 8) }, long_key);
        }
        self.tiling.finish(page, &area)
    }

    /// Reads an internal page of a record-number tree: hands each child with its record count to `child`.
    pub(super) fn read_recno_internal(&mut self, page: &Page, mut child: impl FnMut(Child)) -> Result<(), ReadError> {
        let area = self.tiling.start(page)?;
        for index in 0..page.entries() {
            let offset = item_offset(page, index, &area)?;
            self.tiling.claim(page, index, offset..offset + RECNO_INTERNAL)?;
            child(Child { page: PageNo(page.u32_at(offset)), key: None, records: page.u32_at(offset + 4) });
        }
        self.tiling.finish(page, &area)
    }
}

fn item_offset(page: &Page, index: u16, area: &Range<usize>) -> Result<usize, ReadError> {
    let offset = usize::from(page.u16_at(page.index_at(index)));
    if !area.contains(&offset) {
        let (lowest, page_size) = (area.start, area.end);
        return Err(ReadError::ItemOutside { page: page.number, index, offset, lowest, page_size });
    }
    if !offset.is_multiple_of(4) {
        return Err(ReadError::ItemUnaligned { page: page.number, index, offset });
    }
    Ok(offset)
}

fn reference(page: &Page, offset: usize) -> Reference {
    Reference { first: PageNo(page.u32_at(offset + 4)), total: page.u32_at(offset + 8) }
}

/// Which units of 4 bytes of the page belong to an item already: one bit each.
struct Tiling {
    units: Box<[u64]>,
    used: usize,
}

impl Default for Tiling {
    fn default() -> Self {
        Self { units: vec![0; *PAGE_SIZES.end() as usize / 4 / 64].into(), used: 0 }
    }
}

impl Tiling {
    /// Returns the place of the page's items.
    fn start(&mut self, page: &Page) -> Result<Range<usize>, ReadError> {
        self.used = 0;
        self.units.get_mut(..page.size.div_ceil(4 * 64)).unwrap_or_default().fill(0);
        Ok(page.lowest()?..page.size)
    }

    fn leaf_item(&mut self, page: &Page, index: u16, area: &Range<usize>) -> Result<Item, ReadError> {
        let offset = item_offset(page, index, area)?;
        let kind = page.byte_at(offset + 2);
        let (body, end) = match kind & !item::DELETED {
            item::INLINE => {
                let start = offset + ITEM_HEADER;
                let end = start + usize::from(page.u16_at(offset));
                (Body::Inline(start as u32..end as u32), end)
            }
            item::OVERFLOW => (Body::Overflow(reference(page, offset)), offset + REFERENCE),
            item::DUPLICATES => (Body::Duplicates(reference(page, offset).first), offset + REFERENCE),
            _ => return Err(page.malformed(index, kind)),
        };
        self.claim(page, index, offset..end)?;
        let life = if kind & item::DELETED == 0 { Life::Live } else { Life::Deleted };
        Ok(Item { offset: offset as u16, life, body })
    }

    /// Marks the bytes of an item and its padding; they must lie on the page and belong to no other item.
    fn claim(&mut self, page: &Page, index: u16, bytes: Range<usize>) -> Result<(), ReadError> {
        let end = bytes.end.next_multiple_of(4);
        if end > page.size {
            return Err(ReadError::ItemPastPage { page: page.number, index, end, page_size: page.size });
        }
        let (mut unit, last) = (bytes.start / 4, end / 4);
        while unit < last {
            let count = (64 - unit % 64).min(last - unit);
            let mask = u64::MAX >> (64 - count) << (unit % 64);
            if let Some(word) = self.units.get_mut(unit / 64) {
                if *word & mask != 0 {
                    return Err(ReadError::ItemOverlaps { page: page.number, index });
                }
                *word |= mask;
            }
            unit += count;
        }
        self.used += end - bytes.start;
        Ok(())
    }

    /// Items begin inside the area, end on the page and do not overlap: they fill the area when their lengths add up.
    fn finish(&self, page: &Page, area: &Range<usize>) -> Result<(), ReadError> {
        if self.used != area.len() {
            return Err(ReadError::ItemsMissing { page: page.number, used: self.used, area: area.len() });
        }
        Ok(())
    }
}
