//! What a reader saw on its way: counts for reports, and what a writer must know about order and lengths.

use crate::format::{PageNo, PageType};

/// Number of pages of each type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageCounts([u64; 17]);

impl PageCounts {
    /// Returns the number of pages of one type.
    pub fn of(&self, kind: PageType) -> u64 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, kind: PageType) {
        if let Some(count) = self.0.get_mut(kind as usize) {
            *count += 1;
        }
    }
}

/// How often neighbours were not in ascending bytewise order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Neighbours of which the second is smaller.
    pub descending: u64,
    /// Neighbours that are equal.
    pub equal: u64,
    /// Page of the first such neighbours.
    pub first_page: Option<PageNo>,
}

impl Order {
    /// Returns true when every neighbour was greater than the one before.
    pub fn is_ascending(&self) -> bool {
        self.first_page.is_none()
    }

    pub(super) fn compare(&mut self, before: &[u8], after: &[u8], page: PageNo) {
        match before.cmp(after) {
            std::cmp::Ordering::Less => return,
            std::cmp::Ordering::Equal => self.equal += 1,
            std::cmp::Ordering::Greater => self.descending += 1,
        }
        self.first_page.get_or_insert(page);
    }
}

/// How often something is not as the library leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spots {
    /// How often.
    pub count: u64,
    /// The first page where it is so.
    pub first_page: Option<PageNo>,
}

impl Spots {
    pub(super) fn add(&mut self, page: PageNo) {
        self.count += 1;
        self.first_page.get_or_insert(page);
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.count += other.count;
        self.first_page = self.first_page.or(other.first_page);
    }
}

/// What [`Records`](super::Records) saw so far; it describes the file once the last record was returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Pages that were used, by type; the meta page included.
    pub pages: PageCounts,
    /// Pages of type 0 that the free list does not have; harmless.
    pub unlisted: u64,
    /// Levels of the main tree, of the highest one where there are several; 1 when the root is a leaf, 0 without a tree.
    pub levels: u8,
    /// Databases in the file: 1, or as many as there are sub-databases.
    pub databases: u64,
    /// Buckets of hash databases.
    pub buckets: u64,
    /// Records returned.
    pub records: u64,
    /// Different keys among them.
    pub keys: u64,
    /// Keys on overflow pages.
    pub overflow_keys: u64,
    /// Data on overflow pages.
    pub overflow_data: u64,
    /// Records after the first of a key that lie beside it on a leaf page.
    pub duplicates_on_page: u64,
    /// Records in off-page duplicate sets, the first of each key included.
    pub duplicates_off_page: u64,
    /// Items skipped because they carry the deleted flag.
    pub deleted: u64,
    /// Order of the keys. Anything else than ascending comes from a comparison function of the application.
    pub key_order: Order,
    /// Order of the data of equal keys. Data on overflow pages are left out: some releases did not sort them
    /// (`reference/berkeley-db.md` section 12).
    pub duplicate_order: Order,
    /// Keys of internal pages that do not divide the keys below them in bytewise order, so that a search misses some.
    pub separators: Spots,
    /// Numbers of records in internal pages that are not those of the pages below, where nothing depends on them.
    pub record_counts: Spots,
    /// Buckets in use whose page is all zeros, where the meta page counts more keys than there are: they were never written, or
    /// are lost.
    pub doubtful_buckets: Spots,
    /// Bytes of the longest key.
    pub longest_key: u32,
    /// Bytes of the longest data.
    pub longest_data: u32,
}

impl Survey {
    /// Compares the keys around a key of an internal page with it: the one before is smaller, the one after is not.
    pub(super) fn compare_separator(&mut self, before: &[u8], separator: &[u8], after: &[u8], page: PageNo) {
        if before >= separator || separator > after {
            self.separators.add(page);
        }
    }

    /// Counts a record.
    pub(super) fn count(&mut self, key: usize, data: u64, is_new_key: bool) {
        self.records += 1;
        self.keys += u64::from(is_new_key);
        self.longest_key = self.longest_key.max(u32::try_from(key).unwrap_or(u32::MAX));
        self.longest_data = self.longest_data.max(u32::try_from(data).unwrap_or(u32::MAX));
    }
}
