//! The meta page: where a database says what it is, differently in each version (`reference/berkeley-db.md` section 2).

use super::error::ReadError;
use super::recognise::{Recognised, Unsupported, recognise};
use crate::checksum;
use crate::format::{
    BTREE_MAGIC, ByteOrder, CHECKSUM_PAGE_HEADER, HASH_MAGIC, Lsn, PAGE_HEADER, PAGE_SIZES, PageNo, PageType, flag,
    hash_flag, most_minkey,
};

/// What the meta page of a database says: page 0, or that of a sub-database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Version of the btree or hash format.
    pub version: u32,
    /// Order of the bytes in every number of the file.
    pub byte_order: ByteOrder,
    /// Bytes per page: a power of two, 512 to 65536.
    pub page_size: u32,
    /// Number of pages of the file, page 0 included; from the length of the file, as no version's own field can be trusted.
    pub pages: u32,
    /// Bits of [`flag`], or of [`hash_flag`].
    pub flags: u32,
    /// The file's identity in an environment.
    pub file_id: [u8; 20],
    /// First page of the free list; page 0 when there is none.
    pub free: PageNo,
    /// The last page, as the versions say that count them here.
    pub last_page: Option<PageNo>,
    /// Last log record that changed this page.
    pub lsn: Lsn,
    /// Whether pages carry checksums.
    pub checksums: Checksums,
    /// How records are found.
    pub access: Access,
}

/// Whether pages carry checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksums {
    /// They do; the header of a page is longer for them.
    Present,
    /// They do not.
    Absent,
}

/// How records are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// In a tree ordered by key.
    Btree(BtreeMeta),
    /// In buckets.
    Hash(Box<HashMeta>),
}

/// What only a btree's meta page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BtreeMeta {
    /// Fewest keys that a page must hold; decides how long an item may be to stay on its page.
    pub minkey: u32,
    /// Record length; 0 in a btree.
    pub re_len: u32,
    /// Padding byte of record-number databases; usually 0x20 in btrees too.
    pub re_pad: u32,
    /// Root of the tree.
    pub root: PageNo,
}

/// What only a hash database's meta page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashMeta {
    /// Number of the last bucket.
    pub max_bucket: u32,
    /// Mask for the hash, as many digits as the last bucket's number.
    pub high_mask: u32,
    /// Mask for a hash that leads beyond the last bucket.
    pub low_mask: u32,
    /// Wanted number of keys per bucket; 0 when not set.
    pub fill_factor: u32,
    /// Number of keys, as the library counts them.
    pub keys: u32,
    /// Hash of a known text, which tells the hash function.
    pub charkey: u32,
    /// Where the buckets of each doubling are.
    pub spares: [u32; 32],
}

/// Whether equal keys may occur, and what is known about the order of their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateMode {
    /// Each key occurs once.
    Forbidden,
    /// In the order of insertion.
    Unsorted,
    /// Sorted by a comparison of data, normally bytewise.
    Sorted,
    /// Old versions do not say; the [`Survey`](super::Survey) tells how the data lie.
    Unsaid,
}

/// Where a version keeps the fields that all kinds of databases have.
struct Layout {
    free: usize,
    flags: usize,
    file_id: usize,
    known_flags: u32,
    /// Where the fields begin that only this kind has.
    own: usize,
}

const RECNO_FLAGS: u32 = flag::RECNO | flag::FIXEDLEN | flag::RENUMBER;
const BTREE_FLAGS: u32 = flag::DUP | flag::RECNUM | RECNO_FLAGS;

fn btree_layout(version: u32) -> Layout {
    match version {
        6 => Layout { free: 32, flags: 36, file_id: 48, known_flags: BTREE_FLAGS, own: 24 },
        7 => Layout { free: 28, flags: 32, file_id: 36, known_flags: BTREE_FLAGS | flag::SUBDB, own: 56 },
        8 => {
            Layout { free: 28, flags: 48, file_id: 52, known_flags: BTREE_FLAGS | flag::SUBDB | flag::DUPSORT, own: 72 }
        }
        _ => Layout { known_flags: btree_layout(8).known_flags | flag::COMPRESS, ..btree_layout(8) },
    }
}

fn hash_layout(version: u32) -> Layout {
    let known_flags = hash_flag::DUP | hash_flag::SUBDB;
    match version {
        ..=5 => Layout { free: 28, flags: 56, file_id: 188, known_flags: hash_flag::DUP, own: 32 },
        6 => Layout { free: 28, flags: 32, file_id: 36, known_flags, own: 56 },
        _ => Layout { free: 28, flags: 48, file_id: 52, known_flags: known_flags | hash_flag::DUPSORT, own: 72 },
    }
}

const PAGE_TYPE_AT: usize = 25;
const META_FLAGS_AT: usize = 26;
const LEAST_MINKEY: u32 = 2;
const CHECKSUM: u8 = 1;
const PARTITIONED: u8 = 2 | 4;

impl Meta {
    /// Reads the meta page from the first bytes of a file of `length` bytes.
    pub(super) fn parse(head: &[u8], length: u64) -> Result<Self, ReadError> {
        let (byte_order, page_size) = recognised(head, length)?;
        let pages = count_pages(length, page_size)?;
        Self::checked(head, PageNo(0), byte_order, page_size, pages)
    }

    /// Reads as much of the meta page as is needed to find pages, and says what is wrong with it.
    pub(super) fn parse_damaged(head: &[u8], length: u64) -> Result<(Self, Vec<ReadError>), ReadError> {
        let (byte_order, page_size) = recognised(head, length)?;
        let (pages, mut damage) = match count_pages(length, page_size) {
            Ok(pages) => (pages, Vec::new()),
            Err(error @ ReadError::NotWholePages { .. }) => {
                let whole = length - length % u64::from(page_size);
                (count_pages(whole, page_size)?, vec![error])
            }
            Err(error) => return Err(error),
        };
        let page = PageNo(0);
        let mut meta = Self::fields(head, byte_order, page_size, pages)?;
        damage.extend(meta.check_page(head, page).err());
        damage.extend(meta.check_flags(page).err());
        if let Some(unsupported) = damage.iter().position(|error| matches!(error, ReadError::Unsupported(_))) {
            return Err(damage.swap_remove(unsupported));
        }
        meta.flags &= meta.layout().known_flags;
        meta.drop_counts_of_duplicates();
        if let Access::Btree(btree) = &mut meta.access {
            btree.minkey = btree.minkey.clamp(LEAST_MINKEY, most_minkey(page_size));
        }
        Ok((meta, damage))
    }

    /// Reads the meta page of a sub-database of a file whose page 0 is `self`.
    pub(super) fn parse_sub_database(&self, page: &[u8], number: PageNo) -> Result<Self, ReadError> {
        let magic = self.byte_order.u32_at(page, 12);
        if !matches!(magic, Some(BTREE_MAGIC | HASH_MAGIC)) {
            let found = page.get(PAGE_TYPE_AT).copied().unwrap_or_default();
            return Err(ReadError::WrongType { page: number, found, expected: PageType::BtreeMeta });
        }
        let meta = Self::checked(page, number, self.byte_order, self.page_size, self.pages)?;
        let stored = self.byte_order.u32_at(page, 20).unwrap_or_default();
        if stored != self.page_size {
            return Err(ReadError::OtherPageSize { page: number, found: stored, expected: self.page_size });
        }
        // Each of them carries the flag, but only the keys of page 0 are names.
        let flags = meta.flags & !meta.sub_database_flag();
        Ok(Self { free: PageNo(0), flags, ..meta })
    }

    fn checked(
        head: &[u8],
        page: PageNo,
        byte_order: ByteOrder,
        page_size: u32,
        pages: u32,
    ) -> Result<Self, ReadError> {
        let meta = Self::fields(head, byte_order, page_size, pages)?;
        meta.check_page(head, page)?;
        meta.check_flags(page)?;
        Ok(meta)
    }

    fn fields(head: &[u8], byte_order: ByteOrder, page_size: u32, pages: u32) -> Result<Self, ReadError> {
        let number = |at| byte_order.u32_at(head, at).ok_or(ReadError::NotADatabase);
        let version = number(16)?;
        let is_hash = number(12)? == HASH_MAGIC;
        let layout = match (is_hash, version) {
            (true, 5..=9) => hash_layout(version),
            (false, 6..=9) => btree_layout(version),
            (true, _) => return Err(Unsupported::HashVersion { version }.into()),
            (false, _) => return Err(Unsupported::BtreeVersion { version }.into()),
        };
        let access = if is_hash {
            let mut spares = [0; 32];
            for (index, spare) in spares.iter_mut().enumerate() {
                *spare = number(layout.own + if version <= 5 { 28 } else { 24 } + 4 * index)?;
            }
            let at = |index: usize| number(layout.own + 4 * index);
            Access::Hash(Box::new(HashMeta {
                max_bucket: at(0)?,
                high_mask: at(1)?,
                low_mask: at(2)?,
                fill_factor: at(3)?,
                keys: at(4)?,
                charkey: at(5)?,
                spares,
            }))
        } else {
            let re_len = if version == 6 { 40 } else { layout.own + 8 };
            Access::Btree(BtreeMeta {
                minkey: number(layout.own + 4)?,
                re_len: number(re_len)?,
                re_pad: number(re_len + 4)?,
                root: if version == 6 { PageNo(1) } else { PageNo(number(layout.own + 16)?) },
            })
        };
        let mut meta = Self {
            version,
            byte_order,
            page_size,
            pages,
            flags: number(layout.flags)?,
            file_id: head
                .get(layout.file_id..)
                .and_then(<[u8]>::first_chunk)
                .copied()
                .ok_or(ReadError::NotADatabase)?,
            free: PageNo(number(layout.free)?),
            last_page: (version >= if is_hash { 8 } else { 9 }).then_some(PageNo(number(32)?)),
            lsn: Lsn { file: number(0)?, offset: number(4)? },
            checksums: Checksums::Absent,
            access,
        };
        if meta.meta_flags(head) & CHECKSUM != 0 {
            meta.checksums = Checksums::Present;
        }
        Ok(meta)
    }

    fn layout(&self) -> Layout {
        match &self.access {
            Access::Btree(_) => btree_layout(self.version),
            Access::Hash(_) => hash_layout(self.version),
        }
    }

    /// Returns what the versions say that know checksums; before them this byte is not used.
    fn meta_flags(&self, head: &[u8]) -> u8 {
        let first_version = match &self.access {
            Access::Btree(_) => 9,
            Access::Hash(_) => 8,
        };
        head.get(META_FLAGS_AT).copied().filter(|_| self.version >= first_version).unwrap_or_default()
    }

    fn check_page(&self, head: &[u8], page: PageNo) -> Result<(), ReadError> {
        let own_number = self.byte_order.u32_at(head, 8).ok_or(ReadError::NotADatabase)?;
        let meta_flags = self.meta_flags(head);
        if own_number != page.0 {
            return Err(ReadError::WrongPageNumber { page, found: own_number });
        }
        let found = head.get(PAGE_TYPE_AT).copied().unwrap_or_default();
        let (expected, has_type) = match &self.access {
            Access::Btree(_) => (PageType::BtreeMeta, self.version > 6),
            Access::Hash(_) => (PageType::HashMeta, self.version > 5),
        };
        if has_type && found != expected as u8 {
            return Err(ReadError::WrongType { page, found, expected });
        }
        if meta_flags & PARTITIONED != 0 {
            return Err(Unsupported::Partitioned.into());
        }
        if meta_flags & !CHECKSUM != 0 {
            return Err(ReadError::UnknownFlags { page, flags: meta_flags.into() });
        }
        if self.checksums == Checksums::Present {
            let summed = head.get(..checksum::META_LENGTH).unwrap_or(head);
            if !checksum::holds(summed, checksum::META_AT, self.byte_order) {
                return Err(ReadError::Checksum { page });
            }
        }
        match &self.access {
            Access::Btree(btree) if !(LEAST_MINKEY..=most_minkey(self.page_size)).contains(&btree.minkey) => {
                Err(ReadError::MinKey { page, found: btree.minkey })
            }
            Access::Btree(_) => Ok(()),
            Access::Hash(hash) => hash.check(page),
        }
    }

    fn check_flags(&self, page: PageNo) -> Result<(), ReadError> {
        let unknown = self.flags & !self.layout().known_flags;
        if unknown != 0 {
            return Err(ReadError::UnknownFlags { page, flags: unknown });
        }
        let refused: &[(u32, Unsupported)] = match &self.access {
            Access::Btree(_) => &[(RECNO_FLAGS, Unsupported::Recno), (flag::COMPRESS, Unsupported::Compressed)],
            Access::Hash(_) if page.0 == 0 => &[(hash_flag::SUBDB, Unsupported::HashOfSubdatabases)],
            Access::Hash(_) => &[],
        };
        if let Some((_, kind)) = refused.iter().find(|(bits, _)| self.flags & bits != 0) {
            return Err((*kind).into());
        }
        let excluded = if page.0 == 0 { flag::DUP | flag::SUBDB } else { flag::DUP };
        if self.has_record_numbers() && self.flags & excluded != 0 {
            return Err(ReadError::UnknownFlags { page, flags: self.flags });
        }
        Ok(())
    }

    fn sub_database_flag(&self) -> u32 {
        match &self.access {
            Access::Btree(_) => flag::SUBDB,
            Access::Hash(_) => hash_flag::SUBDB,
        }
    }

    /// Returns what the flags say about duplicates.
    ///
    /// `db_upgrade -s` sets the flag for sorted duplicates on databases without any, too; it means nothing there.
    pub fn duplicates(&self) -> DuplicateMode {
        let (dup, sorted, says) = match &self.access {
            Access::Btree(_) => (flag::DUP, flag::DUPSORT, self.version >= 8),
            Access::Hash(_) => (hash_flag::DUP, hash_flag::DUPSORT, self.version >= 7),
        };
        if self.flags & dup == 0 {
            DuplicateMode::Forbidden
        } else if !says {
            DuplicateMode::Unsaid
        } else if self.flags & sorted != 0 {
            DuplicateMode::Sorted
        } else {
            DuplicateMode::Unsorted
        }
    }

    /// Returns whether off-page duplicates are trees; in old versions they are chains of pages.
    pub(super) fn has_duplicate_trees(&self) -> bool {
        self.version >= if matches!(self.access, Access::Hash(_)) { 7 } else { 8 }
    }

    /// Returns whether a btree also counts its records (RECNUM).
    pub fn has_record_numbers(&self) -> bool {
        matches!(self.access, Access::Btree(_)) && self.flags & flag::RECNUM != 0
    }

    /// Gives up the record numbers of a btree with duplicates, which no release makes and which cannot be written: without them
    /// every record is still there, without duplicates not.
    pub(super) fn drop_counts_of_duplicates(&mut self) {
        if self.has_record_numbers() && self.duplicates() != DuplicateMode::Forbidden {
            self.flags &= !flag::RECNUM;
        }
    }

    /// Returns whether the keys are names of sub-databases.
    pub fn holds_sub_databases(&self) -> bool {
        matches!(self.access, Access::Btree(_)) && self.flags & flag::SUBDB != 0
    }

    /// Returns the length of the file in bytes.
    pub fn length(&self) -> u64 {
        u64::from(self.pages) * u64::from(self.page_size)
    }

    /// Returns the bytes of a page's header.
    pub(super) fn page_header(&self) -> usize {
        match self.checksums {
            Checksums::Absent => PAGE_HEADER,
            Checksums::Present => CHECKSUM_PAGE_HEADER,
        }
    }
}

impl HashMeta {
    /// Returns whether the first page of a bucket in use was certainly written.
    pub(super) fn is_written(&self, version: u32, bucket: u32) -> bool {
        let first = crate::hash::first_buckets(version, self.fill_factor, &self.spares);
        crate::hash::is_written(version, first, self.max_bucket, bucket)
    }

    /// What is said twice must agree.
    fn check(&self, page: PageNo) -> Result<(), ReadError> {
        let expected = crate::hash::Buckets::new(self.max_bucket);
        // There are two buckets at least.
        if self.max_bucket == 0 || (self.high_mask, self.low_mask) != (expected.high_mask, expected.low_mask) {
            let Self { max_bucket, high_mask, low_mask, .. } = *self;
            return Err(ReadError::HashMasks { page, max_bucket, high_mask, low_mask });
        }
        Ok(())
    }
}

/// Returns the byte order and the page size of a file that looks like a database.
fn recognised(head: &[u8], length: u64) -> Result<(ByteOrder, u32), ReadError> {
    match recognise(head, length) {
        Recognised::Btree | Recognised::Hash => {}
        Recognised::Unsupported(kind) => return Err(kind.into()),
        Recognised::NotADatabase => return Err(ReadError::NotADatabase),
    }
    let is_magic = |number| matches!(number, Some(BTREE_MAGIC | HASH_MAGIC));
    let byte_order = if is_magic(ByteOrder::Little.u32_at(head, 12)) { ByteOrder::Little } else { ByteOrder::Big };
    let page_size = byte_order.u32_at(head, 20).ok_or(ReadError::NotADatabase)?;
    Ok((byte_order, page_size))
}

fn count_pages(length: u64, page_size: u32) -> Result<u32, ReadError> {
    if !page_size.is_power_of_two() || !PAGE_SIZES.contains(&page_size) {
        return Err(ReadError::PageSize { page_size });
    }
    if !length.is_multiple_of(page_size.into()) {
        return Err(ReadError::NotWholePages { length, page_size });
    }
    u32::try_from(length / u64::from(page_size)).map_err(|_| ReadError::TooManyPages { length, page_size })
}
