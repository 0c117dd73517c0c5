//! Off-page duplicates: the data of a key that has too many of them for its leaf.

use std::ops::Range;

use super::error::ReadError;
use super::meta::{DuplicateMode, Meta};
use super::page::{Item, Items, Page};
use super::pages::Pages;
use super::survey::Order;
use super::tree::{Tree, TreeKind};
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
            _ => Self::Tree(Tree::new(TreeKind::UnsortedDuplicates, root, from)),
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
            Some(page) => self.items.read_duplicates(page)?,
            None => self.over = Over::Yes,
        }
        Ok(None)
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
    pub(super) fn compare(&mut self, range: Range<u32>, order: &mut Order) {
        let Some(page) = &self.page else { return };
        let new = page.slice(range);
        match &mut self.before {
            Some(before) => {
                order.compare(before, new, page.number);
                before.clear();
                before.extend_from_slice(new);
            }
            None => self.before = Some(new.to_vec()),
        }
    }
}
