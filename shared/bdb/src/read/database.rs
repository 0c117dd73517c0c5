//! An opened database.

use super::error::ReadError;
use super::lost_meta;
use super::meta::Meta;
use super::no_names;
use super::pages::read_exactly;
use super::recognise::HEAD;
use super::records::Records;
use super::salvage::Salvage;
use crate::format::flag;
use crate::io::ReadAt;

/// A database file whose meta page was understood.
#[derive(Debug)]
pub struct Database<R> {
    source: R,
    meta: Meta,
    /// What is wrong with the meta page.
    damage: Vec<ReadError>,
}

impl<R: ReadAt> Database<R> {
    /// Reads the meta page; no other page is looked at yet.
    ///
    /// # Errors
    /// When the file is not a database that can be read in full, with the reason.
    pub fn open(source: R) -> Result<Self, ReadError> {
        let mut head = [0; HEAD];
        let (head, length) = read_head(&source, &mut head)?;
        let meta = Meta::parse(head, length)?;
        Ok(Self { source, meta, damage: Vec::new() })
    }

    /// Reads the meta page of a file that may be damaged: only what leads to its pages must be there. What is wrong with the
    /// meta page is among the losses of [`salvage`](Self::salvage).
    ///
    /// # Errors
    /// When nothing of it can be read, with the reason.
    pub fn open_damaged(source: R) -> Result<Self, ReadError> {
        let mut head = [0; HEAD];
        let (head, length) = read_head(&source, &mut head)?;
        let (mut meta, mut damage) = match Meta::parse_damaged(head, length) {
            Err(error) if may_be_lost(&error) => {
                let meta = lost_meta::guess(&source, length)?.ok_or(error)?;
                (meta, vec![ReadError::LostMeta])
            }
            parsed => parsed?,
        };
        if meta.holds_sub_databases() && no_names::is_one_database(&source, &meta)? {
            meta.flags &= !flag::SUBDB;
            damage.push(ReadError::NotSubdatabases);
        }
        Ok(Self { source, meta, damage })
    }

    /// Returns what the meta page says.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Returns what is wrong with the meta page; nothing unless it was [opened as damaged](Self::open_damaged).
    pub fn damage(&self) -> &[ReadError] {
        &self.damage
    }

    /// Begins to read what can be read of a damaged file.
    pub fn salvage(&self) -> Salvage<'_, R> {
        Salvage::new(&self.source, &self.meta, &self.damage)
    }

    /// Begins to read all records, of each database of the file in its own order.
    pub fn records(&self) -> Records<'_, R> {
        Records::new(&self.source, &self.meta)
    }
}

/// Tells whether the other pages may show what the first one does not. Of a kind that is not read they show nothing.
fn may_be_lost(error: &ReadError) -> bool {
    match error {
        ReadError::NotADatabase | ReadError::PageSize { .. } | ReadError::TooManyPages { .. } => true,
        ReadError::Unsupported(kind) => kind.may_be_damage(),
        _ => false,
    }
}

fn read_head<'h, R: ReadAt>(source: &R, head: &'h mut [u8; HEAD]) -> Result<(&'h [u8], u64), ReadError> {
    let length = source.size().map_err(|source| ReadError::Io { offset: 0, source })?;
    let head = head.get_mut(..usize::try_from(length).unwrap_or(HEAD).min(HEAD)).unwrap_or_default();
    read_exactly(source, head, 0, length)?;
    Ok((head, length))
}
