//! Builds one hash database from records that come bucket by bucket.
//!
//! The first pages of all buckets follow one another; what does not go there, and every chain and tree, goes to the end of
//! the file. So with as many buckets as the source has, and the same function, the records pass straight through.

use super::btree::{Value, fill, put_ordered};
use super::error::WriteError;
use super::hash_page::{HashPage, Item};
use super::output::{Output, Stream};
use super::overflow::{self, ChainWriter};
use super::page_builder::Header;
use super::tree::{Tree, TreeKind};
use super::{Duplicates, HashOptions};
use crate::format::{ByteOrder, PageNo, PageType, overflow_threshold};
use crate::hash::{Buckets, ceil_log2, default_hash};
use crate::io::WriteAt;
use crate::record::{Data, Record};

/// Where the link to the next page lies in a page header.
const NEXT_LINK: usize = 16;
/// How full the pages of off-page duplicates get, in percent.
const FILL_PERCENT: u8 = 90;
/// Fewest keys on a page of a tree of off-page duplicates.
const MINKEY: u32 = 2;

/// A hash database being built.
#[derive(Debug)]
pub(crate) struct Hash {
    options: HashOptions,
    buckets: Buckets,
    /// Longest item that stays on a page of a bucket.
    threshold: usize,
    /// Longest item that stays on a page of off-page duplicates.
    duplicate_threshold: usize,
    page_size: usize,
    order: ByteOrder,
    pub(crate) first: PageNo,
    /// The first pages of the buckets.
    primary: Stream,
    bucket: u32,
    page: HashPage,
    /// The page of the open bucket that was finished last.
    before: Option<PageNo>,
    key: Vec<u8>,
    value: Held,
    off_page: Tree,
    scratch: Vec<u8>,
    pub(crate) bucket_pages: u32,
    pub(crate) duplicate_pages: u32,
    pub(crate) records: u64,
    pub(crate) keys: u64,
}

/// The values of the present key, as far as they were not written.
#[derive(Debug)]
enum Held {
    /// There is no present key.
    None,
    /// One, on its page.
    Inline(Vec<u8>),
    /// One, in an overflow chain.
    Overflow(PageNo, u32),
    /// Several, each between its length and its length again.
    Set(Vec<u8>),
    /// Several, in a tree of their own.
    OffPage,
}

impl Hash {
    /// Begins a database whose buckets are the next pages of the file.
    pub(crate) fn new<W: WriteAt>(
        options: HashOptions,
        output: &mut Output<W>,
        page_size: u32,
        order: ByteOrder,
    ) -> Result<Self, WriteError> {
        if options.max_bucket == 0 {
            return Err(WriteError::SingleBucket);
        }
        let pages = pages_of(options.max_bucket).ok_or(WriteError::FileTooLarge { last: output.last_page() })?;
        let first = output.skip(pages)?;
        let duplicate_threshold = overflow_threshold(page_size, MINKEY) as usize;
        let page_size = page_size as usize;
        let kind = TreeKind::of_duplicates(options.duplicates);
        Ok(Self {
            buckets: Buckets::new(options.max_bucket),
            threshold: page_size / 4,
            duplicate_threshold,
            page_size,
            order,
            first,
            primary: Stream::at(output.offset(first)),
            bucket: 0,
            page: HashPage::new(page_size, order),
            before: None,
            key: Vec::new(),
            value: Held::None,
            off_page: Tree::new(kind, order, page_size, fill(page_size, FILL_PERCENT)),
            scratch: Vec::new(),
            bucket_pages: 0,
            duplicate_pages: 0,
            records: 0,
            keys: 0,
            options,
        })
    }

    /// Adds a record behind all others.
    pub(crate) fn push<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        record: Record<'_>,
    ) -> Result<(), WriteError> {
        let repeated = !matches!(self.value, Held::None) && record.key == self.key.as_slice();
        self.records = self.records.saturating_add(1);
        let number = self.records;
        if u32::try_from(record.key.len()).is_err() {
            return Err(WriteError::TooLong { record: number, length: record.key.len() as u64 });
        }
        if repeated && self.options.duplicates == Duplicates::None {
            return Err(WriteError::RepeatedKey { record: number });
        }
        if !repeated {
            self.close_key(output, chains)?;
            let bucket = self.buckets.of(default_hash(record.key));
            if bucket < self.bucket {
                return Err(WriteError::BucketOrder { record: number, bucket, open: self.bucket });
            }
            while self.bucket < bucket {
                self.close_bucket(output)?;
            }
            self.keys = self.keys.saturating_add(1);
            self.key.clear();
            self.key.extend_from_slice(record.key);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let added = self.add_value(output, chains, record.data, &mut scratch);
        self.scratch = scratch;
        added
    }

    fn add_value<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        data: Data<'_>,
        scratch: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let record = self.records;
        if matches!(self.value, Held::OffPage) {
            return self.add_off_page(output, chains, data, scratch);
        }
        let first = matches!(self.value, Held::None);
        let length = data.length();
        let short = usize::try_from(length).is_ok_and(|length| length <= self.threshold);
        if first && !short {
            let length = u32::try_from(length).map_err(|_| WriteError::TooLong { record, length })?;
            self.value = Held::Overflow(chains.write(output, record, data, length, 1)?, length);
            return Ok(());
        }
        if !short {
            self.move_off_page(output, chains)?;
            return self.add_off_page(output, chains, data, scratch);
        }
        let bytes = match data {
            Data::Whole(bytes) => bytes,
            Data::Chunked(source) => {
                overflow::collect(source, record, scratch)?;
                scratch.as_slice()
            }
        };
        let grown = match std::mem::replace(&mut self.value, Held::None) {
            Held::None => Held::Inline(bytes.to_vec()),
            Held::Inline(one) => Held::Set([framed(self.order, &one), framed(self.order, bytes)].concat()),
            Held::Set(mut set) => {
                set.extend(framed(self.order, bytes));
                Held::Set(set)
            }
            other @ (Held::Overflow(..) | Held::OffPage) => {
                self.value = other;
                self.move_off_page(output, chains)?;
                let copy = bytes.to_vec();
                return self.add_off_page(output, chains, Data::Whole(&copy), scratch);
            }
        };
        let is_large = matches!(&grown, Held::Set(set) if set.len() > self.threshold);
        self.value = grown;
        if is_large { self.move_off_page(output, chains) } else { Ok(()) }
    }

    /// Moves the values of the present key to a tree of their own.
    fn move_off_page<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
    ) -> Result<(), WriteError> {
        let mut scratch = Vec::new();
        match std::mem::replace(&mut self.value, Held::OffPage) {
            Held::None | Held::OffPage => Ok(()),
            Held::Inline(one) => self.add_off_page(output, chains, Data::Whole(&one), &mut scratch),
            Held::Overflow(page, length) => {
                self.off_page.leaf().put_overflow(page, length)?;
                self.off_page.count_record(output)
            }
            Held::Set(set) => {
                let mut left = set.as_slice();
                while let Some(length) = self.order.u16_at(left, 0) {
                    let end = usize::from(length).saturating_add(2);
                    let one = left.get(2..end).unwrap_or_default();
                    self.add_off_page(output, chains, Data::Whole(one), &mut scratch)?;
                    left = left.get(end.saturating_add(2)..).unwrap_or_default();
                }
                Ok(())
            }
        }
    }

    fn add_off_page<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        data: Data<'_>,
        scratch: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let value = Value::new(data, self.duplicate_threshold, self.records, scratch)?;
        let place = self.off_page.make_room(output, value.size().saturating_add(super::page_builder::INDEX))?;
        put_ordered(&mut self.off_page, output, chains, self.records, value, place)?;
        self.off_page.count_record(output)
    }

    /// Puts the present key and its values on a page.
    fn close_key<W: WriteAt>(&mut self, output: &mut Output<W>, chains: &mut ChainWriter) -> Result<(), WriteError> {
        let off_page;
        let value = std::mem::replace(&mut self.value, Held::None);
        let data = match &value {
            Held::None => return Ok(()),
            Held::Inline(one) => Item::Inline(one),
            Held::Overflow(page, length) => Item::Overflow(*page, *length),
            Held::Set(set) => Item::Duplicates(set),
            Held::OffPage => {
                off_page = self.off_page.finish(output, None)?;
                Item::OffPage(off_page)
            }
        };
        let key = std::mem::take(&mut self.key);
        let key_item = if key.len() <= self.threshold {
            Item::Inline(&key)
        } else {
            let length = u32::try_from(key.len())
                .map_err(|_| WriteError::TooLong { record: self.records, length: key.len() as u64 })?;
            Item::Overflow(chains.write(output, self.records, Data::Whole(&key), length, 1)?, length)
        };
        if !self.page.has_room(key_item.size().saturating_add(data.size())) && !self.page.is_empty() {
            self.close_page(output)?;
        }
        self.page.put(key_item)?;
        self.page.put(data)?;
        self.key = key;
        Ok(())
    }

    /// Writes the open page: as the first of its bucket, else at the end of the file, linked to the one before.
    fn close_page<W: WriteAt>(&mut self, output: &mut Output<W>) -> Result<(), WriteError> {
        let header = |page, prev| Header { page, prev, next: PageNo(0), level: 0, page_type: PageType::HashUnsorted };
        self.bucket_pages = self.bucket_pages.saturating_add(1);
        let number = match self.before {
            None => {
                let number = PageNo(self.first.0.saturating_add(self.bucket));
                output.append_to(&mut self.primary, self.page.finish(&header(number, PageNo(0))))?;
                number
            }
            Some(before) => {
                let number = output.next_page()?;
                output.append(self.page.finish(&header(number, before)))?;
                output.patch_in(&mut self.primary, before, NEXT_LINK, &self.order.u32_bytes(number.0))?;
                number
            }
        };
        self.before = Some(number);
        Ok(())
    }

    fn close_bucket<W: WriteAt>(&mut self, output: &mut Output<W>) -> Result<(), WriteError> {
        if self.before.is_none() || !self.page.is_empty() {
            self.close_page(output)?;
        }
        self.before = None;
        self.bucket = self.bucket.saturating_add(1);
        Ok(())
    }

    /// Completes the database, all but its meta page.
    pub(crate) fn finish<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
    ) -> Result<(), WriteError> {
        self.close_key(output, chains)?;
        while self.bucket <= self.options.max_bucket {
            self.close_bucket(output)?;
        }
        // Pages that are set aside for buckets to come were never written.
        let zeros = vec![0; self.page_size];
        for _ in self.bucket..pages_of(self.options.max_bucket).unwrap_or(self.bucket) {
            output.append_to(&mut self.primary, &zeros)?;
            self.bucket_pages = self.bucket_pages.saturating_add(1);
        }
        let trees = self.off_page.written;
        self.duplicate_pages = trees.leaves.saturating_add(trees.internals);
        output.flush_stream(&mut self.primary)
    }
}

/// Returns how many pages are set aside for buckets: a power of two.
fn pages_of(max_bucket: u32) -> Option<u32> {
    1_u32.checked_shl(ceil_log2(max_bucket.checked_add(1)?))
}

fn framed(order: ByteOrder, data: &[u8]) -> Vec<u8> {
    let length = order.u16_bytes((data.len() & 0xffff) as u16);
    [length.as_slice(), data, &length].concat()
}
