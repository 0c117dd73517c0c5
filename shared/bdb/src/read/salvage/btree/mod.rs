//! The records of a damaged btree.

mod leaves;
mod signs;

use std::cmp::Reverse;
use std::collections::hash_map::RandomState;
use std::collections::{BinaryHeap, HashSet};
use std::hash::BuildHasher;

use super::chains::Chains;
use super::damaged_set::DamagedSet;
use super::data_place::{DataPlace, data, next_off_page, skip_deleted};
use super::key_order::KeyOrder;
use super::{Losses, OTHER_RECORD, lost, lost_data, pairs_of};
use crate::format::PageNo;
use crate::io::ReadAt;
use crate::read::error::ReadError;
use crate::read::meta::{DuplicateMode, Meta};
use crate::read::overflow::{Again, Reader, account_for_internal_key, check_chain};
use crate::read::page::{Body, Item, Items, Life, Page, Reference};
use crate::record::Record;
use signs::Signs;

/// Most bytes of keys that are held of pages that are merged.
const HEADS_LIMIT: usize = 64 << 20;
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
    signs: Signs,
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
    off_page: Option<DamagedSet>,
    chains: Chains,
    /// How many losses wait for the next key.
    open: usize,
    /// Deleted items so far.
    deleted: u64,
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
            signs: Signs::default(),
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
            chains: Chains::default(),
            open: 0,
            deleted: 0,
        }
    }

    pub(super) fn into_reader(self) -> Reader<'d, R> {
        let mut reader = self.reader;
        reader.drop_data();
        reader
    }

    /// Returns how many deleted items were skipped.
    pub(super) fn deleted(&self) -> u64 {
        self.deleted
    }

    /// Returns the page of the record at hand.
    pub(super) fn page(&self) -> PageNo {
        self.leaf.as_ref().map_or(PageNo(0), |leaf| leaf.number)
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

    /// Makes the heads of all runs known.
    fn begin(&mut self, losses: &mut Losses) -> Result<(), ReadError> {
        let mut bytes = 0_usize;
        for run in 0..self.runs.len() {
            if !self.enter(run, losses)? {
                continue;
            }
            bytes = bytes.saturating_add(self.key.len()).saturating_add(self.sorted_data().len());
            if bytes > HEADS_LIMIT {
                let what = "too many pages that are out of order, or not linked in the tree".to_owned();
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
        if item.life == Life::Deleted && !matches!(item.body, Body::Duplicates(_)) {
            self.skip_deleted(run, number, &item.body, losses)?;
            return Ok(false);
        }
        let place = match item.body {
            Body::Inline(range) => {
                if self.values.len() < VALUES_LIMIT {
                    let digest = self.hasher.hash_one(leaf.slice(range.clone()));
                    if !self.values.insert(digest) && run >= self.runs_of_tree {
                        return Ok(false);
                    }
                }
                DataPlace::OnPage(range)
            }
            Body::Overflow(reference) => {
                if let Err(error) = check_chain(&mut self.reader.pages, number, reference, Again::Refused) {
                    self.lost_data(number, error, losses)?;
                    return Ok(false);
                }
                self.reader.offer(number, reference)?;
                DataPlace::Offered
            }
            // They would have the same key.
            Body::Duplicates(_) if self.meta.duplicates() == DuplicateMode::Forbidden => {
                let index = u16::try_from(self.index.saturating_sub(2)).unwrap_or(u16::MAX);
                self.lost_data(number, ReadError::UnexpectedDuplicate { page: number, index }, losses)?;
                return Ok(false);
            }
            Body::Duplicates(root) => {
                let (key, open) = (&self.key, &mut self.open);
                let mut tell = |error: ReadError| {
                    *open = open.saturating_add(1);
                    lost_data(losses, key, error.page().unwrap_or(number), error)
                };
                self.off_page =
                    Some(DamagedSet::open(&mut self.reader.pages, &mut self.chains, root, number, &mut tell)?);
                return Ok(false);
            }
        };
        self.give(place, losses);
        Ok(true)
    }

    /// Skips deleted data; of those on a page that was left behind, the tree may have the same ones.
    fn skip_deleted(&mut self, run: usize, number: PageNo, body: &Body, losses: &mut Losses) -> Result<(), ReadError> {
        let is_copy = matches!(body, Body::Overflow(reference) if self.reader.pages.is_used(reference.first));
        if is_copy && run >= self.runs_of_tree {
            return Ok(());
        }
        match skip_deleted(&mut self.reader, number, body, &mut self.deleted) {
            Err(error) => self.lost_data(number, error, losses),
            Ok(()) => Ok(()),
        }
    }

    /// The pages of a long key are somebody's, whether it is given out or not.
    fn account_for_key(&mut self, number: PageNo, key: &Item) {
        if let Body::Overflow(reference) = key.body {
            let _ = account_for_internal_key(&mut self.reader.pages, number, reference);
        }
    }

    fn next_off_page(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        match next_off_page(&mut self.off_page, &mut self.reader, &mut self.deleted) {
            Ok(Some(place)) => {
                self.give(place, losses);
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err((page, error)) => {
                self.lost_data(page.unwrap_or(self.page()), error, losses)?;
                Ok(false)
            }
        }
    }

    fn give(&mut self, place: DataPlace, losses: &mut Losses) {
        losses.close(&self.key, &mut self.open);
        self.last = Some(self.key.clone());
        self.place = Some(place);
    }

    /// The data of the key at hand, or some of them, are lost.
    fn lost_data(&mut self, page: PageNo, error: ReadError, losses: &mut Losses) -> Result<(), ReadError> {
        lost_data(losses, &self.key, page, error)?;
        self.open = self.open.saturating_add(1);
        Ok(())
    }

    /// Returns the record at hand.
    pub(super) fn record(&mut self) -> Record<'_> {
        let place = self.place.as_ref().unwrap_or(&DataPlace::OnPage(0..0));
        Record { key: &self.key, data: data(place, self.leaf.as_ref(), self.off_page.as_ref(), &mut self.reader) }
    }
}
