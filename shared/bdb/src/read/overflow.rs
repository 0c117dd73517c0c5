//! Overflow chains: items too long for their page, spread over pages of type 7 that are linked to one another.

use std::io;

use super::error::ReadError;
use super::page::{Page, Reference};
use super::pages::Pages;
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::record::Chunks;

/// Longest key that is read, in bytes: keys are held in memory whole.
///
/// The suite's keys are names, paths and ids; a reference to a longer one is taken for damage.
pub const KEY_LIMIT: u32 = 8 * 1024 * 1024;

/// An overflow chain while it is being followed.
pub(super) struct OverflowChain {
    total: u32,
    left: u32,
    /// Where the link to the next page stands.
    from: PageNo,
    previous: PageNo,
    next: PageNo,
}

impl OverflowChain {
    /// Begins at a reference on page `from`.
    pub(super) fn start(from: PageNo, reference: Reference, file_length: u64) -> Result<Self, ReadError> {
        let Reference { first, total } = reference;
        if u64::from(total) > file_length {
            return Err(ReadError::OverflowPastFile { page: from, total });
        }
        Ok(Self { total, left: total, from, previous: PageNo(0), next: first })
    }

    fn is_over(&self) -> bool {
        self.next.0 == 0 && self.from == self.previous
    }

    /// Returns the next page and checks it; nothing after the last.
    pub(super) fn next_page<R: ReadAt>(&mut self, pages: &mut Pages<'_, R>) -> Result<Option<Page>, ReadError> {
        if self.is_over() {
            return Ok(None);
        }
        let page = pages.take(self.next, self.from)?;
        self.accept(&page)?;
        Ok(Some(page))
    }

    fn accept(&mut self, page: &Page) -> Result<(), ReadError> {
        page.expect_kind(PageType::Overflow)?;
        page.expect_previous(self.previous)?;
        let total = self.total;
        let too_long = ReadError::OverflowTooLong { page: page.number, total };
        self.left = self.left.checked_sub(page.overflow_bytes()?.len() as u32).ok_or(too_long)?;
        self.from = page.number;
        self.previous = page.number;
        self.next = page.next();
        if self.next.0 == 0 && self.left != 0 {
            return Err(ReadError::OverflowTooShort { page: page.number, missing: self.left, total });
        }
        Ok(())
    }
}

/// Whether a chain may have been read before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Allowed,
    Refused,
}

/// Follows a chain to its end without taking its pages, as [`OverflowChain::next_page`] would find it.
pub(super) fn check_chain<R: ReadAt>(
    pages: &mut Pages<'_, R>,
    from: PageNo,
    reference: Reference,
    again: Again,
) -> Result<(), ReadError> {
    let mut chain = OverflowChain::start(from, reference, pages.meta.length())?;
    let mut left = pages.meta.pages;
    while !chain.is_over() {
        // A chain of empty pages that leads back to itself would have no end.
        left = left.checked_sub(1).ok_or(ReadError::UsedTwice { page: chain.from, target: chain.next })?;
        let page = pages.peek(chain.next, chain.from)?;
        if again == Again::Refused && pages.is_used(page.number) {
            return Err(ReadError::UsedTwice { page: chain.from, target: page.number });
        }
        chain.accept(&page)?;
    }
    Ok(())
}

/// Marks the chain of a key on an internal page, so that its pages are accounted for; its bytes are of no use.
pub(super) fn account_for_internal_key<R: ReadAt>(
    pages: &mut Pages<'_, R>,
    from: PageNo,
    reference: Reference,
) -> Result<(), ReadError> {
    let mut chain = OverflowChain::start(from, reference, pages.meta.length())?;
    while !chain.is_over() {
        match pages.take_for_internal_key(chain.next, chain.from)? {
            Some(page) => chain.accept(&page)?,
            // The internal page above shares its key's chain with this one.
            None if chain.previous.0 == 0 => return Ok(()),
            None => return Err(ReadError::UsedTwice { page: chain.from, target: chain.next }),
        }
    }
    Ok(())
}

/// The file's pages, and the overflow data that the caller is being offered.
pub(super) struct Reader<'d, R> {
    pub(super) pages: Pages<'d, R>,
    data: Option<OverflowChain>,
    piece: Option<Page>,
    state: DataState,
}

/// Whether the offered data could be read so far.
#[derive(PartialEq, Eq)]
enum DataState {
    Good,
    /// The caller saw the error already, and must not get past it.
    Damaged,
}

impl<'d, R: ReadAt> Reader<'d, R> {
    pub(super) fn new(pages: Pages<'d, R>) -> Self {
        Self { pages, data: None, piece: None, state: DataState::Good }
    }

    /// Offers data on overflow pages to the caller.
    pub(super) fn offer(&mut self, from: PageNo, reference: Reference) -> Result<(), ReadError> {
        self.data = Some(OverflowChain::start(from, reference, self.pages.meta.length())?);
        Ok(())
    }

    /// Follows the offered data to its end, if the caller did not.
    pub(super) fn finish_data(&mut self) -> Result<(), ReadError> {
        while self.next_piece()? {}
        self.data = None;
        Ok(())
    }

    /// Gives up the offered data.
    pub(super) fn drop_data(&mut self) {
        self.data = None;
        self.piece = None;
        self.state = DataState::Good;
    }

    /// Reads a whole key into `buffer`, and leaves its pages for whoever takes them.
    pub(super) fn peek_key(
        &mut self,
        from: PageNo,
        reference: Reference,
        buffer: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        if reference.total > KEY_LIMIT {
            return Err(ReadError::KeyTooLong { page: from, length: reference.total, limit: KEY_LIMIT });
        }
        check_chain(&mut self.pages, from, reference, Again::Allowed)?;
        buffer.clear();
        let mut chain = OverflowChain::start(from, reference, self.pages.meta.length())?;
        while !chain.is_over() {
            let page = self.pages.peek(chain.next, chain.from)?;
            chain.accept(&page)?;
            buffer.extend_from_slice(page.slice(page.overflow_bytes()?));
        }
        Ok(())
    }

    /// Reads a whole key into `buffer`.
    pub(super) fn read_key(
        &mut self,
        from: PageNo,
        reference: Reference,
        buffer: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        if reference.total > KEY_LIMIT {
            return Err(ReadError::KeyTooLong { page: from, length: reference.total, limit: KEY_LIMIT });
        }
        buffer.clear();
        let mut chain = OverflowChain::start(from, reference, self.pages.meta.length())?;
        while let Some(page) = chain.next_page(&mut self.pages)? {
            buffer.extend_from_slice(page.slice(page.overflow_bytes()?));
        }
        Ok(())
    }

    fn next_piece(&mut self) -> Result<bool, ReadError> {
        if self.state == DataState::Damaged {
            return Err(ReadError::Stopped);
        }
        let Some(chain) = &mut self.data else {
            return Ok(false);
        };
        self.state = DataState::Damaged;
        self.piece = chain.next_page(&mut self.pages)?;
        self.state = DataState::Good;
        Ok(self.piece.is_some())
    }
}

impl<R: ReadAt> Chunks for Reader<'_, R> {
    fn total_length(&self) -> u32 {
        self.data.as_ref().map_or(0, |chain| chain.total)
    }

    fn next_chunk(&mut self) -> io::Result<Option<&[u8]>> {
        self.next_piece()?;
        match &self.piece {
            Some(page) => Ok(Some(page.slice(page.overflow_bytes()?))),
            None => Ok(None),
        }
    }
}
