//! Changes of a page that cancel one another: an item that is added and removed again leaves the page as it was, although a
//! recovery would do both, or undo both.
//!
//! Only additions and removals of items are followed, by their places alone: of the page itself no item is read. Where the list of
//! free pages begins makes no difference to any record.

use std::collections::HashMap;

use crate::format::Lsn;

use super::body::ItemChange;

/// Changes are followed for so many pages, and so many of them; where there are more, they do not cancel one another.
const MOST_PAGES: usize = 256;
const MOST_CHANGES: usize = 4096;

/// The changes that a recovery would make, page by page.
#[derive(Default)]
pub(super) struct Cancelling {
    pages: HashMap<(usize, u32), Changes>,
    count: usize,
    too_many: bool,
}

/// What a recovery would do to a page; the last change comes first.
struct Changes {
    redone: Vec<ItemChange>,
    undone: Vec<ItemChange>,
    /// The page's number when the changes noted as undone are undone.
    undone_to: Lsn,
    /// What the first change to be redone was made to.
    redone_from: Option<Lsn>,
    /// Whether something else would be done as well.
    other: bool,
}

impl Cancelling {
    /// Notes that a record would be redone; `before` is the page's number before it.
    pub(super) fn redone(&mut self, key: (usize, u32), page: Lsn, change: Option<ItemChange>, before: Lsn) {
        let Some(changes) = self.changes(key, page) else { return };
        changes.redone_from = Some(before);
        match change {
            Some(change) => changes.redone.push(change),
            None => changes.other = true,
        }
    }

    /// Notes that a record would be undone.
    pub(super) fn undone(&mut self, key: (usize, u32), page: Lsn, change: Option<ItemChange>, before: Lsn) {
        let Some(changes) = self.changes(key, page) else { return };
        changes.undone_to = before;
        match change {
            Some(change) => changes.undone.push(change),
            None => changes.other = true,
        }
    }

    /// Returns the page's number when what was noted is undone; its own where nothing was.
    pub(super) fn undone_to(&self, key: (usize, u32), page: Lsn) -> Lsn {
        self.pages.get(&key).map_or(page, |changes| changes.undone_to)
    }

    fn changes(&mut self, key: (usize, u32), page: Lsn) -> Option<&mut Changes> {
        self.count = self.count.saturating_add(1);
        self.too_many |= self.count > MOST_CHANGES || self.pages.len() > MOST_PAGES;
        if self.too_many {
            return None;
        }
        let new = || Changes {
            redone: Vec::new(),
            undone: Vec::new(),
            undone_to: page,
            redone_from: None,
            other: page == Lsn::default(),
        };
        Some(self.pages.entry(key).or_insert_with(new))
    }

    /// Returns whether all that would be done to a file leaves its records as they are.
    pub(super) fn leaves(&self, file: usize) -> bool {
        let mut pages = self.pages.iter().filter(|((of, _), _)| *of == file).map(|(_, changes)| changes);
        !self.too_many && pages.all(Changes::leave_the_page)
    }
}

impl Changes {
    fn leave_the_page(&self) -> bool {
        let continues = self.redone_from.is_none_or(|from| from == self.undone_to);
        !self.other && continues && leaves_all(&self.redone) && leaves_all(&self.undone)
    }
}

/// Returns whether changes, the last one first, leave every item that was there at its place.
fn leaves_all(changes: &[ItemChange]) -> bool {
    let reach = |change: &ItemChange| match *change {
        ItemChange::Add { at, count } | ItemChange::Remove { at, count } => at.saturating_add(count),
        ItemChange::Mark { at } => at.saturating_add(2),
        ItemChange::FreeList => 0,
    };
    // A page of 64 KiB holds fewer items than that.
    const MOST_ITEMS: u32 = 1 << 16;
    let Some(count) =
        changes.iter().map(reach).try_fold(0, |most, reach| (reach <= MOST_ITEMS).then(|| reach.max(most)))
    else {
        return false;
    };
    let before: Vec<Option<u32>> = (0..count).map(Some).collect();
    let mut items = before.clone();
    for change in changes.iter().rev() {
        match *change {
            ItemChange::Add { at, count } => {
                let at = at as usize;
                if at > items.len() {
                    return false;
                }
                items.splice(at..at, (0..count).map(|_| None));
            }
            ItemChange::Remove { at, count } => {
                let (at, end) = (at as usize, at.saturating_add(count) as usize);
                if end > items.len() {
                    return false;
                }
                items.drain(at..end);
            }
            ItemChange::FreeList => {}
            // Only an item that was added before may be marked as deleted.
            ItemChange::Mark { at } => {
                if items.get(at as usize).is_none_or(Option::is_some) {
                    return false;
                }
            }
        }
    }
    items == before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leave(mut changes: Vec<ItemChange>) -> bool {
        changes.reverse();
        leaves_all(&changes)
    }

    #[test]
    fn what_is_added_and_removed_again_leaves_the_page() {
        use ItemChange::{Add, Mark, Remove};
        let (key, value) = (Add { at: 4, count: 1 }, Add { at: 5, count: 1 });
        assert!(leave(vec![]));
        assert!(!leave(vec![key, value]));
        let gone = Remove { at: 4, count: 1 };
        assert!(leave(vec![key, value, Mark { at: 4 }, gone, gone]));
        assert!(!leave(vec![key, value, gone]));
        // Another item goes than the one that came.
        assert!(!leave(vec![key, value, Remove { at: 6, count: 2 }]));
        assert!(!leave(vec![Mark { at: 4 }]));
        assert!(!leave(vec![gone, key]));
        assert!(leave(vec![Add { at: 0, count: 2 }, Add { at: 1, count: 2 }, Remove { at: 0, count: 4 }]));
        assert!(!leave(vec![Add { at: u32::MAX, count: 1 }]));
    }

    #[test]
    fn changes_that_do_not_begin_where_the_page_is_do_not_leave_it() {
        let lsn = |offset| Lsn { file: 1, offset };
        let (add, remove) = (ItemChange::Add { at: 0, count: 2 }, ItemChange::Remove { at: 0, count: 2 });
        for (begins, leaves) in [(100, true), (90, false)] {
            let mut cancelling = Cancelling::default();
            cancelling.redone((0, 1), lsn(100), Some(remove), lsn(200));
            cancelling.redone((0, 1), lsn(100), Some(add), lsn(begins));
            assert_eq!(cancelling.leaves(0), leaves);
        }
        let mut cancelling = Cancelling::default();
        cancelling.redone((0, 1), lsn(100), None, lsn(100));
        assert!(!cancelling.leaves(0) && cancelling.leaves(1));
        let mut cancelling = Cancelling::default();
        cancelling.redone((0, 0), lsn(100), Some(ItemChange::FreeList), lsn(100));
        assert!(cancelling.leaves(0));
    }
}
