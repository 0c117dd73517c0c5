//! Off-page duplicates: the data of a key that has too many of them for its leaf.

use super::error::ReadError;
use super::meta::{DuplicateMode, Meta};
use super::page::{Items, Page};
use super::pages::Pages;
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
            DuplicateMode::Forbidden | DuplicateMode::Unsaid => Self::Chain { previous: PageNo(0), from, next: root },
            DuplicateMode::Unsorted => Self::Tree(Tree::new(TreeKind::UnsortedDuplicates, root, from)),
            DuplicateMode::Sorted => Self::Tree(Tree::new(TreeKind::SortedDuplicates, root, from)),
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
