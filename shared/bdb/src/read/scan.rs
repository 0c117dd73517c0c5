//! Page headers picked out of the bytes of a file on their way to somewhere else, such as a digest.

use super::error::ReadError;
use super::survey::PageCounts;
use crate::format::{ByteOrder, HASH_MAGIC, Lsn, PAGE_HEADER, PageNo, PageType};

const MAGIC_AT: usize = 12;
const TYPE_AT: usize = 25;

/// What [`PageScan`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Pages by type.
    pub pages: PageCounts,
    /// Pages of unknown type; nothing else of them is used.
    pub unknown: u64,
    /// The greatest log sequence number on any page of known type, and the first page that has it.
    pub newest: Option<(Lsn, PageNo)>,
}

/// Reads the page headers of a Berkeley DB file of any kind while its bytes pass by in order.
pub struct PageScan {
    page_size: u64,
    order: ByteOrder,
    page: u64,
    /// Bytes of the current page seen so far.
    seen: u64,
    header: [u8; PAGE_HEADER],
    found: Scanned,
}

impl PageScan {
    /// Begins at the first byte of a file with pages of `page_size` bytes.
    pub fn new(page_size: u32, order: ByteOrder) -> Self {
        let page_size = u64::from(page_size).max(PAGE_HEADER as u64);
        Self { page_size, order, page: 0, seen: 0, header: [0; PAGE_HEADER], found: Scanned::default() }
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let rest = usize::try_from(self.page_size - self.seen).unwrap_or(usize::MAX).min(bytes.len());
            let (here, later) = bytes.split_at(rest);
            if let Some(missing) = usize::try_from(self.seen).ok().and_then(|seen| self.header.get_mut(seen..)) {
                let count = missing.len().min(here.len());
                if let (Some(to), Some(from)) = (missing.get_mut(..count), here.get(..count)) {
                    to.copy_from_slice(from);
                }
            }
            self.seen += rest as u64;
            if self.seen == self.page_size {
                self.end_page();
            }
            bytes = later;
        }
    }

    fn end_page(&mut self) {
        let kind = PageType::from_byte(self.header.get(TYPE_AT).copied().unwrap_or_default());
        // The meta pages of version 6 and of hash version 5 have no type byte.
        let meta = match self.order.u32_at(&self.header, MAGIC_AT) {
            Some(HASH_MAGIC) => PageType::HashMeta,
            _ => PageType::BtreeMeta,
        };
        let kind = if self.page == 0 { kind.filter(|kind| is_meta(*kind)).or(Some(meta)) } else { kind };
        match kind {
            Some(kind) => {
                self.found.pages.add(kind);
                self.compare_lsn();
            }
            None => self.found.unknown += 1,
        }
        self.page += 1;
        self.seen = 0;
    }

    fn compare_lsn(&mut self) {
        let number = |at| self.order.u32_at(&self.header, at).unwrap_or_default();
        let lsn = Lsn { file: number(0), offset: number(4) };
        if self.found.newest.is_none_or(|(newest, _)| lsn > newest) {
            self.found.newest = Some((lsn, PageNo(u32::try_from(self.page).unwrap_or(u32::MAX))));
        }
    }

    /// Returns what was found in all pages.
    ///
    /// # Errors
    /// When the bytes ended within a page.
    pub fn finish(self) -> Result<Scanned, ReadError> {
        if self.seen != 0 {
            let length = self.page.saturating_mul(self.page_size).saturating_add(self.seen);
            let page_size = u32::try_from(self.page_size).unwrap_or(u32::MAX);
            return Err(ReadError::NotWholePages { length, page_size });
        }
        Ok(self.found)
    }

    /// Returns what was found in all whole pages.
    pub fn finish_damaged(self) -> Scanned {
        self.found
    }
}

fn is_meta(kind: PageType) -> bool {
    matches!(kind, PageType::BtreeMeta | PageType::HashMeta | PageType::QueueMeta | PageType::HeapMeta)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(order: ByteOrder, lsn: Lsn, kind: u8) -> Vec<u8> {
        let mut page = vec![0; 512];
        page[..4].copy_from_slice(&order.u32_bytes(lsn.file));
        page[4..8].copy_from_slice(&order.u32_bytes(lsn.offset));
        page[TYPE_AT] = kind;
        page
    }

    fn scan(order: ByteOrder, bytes: &[u8], chunk: usize) -> Scanned {
        let mut scan = PageScan::new(512, order);
        bytes.chunks(chunk).for_each(|chunk| scan.feed(chunk));
        scan.finish().unwrap()
    }

    #[test]
    fn the_newest_page_is_found_however_the_bytes_are_cut() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let lsns = [(2, 5), (3, 700), (3, 9)];
            let mut bytes = Vec::new();
            for ((file, offset), kind) in lsns.into_iter().zip([9, 5, 7]) {
                bytes.extend(page(order, Lsn { file, offset }, kind));
            }
            bytes.extend(page(order, Lsn { file: 9, offset: 9 }, 200));
            for chunk in [1, 7, 25, 26, 27, 511, 512, 513, 1500, 4096] {
                let found = scan(order, &bytes, chunk);
                assert_eq!(found.newest, Some((Lsn { file: 3, offset: 700 }, PageNo(1))), "chunks of {chunk}");
                assert_eq!((found.unknown, found.pages.of(PageType::BtreeLeaf)), (1, 1));
            }
        }
    }

    #[test]
    fn the_meta_page_of_version_6_counts_although_it_has_no_type() {
        let found = scan(ByteOrder::Little, &page(ByteOrder::Little, Lsn { file: 1, offset: 28 }, 0), 100);
        assert_eq!(found.newest, Some((Lsn { file: 1, offset: 28 }, PageNo(0))));
    }

    #[test]
    fn an_end_within_a_page_is_an_error() {
        let mut scan = PageScan::new(512, ByteOrder::Little);
        scan.feed(&[0; 700]);
        assert!(matches!(scan.finish(), Err(ReadError::NotWholePages { length: 700, page_size: 512 })));
    }
}
