//! Why a database could not be written.

use crate::format::{PAGE_SIZES, PageNo};
use std::io;

/// Why a database could not be written; after any of them the output is incomplete and must be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The page size is not one of the format's.
    #[error("a page of {0} bytes is impossible: a power of two from {first} to {last} is needed", first = PAGE_SIZES.start(), last = PAGE_SIZES.end())]
    PageSize(u32),
    /// The fill is no percentage.
    #[error("leaves cannot be filled to {0} percent: 1 to 100 is possible")]
    FillPercent(u8),
    /// So many keys do not go on one page.
    #[error("a minimum of {minkey} keys on a page of {page_size} bytes is impossible: 2 to {most} is")]
    MinKey {
        /// What was asked for.
        minkey: u32,
        /// The page it was asked for.
        page_size: u32,
        /// The most that such a page allows.
        most: u32,
    },
    /// A key came a second time, but duplicates are not allowed in this file.
    #[error("record {record}: its key is the same as the one before, but the database allows no duplicates")]
    RepeatedKey {
        /// Counted from 1.
        record: u64,
    },
    /// Record numbers are not possible in a btree with duplicates.
    #[error("a btree with duplicates cannot count its records")]
    CountedDuplicates,
    /// A record of a hash database came behind one of a later bucket.
    #[error("record {record}: it belongs to bucket {bucket}, but records of bucket {open} came before")]
    BucketOrder {
        /// Counted from 1.
        record: u64,
        /// Where it belongs.
        bucket: u32,
        /// What came before.
        open: u32,
    },
    /// A hash database has two buckets at least.
    #[error("a hash database cannot have a single bucket")]
    SingleBucket,
    /// The name of a sub-database is impossible or is there already, or a file of one database was to get a second one.
    #[error("a database named `{}` cannot be added to the file", .0.escape_ascii())]
    Name(Vec<u8>),
    /// A record came before the first database was begun.
    #[error("no database of the file was begun")]
    NoDatabase,
    /// A key or value is longer than the format can say.
    #[error("record {record}: {length} bytes are more than a key or value can have")]
    TooLong {
        /// Counted from 1.
        record: u64,
        /// Its length in bytes.
        length: u64,
    },
    /// The source of a value failed.
    #[error("record {record}: its value cannot be read")]
    Source {
        /// Counted from 1.
        record: u64,
        /// The source's own error.
        source: io::Error,
    },
    /// The source of a value gave more or fewer bytes than it announced.
    #[error("record {record}: its value was announced with {announced} bytes, but {found} came")]
    SourceLength {
        /// Counted from 1.
        record: u64,
        /// Length announced, in bytes.
        announced: u32,
        /// Bytes that came before the writer stopped reading.
        found: u64,
    },
    /// The output could not be written.
    #[error("byte {offset} of the new database cannot be written")]
    Output {
        /// Where the failed write began.
        offset: u64,
        /// The output's own error.
        source: io::Error,
    },
    /// A page number or a record count no longer fits its 32 bits.
    #[error("the new database is too large for the format: it has reached page {last}")]
    FileTooLarge {
        /// The last page that was given out.
        last: PageNo,
    },
    /// An item does not go on an empty page, which the thresholds should have prevented.
    #[error("an item of {bytes} bytes does not fit an empty page of {page_size} bytes")]
    ItemTooLarge {
        /// Bytes of the item and its index.
        bytes: usize,
        /// Bytes of the page.
        page_size: usize,
    },
    /// The writer was used again after an error.
    #[error("the new database is incomplete because of an earlier error")]
    Incomplete,
}
