//! The records of a damaged hash database.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Range;

use super::super::error::{ReadError, unless_damaged};
use super::super::hash_page::{HashItem, HashItems, next_duplicate};
use super::super::meta::{DuplicateMode, HashMeta, Meta};
use super::super::overflow::{Again, Reader, account_for_internal_key, check_chain};
use super::super::page::{Page, Reference};
use super::bucket_sample::{fits_default_function, likely_last_bucket};
use super::chains::Chains;
use super::damaged_set::{DamagedSet, is_root_of_set};
use super::data_place::{DataPlace, data, next_off_page};
use super::{Losses, OTHER_RECORD, Orphans, lost, lost_data};
use crate::format::{PageNo, PageType, hash_flag};
use crate::hash::{Buckets, bucket_page, default_hash};
use crate::io::ReadAt;
use crate::record::Record;

/// Most keys of one bucket that are remembered to leave out those that come twice.
const KEYS_LIMIT: usize = 1 << 22;

/// What is said of a page of zeros that may have been one of records.
const BLANK_BUCKET: &str =
    "the bucket is all zeros and the meta page counts more keys than there are: never written, or lost";
/// Most buckets beside the first that a page is listed under.
const BUCKETS_LIMIT: usize = 7;
/// Most pages that are listed under several buckets.
const SEVERAL_LIMIT: usize = 1 << 18;
/// Most bytes of long keys of a page that are looked at to find its buckets.
const LONG_KEYS_LIMIT: usize = 16 << 20;

/// A damaged hash database while its records are given out.
pub(super) struct HashSalvage<'d, R> {
    reader: Reader<'d, R>,
    meta: Meta,
    hash: Box<HashMeta>,
    buckets: Buckets,
    /// Every page with its bucket, the next one last; those in chains come ahead of those that were left behind.
    pages: Vec<(u32, u32)>,
    /// The buckets of pages that are listed under several, the one of most keys first.
    several: HashMap<u32, Vec<u32>>,
    /// Those that no bucket leads to, in file order.
    left_behind: Vec<u32>,
    bucket: u32,
    page: Option<Page>,
    items: HashItems,
    index: u16,
    key: Vec<u8>,
    /// Digests of the bucket's keys, with those of their data where these are on the page.
    keys: HashMap<u64, Option<u64>>,
    /// Digest of the key before in the bucket.
    last_key: Option<u64>,
    hasher: RandomState,
    /// Keys so far.
    found: u64,
    /// The first bucket whose page is all zeros.
    blank: Option<PageNo>,
    on_page: Option<(u16, Range<u32>)>,
    off_page: Option<DamagedSet>,
    chains: Chains,
    place: Option<DataPlace>,
    /// Deleted data so far.
    deleted: u64,
}

impl<'d, R: ReadAt> HashSalvage<'d, R> {
    pub(super) fn new(reader: Reader<'d, R>, meta: Meta, hash: Box<HashMeta>) -> Self {
        Self {
            reader,
            meta,
            buckets: Buckets::new(hash.max_bucket),
            hash,
            pages: Vec::new(),
            several: HashMap::new(),
            left_behind: Vec::new(),
            bucket: 0,
            page: None,
            items: HashItems::default(),
            index: 0,
            key: Vec::new(),
            keys: HashMap::new(),
            last_key: None,
            hasher: RandomState::new(),
            found: 0,
            blank: None,
            on_page: None,
            off_page: None,
            chains: Chains::default(),
            place: None,
            deleted: 0,
        }
    }

    pub(super) fn into_reader(self) -> Reader<'d, R> {
        let mut reader = self.reader;
        reader.drop_data();
        reader
    }

    /// Finds the pages: along the buckets, then those that no bucket leads to. Returns what the meta page says of the buckets, or
    /// should say.
    pub(super) fn find(&mut self, at: PageNo, orphans: Orphans, losses: &mut Losses) -> Result<HashMeta, ReadError> {
        let HashMeta { max_bucket, high_mask, low_mask, .. } = *self.hash;
        let pages = self.meta.pages;
        if max_bucket >= pages {
            lost(losses, at, ReadError::TooManyBuckets { page: at, max_bucket, pages })?;
        }
        let agrees = (high_mask, low_mask) == (self.buckets.high_mask, self.buckets.low_mask);
        if max_bucket == 0 || max_bucket >= pages || !agrees {
            let last = likely_last_bucket(&mut self.reader, &mut self.items)?;
            self.set_last_bucket(last);
        }
        // Where nobody knows where the buckets are, every page is one that nothing leads to.
        let known = self.hash.spares.iter().any(|spare| *spare != 0) || self.meta.version == 5;
        for bucket in (0..=self.hash.max_bucket.min(self.meta.pages)).filter(|_| known) {
            let first = bucket_page(self.meta.version, &self.hash.spares, bucket);
            let Some(first) = first.filter(|page| page.0 != 0 && page.0 < self.meta.pages) else {
                lost(losses, at, ReadError::NoSuchBucket { page: at, bucket })?;
                continue;
            };
            let mut next = match self.take_first(first) {
                Ok(page) => page,
                Err(error) => {
                    lost(losses, first, error)?;
                    continue;
                }
            };
            if next.is_none() && self.hash.is_written(self.meta.version, bucket) {
                let expected = PageType::HashUnsorted;
                lost(losses, first, ReadError::WrongType { page: first, found: 0, expected })?;
            } else if next.is_none() {
                self.blank.get_or_insert(first);
            }
            while let Some(page) = next.take() {
                let number = page.number;
                if !is_bucket(&page) {
                    let expected = PageType::HashUnsorted;
                    lost(losses, number, ReadError::WrongType { page: number, found: page.kind_byte(), expected })?;
                    break;
                }
                self.list(&page, Some(bucket), losses)?;
                if page.next().0 != 0 {
                    match self.take_page(page.next(), number) {
                        Ok(page) => next = Some(page),
                        Err(error) => {
                            let at = self.reader.pages.existing_or(page.next(), number);
                            lost(losses, at, error)?;
                        }
                    }
                }
            }
        }
        if known {
            self.account_for_set_aside()?;
        }
        if orphans == Orphans::Ours {
            self.find_orphans(losses)?;
        }
        // Stable: the order of each chain stays, and what was left behind comes after it.
        self.pages.sort_by_key(|(bucket, _)| *bucket);
        self.pages.reverse();
        Ok(HashMeta::clone(&self.hash))
    }

    /// Returns the first page of a bucket, as [`take_page`](Self::take_page) does; nothing for one that was never written.
    fn take_first(&mut self, number: PageNo) -> Result<Option<Page>, ReadError> {
        match self.reader.pages.peek(number, PageNo(0)) {
            Ok(page) if !is_bucket(&page) => Ok(Some(page)),
            _ => self.reader.pages.take_bucket(number),
        }
    }

    /// Returns a page of a bucket, which is taken, or one of another type, which is left to whom it belongs to.
    fn take_page(&mut self, number: PageNo, from: PageNo) -> Result<Page, ReadError> {
        let page = self.reader.pages.peek(number, from)?;
        if is_bucket(&page) { self.reader.pages.take(number, from) } else { Ok(page) }
    }

    /// Tells whether the keys lie where the library's function puts them, whatever the meta page says of the function.
    pub(super) fn fits_default_function(&mut self) -> Result<bool, ReadError> {
        fits_default_function(&mut self.reader, &mut self.items, self.buckets.low_mask)
    }

    /// The pages of buckets that are not yet in use are somebody's: a table gets as many as it had, all at once.
    fn account_for_set_aside(&mut self) -> Result<(), ReadError> {
        let Buckets { last, high_mask, .. } = self.buckets;
        for bucket in last.saturating_add(1)..=high_mask.min(self.meta.pages) {
            let Some(page) = bucket_page(self.meta.version, &self.hash.spares, bucket) else { continue };
            unless_damaged(self.reader.pages.take_zero(page))?;
        }
        Ok(())
    }

    fn set_last_bucket(&mut self, last: u32) {
        self.buckets = Buckets::new(last);
        let Buckets { last: max_bucket, high_mask, low_mask } = self.buckets;
        *self.hash = HashMeta { max_bucket, high_mask, low_mask, ..HashMeta::clone(&self.hash) };
    }

    fn find_orphans(&mut self, losses: &mut Losses) -> Result<(), ReadError> {
        for number in (1..self.meta.pages).map(PageNo) {
            if self.reader.pages.is_used(number) {
                continue;
            }
            let Some(page) = unless_damaged(self.reader.pages.peek(number, PageNo(0)))? else { continue };
            if !is_bucket(&page) || page.entries() == 0 || self.items.read(&page).is_err() {
                continue;
            }
            if self.list(&page, None, losses)? {
                let _ = self.reader.pages.take(number, PageNo(0));
                self.left_behind.push(number.0);
            }
        }
        Ok(())
    }

    /// Lists a page under the buckets that its keys belong to, whatever chain it is in: a link may lead astray, and so may a
    /// wrong number of buckets. False for a page without a readable key.
    fn list(&mut self, page: &Page, chain: Option<u32>, losses: &mut Losses) -> Result<bool, ReadError> {
        let number = page.number;
        if let Err(error) = self.items.read(page) {
            lost(losses, number, error)?;
            return Ok(false);
        }
        self.note_duplicates(page);
        let counts = self.count_buckets(page)?;
        let Some((&most, _)) = counts.iter().max_by_key(|(bucket, count)| (**count, Some(**bucket) == chain, **bucket))
        else {
            // What its keys are is told when its pairs are read.
            self.pages.extend(chain.filter(|_| page.entries() > 0).map(|bucket| (bucket, number.0)));
            return Ok(false);
        };
        if let Some(bucket) = chain.filter(|bucket| !counts.contains_key(bucket)) {
            lost(losses, number, ReadError::WrongBucket { page: number, index: 0, bucket, expected: most })?;
        }
        // A key that is alone in its bucket is a damaged one.
        let is_meant = |bucket: u32, count: u32| bucket != most && (count > 1 || Some(bucket) == chain);
        let others = counts.iter().filter(|(bucket, count)| is_meant(**bucket, **count)).map(|(bucket, _)| *bucket);
        let buckets: Vec<u32> = std::iter::once(most).chain(others.take(BUCKETS_LIMIT)).collect();
        if buckets.len() > 1 && self.several.len() < SEVERAL_LIMIT {
            self.pages.extend(buckets.iter().map(|bucket| (*bucket, number.0)));
            self.several.insert(number.0, buckets);
        } else {
            self.pages.push((most, number.0));
        }
        Ok(true)
    }

    /// Corrects the flags where an intact set of duplicates is on a page whose items were read.
    fn note_duplicates(&mut self, page: &Page) {
        if self.meta.duplicates() != DuplicateMode::Forbidden {
            return;
        }
        let is_set = (1..page.entries()).step_by(2).any(|index| match self.items.get(index.into()).cloned() {
            Some(HashItem::Duplicates(range)) => is_whole(page, index, range),
            Some(HashItem::OffPage(root)) => is_root_of_set(&mut self.reader.pages, root),
            _ => false,
        });
        if is_set {
            self.meta.flags |= hash_flag::DUP;
        }
    }

    /// Counts the keys of a page whose items were read, by their buckets; not those beyond the limit.
    fn count_buckets(&mut self, page: &Page) -> Result<HashMap<u32, u32>, ReadError> {
        let mut counts = HashMap::new();
        let (mut key, mut long) = (Vec::new(), 0_usize);
        for index in (0..page.entries()).step_by(2) {
            let Some(item) = self.items.get(index.into()).cloned() else { break };
            if matches!(item, HashItem::Overflow(_)) && long > LONG_KEYS_LIMIT {
                continue;
            }
            if unless_damaged(self.read_key(page, item.clone(), &mut key))?.is_none() {
                continue;
            }
            *counts.entry(self.buckets.of(default_hash(&key))).or_default() += 1;
            if matches!(item, HashItem::Overflow(_)) {
                long = long.saturating_add(key.len());
            }
        }
        Ok(counts)
    }

    fn read_key(&mut self, page: &Page, item: HashItem, key: &mut Vec<u8>) -> Result<(), ReadError> {
        key.clear();
        match item {
            HashItem::Inline(range) => {
                key.extend_from_slice(page.slice(range));
                Ok(())
            }
            HashItem::Overflow(reference) => self.reader.peek_key(page.number, reference, key),
            HashItem::Duplicates(_) | HashItem::OffPage(_) => Err(ReadError::Stopped),
        }
    }

    /// Moves to the next record that is given out.
    pub(super) fn advance(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        self.reader.finish_data()?;
        self.place = None;
        loop {
            let found = if self.off_page.is_some() {
                self.next_off_page(losses)?
            } else if self.on_page.is_some() {
                self.next_on_page(losses)?
            } else if self.page.is_some() && self.items.get(self.index.into()).is_some() {
                self.take_pair(losses)?
            } else if self.next_page(losses)? {
                false
            } else {
                if let Some(page) = self.blank.take().filter(|_| u64::from(self.hash.keys) > self.found) {
                    losses.place(page, BLANK_BUCKET.to_owned(), None);
                }
                return Ok(false);
            };
            if found {
                return Ok(true);
            }
        }
    }

    fn next_page(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        self.page = None;
        self.items.clear();
        self.index = 0;
        let Some((bucket, number)) = self.pages.pop() else { return Ok(false) };
        if bucket != self.bucket {
            self.keys.clear();
            self.last_key = None;
            self.bucket = bucket;
        }
        let number = PageNo(number);
        let page = self.reader.pages.peek(number, PageNo(0)).and_then(|page| {
            self.items.read(&page)?;
            Ok(page)
        });
        match page {
            Ok(page) => self.page = Some(page),
            Err(error) => {
                self.items.clear();
                lost(losses, number, error)?;
            }
        }
        Ok(true)
    }

    fn take_pair(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        let index = self.index;
        self.index = index.saturating_add(2);
        let (Some(key_item), Some(data_item), Some(page)) = (
            self.items.get(index.into()).cloned(),
            self.items.get(usize::from(index).saturating_add(1)).cloned(),
            self.page.take(),
        ) else {
            return Ok(false);
        };
        let number = page.number;
        let mut key = std::mem::take(&mut self.key);
        let read = self.read_key(&page, key_item.clone(), &mut key);
        if let HashItem::Overflow(reference) = key_item {
            // Its pages are somebody's.
            let _ = account_for_internal_key(&mut self.reader.pages, number, reference);
        }
        self.key = key;
        self.page = Some(page);
        if let Err(error) = read {
            lost(losses, number, error)?;
            return Ok(false);
        }
        let expected = self.buckets.of(default_hash(&self.key));
        if expected != self.bucket {
            let bucket = self.bucket;
            let buckets = self.several.get(&number.0).map_or(&[][..], Vec::as_slice);
            // It is given out with the others of its bucket, or told with the first of the page's buckets.
            if buckets.contains(&expected) || buckets.first().is_some_and(|first| *first != bucket) {
                return Ok(false);
            }
            lost(losses, number, ReadError::WrongBucket { page: number, index, bucket, expected })?;
            return Ok(false);
        }
        if self.is_repeated(number, index, &data_item, losses)? {
            return Ok(false);
        }
        let is_set = matches!(data_item, HashItem::Duplicates(_) | HashItem::OffPage(_));
        if is_set && self.meta.duplicates() == DuplicateMode::Forbidden {
            lost(losses, number, ReadError::UnexpectedDuplicate { page: number, index })?;
            return Ok(false);
        }
        match data_item {
            HashItem::Inline(range) => self.place = Some(DataPlace::OnPage(range)),
            HashItem::Overflow(reference) => {
                if let Err(error) = check_chain(&mut self.reader.pages, number, reference, Again::Refused) {
                    self.lost_data(number, error, losses)?;
                    return Ok(false);
                }
                self.reader.offer(number, reference)?;
                self.place = Some(DataPlace::Offered);
            }
            HashItem::Duplicates(range) => self.on_page = Some((index.saturating_add(1), range)),
            HashItem::OffPage(root) => {
                let key = &self.key;
                let mut tell = |error: ReadError| lost_data(losses, key, error.page().unwrap_or(number), error);
                self.off_page =
                    Some(DamagedSet::open(&mut self.reader.pages, &mut self.chains, root, number, &mut tell)?);
            }
        }
        Ok(self.place.is_some())
    }

    /// Tells whether the key at hand came before; notes a loss unless the data are the same.
    fn is_repeated(
        &mut self,
        number: PageNo,
        index: u16,
        item: &HashItem,
        losses: &mut Losses,
    ) -> Result<bool, ReadError> {
        let data = match (item, &self.page) {
            (HashItem::Inline(range) | HashItem::Duplicates(range), Some(page)) => {
                Some(self.hasher.hash_one(page.slice(range.clone())))
            }
            _ => None,
        };
        let digest = self.hasher.hash_one(&self.key);
        let is_next = self.last_key.replace(digest) == Some(digest);
        if let Some(before) = self.keys.get(&digest) {
            // In the bucket one of the two is damaged. On a page that was left behind it is older, and mostly the same.
            let is_copy = match item {
                HashItem::Inline(_) | HashItem::Duplicates(_) => *before == data,
                HashItem::Overflow(Reference { first, .. }) | HashItem::OffPage(first) => {
                    self.reader.pages.is_used(*first)
                }
            };
            let is_free = data.is_some() || !is_copy;
            if is_next && is_free && self.meta.duplicates() == DuplicateMode::Unsorted {
                return Ok(false);
            }
            if self.left_behind.binary_search(&number.0).is_err() {
                lost(losses, number, ReadError::RepeatedKey { page: number, index })?;
            } else if !is_copy {
                losses.place(number, OTHER_RECORD.to_owned(), Some(self.key.clone()));
            }
            return Ok(true);
        }
        if self.keys.len() >= KEYS_LIMIT {
            let what = format!("a bucket of more than {KEYS_LIMIT} keys");
            losses.place(number, what, Some(self.key.clone()));
            return Ok(true);
        }
        self.keys.insert(digest, data);
        self.found += 1;
        Ok(false)
    }

    fn next_on_page(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        let (Some((index, left)), Some(page)) = (&mut self.on_page, &self.page) else { return Ok(false) };
        let number = page.number;
        match next_duplicate(page, *index, left) {
            Ok(Some(range)) => {
                self.place = Some(DataPlace::OnPage(range));
                Ok(true)
            }
            Ok(None) => {
                self.on_page = None;
                Ok(false)
            }
            Err(error) => {
                self.on_page = None;
                self.lost_data(number, error, losses)?;
                Ok(false)
            }
        }
    }

    fn next_off_page(&mut self, losses: &mut Losses) -> Result<bool, ReadError> {
        match next_off_page(&mut self.off_page, &mut self.reader, &mut self.deleted) {
            Ok(Some(place)) => {
                self.place = Some(place);
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err((page, error)) => {
                self.lost_data(page.unwrap_or(self.page()), error, losses)?;
                Ok(false)
            }
        }
    }

    fn lost_data(&mut self, page: PageNo, error: ReadError, losses: &mut Losses) -> Result<(), ReadError> {
        lost_data(losses, &self.key, page, error)
    }

    /// Returns how many deleted data were skipped.
    pub(super) fn deleted(&self) -> u64 {
        self.deleted
    }

    /// Returns what the flags are, once the pages are found.
    pub(super) fn flags(&self) -> u32 {
        self.meta.flags
    }

    /// Returns the page of the record at hand.
    pub(super) fn page(&self) -> PageNo {
        self.page.as_ref().map_or(PageNo(0), |page| page.number)
    }

    /// Returns the record at hand.
    pub(super) fn record(&mut self) -> Record<'_> {
        let place = self.place.as_ref().unwrap_or(&DataPlace::OnPage(0..0));
        Record { key: &self.key, data: data(place, self.page.as_ref(), self.off_page.as_ref(), &mut self.reader) }
    }
}

/// Tells whether a page is of the types that buckets consist of.
fn is_bucket(page: &Page) -> bool {
    matches!(page.kind(), Some(PageType::HashUnsorted | PageType::Hash))
}

/// Tells whether the lengths around all duplicates of an item fit.
fn is_whole(page: &Page, index: u16, mut left: Range<u32>) -> bool {
    !left.is_empty()
        && loop {
            match next_duplicate(page, index, &mut left) {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        }
}
