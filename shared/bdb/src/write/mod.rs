//! Writes a version 9 btree in one pass from records that are already in order.
//!
//! The order of the input becomes the order of the file: the order of an old database may come from a comparison that
//! only its application knew, so keys are only tested for equality with the one before. Memory stays the same for any
//! number of records and any length of values: one open page per level of the tree, a quarter of a page of duplicates,
//! and an output buffer. The recipe is `reference/berkeley-db.md` section 7; the file is never read back.
//!
//! The meta page is written last, so an output that was left unfinished is not a database for anybody.

pub(crate) mod duplicates;
mod error;
pub(crate) mod meta;
pub(crate) mod output;
pub(crate) mod overflow;
pub(crate) mod page_builder;
pub(crate) mod tree;

pub use error::WriteError;

use crate::format::{ByteOrder, PAGE_HEADER, PAGE_SIZES, PageNo, overflow_threshold};
use crate::io::WriteAt;
use crate::record::{Data, Record};
use duplicates::HeldSet;
use output::Output;
use overflow::ChainWriter;
use page_builder::{INDEX, REFERENCE, inline_size};
use tree::{Place, Separator, Tree, TreeKind};

/// Whether a key may have several values, and in which order the library is to keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duplicates {
    /// One value per key.
    None,
    /// Several, in the order they were added.
    Unsorted,
    /// Several, in an order of their own.
    Sorted,
}

/// What the new file looks like.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Byte order of all its integers.
    pub byte_order: ByteOrder,
    /// Bytes of a page: a power of two from 512 to 65536.
    pub page_size: u32,
    /// How much of the item area of each leaf is used, in percent (1 to 100); one record always goes on.
    pub fill_percent: u8,
    /// Whether a key may have several values.
    pub duplicates: Duplicates,
    /// Least number of keys per page (2 is usual), which decides what goes to overflow pages.
    pub minkey: u32,
    /// Record length of recno files; kept as it was.
    pub re_len: u32,
    /// Padding byte of recno files; kept as it was, usually 0x20.
    pub re_pad: u32,
    /// Identity of the file; two live files in one environment must not share it.
    pub file_id: [u8; 20],
}

impl WriteOptions {
    /// Checks the numbers and returns the longest item that stays on its page.
    fn threshold(&self) -> Result<usize, WriteError> {
        let page_size = self.page_size;
        if !PAGE_SIZES.contains(&page_size) || !page_size.is_power_of_two() {
            return Err(WriteError::PageSize(page_size));
        }
        if !(1..=100).contains(&self.fill_percent) {
            return Err(WriteError::FillPercent(self.fill_percent));
        }
        // Beyond this the threshold would be negative; the library refuses to open such a file (BDB1007).
        let most = page_size.saturating_sub(PAGE_HEADER as u32) / 20;
        if !(2..=most).contains(&self.minkey) {
            return Err(WriteError::MinKey { minkey: self.minkey, page_size, most });
        }
        Ok(overflow_threshold(page_size, self.minkey) as usize)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// All pages of the file, the meta page included.
    pub pages: u64,
    /// Leaf pages of the main tree.
    pub leaf_pages: u32,
    /// Internal pages of the main tree.
    pub internal_pages: u32,
    /// Overflow pages.
    pub overflow_pages: u32,
    /// Pages of off-page duplicate trees.
    pub duplicate_pages: u32,
    /// Levels of the main tree; 1 when the root is a leaf.
    pub levels: u8,
    /// Key/data pairs.
    pub records: u64,
    /// Different keys.
    pub keys: u64,
}

/// Writes records in order into a new file.
#[derive(Debug)]
pub struct BtreeWriter<W> {
    options: WriteOptions,
    threshold: usize,
    output: Output<W>,
    chains: ChainWriter,
    main: Tree,
    /// Off-page duplicates of the present key.
    off_page: Tree,
    held: HeldSet,
    set: SetState,
    /// The present key.
    key: Vec<u8>,
    /// A short value that comes in pieces.
    scratch: Vec<u8>,
    records: u64,
    keys: u64,
    progress: Progress,
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

/// Whether the output can still become a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Sound,
    Broken,
}

/// A key or value, told apart by where it is stored.
enum Value<'a, 'd> {
    OnPage(&'a [u8]),
    Overflow(Data<'d>, u32),
}

impl<'a, 'd: 'a> Value<'a, 'd> {
    /// Decides where data belongs; a short value that comes in pieces is put together in `scratch`.
    fn new(data: Data<'d>, threshold: usize, record: u64, scratch: &'a mut Vec<u8>) -> Result<Self, WriteError> {
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

    fn size(&self) -> usize {
        match self {
            Self::OnPage(bytes) => inline_size(bytes.len()),
            Self::Overflow(..) => REFERENCE,
        }
    }
}

impl<W: WriteAt> BtreeWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// When the options are impossible.
    pub fn new(out: W, options: WriteOptions) -> Result<Self, WriteError> {
        let threshold = options.threshold()?;
        let (page_size, order) = (options.page_size as usize, options.byte_order);
        let fill = page_size.saturating_sub(PAGE_HEADER).saturating_mul(usize::from(options.fill_percent)) / 100;
        let kind = match options.duplicates {
            Duplicates::Sorted => TreeKind::SortedDuplicates,
            Duplicates::None | Duplicates::Unsorted => TreeKind::UnsortedDuplicates,
        };
        Ok(Self {
            threshold,
            output: Output::new(out, page_size),
            chains: ChainWriter::new(page_size, order),
            main: Tree::new(TreeKind::Main, order, page_size, fill),
            off_page: Tree::new(kind, order, page_size, fill),
            held: HeldSet::new(page_size, order),
            set: SetState::Closed,
            key: Vec::new(),
            scratch: Vec::new(),
            records: 0,
            keys: 0,
            progress: Progress::Sound,
            options,
        })
    }

    /// Adds a record behind all others; the same key as the one before makes it a duplicate.
    ///
    /// # Errors
    /// See [`WriteError`]; the output is then lost, and every further call fails.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), WriteError> {
        self.begin_step()?;
        self.add(record)?;
        self.progress = Progress::Sound;
        Ok(())
    }

    /// Completes the file and returns it.
    ///
    /// # Errors
    /// When the output cannot be written, or an earlier call failed.
    pub fn finish(mut self) -> Result<(W, Written), WriteError> {
        self.begin_step()?;
        self.close_set()?;
        self.main.finish(&mut self.output, Some(meta::ROOT))?;
        let last = self.output.last_page();
        // Only a file that has all other pages gets the one that makes it a database.
        self.output.flush()?;
        self.output.patch(PageNo(0), 0, &meta::encode(&self.options, last))?;
        let written = Written {
            pages: u64::from(last.0).saturating_add(1),
            leaf_pages: self.main.written.leaves,
            internal_pages: self.main.written.internals,
            overflow_pages: self.chains.pages,
            duplicate_pages: self.off_page.written.leaves.saturating_add(self.off_page.written.internals),
            levels: self.main.written.levels,
            records: self.records,
            keys: self.keys,
        };
        Ok((self.output.finish()?, written))
    }

    fn begin_step(&mut self) -> Result<(), WriteError> {
        match std::mem::replace(&mut self.progress, Progress::Broken) {
            Progress::Sound => Ok(()),
            Progress::Broken => Err(WriteError::Incomplete),
        }
    }

    fn add(&mut self, record: Record<'_>) -> Result<(), WriteError> {
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
            self.close_set()?;
            self.keys = self.keys.saturating_add(1);
            self.key.clear();
            self.key.extend_from_slice(record.key);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let value = Value::new(record.data, self.threshold, number, &mut scratch)?;
        match self.options.duplicates {
            Duplicates::None => self.put_pair(value)?,
            Duplicates::Unsorted | Duplicates::Sorted => self.put_in_set(value)?,
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Puts the present key and its only value on a leaf.
    fn put_pair(&mut self, value: Value<'_, '_>) -> Result<(), WriteError> {
        let (output, chains, record) = (&mut self.output, &mut self.chains, self.records);
        let key = Value::key(&self.key, self.threshold, record)?;
        let size = key.size().saturating_add(value.size()).saturating_add(2 * INDEX);
        let place = self.main.make_room(output, size)?;
        put_ordered(&mut self.main, output, chains, record, key, place)?;
        match value {
            Value::OnPage(bytes) => self.main.leaf().put_inline(bytes),
            Value::Overflow(data, length) => {
                let page = chains.write(output, record, data, length, 1)?;
                self.main.leaf().put_overflow(page, length)
            }
        }
    }

    /// Adds a value to the set of the present key.
    fn put_in_set(&mut self, value: Value<'_, '_>) -> Result<(), WriteError> {
        let (output, chains, record) = (&mut self.output, &mut self.chains, self.records);
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
    fn close_set(&mut self) -> Result<(), WriteError> {
        let (output, chains, record) = (&mut self.output, &mut self.chains, self.records);
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
}

/// Puts an item by which its tree is ordered, and what the levels above need to know of it.
fn put_ordered<W: WriteAt>(
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
