//! Off-page duplicates: the data of a key that has too many of them for its leaf.

use std::ops::Range;

use super::error::ReadError;
use super::meta::{DuplicateMode, Meta};
use super::page::{Item, Items, Page};
use super::pages::Pages;
use super::survey::Survey;
use super::tree::{RecordCounts, Tree, TreeKind};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;

/// The pages of one off-page duplicate set, in order.
pub(super) enum DuplicateSet {
    /// Versions 6 and 7: a chain of pages.
    Chain {
        /// The last page returned.
        previous: PageNo,
        /// Where the link to the next page stands.
        from: PageNo,
        next: PageNo,
    },
    /// Version 8 and later: a tree.
    Tree(Tree),
}

impl DuplicateSet {
    /// Prepares to read the set that the leaf `from` refers to.
    pub(super) fn new(meta: &Meta, root: PageNo, from: PageNo) -> Self {
        match meta.duplicates() {
            _ if !meta.has_duplicate_trees() => Self::Chain { previous: PageNo(0), from, next: root },
            DuplicateMode::Sorted => Self::Tree(Tree::new(TreeKind::SortedDuplicates, root, from)),
            _ => Self::Tree(Tree::new(TreeKind::UnsortedDuplicates, root, from).checking(RecordCounts::Noted)),
        }
    }

    /// Compares the items of the page returned last with what the page above says of them.
    fn note_count(&mut self, page: PageNo, items: &Items) {
        if let Self::Tree(tree) = self {
            // Whether deleted ones are counted is for the release to know.
            tree.note_leaf_count(page, [items.len(), items.live()]);
        }
    }

    /// Returns what divides the page returned last from the one before, where it is known.
    fn separator(&self) -> Option<&[u8]> {
        match self {
            Self::Tree(tree) => tree.separator(),
            Self::Chain { .. } => None,
        }
    }

    /// Returns the next page of the set; nothing after the last.
    pub(super) fn next_page<R: ReadAt>(
        &mut self,
        pages: &mut Pages<'_, R>,
        items: &mut Items,
    ) -> Result<Option<Page>, ReadError> {
        match self {
            Self::Tree(tree) => tree.next_leaf(pages, items),
            Self::Chain { previous, from, next } => {
                if next.0 == 0 && previous.0 != 0 {
                    return Ok(None);
                }
                let page = pages.take(*next, *from)?;
                page.expect_kind(PageType::OldDuplicate)?;
                page.expect_previous(*previous)?;
                (*previous, *from, *next) = (page.number, page.number, page.next());
                Ok(Some(page))
            }
        }
    }
}

/// The off-page duplicates of a key while they are read.
pub(super) struct OffPage {
    set: DuplicateSet,
    page: Option<Page>,
    items: Items,
    index: usize,
    over: Over,
    /// The last data on pages, kept beyond its page to compare the next with.
    before: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    No,
    Yes,
}

impl OffPage {
    /// Begins at the root, or first page, that `from` refers to.
    pub(super) fn new(meta: &Meta, root: PageNo, from: PageNo) -> Self {
        let set = DuplicateSet::new(meta, root, from);
        Self { set, page: None, items: Items::default(), index: 0, over: Over::No, before: None }
    }

    /// Returns the next item and its page; nothing where a page, or the set, ends.
    pub(super) fn next<R: ReadAt>(&mut self, pages: &mut Pages<'_, R>) -> Result<Option<(PageNo, Item)>, ReadError> {
        if let (Some(page), Some(item)) = (&self.page, self.items.get(self.index)) {
            self.index += 1;
            return Ok(Some((page.number, item.clone())));
        }
        self.index = 0;
        self.items.clear();
        self.page = self.set.next_page(pages, &mut self.items)?;
        match &self.page {
            Some(page) => {
                self.items.read_duplicates(page)?;
                self.set.note_count(page.number, &self.items);
            }
            None => self.over = Over::Yes,
        }
        Ok(None)
    }

    /// Adds what was seen of record counts.
    pub(super) fn note_counts(&self, survey: &mut Survey) {
        if let DuplicateSet::Tree(tree) = &self.set {
            survey.record_counts.add_all(tree.wrong_counts());
        }
    }

    /// Returns whether there was nothing more.
    pub(super) fn is_over(&self) -> bool {
        self.over == Over::Yes
    }

    /// Returns bytes that an item of the page at hand names.
    pub(super) fn slice(&self, range: Range<u32>) -> &[u8] {
        self.page.as_ref().map_or(&[], |page| page.slice(range))
    }

    /// Compares data of the page at hand with the data before them.
    pub(super) fn compare(&mut self, range: Range<u32>, survey: &mut Survey) {
        let Some(page) = &self.page else { return };
        let new = page.slice(range);
        match &mut self.before {
            Some(before) => {
                survey.duplicate_order.compare(before, new, page.number);
                if let (1, Some(separator)) = (self.index, self.set.separator()) {
                    survey.compare_separator(before, separator, new, page.number);
                }
                before.clear();
                before.extend_from_slice(new);
            }
            None => self.before = Some(new.to_vec()),
        }
    }
}
