//! Records of a database one after the other, whether all of it is read or what can be read of it.

use bdb::read::salvage::{Losses, Salvage};
use bdb::read::{Database, Part, ReadError, Records, Survey};
use bdb::{ReadAt, Record};

/// What is done about a damaged database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It is refused.
    Refused,
    /// What can be read of it is taken.
    Salvaged,
}

/// A place among the records of a database.
pub enum Cursor<'d, R> {
    /// The first damage is an error.
    Strict(Box<Records<'d, R>>),
    /// Damage is noted as a loss.
    Salvage(Box<Salvage<'d, R>>),
}

impl<'d, R: ReadAt> Cursor<'d, R> {
    /// Begins at the first record.
    pub fn new(database: &'d Database<R>, damage: Damage) -> Self {
        match damage {
            Damage::Refused => Self::Strict(Box::new(database.records())),
            Damage::Salvaged => Self::Salvage(Box::new(database.salvage())),
        }
    }

    /// Enters the next database of the file.
    ///
    /// # Errors
    /// As reading the file.
    pub fn next_part(&mut self) -> Result<Option<Part>, ReadError> {
        match self {
            Self::Strict(records) => records.next_part(),
            Self::Salvage(salvage) => salvage.next_part(),
        }
    }

    /// Returns the next record of that database.
    ///
    /// # Errors
    /// As reading the file.
    #[expect(
        clippy::should_implement_trait,
        reason = "the record borrows from the cursor, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        match self {
            Self::Strict(records) => records.next(),
            Self::Salvage(salvage) => salvage.next(),
        }
    }

    /// Returns what was seen, and what could not be read.
    pub fn finish(self) -> (Survey, Losses) {
        match self {
            Self::Strict(records) => (records.survey().clone(), Losses::default()),
            Self::Salvage(salvage) => (salvage.survey().clone(), salvage.losses().clone()),
        }
    }
}

/// Opens a database.
///
/// # Errors
/// As reading its meta page.
pub fn open<R: ReadAt>(source: R, damage: Damage) -> Result<Database<R>, ReadError> {
    match damage {
        Damage::Refused => Database::open(source),
        Damage::Salvaged => Database::open_damaged(source),
    }
}
