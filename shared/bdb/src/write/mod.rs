//! Writes databases in one pass from records that are already in order: btrees of version 9, hash databases of version 8, and
//! files of several such sub-databases.
//!
//! The order of the input becomes the order of the file: the order of an old btree may come from a comparison that only its
//! application knew, so keys are only tested for equality with the one before; records of a hash database come bucket by
//! bucket, as they are read. Memory stays the same for any number of records and any length of values: one open page per level
//! of a tree, a quarter of a page of duplicates, and output buffers. The recipe is `reference/berkeley-db.md` sections 7 and 11;
//! the file is never read back.
//!
//! The first meta page is written last, so an output that was left unfinished is not a database for anybody.

mod btree;
pub(crate) mod duplicates;
mod error;
mod file;
mod hash;
mod hash_page;
pub(crate) mod meta;
pub(crate) mod output;
pub(crate) mod overflow;
pub(crate) mod page_builder;
pub(crate) mod tree;

pub use error::WriteError;
pub use file::FileWriter;

use crate::format::{ByteOrder, PAGE_SIZES, most_minkey, overflow_threshold};
use crate::io::WriteAt;
use crate::record::Record;

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

/// What all databases of a file have in common.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// Byte order of all its integers.
    pub byte_order: ByteOrder,
    /// Bytes of a page: a power of two from 512 to 65536.
    pub page_size: u32,
    /// Identity of the file; two live files in one environment must not share it.
    pub file_id: [u8; 20],
}

/// What a database looks like.
#[derive(Clone, Debug)]
pub enum DatabaseOptions {
    /// A btree.
    Btree(BtreeOptions),
    /// A hash database.
    Hash(HashOptions),
}

/// What a btree looks like.
#[derive(Clone, Debug)]
pub struct BtreeOptions {
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
    /// Whether the tree counts its records; not together with duplicates.
    pub record_numbers: RecordNumbers,
}

/// Whether a btree counts its records (RECNUM).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordNumbers {
    /// It does not.
    None,
    /// It does.
    Kept,
}

/// What a hash database looks like; it is made with the library's default hash function.
#[derive(Clone, Debug)]
pub struct HashOptions {
    /// Whether a key may have several values.
    pub duplicates: Duplicates,
    /// Number of the last bucket.
    pub max_bucket: u32,
    /// Wanted number of keys per bucket; 0 when not set.
    pub fill_factor: u32,
}

impl FileOptions {
    fn check(&self) -> Result<(), WriteError> {
        let page_size = self.page_size;
        if !PAGE_SIZES.contains(&page_size) || !page_size.is_power_of_two() {
            return Err(WriteError::PageSize(page_size));
        }
        Ok(())
    }
}

impl BtreeOptions {
    /// Checks the numbers and returns the longest item that stays on its page.
    fn threshold(&self, page_size: u32) -> Result<usize, WriteError> {
        if !(1..=100).contains(&self.fill_percent) {
            return Err(WriteError::FillPercent(self.fill_percent));
        }
        let most = most_minkey(page_size);
        if !(2..=most).contains(&self.minkey) {
            return Err(WriteError::MinKey { minkey: self.minkey, page_size, most });
        }
        if self.record_numbers == RecordNumbers::Kept && self.duplicates != Duplicates::None {
            return Err(WriteError::CountedDuplicates);
        }
        Ok(overflow_threshold(page_size, self.minkey) as usize)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// All pages of the file, the meta page included.
    pub pages: u64,
    /// Leaf pages of main trees.
    pub leaf_pages: u32,
    /// Internal pages of main trees.
    pub internal_pages: u32,
    /// Pages of buckets, those set aside included.
    pub bucket_pages: u32,
    /// Overflow pages.
    pub overflow_pages: u32,
    /// Pages of off-page duplicate trees.
    pub duplicate_pages: u32,
    /// Levels of the highest main tree; 1 when the root is a leaf, 0 without a tree.
    pub levels: u8,
    /// Key/data pairs.
    pub records: u64,
    /// Different keys.
    pub keys: u64,
}

/// Writes records in order into a new file that holds one btree.
#[derive(Debug)]
pub struct BtreeWriter<W>(FileWriter<W>);

impl<W: WriteAt> BtreeWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// When the options are impossible.
    pub fn new(out: W, options: WriteOptions) -> Result<Self, WriteError> {
        let WriteOptions { byte_order, page_size, fill_percent, duplicates, minkey, re_len, re_pad, file_id } = options;
        let mut file = FileWriter::new(out, FileOptions { byte_order, page_size, file_id })?;
        let record_numbers = RecordNumbers::None;
        let options = BtreeOptions { fill_percent, duplicates, minkey, re_len, re_pad, record_numbers };
        file.begin(None, DatabaseOptions::Btree(options))?;
        Ok(Self(file))
    }

    /// Adds a record behind all others; the same key as the one before makes it a duplicate.
    ///
    /// # Errors
    /// See [`WriteError`]; the output is then lost, and every further call fails.
    pub fn push(&mut self, record: Record<'_>) -> Result<(), WriteError> {
        self.0.push(record)
    }

    /// Completes the file and returns it.
    ///
    /// # Errors
    /// When the output cannot be written, or an earlier call failed.
    pub fn finish(self) -> Result<(W, Written), WriteError> {
        self.0.finish()
    }
}
