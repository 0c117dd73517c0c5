//! What a meta page that is gone must have said, as far as the other pages show it.
//!
//! Each page carries its own number where the page size and the byte order lead to it, and its type. What they cannot show is not needed to read
//! records: where the tree or the buckets begin (salvage looks at every page), or when a file was made. Files of sub-databases are left alone: their pages do not say whose they are.

use super::error::{ReadError, unless_damaged};
use super::hash_page::{HashItem, HashItems};
use super::meta::{Access, BtreeMeta, Checksums, HashMeta, Meta};
use super::page::{Body, Items, Page};
use super::pages::{Pages, read_exactly};
use crate::format::{ByteOrder, Lsn, PAGE_HEADER, PAGE_SIZES, PageNo, PageType, flag, hash_flag};
use crate::hash::default_charkey;
use crate::io::ReadAt;

/// Most pages that are looked at.
const SAMPLE: u32 = 4096;

/// Returns what the meta page should say; nothing where the pages do not show it.
pub(super) fn guess<R: ReadAt>(source: &R, length: u64) -> Result<Option<Meta>, ReadError> {
    let Some((byte_order, page_size)) = layout(source, length)? else { return Ok(None) };
    let pages = u32::try_from(length / u64::from(page_size)).unwrap_or(u32::MAX);
    let mut meta = Meta {
        version: 8,
        byte_order,
        page_size,
        pages,
        flags: 0,
        file_id: [0; 20],
        free: PageNo(0),
        last_page: None,
        lsn: Lsn::default(),
        checksums: Checksums::Absent,
        access: Access::Btree(BtreeMeta { minkey: 2, re_len: 0, re_pad: 0x20, root: PageNo(0) }),
    };
    let mut seen = Seen::of(source, &meta)?;
    if seen.readable == 0 {
        // With checksums the header of a page is longer.
        meta.checksums = Checksums::Present;
        seen = Seen::of(source, &meta)?;
    }
    if seen.readable == 0 || seen.is_mixed() || seen.meta_pages > 0 {
        return Ok(None);
    }
    if seen.hash_pages > 0 {
        meta.version = if seen.has_old_duplicates { 6 } else { 8 };
        meta.flags = seen.flags(hash_flag::DUP, hash_flag::DUPSORT);
        let buckets = HashMeta {
            max_bucket: 0,
            high_mask: 0,
            low_mask: 0,
            fill_factor: 0,
            keys: 0,
            charkey: default_charkey(),
            spares: [0; 32],
        };
        meta.access = Access::Hash(Box::new(buckets));
    } else {
        // Version 7 does not say whether duplicates are sorted, and nor do the pages without a set of its own pages.
        let is_known = seen.has_sorted_sets || seen.has_unsorted_sets;
        meta.version = if is_known { 8 } else { 7 };
        meta.flags = seen.flags(flag::DUP, flag::DUPSORT) | if seen.counts_records { flag::RECNUM } else { 0 };
        // The trees of sorted duplicates count their records too.
        meta.drop_counts_of_duplicates();
    }
    Ok(Some(meta))
}

/// Finds the byte order and the page size with which most pages carry their own number.
fn layout<R: ReadAt>(source: &R, length: u64) -> Result<Option<(ByteOrder, u32)>, ReadError> {
    let mut best = (0, None);
    let sizes = (9..=16).map(|digits| 1_u32 << digits).filter(|size| PAGE_SIZES.contains(size));
    for (order, size) in
        [ByteOrder::Little, ByteOrder::Big].into_iter().flat_map(|order| sizes.clone().map(move |size| (order, size)))
    {
        let pages = u32::try_from(length / u64::from(size)).unwrap_or(u32::MAX);
        let (mut right, mut wrong) = (0_u32, 0_u32);
        for number in (1..pages).step_by((pages / SAMPLE).max(1) as usize) {
            let mut header = [0; PAGE_HEADER];
            read_exactly(source, &mut header, u64::from(number) * u64::from(size), length)?;
            let kind = header.last().copied().and_then(PageType::from_byte);
            match order.u32_at(&header, 8) {
                Some(own) if own == number && kind.is_some() => right += 1,
                _ if header.iter().all(|byte| *byte == 0) => {}
                _ => wrong += 1,
            }
        }
        if right > wrong && right > best.0 {
            best = (right, Some((order, size)));
        }
    }
    Ok(best.1)
}

/// What the pages show.
#[derive(Default)]
struct Seen {
    /// Pages with records that can be read.
    readable: u32,
    hash_pages: u32,
    meta_pages: u32,
    tree_pages: u32,
    has_duplicates: bool,
    has_old_duplicates: bool,
    has_sorted_sets: bool,
    has_unsorted_sets: bool,
    counts_records: bool,
}

impl Seen {
    fn of<R: ReadAt>(source: &R, meta: &Meta) -> Result<Self, ReadError> {
        let mut seen = Self::default();
        let mut pages = Pages::new(source, meta);
        let (mut items, mut hash_items) = (Items::default(), HashItems::default());
        for number in (1..meta.pages).step_by((meta.pages / SAMPLE).max(1) as usize).map(PageNo) {
            if let Some(page) = unless_damaged(pages.peek(number, PageNo(0)))? {
                seen.add(&page, &mut items, &mut hash_items);
            }
        }
        Ok(seen)
    }

    fn add(&mut self, page: &Page, items: &mut Items, hash_items: &mut HashItems) {
        match page.kind() {
            Some(PageType::BtreeLeaf) => {
                self.tree_pages += 1;
                if items.read_pairs(page).is_ok() && page.entries() > 0 {
                    self.readable += 1;
                    let is_set =
                        |index: usize| matches!(items.get(index).map(|item| &item.body), Some(Body::Duplicates(_)));
                    let offset = |index: usize| items.get(index).map(|item| item.offset);
                    let is_shared = |index: usize| index >= 2 && offset(index) == offset(index - 2);
                    self.has_duplicates |=
                        (0..items.len()).any(|index| is_set(index) || index % 2 == 0 && is_shared(index));
                }
            }
            Some(PageType::BtreeInternal) => {
                let read = items.read_internal(page, |child, _| self.counts_records |= child.records != 0);
                self.tree_pages += u32::from(read.is_ok());
            }
            Some(PageType::HashUnsorted | PageType::Hash) => {
                self.hash_pages += 1;
                if hash_items.read(page).is_ok() && page.entries() > 0 {
                    self.readable += 1;
                    let mut all = (0..usize::from(page.entries())).filter_map(|index| hash_items.get(index));
                    self.has_duplicates |=
                        all.any(|item| matches!(item, HashItem::Duplicates(_) | HashItem::OffPage(_)));
                }
            }
            Some(PageType::OldDuplicate) => self.has_old_duplicates = true,
            Some(PageType::DuplicateLeaf) => self.has_sorted_sets = true,
            Some(PageType::RecnoLeaf) => self.has_unsorted_sets = true,
            Some(PageType::BtreeMeta | PageType::HashMeta) => self.meta_pages += 1,
            _ => {}
        }
    }

    /// Tells whether pages of more than one kind of database are there. Hash databases may have trees of duplicates, not of keys.
    fn is_mixed(&self) -> bool {
        self.hash_pages > 0 && self.tree_pages > 0 && !self.has_sorted_sets
    }

    fn flags(&self, duplicates: u32, sorted: u32) -> u32 {
        match (self.has_duplicates, self.has_sorted_sets) {
            (_, true) => duplicates | sorted,
            (true, false) => duplicates,
            (false, false) => 0,
        }
    }
}
