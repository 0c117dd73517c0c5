//! One database: what it is, whether all of it can be read, what its pages say about the log.
//!
//! The file is read twice at the same time: once from end to end for its digest and the log sequence numbers of its pages,
//! once along its tree. What cannot be read to the end is refused before anything is changed, or, where that was asked for, read
//! as far as it can be.

use std::io;

use bdb::Record;
use bdb::format::{Lsn, PageNo};
use bdb::read::salvage::Losses;
use bdb::read::{Access, DuplicateMode, Meta, PageScan, Part, ReadError, Scanned, Survey};
use upgrade_engine::digest::{self, Digest, Hasher};
use upgrade_engine::fs::File;
use upgrade_engine::step::Observer;

use super::file_access::UntilStopped;
use crate::cursor::{self, Cursor, Damage};
use crate::record_digest::{RecordDigest, Records};
use crate::workers;

/// What is known of a database.
pub struct DatabaseFacts {
    /// What its meta page says.
    pub meta: Meta,
    /// What the meta pages of its sub-databases say; its own where it has none.
    pub parts: Vec<Part>,
    /// What walking it showed.
    pub survey: Survey,
    /// What its pages say.
    pub scanned: Scanned,
    /// Digest of the file.
    pub digest: Digest,
    /// Count and digest of its records.
    pub records: Records,
    /// What is wrong with it, where it was read all the same.
    pub salvaged: Option<Salvaged>,
}

/// Why a database is not migrated into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It cannot be read to its end.
    Damage,
    /// Its log says that something is missing in it, or should not be there.
    Log,
}

/// A damaged or incomplete database of which something was read.
pub struct Salvaged {
    /// Damage, or its log.
    pub cause: Cause,
    /// Why it cannot be read to its end, or what its log has more of.
    pub why: String,
    /// What could not be read.
    pub losses: Losses,
}

impl DatabaseFacts {
    /// Returns the greatest log sequence number of a page, and the page, when a log wrote any of them.
    pub fn newest_logged_page(&self) -> Option<(Lsn, PageNo)> {
        self.scanned.newest.filter(|(lsn, _)| lsn.is_logged())
    }

    /// Returns whether one of its databases has duplicates of this mode.
    pub fn has_duplicates(&self, mode: DuplicateMode) -> bool {
        self.parts.iter().any(|part| part.meta.duplicates() == mode)
    }

    /// Returns whether duplicates are sorted, as the file says or, where its version cannot say, as they lie.
    pub fn duplicates_lie_sorted(&self) -> bool {
        if self.has_duplicates(DuplicateMode::Unsaid) {
            return self.survey.duplicate_order.is_ascending();
        }
        self.has_duplicates(DuplicateMode::Sorted)
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
    /// Its buckets were made with a function that only its application knows.
    #[error(
        "a hash database made with a hash function of its application (charkey {charkey:#010x}): it cannot be written so that \
         the server finds its keys"
    )]
    HashFunction {
        /// What the meta page says of the function.
        charkey: u32,
    },
    /// Not even its first page can be read.
    #[error("nothing of it can be salvaged: {0}")]
    Hopeless(ReadError),
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

/// Tells whether a database is damaged, and not only out of reach or of a kind that is not read.
fn is_damage(error: &ReadError) -> bool {
    match error {
        ReadError::Unsupported(kind) => kind.may_be_damage(),
        other => other.is_damage(),
    }
}

/// Surveys a database.
///
/// # Errors
/// [`DatabaseError`].
pub fn survey(file: &dyn File, damage: Damage, observer: &dyn Observer) -> Result<DatabaseFacts, DatabaseError> {
    match survey_as(file, Damage::Refused, observer) {
        Err(DatabaseError::Read { error }) if damage == Damage::Salvaged && is_damage(&error) => {
            let (facts, losses) = match survey_as(file, Damage::Salvaged, observer) {
                Err(DatabaseError::Read { error: error @ ReadError::Unsupported(_) }) => return Err(error.into()),
                Err(DatabaseError::Read { error }) if is_damage(&error) => return Err(DatabaseError::Hopeless(error)),
                surveyed => surveyed?,
            };
            Ok(DatabaseFacts {
                salvaged: Some(Salvaged { cause: Cause::Damage, why: error.to_string(), losses }),
                ..facts
            })
        }
        // What the file says of its function may be what is damaged.
        Err(error @ DatabaseError::HashFunction { .. }) if damage == Damage::Salvaged => {
            let (facts, losses) = survey_as(file, Damage::Salvaged, observer)?;
            Ok(DatabaseFacts {
                salvaged: Some(Salvaged { cause: Cause::Damage, why: error.to_string(), losses }),
                ..facts
            })
        }
        surveyed => surveyed.map(|(facts, _)| facts),
    }
}

fn survey_as(
    file: &dyn File,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<(DatabaseFacts, Losses), DatabaseError> {
    let before = file.stat()?;
    let database = cursor::open(UntilStopped { file, observer }, damage)?;
    let meta = database.meta().clone();
    let pages = || PageScan::new(meta.page_size, meta.byte_order);
    let (walked, scanned) =
        workers::both(|| walk(Cursor::new(&database, damage)), || scan(file, pages(), damage, observer));
    let after = file.stat()?;
    if (before.size, before.modified) != (after.size, after.modified) {
        return Err(DatabaseError::Changed);
    }
    let (digest, scanned) = scanned?;
    let Walked { parts, survey, records, losses } = walked?;
    if parts.is_empty() {
        // A file of no database at all cannot be written.
        return Err(ReadError::NoSubdatabase.into());
    }
    for part in &parts {
        if let Access::Hash(hash) = &part.meta.access
            && !bdb::hash::is_default(hash.charkey)
        {
            return Err(DatabaseError::HashFunction { charkey: hash.charkey });
        }
    }
    Ok((DatabaseFacts { meta, parts, survey, scanned, digest, records, salvaged: None }, losses))
}

struct Walked {
    parts: Vec<Part>,
    survey: Survey,
    records: Records,
    losses: Losses,
}

fn walk(mut cursor: Cursor<'_, UntilStopped<'_>>) -> Result<Walked, ReadError> {
    let mut digest = RecordDigest::new();
    let mut parts = Vec::new();
    while let Some(part) = cursor.next_part()? {
        digest.part(part.name.as_deref());
        parts.push(part);
        while let Some(Record { key, data }) = cursor.next()? {
            digest.record(key, data)?;
        }
    }
    let (survey, losses) = cursor.finish();
    Ok(Walked { parts, survey, records: digest.finish(), losses })
}

fn scan(
    file: &dyn File,
    mut pages: PageScan,
    damage: Damage,
    observer: &dyn Observer,
) -> Result<(Digest, Scanned), DatabaseError> {
    let mut hasher = Hasher::new();
    digest::for_each_chunk(file, |chunk| {
        pages.feed(chunk);
        hasher.update(chunk);
        observer.advance(chunk.len() as u64);
        if observer.stop_requested() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    })?;
    let scanned = match damage {
        Damage::Refused => pages.finish()?,
        Damage::Salvaged => pages.finish_damaged(),
    };
    Ok((hasher.finish(), scanned))
}
