//! What the leaves of a damaged btree show of duplicates, whatever its flags say.
//!
//! Records are only given out as the flags allow them, and are written so. Where it is the flags that are damaged, the records tell it.

use super::BtreeSalvage;
use crate::format::{PageNo, PageType, flag};
use crate::io::ReadAt;
use crate::read::error::{ReadError, unless_damaged};
use crate::read::meta::{DuplicateMode, Meta};
use crate::read::page::{Body, Page};
use crate::read::salvage::Losses;
use crate::read::salvage::key_order::KeyOrder;

/// Most sets with pages of their own that are looked at.
const SETS_LIMIT: u32 = 64;

/// Signs of duplicates.
#[derive(Default)]
pub(super) struct Signs {
    sets: u32,
    /// Records that share one key of their leaf, or a chain of pages for data of one key.
    has_some: bool,
    has_sorted: bool,
    has_unsorted: bool,
}

impl Signs {
    fn are_there(&self) -> bool {
        self.has_some || self.has_sorted || self.has_unsorted
    }

    /// Takes the type of the first page of a set; one that no set has says nothing.
    fn add_set(&mut self, kind: Option<PageType>, has_trees: bool) {
        match kind {
            Some(PageType::DuplicateLeaf | PageType::BtreeInternal) if has_trees => self.has_sorted = true,
            Some(PageType::RecnoLeaf | PageType::RecnoInternal) if has_trees => self.has_unsorted = true,
            Some(PageType::OldDuplicate) if !has_trees => self.has_some = true,
            _ => {}
        }
    }
}

impl<R: ReadAt> BtreeSalvage<'_, R> {
    /// Looks for duplicates on a leaf whose items were read.
    pub(super) fn note_signs(&mut self, page: &Page) -> Result<(), ReadError> {
        let mut sets = Vec::new();
        let mut before = None;
        for index in (0..self.items.len()).step_by(2) {
            let offset = self.items.get(index).map(|item| item.offset);
            self.signs.has_some |= offset == before;
            before = offset;
            if let Some(Body::Duplicates(root)) = self.items.get(index.saturating_add(1)).map(|item| &item.body)
                && self.signs.sets < SETS_LIMIT
            {
                self.signs.sets = self.signs.sets.saturating_add(1);
                sets.push(*root);
            }
        }
        for root in sets {
            if let Some(root) = unless_damaged(self.reader.pages.peek(root, page.number))? {
                self.signs.add_set(root.kind(), self.meta.has_duplicate_trees());
            }
        }
        Ok(())
    }

    /// Corrects flags that the leaves disprove.
    pub(super) fn settle_flags(&mut self, at: PageNo, losses: &mut Losses) {
        if !self.signs.are_there() {
            return;
        }
        let mode = self.meta.duplicates();
        let says_sorted = self.meta.flags & flag::DUPSORT != 0;
        if mode == DuplicateMode::Forbidden {
            self.meta.flags |= flag::DUP;
            let what = "by its flags each key occurs once, but its pages hold duplicates: they are kept";
            losses.place(at, what.to_owned(), None);
        }
        if self.meta.has_duplicate_trees() {
            let is_sorted = match (self.signs.has_sorted, self.signs.has_unsorted) {
                (true, false) => true,
                (false, true) => false,
                _ => says_sorted && (mode != DuplicateMode::Forbidden || self.data_order == KeyOrder::Bytewise),
            };
            self.meta.flags &= !flag::DUPSORT;
            self.meta.flags |= if is_sorted { flag::DUPSORT } else { 0 };
            if mode != DuplicateMode::Forbidden && is_sorted != says_sorted {
                let what = "the order of duplicates in its flags, which its pages contradict";
                losses.place(at, what.to_owned(), None);
            }
        }
        self.meta.drop_counts_of_duplicates();
    }

    /// Returns what the meta page says, or should say.
    pub(in crate::read::salvage) fn meta(&self) -> &Meta {
        &self.meta
    }
}
