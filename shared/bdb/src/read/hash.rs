//! The records of a hash database, bucket by bucket, each bucket in the order of its pages.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Range;

use super::duplicates::OffPage;
use super::error::ReadError;
use super::hash_page::{HashItem, HashItems, next_duplicate};
use super::meta::{DuplicateMode, HashMeta, Meta};
use super::overflow::Reader;
use super::page::{Body, Life, Page};
use super::records::KeyIs;
use super::survey::{Spots, Survey};
use crate::format::{PageNo, PageType};
use crate::hash::{Buckets, bucket_page, default_hash, is_default};
use crate::io::ReadAt;
use crate::record::{Data, Record};

/// Most keys of a bucket that are remembered to notice one that comes twice.
const KEYS_LIMIT: usize = 1 << 20;
/// Room for the keys of an ordinary bucket, kept from one to the next.
const KEYS_KEPT: usize = 1024;

/// A place in a hash database.
pub(super) struct HashCursor<'d, R> {
    reader: Reader<'d, R>,
    meta: Meta,
    hash: Box<HashMeta>,
    /// The page of the meta data, for errors.
    at: PageNo,
    /// The next bucket.
    bucket: u32,
    page: Option<Page>,
    items: HashItems,
    /// Of the next key in `items`.
    index: u16,
    key: KeyPlace,
    key_buffer: Vec<u8>,
    /// Digests of the keys of the bucket.
    keys: HashSet<u64>,
    /// Digest of the key before in the bucket.
    last_key: Option<u64>,
    hasher: RandomState,
    /// Keys so far.
    found: u64,
    /// Buckets whose pages are all zeros.
    blank: Spots,
    /// What is left of a set of duplicates on the page.
    on_page: Option<(u16, Range<u32>)>,
    /// The duplicate before, on the same page.
    data_before: Option<Range<u32>>,
    off_page: Option<OffPage>,
    key_seen: bool,
    key_is: KeyIs,
    pub(super) survey: Survey,
}

enum KeyPlace {
    OnPage(Range<u32>),
    Buffered,
}

/// Where the data of a record are.
pub(super) enum DataPlace {
    OnPage(Range<u32>),
    OnDuplicatePage(Range<u32>),
    Offered,
}

impl<'d, R: ReadAt> HashCursor<'d, R> {
    /// Begins at the first bucket of the database whose meta page is `at`.
    pub(super) fn new(
        reader: Reader<'d, R>,
        meta: Meta,
        hash: Box<HashMeta>,
        at: PageNo,
        survey: Survey,
    ) -> Result<Self, ReadError> {
        // Each bucket has a page of its own.
        if hash.max_bucket >= meta.pages {
            let (max_bucket, pages) = (hash.max_bucket, meta.pages);
            return Err(ReadError::TooManyBuckets { page: at, max_bucket, pages });
        }
        Ok(Self {
            reader,
            meta,
            hash,
            at,
            bucket: 0,
            page: None,
            items: HashItems::default(),
            index: 0,
            key: KeyPlace::Buffered,
            key_buffer: Vec::new(),
            keys: HashSet::new(),
            last_key: None,
            hasher: RandomState::new(),
            found: 0,
            blank: Spots::default(),
            on_page: None,
            data_before: None,
            off_page: None,
            key_seen: false,
            key_is: KeyIs::New,
            survey,
        })
    }

    /// Gives back what reads the file.
    pub(super) fn into_reader(self) -> (Reader<'d, R>, Survey) {
        (self.reader, self.survey)
    }

    /// Says whether the record found last is the first of its key.
    pub(super) fn key_is(&self) -> KeyIs {
        self.key_is
    }

    /// Moves to the next record.
    pub(super) fn advance(&mut self) -> Result<Option<DataPlace>, ReadError> {
        self.reader.finish_data()?;
        loop {
            let place = if self.off_page.is_some() {
                self.next_off_page()?
            } else if self.on_page.is_some() {
                self.next_on_page()?
            } else if self.items.get(self.index.into()).is_some() {
                self.next_pair()?
            } else if self.enter_next_page()? {
                None
            } else {
                return Ok(None);
            };
            if place.is_some() {
                self.key_is = if self.key_seen { KeyIs::Repeated } else { KeyIs::New };
                self.key_seen = true;
                return Ok(place);
            }
        }
    }

    /// Enters the next page of the bucket, or the next bucket; false behind the last one.
    fn enter_next_page(&mut self) -> Result<bool, ReadError> {
        self.items.clear();
        self.index = 0;
        let before = self.page.take();
        let page = match before.map(|page| (page.number, page.next())) {
            Some((from, next)) if next.0 != 0 => {
                let page = self.reader.pages.take(next, from)?;
                page.expect_previous(from)?;
                Some(page)
            }
            _ => {
                let bucket = self.bucket;
                if bucket > self.hash.max_bucket {
                    // A table that was made with a size begins to count there, so that this proves nothing.
                    if u64::from(self.hash.keys) > self.found {
                        self.survey.doubtful_buckets.add_all(&self.blank);
                    }
                    self.blank = Spots::default();
                    return Ok(false);
                }
                self.bucket = bucket.saturating_add(1);
                self.survey.buckets += 1;
                self.keys.clear();
                self.last_key = None;
                self.keys.shrink_to(KEYS_KEPT);
                let first = bucket_page(self.meta.version, &self.hash.spares, bucket);
                let first = first.filter(|page| page.0 != 0 && page.0 < self.meta.pages);
                let first = first.ok_or(ReadError::NoSuchBucket { page: self.at, bucket })?;
                let page = self.reader.pages.take_bucket(first)?;
                match &page {
                    Some(page) => page.expect_previous(PageNo(0))?,
                    // Zeros are what is left of the bucket.
                    None if self.hash.is_written(self.meta.version, bucket) => {
                        let expected = self.page_type();
                        return Err(ReadError::WrongType { page: first, found: 0, expected });
                    }
                    None => self.blank.add(first),
                }
                page
            }
        };
        if let Some(page) = page {
            match page.kind() {
                Some(PageType::HashUnsorted | PageType::Hash) => {}
                _ => {
                    let expected = self.page_type();
                    return Err(ReadError::WrongType { page: page.number, found: page.kind_byte(), expected });
                }
            }
            self.items.read(&page)?;
            self.page = Some(page);
        }
        Ok(true)
    }

    fn page_type(&self) -> PageType {
        if self.meta.version < 9 { PageType::HashUnsorted } else { PageType::Hash }
    }

    /// Takes the next pair of the page; nothing when its data are a set of duplicates.
    fn next_pair(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let index = self.index;
        self.index = index.saturating_add(2);
        let (Some(key), Some(data), Some(page)) =
            (self.items.get(index.into()), self.items.get(usize::from(index) + 1), &self.page)
        else {
            return Ok(None);
        };
        let (number, key, data) = (page.number, key.clone(), data.clone());
        self.key = match key {
            HashItem::Inline(range) => KeyPlace::OnPage(range),
            HashItem::Overflow(reference) => {
                self.reader.read_key(number, reference, &mut self.key_buffer)?;
                self.survey.overflow_keys += 1;
                KeyPlace::Buffered
            }
            HashItem::Duplicates(_) | HashItem::OffPage(_) => return Err(ReadError::Stopped),
        };
        self.key_seen = false;
        self.data_before = None;
        self.check_bucket(number, index)?;
        self.check_repeated(number, index)?;
        let is_set = matches!(data, HashItem::Duplicates(_) | HashItem::OffPage(_));
        if is_set && self.meta.duplicates() == DuplicateMode::Forbidden {
            return Err(ReadError::UnexpectedDuplicate { page: number, index });
        }
        Ok(match data {
            HashItem::Inline(range) => Some(DataPlace::OnPage(range)),
            HashItem::Overflow(reference) => {
                self.reader.offer(number, reference)?;
                self.survey.overflow_data += 1;
                Some(DataPlace::Offered)
            }
            HashItem::Duplicates(range) => {
                self.on_page = Some((index + 1, range));
                None
            }
            HashItem::OffPage(root) => {
                self.off_page = Some(OffPage::new(&self.meta, root, number));
                None
            }
        })
    }

    /// Where the function is known, each key must be in its bucket: the library would not find it anywhere else.
    fn check_bucket(&self, page: PageNo, index: u16) -> Result<(), ReadError> {
        if !is_default(self.hash.charkey) {
            return Ok(());
        }
        let buckets = Buckets::new(self.hash.max_bucket);
        let (bucket, expected) = (self.bucket.saturating_sub(1), buckets.of(default_hash(self.key())));
        if bucket == expected { Ok(()) } else { Err(ReadError::WrongBucket { page, index, bucket, expected }) }
    }

    /// All data of a key are in one item, so a key that comes twice is a page that should not be here, or damaged. But where duplicates
    /// have no order, the library itself leaves some next to the item that has the others (5.3, found by chance in files that it verifies).
    fn check_repeated(&mut self, page: PageNo, index: u16) -> Result<(), ReadError> {
        let digest = self.hasher.hash_one(self.key());
        let before = self.last_key.replace(digest);
        if before == Some(digest) && self.meta.duplicates() == DuplicateMode::Unsorted {
            self.key_seen = true;
            return Ok(());
        }
        if self.keys.len() < KEYS_LIMIT && !self.keys.insert(digest) {
            return Err(ReadError::RepeatedKey { page, index });
        }
        self.found += 1;
        Ok(())
    }

    fn key(&self) -> &[u8] {
        match &self.key {
            KeyPlace::OnPage(range) => self.page.as_ref().map_or(&[], |page| page.slice(range.clone())),
            KeyPlace::Buffered => &self.key_buffer,
        }
    }

    fn next_on_page(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let (Some((index, left)), Some(page)) = (&mut self.on_page, &self.page) else { return Ok(None) };
        let Some(range) = next_duplicate(page, *index, left)? else {
            self.on_page = None;
            return Ok(None);
        };
        if let Some(before) = self.data_before.replace(range.clone()) {
            let order = &mut self.survey.duplicate_order;
            order.compare(page.slice(before), page.slice(range.clone()), page.number);
        }
        self.survey.duplicates_on_page += u64::from(self.key_seen);
        Ok(Some(DataPlace::OnPage(range)))
    }

    fn next_off_page(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let Some(set) = &mut self.off_page else { return Ok(None) };
        let Some((number, item)) = set.next(&mut self.reader.pages)? else {
            if set.is_over() {
                set.note_counts(&mut self.survey);
                self.off_page = None;
            }
            return Ok(None);
        };
        let place = match item.body {
            Body::Inline(range) => {
                if item.life == Life::Live {
                    set.compare(range.clone(), &mut self.survey);
                }
                DataPlace::OnDuplicatePage(range)
            }
            Body::Overflow(reference) => {
                self.reader.offer(number, reference)?;
                DataPlace::Offered
            }
            Body::Duplicates(_) => return Err(ReadError::Stopped),
        };
        if item.life == Life::Deleted {
            self.reader.finish_data()?;
            self.survey.deleted += 1;
            return Ok(None);
        }
        self.survey.overflow_data += u64::from(matches!(place, DataPlace::Offered));
        self.survey.duplicates_off_page += 1;
        Ok(Some(place))
    }

    /// Returns the record at a place that [`advance`](Self::advance) found.
    pub(super) fn record(&mut self, place: DataPlace) -> Record<'_> {
        let page = |range: Range<u32>| self.page.as_ref().map_or(&[][..], |page| page.slice(range));
        let key = match &self.key {
            KeyPlace::OnPage(range) => page(range.clone()),
            KeyPlace::Buffered => &self.key_buffer,
        };
        let data = match place {
            DataPlace::OnPage(range) => Data::Whole(page(range)),
            DataPlace::OnDuplicatePage(range) => {
                Data::Whole(self.off_page.as_ref().map_or(&[], |set| set.slice(range)))
            }
            DataPlace::Offered => Data::Chunked(&mut self.reader),
        };
        Record { key, data }
    }
}
