//! Writes items that are too long for a page as chains of overflow pages (`reference/berkeley-db.md` section 3).
//!
//! A long key is needed once on its leaf and once more on each internal page that names it, and every one of them has a
//! chain of its own. The copies are written side by side, page by page, so that a value read in pieces is read once and
//! never held.

use super::error::WriteError;
use super::output::Output;
use super::page_builder::Header;
use crate::format::{ByteOrder, PAGE_HEADER, PageNo, PageType};
use crate::io::WriteAt;
use crate::record::{Chunks, Data};

/// Writes chains, one page at a time.
#[derive(Debug)]
pub(crate) struct ChainWriter {
    order: ByteOrder,
    page: Box<[u8]>,
    /// Bytes of data on the page.
    filled: usize,
    /// Overflow pages written so far.
    pub(crate) pages: u32,
}

/// A chain being written.
#[derive(Clone, Copy)]
struct Chain {
    record: u64,
    length: u32,
    copies: u32,
    taken: u64,
    first: Position,
}

#[derive(Clone, Copy, PartialEq)]
enum Position {
    First,
    Later,
}

impl ChainWriter {
    pub(crate) fn new(page_size: usize, order: ByteOrder) -> Self {
        Self { order, page: vec![0; page_size].into_boxed_slice(), filled: 0, pages: 0 }
    }

    /// Writes `data` of `length` bytes `copies` times and returns the first page of the first chain; those of the others
    /// follow it one by one.
    ///
    /// # Errors
    /// When the data cannot be read or has another length, or a page cannot be written.
    pub(crate) fn write<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        record: u64,
        data: Data<'_>,
        length: u32,
        copies: u32,
    ) -> Result<PageNo, WriteError> {
        let first = output.next_page()?;
        let mut chain = Chain { record, length, copies, taken: 0, first: Position::First };
        self.filled = 0;
        match data {
            Data::Whole(bytes) => self.take(output, &mut chain, bytes)?,
            Data::Chunked(source) => {
                while let Some(piece) = source.next_chunk().map_err(|source| WriteError::Source { record, source })? {
                    self.take(output, &mut chain, piece)?;
                }
            }
        }
        if chain.taken != u64::from(length) {
            return Err(WriteError::SourceLength { record, announced: length, found: chain.taken });
        }
        Ok(first)
    }

    fn take<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        chain: &mut Chain,
        mut piece: &[u8],
    ) -> Result<(), WriteError> {
        let announced = u64::from(chain.length);
        let record = chain.record;
        let whole = chain.taken.saturating_add(piece.len() as u64);
        if whole > announced {
            return Err(WriteError::SourceLength { record, announced: chain.length, found: whole });
        }
        while !piece.is_empty() {
            let room =
                self.page.get_mut(PAGE_HEADER..).and_then(|area| area.get_mut(self.filled..)).unwrap_or_default();
            let fits = room.len();
            let (now, later) = piece.split_at_checked(fits).unwrap_or((piece, &[]));
            if let Some(place) = room.get_mut(..now.len()) {
                place.copy_from_slice(now);
            }
            self.filled = self.filled.saturating_add(now.len());
            chain.taken = chain.taken.saturating_add(now.len() as u64);
            piece = later;
            if chain.taken == announced || now.len() == fits {
                self.put_page(output, chain)?;
            }
        }
        Ok(())
    }

    fn put_page<W: WriteAt>(&mut self, output: &mut Output<W>, chain: &mut Chain) -> Result<(), WriteError> {
        let end = PAGE_HEADER.saturating_add(self.filled);
        if let Some(unused) = self.page.get_mut(end..) {
            unused.fill(0);
        }
        for _ in 0..chain.copies {
            let page = output.next_page()?;
            let prev = match chain.first {
                Position::First => 0,
                Position::Later => page.0.saturating_sub(chain.copies),
            };
            let next = match chain.taken == u64::from(chain.length) {
                true => PageNo(0),
                false => output.page_ahead(chain.copies)?,
            };
            let header = Header { page, prev: PageNo(prev), next, level: 0, page_type: PageType::Overflow };
            // The entries of an overflow page are its references, its lowest byte is the number of bytes on it.
            let encoded = header.encode(self.order, 1, self.filled);
            if let Some(place) = self.page.first_chunk_mut() {
                *place = encoded;
            }
            output.append(&self.page)?;
            self.pages = self.pages.saturating_add(1);
        }
        self.filled = 0;
        chain.first = Position::Later;
        Ok(())
    }
}

/// Puts a value that comes in pieces, but is short, together in `whole`.
///
/// # Errors
/// When it cannot be read or has another length than announced.
pub(crate) fn collect(source: &mut dyn Chunks, record: u64, whole: &mut Vec<u8>) -> Result<(), WriteError> {
    let announced = source.total_length();
    whole.clear();
    while let Some(piece) = source.next_chunk().map_err(|source| WriteError::Source { record, source })? {
        let found = (whole.len() as u64).saturating_add(piece.len() as u64);
        if found > u64::from(announced) {
            return Err(WriteError::SourceLength { record, announced, found });
        }
        whole.extend_from_slice(piece);
    }
    match whole.len() as u64 {
        found if found == u64::from(announced) => Ok(()),
        found => Err(WriteError::SourceLength { record, announced, found }),
    }
}
