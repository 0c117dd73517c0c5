//! The records of a damaged btree.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::hash_map::RandomState;
use std::collections::{BinaryHeap, HashSet};
use std::hash::BuildHasher;

use super::super::duplicates::OffPage;
use super::super::error::ReadError;
use super::super::meta::{DuplicateMode, Meta};
use super::super::overflow::{Again, Reader, account_for_internal_key, check_chain};
use super::super::page::{Body, Child, Item, Items, Life, Page, Reference};
use super::key_order::{KeyOrder, Neighbours, odd_ones};
use super::{DataPlace, Losses, OTHER_RECORD, Orphans, data, lost, pairs_of};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::record::Record;

/// Most bytes of keys that are held of pages that are merged.
const HEADS_LIMIT: usize = 64 << 20;
/// Most bytes of long keys of a leaf that are compared with one another.
const LONG_KEYS_LIMIT: usize = 16 << 20;
/// Most values of one key that are remembered to leave out those that come twice.
const VALUES_LIMIT: usize = 1 << 20;

/// A damaged btree while its records are given out.
pub(super) struct BtreeSalvage<'d, R> {
    reader: Reader<'d, R>,
    meta: Meta,
    runs: Vec<Run>,
    /// So many of them are of the tree; the tree does not lead to the others.
    runs_of_tree: usize,
    /// The next key of each run but the one at hand, and its data where these are sorted; the smallest first.
    heads: BinaryHeap<Reverse<Head>>,
    order: KeyOrder,
    /// Order of the data of equal keys.
    data_order: KeyOrder,
    /// The run at hand.
    current: Option<usize>,
    leaf: Option<Page>,
    items: Items,
    /// Pairs of the leaf at hand whose keys are not in the order of the others.
    odd: Vec<usize>,
    index: usize,
    key: Vec<u8>,
    /// The key given out last.
    last: Option<Vec<u8>>,
    values: HashSet<u64>,
    hasher: RandomState,
    place: Option<DataPlace>,
    off_page: Option<OffPage>,
    /// How many losses wait for the next key.
    open: usize,
}

/// A key, its data, the run that stands there.
type Head = (Vec<u8>, Vec<u8>, usize);

/// Leaves that follow one another.
#[derive(Default)]
struct Run {
    pages: Vec<u32>,
    next: usize,
    /// Where in the page the run goes on.
    index: usize,
}

/// The first and the last key of a leaf.
type Ends = (Vec<u8>, Vec<u8>);

/// The keys of a leaf.
struct LeafKeys {
    /// Pairs whose keys are not in the order of the others.
    odd: Vec<usize>,
    /// The first and the last of the others.
    ends: Option<Ends>,
}

impl<'d, R: ReadAt> BtreeSalvage<'d, R> {
    pub(super) fn new(reader: Reader<'d, R>, meta: Meta) -> Self {
        Self {
            reader,
            meta,
            runs: Vec::new(),
            runs_of_tree: 0,
            heads: BinaryHeap::new(),
            order: KeyOrder::Bytewise,
            data_order: KeyOrder::Bytewise,
            current: None,
            leaf: None,
            items: Items::default(),
            odd: Vec::new(),
            index: 0,
            key: Vec::new(),
            last: None,
            values: HashSet::new(),
            hasher: RandomState::new(),
            place: None,
            off_page: None,
            open: 0,
        }
    }

    pub(super) fn into_reader(self) -> Reader<'d, R> {
        let mut reader = self.reader;
        reader.drop_data();
        reader
    }

    /// Returns the page of the record at hand.
    pub(super) fn page(&self) -> PageNo {
        self.leaf.as_ref().map_or(PageNo(0), |leaf| leaf.number)
    }

    /// Finds the leaves: along the tree, then those that it does not lead to.
    pub(super) fn find(
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
            let page = match self.reader.pages.take(number, from) {
                Ok(page) => page,
                Err(error) => {
                    lost(losses, self.reader.pages.existing_or(number, from), error)?;
                    continue;
                }
            };
            match page.kind() {
                Some(PageType::BtreeLeaf) => leaves.push(number.0),
                Some(PageType::BtreeInternal) => {
                    let mut children = Vec::new();
                    let mut long_keys = Vec::new();
                    let read = self.items.read_internal(&page, |Child { page, .. }, key| {
                        children.push((page, number));
                        long_keys.extend(key);
                    });
                    if let Err(error) = read {
                        lost(losses, number, error)?;
                    }
                    for key in long_keys {
                        // Their bytes are of no use; a damaged one is nobody's loss.
                        let _ = account_for_internal_key(&mut self.reader.pages, number, key);
                    }
                    // What was read before the damage still leads somewhere; `take` refuses what leads nowhere.
                    path.extend(children.into_iter().rev());
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
        self.begin(losses)
    }

    /// Looks whether the keys on the tree's own leaves are in bytewise order, and the data of equal keys, but for damaged ones.
    fn orders_of(&mut self, leaves: &[u32]) -> Result<(KeyOrder, KeyOrder), ReadError> {
        let (mut keys, mut data) = (Neighbours::default(), Neighbours::default());
        for number in leaves {
            let page = match self.reader.pages.peek(PageNo(*number), PageNo(0)) {
                Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
                Err(_) => continue,
                Ok(page) => page,
            };
            if pairs_of(&page, &mut self.items).is_err() {
                continue;
            }
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
        let page = match self.reader.pages.peek(number, PageNo(0)) {
            Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
            Err(_) => return Ok(None),
            Ok(page) => page,
        };
        if pairs_of(&page, &mut self.items).is_err() {
            return Ok(None);
        }
        Ok(self.leaf_keys(&page)?.ends)
    }

    /// Looks at the keys of a leaf whose items were read. Keys beyond the limit are taken to be in order.
    fn leaf_keys(&mut self, page: &Page) -> Result<LeafKeys, ReadError> {
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

    /// Reads a key; the inner error is one of the file's, which ends nothing.
    fn read_key(&mut self, page: &Page, item: &Item, key: &mut Vec<u8>) -> Result<Result<(), ReadError>, ReadError> {
        key.clear();
        match &item.body {
            Body::Inline(range) => {
                key.extend_from_slice(page.slice(range.clone()));
                Ok(Ok(()))
            }
            Body::Overflow(reference) => match self.reader.peek_key(page.number, *reference, key) {
                Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => Err(error),
                other => Ok(other),
            },
            Body::Duplicates(_) => Ok(Err(ReadError::Stopped)),
        }
    }

    /// Finds intact leaves that the tree does not lead to, in runs along their own links.
    fn find_orphans(&mut self) -> Result<(), ReadError> {
        let mut open: Option<(Vec<u32>, PageNo)> = None;
        let mut todo: Vec<PageNo> = (1..self.meta.pages).rev().map(PageNo).collect();
        while let Some(number) = todo.pop() {
            let is_next = open.as_ref().is_some_and(|(_, next)| *next == number);
            let page = match self.reader.pages.is_used(number) {
                true => None,
                false => match self.reader.pages.peek(number, PageNo(0)) {
                    Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
                    Err(_) => None,
                    Ok(page) if page.kind() == Some(PageType::BtreeInternal) => {
                        self.account_for_long_keys(&page);
                        None
                    }
                    Ok(page) => (pairs_of(&page, &mut self.items).is_ok() && page.entries() > 0).then_some(page),
                },
            };
            let Some(page) = page else {
                if is_next && let Some((leaves, _)) = open.take() {
                    self.add_runs(leaves)?;
                }
                continue;
            };
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

    /// The long keys of internal pages are of no use, but their pages are somebody's.
    fn account_for_long_keys(&mut self, page: &Page) {
        let mut long_keys = Vec::new();
        let _ = self.items.read_internal(page, |_, key| long_keys.extend(key));
        for key in long_keys {
            let _ = account_for_internal_key(&mut self.reader.pages, page.number, key);
        }
    }

    /// Makes the heads of all runs known.
    fn begin(&mut self, losses: &mut Losses) -> Result<(), ReadError> {
        let mut bytes = 0_usize;
        for run in 0..self.runs.len() {
            if !self.enter(run, losses)? {
                continue;
            }
            bytes = bytes.saturating_add(self.key.len()).saturating_add(self.sorted_data().len());
            if bytes > HEADS_LIMIT {
                let what = "too many pages that are in disorder, or that the tree does not lead to".to_owned();
                losses.place(self.page(), what, None);
                continue;
            }
            self.park(run);
        }
        self.current = None;
        self.leaf = None;
        Ok(())
    }

    /// Puts a run that stands at a key aside.
    fn park(&mut self, run: usize) {
        let (key, data) = match self.order {
            KeyOrder::Bytewise => (self.key.clone(), self.sorted_data().to_vec()),
            // One after the other.
            KeyOrder::Unknown => (Vec::new(), Vec::new()),
        };
        self.heads.push(Reverse((key, data, run)));
        if let Some(run) = self.runs.get_mut(run) {
            run.index = self.index;
        }
    }

    /// Returns the data beside the key at hand where they are to be in order.
    fn sorted_data(&self) -> &[u8] {
        let item = self.items.get(self.index.saturating_add(1)).filter(|_| self.data_order == KeyOrder::Bytewise);
        match (item.map(|item| &item.body), &self.leaf) {
            (Some(Body::Inline(range)), Some(leaf)) => leaf.slice(range.clone()),
            _ => &[],
        }
    }

    /// Goes to where a run stands: to its next readable pair; false at its end.
    fn enter(&mut self, run: usize, losses: &mut Losses) -> Result<bool, ReadError> {
        self.current = Some(run);
        let at = self.runs.get(run).and_then(|run| Some((*run.pages.get(run.next)?, run.index)));
        self.leaf = None;
        self.items.clear();
        if let Some((number, index)) = at {
            self.load(PageNo(number), losses)?;
            self.index = index;
        }
        self.find_pair(run, losses)
    }

    fn load(&mut self, number: PageNo, losses: &mut Losses) -> Result<(), ReadError> {
        self.index = 0;
        let page = self.reader.pages.peek(number, PageNo(0)).and_then(|page| {
            pairs_of(&page, &mut self.items)?;
            Ok(page)
        });
        match page {
            Ok(page) => {
                if self.order == KeyOrder::Bytewise {
                    self.odd = self.leaf_keys(&page)?.odd;
                }
                self.leaf = Some(page);
            }
            Err(error @ (ReadError::Io { .. } | ReadError::Ended { .. })) => return Err(error),
            Err(error) => {
                self.items.clear();
                self.leaf = None;
                losses.place(number, error.to_string(), self.last.clone());
                self.open = self.open.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Moves on to a pair whose key can be read, which is then at hand.
    fn find_pair(&mut self, run: usize, losses: &mut Losses) -> Result<bool, ReadError> {
        loop {
            let Some(item) = self.items.get(self.index).cloned() else {
                let next = self.runs.get_mut(run).and_then(|run| {
                    run.next = run.next.saturating_add(1);
                    run.pages.get(run.next).copied()
                });
                match next {
                    Some(number) => self.load(PageNo(number), losses)?,
                    None => return Ok(false),
                }
                continue;
            };
            let Some(leaf) = self.leaf.take() else { return Ok(false) };
            let mut key = std::mem::take(&mut self.key);
            let read = self.read_key(&leaf, &item, &mut key)?;
            self.key = key;
            let number = leaf.number;
            self.leaf = Some(leaf);
            match read {
                Ok(()) if self.odd.binary_search(&self.index).is_ok() => {
                    let what = "a key that is not in the order of its neighbours".to_owned();
                    losses.place(number, what, Some(self.key.clone()));
                    self.account_for_key(number, &item);
                    self.index = self.index.saturating_add(2);
                }
                Ok(()) => return Ok(true),
                Err(error) => {
                    losses.place(number, error.to_string(), self.last.clone());
                    self.open = self.open.saturating_add(1);
                    self.index = self.index.saturating_add(2);
                }
            }
        }
    }

    /// Moves to the next record that is given out.
    pub(super) fn advance(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        self.reader.finish_data()?;
        self.place = None;
        loop {
            if self.off_page.is_some() {
                if self.next_off_page(losses)? {
                    return Ok(true);
                }
                continue;
            }
            let Some(run) = self.next_run(losses)? else { return Ok(false) };
            if self.take_pair(run, losses)? {
                return Ok(true);
            }
        }
    }

    /// Goes to the run with the smallest key.
    fn next_run(&mut self, losses: &mut Losses) -> Result<Option<usize>, ReadError> {
        if let Some(run) = self.current.take() {
            // The key of the pair behind the one given out last.
            if self.find_pair(run, losses)? {
                let is_smallest = match self.heads.peek() {
                    Some(Reverse((key, data, other))) if self.order == KeyOrder::Bytewise => {
                        (self.key.as_slice(), self.sorted_data(), run) < (key, data, *other)
                    }
                    _ => true,
                };
                if is_smallest {
                    self.current = Some(run);
                    return Ok(Some(run));
                }
                self.park(run);
            }
        }
        while let Some(Reverse((_, _, run))) = self.heads.pop() {
            if self.enter(run, losses)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Takes the pair at hand; false when it is not given out, or is a set of duplicates.
    fn take_pair(&mut self, run: usize, losses: &mut Losses) -> Result<bool, ReadError> {
        let (Some(item), Some(leaf)) = (self.items.get(self.index.saturating_add(1)).cloned(), &self.leaf) else {
            return Ok(false);
        };
        let number = leaf.number;
        if let Some(key) = self.items.get(self.index).cloned() {
            self.account_for_key(number, &key);
        }
        self.index = self.index.saturating_add(2);
        if self.order == KeyOrder::Bytewise && self.last.as_ref().is_some_and(|last| self.key < *last) {
            let what = "a key that is smaller than the one before".to_owned();
            losses.place(number, what, Some(self.key.clone()));
            return Ok(false);
        }
        let Some(leaf) = &self.leaf else { return Ok(false) };
        let repeated = self.last.as_ref() == Some(&self.key);
        if !repeated {
            self.values.clear();
        } else if self.meta.duplicates() == DuplicateMode::Forbidden {
            // In the tree one of the two is damaged. On a page that was left behind it is older, and mostly the same.
            let is_copy = match &item.body {
                Body::Inline(range) => {
                    item.life == Life::Deleted || self.values.contains(&self.hasher.hash_one(leaf.slice(range.clone())))
                }
                Body::Overflow(Reference { first, .. }) | Body::Duplicates(first) => self.reader.pages.is_used(*first),
            };
            if run < self.runs_of_tree {
                let index = u16::try_from(self.index.saturating_sub(2)).unwrap_or(u16::MAX);
                lost(losses, number, ReadError::UnexpectedDuplicate { page: number, index })?;
            } else if !is_copy {
                losses.place(number, OTHER_RECORD.to_owned(), Some(self.key.clone()));
            }
            return Ok(false);
        }
        let place = match item.body {
            Body::Inline(range) => {
                if item.life == Life::Deleted {
                    return Ok(false);
                }
                if self.values.len() < VALUES_LIMIT {
                    let digest = self.hasher.hash_one(leaf.slice(range.clone()));
                    if !self.values.insert(digest) && run >= self.runs_of_tree {
                        return Ok(false);
                    }
                }
                DataPlace::OnPage(range)
            }
            Body::Overflow(reference) => {
                if item.life == Life::Deleted {
                    return Ok(false);
                }
                if let Err(error) = check_chain(&mut self.reader.pages, number, reference, Again::Refused) {
                    self.lost_data(number, error, losses)?;
                    return Ok(false);
                }
                self.reader.offer(number, reference)?;
                DataPlace::Offered
            }
            Body::Duplicates(root) => {
                self.off_page = Some(OffPage::new(&self.meta, root, number));
                return Ok(false);
            }
        };
        self.give(place, losses);
        Ok(true)
    }

    /// The pages of a long key are somebody's, whether it is given out or not.
    fn account_for_key(&mut self, number: PageNo, key: &Item) {
        if let Body::Overflow(reference) = key.body {
            let _ = account_for_internal_key(&mut self.reader.pages, number, reference);
        }
    }

    fn next_off_page(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        let Some(set) = &mut self.off_page else { return Ok(false) };
        let (number, item) = match set.next(&mut self.reader.pages) {
            Ok(Some(found)) => found,
            Ok(None) => {
                if set.is_over() {
                    self.off_page = None;
                }
                return Ok(false);
            }
            Err(error) => {
                self.off_page = None;
                let page = self.page();
                self.lost_data(page, error, losses)?;
                return Ok(false);
            }
        };
        if item.life == Life::Deleted {
            return Ok(false);
        }
        let place = match item.body {
            Body::Inline(range) => DataPlace::OnDuplicatePage(range),
            Body::Overflow(reference) => {
                if let Err(error) = check_chain(&mut self.reader.pages, number, reference, Again::Refused) {
                    self.lost_data(number, error, losses)?;
                    return Ok(false);
                }
                self.reader.offer(number, reference)?;
                DataPlace::Offered
            }
            Body::Duplicates(_) => return Ok(false),
        };
        self.give(place, losses);
        Ok(true)
    }

    fn give(&mut self, place: DataPlace, losses: &mut Losses) {
        losses.close(&self.key, &mut self.open);
        self.last = Some(self.key.clone());
        self.place = Some(place);
    }

    /// The data of the key at hand, or some of them, are lost.
    fn lost_data(&mut self, page: PageNo, error: ReadError, losses: &mut Losses) -> Result<(), ReadError> {
        if matches!(error, ReadError::Io { .. } | ReadError::Ended { .. }) {
            return Err(error);
        }
        losses.place(page, format!("the data of a key: {error}"), Some(self.key.clone()));
        self.open = self.open.saturating_add(1);
        Ok(())
    }

    /// Returns the record at hand.
    pub(super) fn record(&mut self) -> Record<'_> {
        let place = self.place.as_ref().unwrap_or(&DataPlace::OnPage(0..0));
        Record { key: &self.key, data: data(place, self.leaf.as_ref(), self.off_page.as_ref(), &mut self.reader) }
    }
}
