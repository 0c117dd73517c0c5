//! Why a database could not be read.

use std::io;

use super::recognise::Unsupported;
use crate::format::{PageNo, PageType};

/// Why a database could not be read; every variant names the file's page, where there is one, so that an administrator
/// can look at it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it means and what its fields are")]
pub enum ReadError {
    #[error("cannot read at byte {offset}")]
    Io { offset: u64, source: io::Error },
    #[error("the file ended at byte {offset} although it was {length} bytes long")]
    Ended { offset: u64, length: u64 },
    #[error("not a Berkeley DB file")]
    NotADatabase,
    #[error("page 0: it is not a meta page; its values are taken from the other pages")]
    LostMeta,
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    #[error("page 0: the page size of {page_size} is none of 512, 1024, ... 65536")]
    PageSize { page_size: u32 },
    #[error("the file's {length} bytes are not whole pages of {page_size} bytes")]
    NotWholePages { length: u64, page_size: u32 },
    #[error("the file's {length} bytes are more pages of {page_size} bytes than can be numbered")]
    TooManyPages { length: u64, page_size: u32 },
    #[error("page {page}: unknown flags {flags:#x}")]
    UnknownFlags { page: PageNo, flags: u32 },
    #[error("page {page}: at least {found} keys per page, which do not fit a page")]
    MinKey { page: PageNo, found: u32 },
    #[error("page {page}: a page size of {found}, but the file's is {expected}")]
    OtherPageSize { page: PageNo, found: u32, expected: u32 },
    #[error("page {page}: its checksum is wrong")]
    Checksum { page: PageNo },

    #[error("page {page}: the name of a sub-database {what}")]
    SubdatabaseName { page: PageNo, what: &'static str },
    #[error("page {page}: the record of a sub-database has {length} bytes, not the 4 of a page number")]
    SubdatabaseRecord { page: PageNo, length: u64 },
    #[error("page {page}: more than {limit} sub-databases")]
    TooManySubdatabases { page: PageNo, limit: usize },
    #[error("page 0: by its flags the file holds sub-databases, but none of them can be found")]
    NoSubdatabase,
    #[error("page 0: by its flags the file holds sub-databases, but its pages are those of one database")]
    NotSubdatabases,
    #[error("the records of this file are in sub-databases, one after the other")]
    InSubdatabases,

    #[error("page {page}: the masks {high_mask:#x} and {low_mask:#x} are not those of buckets 0 to {max_bucket}")]
    HashMasks { page: PageNo, max_bucket: u32, high_mask: u32, low_mask: u32 },
    #[error("page {page}: {max_bucket} is too large a number for the last bucket: the file has {pages} pages")]
    TooManyBuckets { page: PageNo, max_bucket: u32, pages: u32 },
    #[error("page {page}: bucket {bucket} would begin outside the file")]
    NoSuchBucket { page: PageNo, bucket: u32 },
    #[error("page {page}: item {index} belongs to bucket {expected}, but is in bucket {bucket}")]
    WrongBucket { page: PageNo, index: u16, bucket: u32, expected: u32 },
    #[error("page {page}: the key of item {index} came before in the same bucket")]
    RepeatedKey { page: PageNo, index: u16 },
    #[error("page {page}: item {index}: the lengths around a duplicate differ, or do not fit the item")]
    DuplicateLengths { page: PageNo, index: u16 },
    #[error("page {page}: counts {found} records below page {child}, which holds {expected}")]
    RecordCount { page: PageNo, child: PageNo, found: u32, expected: u32 },

    #[error("page {page}: points to page {target}, but the file has pages 1 to {last}")]
    NoSuchPage { page: PageNo, target: PageNo, last: PageNo },
    #[error("page {page}: has the number of page {found}")]
    WrongPageNumber { page: PageNo, found: u32 },
    #[error("page {page}: type {found}, expected {} ({expected})", *expected as u8)]
    WrongType { page: PageNo, found: u8, expected: PageType },
    #[error("page {page}: level {found}, expected {expected}")]
    WrongLevel { page: PageNo, found: u8, expected: u8 },
    #[error("page {page}: points to page {target}, which is already used elsewhere")]
    UsedTwice { page: PageNo, target: PageNo },
    #[error("page {page}: previous page is {found}, expected {expected}")]
    WrongPrevious { page: PageNo, found: PageNo, expected: PageNo },
    #[error("page {page}: next page is {found}, expected {expected}")]
    WrongNext { page: PageNo, found: PageNo, expected: PageNo },
    #[error("page {page}: type {kind}, but it is in no tree and on no list")]
    Unreached { page: PageNo, kind: u8 },

    #[error("page {page}: {entries} entries are not pairs of key and data")]
    OddEntries { page: PageNo, entries: u16 },
    #[error("page {page}: an internal page without entries")]
    NoChildren { page: PageNo },
    #[error("page {page}: {entries} entries reach beyond the lowest item at {lowest}")]
    EntriesPastItems { page: PageNo, entries: u16, lowest: usize },
    #[error("page {page}: item {index} begins at {offset}, outside the items from {lowest} to {page_size}")]
    ItemOutside { page: PageNo, index: u16, offset: usize, lowest: usize, page_size: usize },
    #[error("page {page}: item {index} begins at {offset}, which is not a multiple of 4")]
    ItemUnaligned { page: PageNo, index: u16, offset: usize },
    #[error("page {page}: item {index} ends at {end}, beyond the {page_size}-byte page")]
    ItemPastPage { page: PageNo, index: u16, end: usize, page_size: usize },
    #[error("page {page}: item {index} has type {kind:#04x}, which is not possible there")]
    ItemType { page: PageNo, index: u16, kind: u8 },
    #[error("page {page}: item {index} overlaps another item")]
    ItemOverlaps { page: PageNo, index: u16 },
    #[error("page {page}: items fill {used} bytes of the {area} bytes for items, so some are lost")]
    ItemsMissing { page: PageNo, used: usize, area: usize },

    #[error("page {page}: an overflow item of {total} bytes is longer than the whole file")]
    OverflowPastFile { page: PageNo, total: u32 },
    #[error("page {page}: {bytes} bytes of overflow data do not fit a {page_size}-byte page")]
    OverflowPastPage { page: PageNo, bytes: usize, page_size: u32 },
    #[error("page {page}: the overflow chain holds more than the {total} bytes of its item")]
    OverflowTooLong { page: PageNo, total: u32 },
    #[error("page {page}: the overflow chain ends {missing} bytes before the {total} bytes of its item")]
    OverflowTooShort { page: PageNo, missing: u32, total: u32 },
    #[error("page {page}: a key of {length} bytes is longer than the {limit} bytes that are read")]
    KeyTooLong { page: PageNo, length: u32, limit: u32 },

    #[error("page {page}: item {index} is a duplicate in a database without duplicates")]
    UnexpectedDuplicate { page: PageNo, index: u16 },
    #[error("reading stopped at an earlier error")]
    Stopped,
}

/// Wraps the error, so that it can pass through [`Chunks::next_chunk`](crate::Chunks::next_chunk).
impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        Self::other(error)
    }
}

/// Takes a wrapped error back out; any other error is returned as it was.
impl TryFrom<io::Error> for ReadError {
    type Error = io::Error;

    fn try_from(error: io::Error) -> Result<Self, io::Error> {
        error.downcast()
    }
}

impl ReadError {
    /// Returns whether it is the content that is wrong; else the file cannot be read at all.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Ended { .. })
    }

    /// Returns the page that is wrong, where it is one.
    pub fn page(&self) -> Option<PageNo> {
        match self {
            Self::UnknownFlags { page, .. }
            | Self::MinKey { page, .. }
            | Self::OtherPageSize { page, .. }
            | Self::Checksum { page, .. }
            | Self::SubdatabaseName { page, .. }
            | Self::SubdatabaseRecord { page, .. }
            | Self::TooManySubdatabases { page, .. }
            | Self::HashMasks { page, .. }
            | Self::TooManyBuckets { page, .. }
            | Self::NoSuchBucket { page, .. }
            | Self::WrongBucket { page, .. }
            | Self::RepeatedKey { page, .. }
            | Self::DuplicateLengths { page, .. }
            | Self::RecordCount { page, .. }
            | Self::NoSuchPage { page, .. }
            | Self::WrongPageNumber { page, .. }
            | Self::WrongType { page, .. }
            | Self::WrongLevel { page, .. }
            | Self::UsedTwice { page, .. }
            | Self::WrongPrevious { page, .. }
            | Self::WrongNext { page, .. }
            | Self::Unreached { page, .. }
            | Self::OddEntries { page, .. }
            | Self::NoChildren { page, .. }
            | Self::EntriesPastItems { page, .. }
            | Self::ItemOutside { page, .. }
            | Self::ItemUnaligned { page, .. }
            | Self::ItemPastPage { page, .. }
            | Self::ItemType { page, .. }
            | Self::ItemOverlaps { page, .. }
            | Self::ItemsMissing { page, .. }
            | Self::OverflowPastFile { page, .. }
            | Self::OverflowPastPage { page, .. }
            | Self::OverflowTooLong { page, .. }
            | Self::OverflowTooShort { page, .. }
            | Self::KeyTooLong { page, .. }
            | Self::UnexpectedDuplicate { page, .. } => Some(*page),
            Self::Io { .. }
            | Self::Ended { .. }
            | Self::NotADatabase
            | Self::LostMeta
            | Self::Unsupported(_)
            | Self::PageSize { .. }
            | Self::NotWholePages { .. }
            | Self::TooManyPages { .. }
            | Self::NoSubdatabase
            | Self::NotSubdatabases
            | Self::InSubdatabases
            | Self::Stopped => None,
        }
    }
}

/// Returns what was read; nothing where the file is damaged. An error is that it cannot be read at all.
pub(super) fn unless_damaged<T>(read: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match read {
        Err(error) if !error.is_damage() => Err(error),
        read => Ok(read.ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_passes_through_an_io_error_unharmed() {
        let wrapped = io::Error::from(ReadError::NoChildren { page: PageNo(7) });
        assert!(matches!(ReadError::try_from(wrapped), Ok(ReadError::NoChildren { page: PageNo(7) })));
    }

    #[test]
    fn an_io_error_of_other_origin_is_returned() {
        let foreign = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(ReadError::try_from(foreign).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn messages_name_the_page() {
        let error = ReadError::WrongType { page: PageNo(9), found: 7, expected: PageType::BtreeLeaf };
        assert_eq!(error.to_string(), "page 9: type 7, expected 5 (btree leaf)");
    }
}
