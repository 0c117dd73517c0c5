//! One database: what it is, whether all of it can be read, what its pages say about the log.
//!
//! The file is read twice at the same time: once from end to end for its digest and the log sequence numbers of its pages,
//! once along its tree. What cannot be read to the end is refused before anything is changed.

use std::io;

use bdb::Record;
use bdb::format::{ByteOrder, Lsn, PageNo};
use bdb::read::{Database, DuplicateMode, Meta, PageScan, ReadError, Scanned, Survey};
use upgrade_engine::digest::{self, Digest, Hasher};
use upgrade_engine::fs::File;
use upgrade_engine::step::Observer;

use super::file_access::Borrowed;
use crate::record_digest::{RecordDigest, Records};
use crate::workers;

/// What is known of a database.
pub struct DatabaseFacts {
    /// What its meta page says.
    pub meta: Meta,
    /// What walking it showed.
    pub survey: Survey,
    /// What its pages say.
    pub scanned: Scanned,
    /// Digest of the file.
    pub digest: Digest,
    /// Count and digest of its records.
    pub records: Records,
}

impl DatabaseFacts {
    /// Returns the greatest log sequence number of a page, and the page, when a log wrote any of them.
    pub fn newest_logged_page(&self) -> Option<(Lsn, PageNo)> {
        self.scanned.newest.filter(|(lsn, _)| lsn.is_logged())
    }

    /// Returns whether duplicates are sorted, as the file says or, where its version cannot say, as they lie.
    pub fn duplicates_lie_sorted(&self) -> bool {
        match self.meta.duplicates() {
            DuplicateMode::Sorted => true,
            DuplicateMode::Forbidden | DuplicateMode::Unsorted => false,
            DuplicateMode::Unsaid => self.survey.duplicate_order.is_ascending(),
        }
    }
}

/// Why a database cannot be migrated.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It cannot be read to its end.
    #[error("{error}{}", cause(error))]
    Read {
        /// Why.
        #[from]
        error: ReadError,
    },
    /// It could not be digested.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is being written to.
    #[error("it changed while it was being read")]
    Changed,
}

fn cause(error: &ReadError) -> String {
    std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default()
}

/// Surveys a database.
///
/// # Errors
/// [`DatabaseError`].
pub fn survey(file: Box<dyn File>, observer: &dyn Observer) -> Result<DatabaseFacts, DatabaseError> {
    let before = file.stat()?;
    let database = Database::open(Borrowed(&*file))?;
    let meta = database.meta().clone();
    let (walked, scanned) =
        workers::both(|| walk(&database, observer), || scan(&*file, meta.page_size, meta.byte_order, observer));
    let after = file.stat()?;
    if (before.size, before.modified) != (after.size, after.modified) {
        return Err(DatabaseError::Changed);
    }
    let (digest, scanned) = scanned?;
    let (survey, records) = walked?;
    Ok(DatabaseFacts { meta, survey, scanned, digest, records })
}

fn walk(database: &Database<Borrowed<'_>>, observer: &dyn Observer) -> Result<(Survey, Records), ReadError> {
    let mut digest = RecordDigest::new();
    let mut records = database.records();
    let mut count = 0_u32;
    while let Some(Record { key, data }) = records.next()? {
        digest.record(key, data)?;
        count = count.wrapping_add(1);
        if count.is_multiple_of(4096) && observer.stop_requested() {
            return Err(ReadError::Io { offset: 0, source: io::ErrorKind::Interrupted.into() });
        }
    }
    Ok((records.survey().clone(), digest.finish()))
}

fn scan(
    file: &dyn File,
    page_size: u32,
    order: ByteOrder,
    observer: &dyn Observer,
) -> Result<(Digest, Scanned), DatabaseError> {
    let mut hasher = Hasher::new();
    let mut pages = PageScan::new(page_size, order);
    digest::for_each_chunk(file, |chunk| {
        pages.feed(chunk);
        hasher.update(chunk);
        observer.advance(chunk.len() as u64);
        if observer.stop_requested() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    })?;
    Ok((hasher.finish(), pages.finish()?))
}
