//! Builds one page of a bucket: items go in from the page end downwards, without alignment
//! (`reference/berkeley-db.md` section 11).

use super::error::WriteError;
use super::page_builder::{Header, INDEX};
use crate::format::{ByteOrder, PAGE_HEADER, PageNo, hash_item};

/// An item in the parts it is put together from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Inline(&'a [u8]),
    /// Each of them between its length and its length again.
    Duplicates(&'a [u8]),
    Overflow(PageNo, u32),
    OffPage(PageNo),
}

impl Item<'_> {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Inline(bytes) | Self::Duplicates(bytes) => bytes.len().saturating_add(1),
            Self::Overflow(..) => 12,
            Self::OffPage(_) => 8,
        }
    }
}

/// A page under construction.
#[derive(Debug)]
pub(crate) struct HashPage {
    bytes: Box<[u8]>,
    order: ByteOrder,
    entries: usize,
    /// The lowest used item byte.
    low: usize,
}

impl HashPage {
    pub(crate) fn new(page_size: usize, order: ByteOrder) -> Self {
        Self { bytes: vec![0; page_size].into_boxed_slice(), order, entries: 0, low: page_size }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Returns true when a pair of items of so many bytes together still goes on the page.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let indices = self.entries.saturating_add(2).saturating_mul(INDEX).saturating_add(PAGE_HEADER);
        indices.saturating_add(bytes) <= self.low
    }

    /// Adds an item.
    ///
    /// # Errors
    /// When it does not fit.
    pub(crate) fn put(&mut self, item: Item<'_>) -> Result<(), WriteError> {
        let order = self.order;
        let (kind, page, rest) = match item {
            Item::Inline(bytes) => (hash_item::INLINE, None, bytes.to_vec()),
            Item::Duplicates(bytes) => (hash_item::DUPLICATES, None, bytes.to_vec()),
            Item::Overflow(page, length) => (hash_item::OVERFLOW, Some(page), order.u32_bytes(length).to_vec()),
            Item::OffPage(page) => (hash_item::OFF_PAGE_DUPLICATES, Some(page), Vec::new()),
        };
        let page = page.map(|page| [[0; 3].as_slice(), &order.u32_bytes(page.0)].concat()).unwrap_or_default();
        let encoded = [[kind].as_slice(), &page, &rest].concat();
        let too_large =
            WriteError::ItemTooLarge { bytes: encoded.len().saturating_add(INDEX), page_size: self.bytes.len() };
        let index = PAGE_HEADER.saturating_add(self.entries.saturating_mul(INDEX));
        let low = self.low.checked_sub(encoded.len()).filter(|low| index.saturating_add(INDEX) <= *low);
        let Some(low) = low else { return Err(too_large) };
        if let Some(place) = self.bytes.get_mut(low..self.low) {
            place.copy_from_slice(&encoded);
        }
        if let Some(place) = self.bytes.get_mut(index..).and_then(<[u8]>::first_chunk_mut) {
            *place = order.u16_bytes((low & 0xffff) as u16);
        }
        self.entries = self.entries.saturating_add(1);
        self.low = low;
        Ok(())
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
}
