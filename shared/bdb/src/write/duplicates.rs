//! Collects the values of one key until it is known whether they stay on the leaf.
//!
//! A set that takes more than a quarter of a page moves to a tree of its own, as the library does it; from then on its
//! values go straight there. So no more than a quarter of a page is ever held, and a set on a leaf always fits one.

use super::error::WriteError;
use super::page_builder::{INDEX, PageBuilder, inline_size, reference};
use crate::format::{ByteOrder, PageNo, item};

/// The values of one key that are still held, in the file's form.
#[derive(Debug)]
pub(crate) struct HeldSet {
    order: ByteOrder,
    items: Vec<u8>,
    /// Where each item ends in `items`.
    ends: Vec<usize>,
    /// Bytes of key, values and one index each.
    size: usize,
    limit: usize,
}

impl HeldSet {
    /// Returns an empty set for pages of `page_size`.
    pub(crate) fn new(page_size: usize, order: ByteOrder) -> Self {
        Self { order, items: Vec::with_capacity(page_size), ends: Vec::new(), size: 0, limit: page_size / 4 }
    }

    /// Begins the set of a key whose item takes `key_size` bytes.
    pub(crate) fn begin(&mut self, key_size: usize) {
        self.items.clear();
        self.ends.clear();
        self.size = key_size.saturating_add(INDEX);
    }

    /// Returns true when one more item of `size` bytes makes the set too large for a leaf.
    ///
    /// A single value is no set of duplicates and stays on the leaf whatever its size.
    pub(crate) fn outgrows_leaf(&self, size: usize) -> bool {
        !self.ends.is_empty() && self.size.saturating_add(size).saturating_add(INDEX) > self.limit
    }

    /// Adds a value with its data on the page.
    pub(crate) fn push_inline(&mut self, data: &[u8]) {
        let end = self.items.len().saturating_add(inline_size(data.len()));
        let [l0, l1] = self.order.u16_bytes((data.len() & 0xffff) as u16);
        self.items.extend_from_slice(&[l0, l1, item::INLINE]);
        self.items.extend_from_slice(data);
        self.items.resize(end, 0);
        self.close_item();
    }

    /// Adds a value that lies in an overflow chain.
    pub(crate) fn push_overflow(&mut self, page: PageNo, length: u32) {
        self.items.extend_from_slice(&reference(self.order, item::OVERFLOW, page, length));
        self.close_item();
    }

    /// Returns the items in the file's form, in order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, &end| self.items.get(std::mem::replace(start, end)..end))
    }

    /// Returns the bytes that the values and the index pairs take on a leaf, where all share one key.
    pub(crate) fn leaf_size(&self) -> usize {
        self.items.len().saturating_add(self.ends.len().saturating_mul(2 * INDEX))
    }

    /// Puts the values on a leaf on which their key has just been put.
    ///
    /// # Errors
    /// When they do not fit.
    pub(crate) fn put_on(&self, leaf: &mut PageBuilder) -> Result<(), WriteError> {
        let key = leaf.last_item();
        for (position, encoded) in self.items().enumerate() {
            if position > 0 {
                leaf.repeat(key)?;
            }
            leaf.put_encoded(encoded)?;
        }
        Ok(())
    }

    fn close_item(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        let end = self.items.len();
        self.ends.push(end);
        self.size = self.size.saturating_add(end.saturating_sub(start)).saturating_add(INDEX);
    }
}
