//! Finds the leaves of a damaged btree, and puts them into runs of ascending keys.

use std::borrow::Cow;

use super::{BtreeSalvage, Run};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::read::error::{ReadError, unless_damaged};
use crate::read::overflow::account_for_internal_key;
use crate::read::page::{Body, Page};
use crate::read::salvage::key_order::{KeyOrder, Neighbours, odd_ones};
use crate::read::salvage::{Losses, Orphans, lost, pairs_of};

/// Most bytes of long keys of a leaf that are compared with one another.
const LONG_KEYS_LIMIT: usize = 16 << 20;

/// The first and the last key of a leaf.
type Ends = (Vec<u8>, Vec<u8>);

/// The keys of a leaf.
pub(super) struct LeafKeys {
    /// Pairs whose keys are not in the order of the others.
    pub(super) odd: Vec<usize>,
    /// The first and the last of the others.
    ends: Option<Ends>,
}

impl<R: ReadAt> BtreeSalvage<'_, R> {
    /// Finds the leaves: along the tree, then those that it does not lead to.
    pub(in crate::read::salvage) fn find(
        &mut self,
        root: PageNo,
        at: PageNo,
        orphans: Orphans,
        losses: &mut Losses,
    ) -> Result<(), ReadError> {
        let mut leaves = Vec::new();
        // A root that nobody knows leads nowhere, and that is told already.
        let mut path = Vec::from_iter((root.0 != 0).then_some((root, at)));
        while let Some((number, from)) = path.pop() {
            // A page of another type is left to whom it belongs to.
            let page = self.reader.pages.peek(number, from).and_then(|page| match page.kind() {
                Some(PageType::BtreeInternal) if self.leads_to_duplicates(&page) => {
                    let expected = PageType::BtreeLeaf;
                    Err(ReadError::WrongType { page: number, found: page.kind_byte(), expected })
                }
                Some(PageType::BtreeLeaf | PageType::BtreeInternal) => self.reader.pages.take(number, from),
                _ => Ok(page),
            });
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    lost(losses, self.reader.pages.existing_or(number, from), error)?;
                    continue;
                }
            };
            match page.kind() {
                Some(PageType::BtreeLeaf) => leaves.push(number.0),
                Some(PageType::BtreeInternal) => {
                    let (children, read) = self.children_of(&page);
                    if let Err(error) = read {
                        lost(losses, number, error)?;
                    }
                    // What was read before the damage still leads somewhere; `take` refuses what leads nowhere.
                    path.extend(children.into_iter().rev().map(|child| (child, number)));
                }
                _ => {
                    let expected = PageType::BtreeLeaf;
                    lost(losses, number, ReadError::WrongType { page: number, found: page.kind_byte(), expected })?;
                }
            }
        }
        // The order of the names of sub-databases decides nothing, and each of them stands for a whole database.
        (self.order, self.data_order) = match self.meta.holds_sub_databases() {
            true => (KeyOrder::Unknown, KeyOrder::Unknown),
            false => self.orders_of(&leaves)?,
        };
        self.add_runs(leaves)?;
        self.runs_of_tree = self.runs.len();
        if orphans == Orphans::Ours {
            self.find_orphans()?;
        }
        self.settle_flags(at, losses);
        self.begin(losses)
    }

    /// Tells whether an internal page is one of a set of sorted duplicates, whose internal pages have the same type.
    fn leads_to_duplicates(&mut self, page: &Page) -> bool {
        let mut first = None;
        let _ = self.items.read_internal(page, |child, _| {
            first.get_or_insert(child.page);
        });
        let mut level = page.level();
        while let Some(child) = first.take().and_then(|child| self.reader.pages.peek(child, PageNo(0)).ok()) {
            // Each is one level further down, so that there is an end.
            if child.kind() != Some(PageType::BtreeInternal) || child.level() >= level {
                return child.kind() == Some(PageType::DuplicateLeaf);
            }
            level = child.level();
            let _ = self.items.read_internal(&child, |below, _| {
                first.get_or_insert(below.page);
            });
        }
        false
    }

    /// Looks whether the keys on the tree's own leaves are in bytewise order, and the data of equal keys, but for damaged ones.
    fn orders_of(&mut self, leaves: &[u32]) -> Result<(KeyOrder, KeyOrder), ReadError> {
        let (mut keys, mut data) = (Neighbours::default(), Neighbours::default());
        for number in leaves {
            let Some(page) = unless_damaged(self.reader.pages.peek(PageNo(*number), PageNo(0)))? else { continue };
            if pairs_of(&page, &mut self.items).is_err() {
                continue;
            }
            self.note_signs(&page)?;
            for index in (0..self.items.len()).step_by(2) {
                let Some(Body::Inline(range)) = self.items.get(index).map(|item| item.body.clone()) else { continue };
                let key = page.slice(range);
                let is_same = keys.is_last(key);
                keys.add(key, false);
                if let Some(Body::Inline(range)) = self.items.get(index.saturating_add(1)).map(|item| item.body.clone())
                {
                    data.add(page.slice(range), !is_same);
                }
            }
        }
        Ok((keys.order(), data.order()))
    }

    /// Adds leaves as runs of ascending keys: where a link leads astray, the next leaf begins another run.
    fn add_runs(&mut self, leaves: Vec<u32>) -> Result<(), ReadError> {
        let mut run = Run::default();
        let mut last: Option<Vec<u8>> = None;
        for number in leaves {
            if self.order == KeyOrder::Bytewise
                && let Some((first, end)) = self.ends_of(PageNo(number))?
                && last.replace(end).is_some_and(|last| last > first)
            {
                self.runs.push(std::mem::take(&mut run));
            }
            run.pages.push(number);
        }
        self.runs.push(run);
        Ok(())
    }

    /// Returns the first and the last key of an intact leaf.
    fn ends_of(&mut self, number: PageNo) -> Result<Option<Ends>, ReadError> {
        let Some(page) = unless_damaged(self.reader.pages.peek(number, PageNo(0)))? else { return Ok(None) };
        if pairs_of(&page, &mut self.items).is_err() {
            return Ok(None);
        }
        Ok(self.leaf_keys(&page)?.ends)
    }

    /// Looks at the keys of a leaf whose items were read. Keys beyond the limit are taken to be in order.
    pub(super) fn leaf_keys(&mut self, page: &Page) -> Result<LeafKeys, ReadError> {
        let (mut keys, mut places, mut long) = (Vec::new(), Vec::new(), 0_usize);
        for index in (0..self.items.len()).step_by(2) {
            let Some(item) = self.items.get(index).cloned() else { break };
            let key = match &item.body {
                Body::Inline(range) => Cow::Borrowed(page.slice(range.clone())),
                _ if long > LONG_KEYS_LIMIT => continue,
                _ => {
                    let mut key = Vec::new();
                    if self.read_key(page, &item, &mut key)?.is_err() {
                        continue;
                    }
                    long = long.saturating_add(key.len());
                    Cow::Owned(key)
                }
            };
            keys.push(key);
            places.push(index);
        }
        let odd = odd_ones(&keys);
        let mut good = keys.iter().enumerate().filter(|(at, _)| odd.binary_search(at).is_err()).map(|(_, key)| key);
        let first = good.next();
        let ends = first.map(|first| (first.to_vec(), good.next_back().unwrap_or(first).to_vec()));
        let odd = odd.into_iter().filter_map(|at| places.get(at).copied()).collect();
        Ok(LeafKeys { odd, ends })
    }

    /// Finds intact leaves that the tree does not lead to, in runs along their own links.
    fn find_orphans(&mut self) -> Result<(), ReadError> {
        let mut open: Option<(Vec<u32>, PageNo)> = None;
        let mut todo: Vec<PageNo> = (1..self.meta.pages).rev().map(PageNo).collect();
        while let Some(number) = todo.pop() {
            let is_next = open.as_ref().is_some_and(|(_, next)| *next == number);
            let page = match self.reader.pages.is_used(number) {
                true => None,
                false => match unless_damaged(self.reader.pages.peek(number, PageNo(0)))? {
                    None => None,
                    Some(page) if page.kind() == Some(PageType::BtreeInternal) => {
                        let _ = self.children_of(&page);
                        None
                    }
                    Some(page) => (pairs_of(&page, &mut self.items).is_ok() && page.entries() > 0).then_some(page),
                },
            };
            let Some(page) = page else {
                if is_next && let Some((leaves, _)) = open.take() {
                    self.add_runs(leaves)?;
                }
                continue;
            };
            self.note_signs(&page)?;
            let _ = self.reader.pages.take(number, PageNo(0));
            match &mut open {
                Some((leaves, next)) if is_next => {
                    leaves.push(number.0);
                    *next = page.next();
                }
                _ => {
                    if let Some((leaves, _)) = open.replace((vec![number.0], page.next())) {
                        self.add_runs(leaves)?;
                    }
                }
            }
            // The next page of a run is looked at next, wherever it is.
            if let Some((_, next)) = &open
                && next.0 != 0
                && next.0 < self.meta.pages
                && !self.reader.pages.is_used(*next)
            {
                todo.push(*next);
            }
        }
        open.map_or(Ok(()), |(leaves, _)| self.add_runs(leaves))
    }

    /// Returns the pages below an internal page. Its long keys are of no use, but their pages are somebody's; a damaged one is
    /// nobody's loss.
    fn children_of(&mut self, page: &Page) -> (Vec<PageNo>, Result<(), ReadError>) {
        let (mut children, mut long_keys) = (Vec::new(), Vec::new());
        let read = self.items.read_internal(page, |child, key| {
            children.push(child.page);
            long_keys.extend(key);
        });
        for key in long_keys {
            let _ = account_for_internal_key(&mut self.reader.pages, page.number, key);
        }
        (children, read)
    }
}
