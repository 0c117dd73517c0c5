//! Builds one page with an index array: items go in from the page end downwards, their indices from the header upwards.
//!
//! Layouts: `reference/berkeley-db.md` section 3. The buffer is used again for the next page; only the gap between
//! indices and items has to be cleared for that, since items overwrite their own padding.

use super::error::WriteError;
use crate::format::{ByteOrder, Lsn, PAGE_HEADER, PageNo, PageType, item};

/// Bytes of an index.
pub(crate) const INDEX: usize = 2;
/// Bytes of an item that refers to other pages.
pub(crate) const REFERENCE: usize = 12;
/// Bytes of a record-number internal item.
pub(crate) const RECNO_ENTRY: usize = 8;
/// Bytes of a btree internal item before its key.
const ENTRY_HEADER: usize = 12;
/// Bytes of an inline item before its data.
const INLINE_HEADER: usize = 3;

/// Returns the bytes that an inline item of `length` takes.
#[inline]
pub(crate) const fn inline_size(length: usize) -> usize {
    length.saturating_add(INLINE_HEADER).next_multiple_of(4)
}

/// Returns the bytes that a btree internal item with a key of `length` takes.
#[inline]
pub(crate) const fn entry_size(length: usize) -> usize {
    length.saturating_add(ENTRY_HEADER).next_multiple_of(4)
}

/// The header of an ordinary page, apart from what the items decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// The page's own number.
    pub(crate) page: PageNo,
    /// The page before, or 0; on the root of an off-page duplicate tree the number of its records.
    pub(crate) prev: PageNo,
    /// The page after, or 0.
    pub(crate) next: PageNo,
    /// 1 for a leaf, 0 for an overflow page.
    pub(crate) level: u8,
    /// What the page holds.
    pub(crate) page_type: PageType,
}

impl Header {
    /// Returns the 26 bytes; `low` is the lowest used item byte (or the bytes of data on an overflow page).
    pub(crate) fn encode(&self, order: ByteOrder, entries: usize, low: usize) -> [u8; PAGE_HEADER] {
        let mut bytes = [0; PAGE_HEADER];
        let (words, tail) = bytes.split_at_mut(20);
        let fields = [Lsn::NOT_LOGGED.file, Lsn::NOT_LOGGED.offset, self.page.0, self.prev.0, self.next.0];
        for (place, value) in words.chunks_exact_mut(4).zip(fields) {
            place.copy_from_slice(&order.u32_bytes(value));
        }
        // On an empty page of 64 KiB the lowest used byte is 65536, which the format stores as 0.
        let [e0, e1] = order.u16_bytes((entries & 0xffff) as u16);
        let [l0, l1] = order.u16_bytes((low & 0xffff) as u16);
        tail.copy_from_slice(&[e0, e1, l0, l1, self.level, self.page_type as u8]);
        bytes
    }
}

/// What an internal item says about the first key of its child.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EntryKey<'a> {
    /// The key's bytes; none on the leftmost page of a level.
    Inline(&'a [u8]),
    /// An overflow chain.
    Overflow {
        /// Its first page.
        page: PageNo,
        /// Bytes of the key.
        length: u32,
    },
}

/// A page under construction.
#[derive(Debug)]
pub(crate) struct PageBuilder {
    bytes: Box<[u8]>,
    order: ByteOrder,
    entries: usize,
    /// The lowest used item byte.
    low: usize,
}

impl PageBuilder {
    /// Returns an empty page.
    pub(crate) fn new(page_size: usize, order: ByteOrder) -> Self {
        Self { bytes: vec![0; page_size].into_boxed_slice(), order, entries: 0, low: page_size }
    }

    /// Returns true when there are no items.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Returns the bytes that items and indices take.
    #[inline]
    pub(crate) fn used(&self) -> usize {
        self.bytes.len().saturating_sub(self.low).saturating_add(self.entries.saturating_mul(INDEX))
    }

    /// Returns true when items and indices of `bytes` together still go on the page.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.used().saturating_add(bytes) <= self.bytes.len().saturating_sub(PAGE_HEADER)
    }

    /// Adds an item with its data on the page.
    #[inline]
    pub(crate) fn put_inline(&mut self, data: &[u8]) -> Result<(), WriteError> {
        let [l0, l1] = self.order.u16_bytes((data.len() & 0xffff) as u16);
        let place = self.add(inline_size(data.len()))?;
        if let Some((header, rest)) = place.split_first_chunk_mut() {
            *header = [l0, l1, item::INLINE];
            fill(rest, data);
        }
        Ok(())
    }

    /// Adds an item that is already in the file's form, padding included.
    pub(crate) fn put_encoded(&mut self, encoded: &[u8]) -> Result<(), WriteError> {
        self.add(encoded.len())?.copy_from_slice(encoded);
        Ok(())
    }

    /// Adds an item that refers to an overflow chain.
    pub(crate) fn put_overflow(&mut self, page: PageNo, length: u32) -> Result<(), WriteError> {
        self.put_encoded(&reference(self.order, item::OVERFLOW, page, length))
    }

    /// Adds an item that refers to the root of off-page duplicates.
    pub(crate) fn put_duplicates(&mut self, root: PageNo) -> Result<(), WriteError> {
        self.put_encoded(&reference(self.order, item::DUPLICATES, root, 0))
    }

    /// Adds a btree internal item; `records` is 0 unless the tree counts them.
    pub(crate) fn put_entry(&mut self, child: PageNo, records: u32, key: EntryKey<'_>) -> Result<(), WriteError> {
        let order = self.order;
        let chain;
        let (kind, key) = match key {
            EntryKey::Inline(key) => (item::INLINE, key),
            EntryKey::Overflow { page, length } => {
                chain = reference(order, item::OVERFLOW, page, length);
                (item::OVERFLOW, chain.as_slice())
            }
        };
        let [l0, l1] = order.u16_bytes((key.len() & 0xffff) as u16);
        let place = self.add(entry_size(key.len()))?;
        let (header, rest) = place.split_at_mut(ENTRY_HEADER);
        fill(header, &concat(&[[l0, l1, kind, 0], order.u32_bytes(child.0), order.u32_bytes(records)]));
        fill(rest, key);
        Ok(())
    }

    /// Adds a record-number internal item.
    pub(crate) fn put_recno_entry(&mut self, child: PageNo, records: u32) -> Result<(), WriteError> {
        let order = self.order;
        let place = self.add(RECNO_ENTRY)?;
        let (first, second) = place.split_at_mut(4);
        first.copy_from_slice(&order.u32_bytes(child.0));
        second.copy_from_slice(&order.u32_bytes(records));
        Ok(())
    }

    /// Returns the offset of the item added last, for [`repeat`](Self::repeat).
    pub(crate) fn last_item(&self) -> usize {
        self.low
    }

    /// Adds a further index to an item, as on-page duplicates do with their key.
    pub(crate) fn repeat(&mut self, offset: usize) -> Result<(), WriteError> {
        self.add_index(offset, 0)
    }

    /// Completes the page and returns its bytes; the builder is empty afterwards.
    pub(crate) fn finish(&mut self, header: &Header) -> &[u8] {
        let encoded = header.encode(self.order, self.entries, self.low);
        if let Some(place) = self.bytes.first_chunk_mut() {
            *place = encoded;
        }
        let indices_end = PAGE_HEADER.saturating_add(self.entries.saturating_mul(INDEX));
        if let Some(gap) = self.bytes.get_mut(indices_end..self.low) {
            gap.fill(0);
        }
        self.entries = 0;
        self.low = self.bytes.len();
        &self.bytes
    }

    #[inline]
    fn add(&mut self, size: usize) -> Result<&mut [u8], WriteError> {
        let page_size = self.bytes.len();
        let too_large = WriteError::ItemTooLarge { bytes: size.saturating_add(INDEX), page_size };
        let Some(offset) = self.low.checked_sub(size) else { return Err(too_large) };
        self.add_index(offset, size)?;
        let end = self.low;
        self.low = offset;
        self.bytes.get_mut(offset..end).ok_or(too_large)
    }

    #[inline]
    fn add_index(&mut self, offset: usize, size: usize) -> Result<(), WriteError> {
        let at = PAGE_HEADER.saturating_add(self.entries.saturating_mul(INDEX));
        let low = self.low.saturating_sub(size);
        let page_size = self.bytes.len();
        let place = self.bytes.get_mut(..low).and_then(|free| free.get_mut(at..)?.first_chunk_mut());
        let place = place.ok_or(WriteError::ItemTooLarge { bytes: size.saturating_add(INDEX), page_size })?;
        *place = self.order.u16_bytes((offset & 0xffff) as u16);
        self.entries = self.entries.saturating_add(1);
        Ok(())
    }
}

/// Returns a 12-byte item that refers to other pages.
pub(crate) fn reference(order: ByteOrder, kind: u8, page: PageNo, length: u32) -> [u8; REFERENCE] {
    concat(&[[0, 0, kind, 0], order.u32_bytes(page.0), order.u32_bytes(length)])
}

fn concat(words: &[[u8; 4]; 3]) -> [u8; REFERENCE] {
    let mut bytes = [0; REFERENCE];
    fill(&mut bytes, words.as_flattened());
    bytes
}

/// Copies `data` to the start of `place` and zeros to the rest.
#[inline]
fn fill(place: &mut [u8], data: &[u8]) {
    if let Some((start, padding)) = place.split_at_mut_checked(data.len()) {
        start.copy_from_slice(data);
        padding.fill(0);
    }
}
