//! An opened database.

use super::error::ReadError;
use super::meta::Meta;
use super::pages::read_exactly;
use super::recognise::HEAD;
use super::records::Records;
use super::salvage::Salvage;
use crate::io::ReadAt;

/// A database file whose meta page was understood.
#[derive(Debug)]
pub struct Database<R> {
    source: R,
    meta: Meta,
}

impl<R: ReadAt> Database<R> {
    /// Reads the meta page; no other page is looked at yet.
    ///
    /// # Errors
    /// When the file is not a database that can be read in full, with the reason.
    pub fn open(source: R) -> Result<Self, ReadError> {
        let length = source.size().map_err(|source| ReadError::Io { offset: 0, source })?;
        let mut head = [0; HEAD];
        let head = head.get_mut(..usize::try_from(length).unwrap_or(HEAD).min(HEAD)).unwrap_or_default();
        read_exactly(&source, head, 0, length)?;
        let meta = Meta::parse(head, length)?;
        Ok(Self { source, meta })
    }

    /// Returns what the meta page says.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Begins to read what can be read of a damaged file.
    pub fn salvage(&self) -> Salvage<'_, R> {
        Salvage::new(&self.source, &self.meta)
    }

    /// Begins to read all records, of each database of the file in its own order.
    pub fn records(&self) -> Records<'_, R> {
        Records::new(&self.source, &self.meta)
    }
}
