//! Builds one btree from records in order: a whole file's, or a sub-database's.

use super::duplicates::HeldSet;
use super::error::WriteError;
use super::output::Output;
use super::overflow::{self, ChainWriter};
use super::page_builder::{INDEX, REFERENCE, inline_size};
use super::tree::{Place, Separator, Tree, TreeKind};
use super::{BtreeOptions, Duplicates, RecordNumbers};
use crate::format::{ByteOrder, PAGE_HEADER, PageNo};
use crate::io::WriteAt;
use crate::record::{Data, Record};

/// A btree being built.
#[derive(Debug)]
pub(crate) struct Btree {
    options: BtreeOptions,
    threshold: usize,
    pub(crate) main: Tree,
    /// Off-page duplicates of the present key.
    pub(crate) off_page: Tree,
    held: HeldSet,
    set: SetState,
    /// The present key.
    key: Vec<u8>,
    /// A short value that comes in pieces.
    scratch: Vec<u8>,
    pub(crate) records: u64,
    pub(crate) keys: u64,
}

/// Where the values of the present key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SetState {
    /// Nowhere: there is no present key yet, or duplicates are not allowed.
    Closed,
    /// In memory.
    Held,
    /// In a tree of their own.
    OffPage,
}

/// A key or value, told apart by where it is stored.
pub(crate) enum Value<'a, 'd> {
    OnPage(&'a [u8]),
    Overflow(Data<'d>, u32),
}

impl<'a, 'd: 'a> Value<'a, 'd> {
    /// Decides where data belongs; a short value that comes in pieces is put together in `scratch`.
    pub(crate) fn new(
        data: Data<'d>,
        threshold: usize,
        record: u64,
        scratch: &'a mut Vec<u8>,
    ) -> Result<Self, WriteError> {
        let length = data.length();
        let short = usize::try_from(length).is_ok_and(|length| length <= threshold);
        match data {
            Data::Whole(bytes) if short => Ok(Self::OnPage(bytes)),
            Data::Chunked(source) if short => {
                overflow::collect(source, record, scratch)?;
                Ok(Self::OnPage(scratch))
            }
            long => {
                Ok(Self::Overflow(long, u32::try_from(length).map_err(|_| WriteError::TooLong { record, length })?))
            }
        }
    }

    fn key(bytes: &'d [u8], threshold: usize, record: u64) -> Result<Self, WriteError> {
        let length = bytes.len() as u64;
        match bytes.len() <= threshold {
            true => Ok(Self::OnPage(bytes)),
            false => Ok(Self::Overflow(
                Data::Whole(bytes),
                u32::try_from(length).map_err(|_| WriteError::TooLong { record, length })?,
            )),
        }
    }

    pub(crate) fn size(&self) -> usize {
        match self {
            Self::OnPage(bytes) => inline_size(bytes.len()),
            Self::Overflow(..) => REFERENCE,
        }
    }
}

impl Btree {
    pub(crate) fn new(options: BtreeOptions, page_size: u32, order: ByteOrder) -> Result<Self, WriteError> {
        let threshold = options.threshold(page_size)?;
        let page_size = page_size as usize;
        let fill = fill(page_size, options.fill_percent);
        Ok(Self {
            threshold,
            main: Tree::new(TreeKind::Main, order, page_size, fill),
            off_page: Tree::new(TreeKind::of_duplicates(options.duplicates), order, page_size, fill),
            held: HeldSet::new(page_size, order),
            set: SetState::Closed,
            key: Vec::new(),
            scratch: Vec::new(),
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
        let repeated = self.records > 0 && record.key == self.key.as_slice();
        self.records = self.records.saturating_add(1);
        let number = self.records;
        // Before the key is copied: a key of 4 GiB is refused without taking the memory.
        if u32::try_from(record.key.len()).is_err() {
            return Err(WriteError::TooLong { record: number, length: record.key.len() as u64 });
        }
        if repeated && self.options.duplicates == Duplicates::None {
            return Err(WriteError::RepeatedKey { record: number });
        }
        if !repeated {
            self.close_set(output, chains)?;
            self.keys = self.keys.saturating_add(1);
            self.key.clear();
            self.key.extend_from_slice(record.key);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let value = Value::new(record.data, self.threshold, number, &mut scratch)?;
        match self.options.duplicates {
            Duplicates::None => self.put_pair(output, chains, value)?,
            Duplicates::Unsorted | Duplicates::Sorted => self.put_in_set(output, chains, value)?,
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Puts the present key and its only value on a leaf.
    fn put_pair<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        value: Value<'_, '_>,
    ) -> Result<(), WriteError> {
        let record = self.records;
        let key = Value::key(&self.key, self.threshold, record)?;
        let size = key.size().saturating_add(value.size()).saturating_add(2 * INDEX);
        let place = self.main.make_room(output, size)?;
        put_ordered(&mut self.main, output, chains, record, key, place)?;
        match value {
            Value::OnPage(bytes) => self.main.leaf().put_inline(bytes)?,
            Value::Overflow(data, length) => {
                let page = chains.write(output, record, data, length, 1)?;
                self.main.leaf().put_overflow(page, length)?;
            }
        }
        match self.options.record_numbers {
            RecordNumbers::Kept => self.main.count_record(output),
            RecordNumbers::None => Ok(()),
        }
    }

    /// Adds a value to the set of the present key.
    fn put_in_set<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        value: Value<'_, '_>,
    ) -> Result<(), WriteError> {
        let record = self.records;
        if self.set == SetState::Closed {
            self.held.begin(Value::key(&self.key, self.threshold, record)?.size());
            self.set = SetState::Held;
        }
        if self.set == SetState::Held && self.held.outgrows_leaf(value.size()) {
            // A quarter of a page: it fits the first leaf whatever the fill.
            for encoded in self.held.items() {
                self.off_page.leaf().put_encoded(encoded)?;
                self.off_page.count_record(output)?;
            }
            self.set = SetState::OffPage;
        }
        if self.set == SetState::OffPage {
            let place = self.off_page.make_room(output, value.size().saturating_add(INDEX))?;
            put_ordered(&mut self.off_page, output, chains, record, value, place)?;
            return self.off_page.count_record(output);
        }
        match value {
            Value::OnPage(bytes) => self.held.push_inline(bytes),
            Value::Overflow(data, length) => {
                let page = chains.write(output, record, data, length, 1)?;
                self.held.push_overflow(page, length);
            }
        }
        Ok(())
    }

    /// Puts the present key and its set, which is now complete, on a leaf.
    fn close_set<W: WriteAt>(&mut self, output: &mut Output<W>, chains: &mut ChainWriter) -> Result<(), WriteError> {
        let record = self.records;
        let (off_page, values_size) = match std::mem::replace(&mut self.set, SetState::Closed) {
            SetState::Closed => return Ok(()),
            SetState::Held => (None, self.held.leaf_size()),
            SetState::OffPage => (Some(self.off_page.finish(output, None)?), REFERENCE.saturating_add(2 * INDEX)),
        };
        let key = Value::key(&self.key, self.threshold, record)?;
        let place = self.main.make_room(output, key.size().saturating_add(values_size))?;
        put_ordered(&mut self.main, output, chains, record, key, place)?;
        match off_page {
            Some(root) => self.main.leaf().put_duplicates(root),
            None => self.held.put_on(self.main.leaf()),
        }
    }

    /// Completes the tree, whose root goes to a page set aside for it.
    pub(crate) fn finish<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chains: &mut ChainWriter,
        root: PageNo,
    ) -> Result<(), WriteError> {
        self.close_set(output, chains)?;
        self.main.finish(output, Some(root)).map(|_| ())
    }
}

/// Returns how many bytes of a page's items and indices count as full.
pub(crate) fn fill(page_size: usize, percent: u8) -> usize {
    page_size.saturating_sub(PAGE_HEADER).saturating_mul(usize::from(percent)) / 100
}

/// Puts an item by which its tree is ordered, and what the levels above need to know of it.
pub(crate) fn put_ordered<W: WriteAt>(
    tree: &mut Tree,
    output: &mut Output<W>,
    chains: &mut ChainWriter,
    record: u64,
    value: Value<'_, '_>,
    place: Place,
) -> Result<(), WriteError> {
    match value {
        Value::OnPage(bytes) => {
            if place == Place::StartsLeaf {
                tree.set_separator(Separator::Inline(bytes.to_vec()));
            }
            tree.leaf().put_inline(bytes)
        }
        Value::Overflow(data, length) => {
            let left = match place {
                Place::StartsLeaf => tree.separator_copies(output)?,
                Place::NeedsNoSeparator => 0,
            };
            let page = chains.write(output, record, data, length, left.saturating_add(1))?;
            if place == Place::StartsLeaf {
                tree.set_separator(Separator::Long { page: PageNo(page.0.saturating_add(1)), left, length });
            }
            tree.leaf().put_overflow(page, length)
        }
    }
}
