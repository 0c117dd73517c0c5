//! Pages of the file, read in blocks, each given out once.
//!
//! A file written in key order is read in long runs. In a file grown by random inserts each leaf is somewhere else, and
//! long runs would read the file many times over. So a run starts at one page and doubles while the reader goes on where
//! the run before ended.

use std::io;
use std::sync::Arc;

use super::error::ReadError;
use super::meta::{Access, Checksums, Meta};
use super::page::Page;
use super::survey::PageCounts;
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;

const LONGEST_RUN: u32 = 128 * 1024;
const SHORTEST_RUN: u32 = 4096;
const RUNS: usize = 6;

/// Some pages that follow one another in the file.
#[derive(Default)]
struct Run {
    first: u32,
    pages: u32,
    bytes: Arc<Vec<u8>>,
    last_used: u64,
}

impl Run {
    fn end(&self) -> u32 {
        self.first.saturating_add(self.pages)
    }

    fn has(&self, page: u32) -> bool {
        (self.first..self.end()).contains(&page)
    }
}

/// A set of page numbers: one bit each.
struct PageSet(Vec<u64>);

impl PageSet {
    fn new(pages: u32) -> Self {
        Self(vec![0; (pages as usize).div_ceil(64)])
    }

    fn has(&self, page: PageNo) -> bool {
        self.0.get(page.0 as usize / 64).is_some_and(|word| word >> (page.0 % 64) & 1 == 1)
    }

    /// Returns true when the page was not in the set before.
    fn insert(&mut self, page: PageNo) -> bool {
        let bit = 1 << (page.0 % 64);
        self.0.get_mut(page.0 as usize / 64).is_some_and(|word| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }
}

/// The pages of one file during one walk over it.
pub(super) struct Pages<'d, R> {
    source: &'d R,
    pub(super) meta: &'d Meta,
    runs: [Run; RUNS],
    clock: u64,
    used: PageSet,
    in_key_chains: PageSet,
    pub(super) counts: PageCounts,
}

impl<'d, R: ReadAt> Pages<'d, R> {
    pub(super) fn new(source: &'d R, meta: &'d Meta) -> Self {
        let mut pages = Self {
            source,
            meta,
            runs: Default::default(),
            clock: 0,
            used: PageSet::new(meta.pages),
            in_key_chains: PageSet::new(meta.pages),
            counts: PageCounts::default(),
        };
        pages.used.insert(PageNo(0));
        pages.counts.add(match meta.access {
            Access::Btree(_) => PageType::BtreeMeta,
            Access::Hash(_) => PageType::HashMeta,
        });
        pages
    }

    /// Returns the page that `from` points to, which must not have been returned before.
    pub(super) fn take(&mut self, number: PageNo, from: PageNo) -> Result<Page, ReadError> {
        let page = self.own(number, from)?;
        if !self.used.insert(number) {
            return Err(ReadError::UsedTwice { page: from, target: number });
        }
        if let Some(kind) = page.kind() {
            self.counts.add(kind);
        }
        Ok(page)
    }

    /// Returns the first page of a bucket, which must not have been returned before; nothing for one that was set aside and
    /// never written.
    pub(super) fn take_bucket(&mut self, number: PageNo) -> Result<Option<Page>, ReadError> {
        let page = self.existing(number, PageNo(0))?;
        if !page.is_zero() {
            return self.take(number, PageNo(0)).map(Some);
        }
        if !self.used.insert(number) {
            return Err(ReadError::UsedTwice { page: PageNo(0), target: number });
        }
        self.counts.add(PageType::Free);
        Ok(None)
    }

    /// Marks a page as returned if it is all zeros; tells whether it is.
    pub(super) fn take_zero(&mut self, number: PageNo) -> Result<bool, ReadError> {
        let is_zero = self.existing(number, PageNo(0))?.is_zero();
        if is_zero && self.used.insert(number) {
            self.counts.add(PageType::Free);
        }
        Ok(is_zero)
    }

    /// Returns a page of an overflow chain that belongs to an internal page's key, or nothing when it was returned
    /// before. A page of another type is left to whom it belongs to. Up to 4.2 an internal page shares the chain of a leaf's key, so a page can be in a leaf's chain as well.
    pub(super) fn take_for_internal_key(&mut self, number: PageNo, from: PageNo) -> Result<Option<Page>, ReadError> {
        let page = self.own(number, from)?;
        page.expect_kind(PageType::Overflow)?;
        Ok(self.in_key_chains.insert(number).then_some(page))
    }

    /// Returns the page that `from` points to, or `from` when the file has no such page: where an error is.
    pub(super) fn existing_or(&self, number: PageNo, from: PageNo) -> PageNo {
        if number.0 < self.meta.pages { number } else { from }
    }

    /// Returns whether a page that the file does not have is one of those that its first page counts: the last pages of a file
    /// that were freed again before they were written never come to be.
    pub(super) fn was_never_written(&self, number: PageNo) -> bool {
        number.0 >= self.meta.pages && self.meta.last_page.is_some_and(|last| number <= last)
    }

    /// Finds pages that nothing points to. Free ones among them are harmless and counted.
    pub(super) fn check_rest(&mut self) -> Result<u64, ReadError> {
        let mut unlisted = 0;
        for number in (1..self.meta.pages).map(PageNo) {
            if self.used.has(number) {
                continue;
            }
            if self.in_key_chains.has(number) {
                self.counts.add(PageType::Overflow);
                continue;
            }
            let page = self.load(number)?;
            page.check_sum(self.meta.checksums)?;
            if page.is_zero() {
                unlisted += 1;
                continue;
            }
            // A page without its number was overwritten: its type says nothing about what it held.
            page.expect_own_number()?;
            match page.kind() {
                Some(PageType::Free) => unlisted += 1,
                // The bucket of a table that shrank.
                Some(PageType::HashUnsorted | PageType::Hash) if page.entries() == 0 => unlisted += 1,
                _ => return Err(ReadError::Unreached { page: number, kind: page.kind_byte() }),
            }
        }
        Ok(unlisted)
    }

    /// Returns the page, whether it was returned before or not.
    pub(super) fn peek(&mut self, number: PageNo, from: PageNo) -> Result<Page, ReadError> {
        self.own(number, from)
    }

    /// Returns whether the page was returned before.
    pub(super) fn is_used(&self, number: PageNo) -> bool {
        self.used.has(number) || self.in_key_chains.has(number)
    }

    /// Returns the page, which must exist and carry its own number.
    fn own(&mut self, number: PageNo, from: PageNo) -> Result<Page, ReadError> {
        let page = self.existing(number, from)?;
        page.expect_own_number()?;
        Ok(page)
    }

    /// Returns the page, which must exist and have the checksum that it carries.
    fn existing(&mut self, number: PageNo, from: PageNo) -> Result<Page, ReadError> {
        if number.0 == 0 || number.0 >= self.meta.pages {
            let last = PageNo(self.meta.pages.saturating_sub(1));
            return Err(ReadError::NoSuchPage { page: from, target: number, last });
        }
        let page = self.load(number)?;
        if self.meta.checksums == Checksums::Present {
            page.check_sum(self.meta.checksums)?;
        }
        Ok(page)
    }

    fn load(&mut self, number: PageNo) -> Result<Page, ReadError> {
        self.clock += 1;
        let index = match self.runs.iter().position(|run| run.has(number.0)) {
            Some(index) => index,
            None => self.read_run(number)?,
        };
        let size = self.meta.page_size as usize;
        let (bytes, first) = match self.runs.get_mut(index) {
            Some(run) => {
                run.last_used = self.clock;
                (Arc::clone(&run.bytes), run.first)
            }
            None => (Arc::default(), number.0),
        };
        let start = number.0.saturating_sub(first) as usize * size;
        Ok(Page::new(number, bytes, start, self.meta))
    }

    fn read_run(&mut self, number: PageNo) -> Result<usize, ReadError> {
        let page_size = self.meta.page_size;
        let before = self.runs.iter().find(|run| run.pages > 0 && run.end() == number.0);
        let wanted = before.map_or(SHORTEST_RUN / page_size, |run| run.pages.saturating_mul(2));
        let pages = wanted.min(LONGEST_RUN / page_size).max(1).min(self.meta.pages.saturating_sub(number.0));
        let length = pages as usize * page_size as usize;

        let oldest = self.runs.iter().enumerate().min_by_key(|(_, run)| run.last_used).map_or(0, |(index, _)| index);
        if let Some(run) = self.runs.get_mut(oldest) {
            run.pages = 0;
            if Arc::get_mut(&mut run.bytes).is_none() {
                run.bytes = Arc::default();
            }
            if let Some(bytes) = Arc::get_mut(&mut run.bytes) {
                bytes.resize(length, 0);
                read_exactly(self.source, bytes, u64::from(number.0) * u64::from(page_size), self.meta.length())?;
            }
            run.first = number.0;
            run.pages = pages;
        }
        Ok(oldest)
    }
}

/// Fills the buffer from `offset` of a file that was `length` bytes long.
pub(super) fn read_exactly(
    source: &impl ReadAt,
    mut buffer: &mut [u8],
    mut offset: u64,
    length: u64,
) -> Result<(), ReadError> {
    while !buffer.is_empty() {
        match source.read_at(buffer, offset) {
            Ok(0) => return Err(ReadError::Ended { offset, length }),
            Ok(read) => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(ReadError::Io { offset, source }),
        }
    }
    Ok(())
}
