//! The meta page: where a btree file says what it is, differently in each version (`reference/berkeley-db.md` section 2).

use super::error::ReadError;
use super::recognise::{Recognised, Unsupported, recognise};
use crate::format::{BTREE_MAGIC, ByteOrder, Lsn, PAGE_SIZES, PageNo, PageType, flag};

/// What page 0 of a btree database says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Btree version, 6 to 9.
    pub version: u32,
    /// Order of the bytes in every number of the file.
    pub byte_order: ByteOrder,
    /// Bytes per page: a power of two, 512 to 65536.
    pub page_size: u32,
    /// Number of pages, page 0 included; from the length of the file, as no version's own field can be trusted.
    pub pages: u32,
    /// Bits of [`flag`].
    pub flags: u32,
    /// Fewest keys that a page must hold; decides how long an item may be to stay on its page.
    pub minkey: u32,
    /// Record length; 0 in a btree.
    pub re_len: u32,
    /// Padding byte of record-number databases; usually 0x20 in btrees too.
    pub re_pad: u32,
    /// The file's identity in an environment.
    pub file_id: [u8; 20],
    /// Root of the tree.
    pub root: PageNo,
    /// First page of the free list; page 0 when there is none.
    pub free: PageNo,
    /// Last log record that changed this page.
    pub lsn: Lsn,
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
    /// Versions 6 and 7 do not say; the [`Survey`](super::Survey) tells how the data lie.
    Unsaid,
}

/// Where a version keeps the fields that moved between versions.
struct Layout {
    minkey: usize,
    free: usize,
    flags: usize,
    file_id: usize,
    re_len: usize,
    root: Option<usize>,
    known_flags: u32,
}

const VERSION_6: Layout = Layout {
    minkey: 28,
    free: 32,
    flags: 36,
    file_id: 48,
    re_len: 40,
    root: None,
    known_flags: flag::DUP | flag::RECNO | flag::RECNUM | flag::FIXEDLEN | flag::RENUMBER,
};
const VERSION_7: Layout = Layout {
    minkey: 60,
    free: 28,
    flags: 32,
    file_id: 36,
    re_len: 64,
    root: Some(72),
    known_flags: VERSION_6.known_flags | flag::SUBDB,
};
const VERSION_8: Layout = Layout {
    minkey: 76,
    free: 28,
    flags: 48,
    file_id: 52,
    re_len: 80,
    root: Some(88),
    known_flags: VERSION_7.known_flags | flag::DUPSORT,
};
const VERSION_9: Layout = Layout { known_flags: VERSION_8.known_flags | flag::COMPRESS, ..VERSION_8 };

const PAGE_TYPE_AT: usize = 25;
const META_FLAGS_AT: usize = 26;
const CHECKSUM: u8 = 1;
const PARTITIONED: u8 = 2 | 4;

impl Meta {
    /// Reads the meta page from the first bytes of a file of `length` bytes.
    pub(super) fn parse(head: &[u8], length: u64) -> Result<Self, ReadError> {
        match recognise(head, length) {
            Recognised::Btree => {}
            Recognised::Unsupported(kind) => return Err(kind.into()),
            Recognised::NotADatabase => return Err(ReadError::NotADatabase),
        }
        let byte_order =
            if ByteOrder::Little.u32_at(head, 12) == Some(BTREE_MAGIC) { ByteOrder::Little } else { ByteOrder::Big };
        let number = |at| byte_order.u32_at(head, at).ok_or(ReadError::NotADatabase);
        let version = number(16)?;
        let layout = match version {
            6 => VERSION_6,
            7 => VERSION_7,
            8 => VERSION_8,
            _ => VERSION_9,
        };
        let page_size = number(20)?;
        let pages = count_pages(length, page_size)?;
        let meta = Self {
            version,
            byte_order,
            page_size,
            pages,
            flags: number(layout.flags)?,
            minkey: number(layout.minkey)?,
            re_len: number(layout.re_len)?,
            re_pad: number(layout.re_len + 4)?,
            file_id: head
                .get(layout.file_id..)
                .and_then(<[u8]>::first_chunk)
                .copied()
                .ok_or(ReadError::NotADatabase)?,
            root: PageNo(layout.root.map_or(Ok(1), number)?),
            free: PageNo(number(layout.free)?),
            lsn: Lsn { file: number(0)?, offset: number(4)? },
        };
        meta.check_page(head, number(8)?)?;
        meta.check_flags(layout.known_flags)?;
        Ok(meta)
    }

    fn check_page(&self, head: &[u8], own_number: u32) -> Result<(), ReadError> {
        if own_number != 0 {
            return Err(ReadError::WrongPageNumber { page: PageNo(0), found: own_number });
        }
        let found = head.get(PAGE_TYPE_AT).copied().unwrap_or_default();
        if self.version > 6 && found != PageType::BtreeMeta as u8 {
            return Err(ReadError::WrongType { page: PageNo(0), found, expected: PageType::BtreeMeta });
        }
        // Before version 9 this byte is not used.
        let meta_flags = head.get(META_FLAGS_AT).copied().filter(|_| self.version == 9).unwrap_or_default();
        if meta_flags & PARTITIONED != 0 {
            return Err(Unsupported::Partitioned.into());
        }
        if meta_flags & CHECKSUM != 0 {
            return Err(Unsupported::Checksummed.into());
        }
        if meta_flags != 0 {
            return Err(ReadError::UnknownFlags { flags: meta_flags.into() });
        }
        if self.minkey < 2 {
            return Err(ReadError::MinKey { found: self.minkey });
        }
        Ok(())
    }

    fn check_flags(&self, known: u32) -> Result<(), ReadError> {
        let refused = [
            (flag::SUBDB, Unsupported::Subdatabases),
            (flag::RECNUM, Unsupported::RecordNumbers),
            (flag::RECNO | flag::FIXEDLEN | flag::RENUMBER, Unsupported::Recno),
            (flag::COMPRESS, Unsupported::Compressed),
        ];
        let unknown = self.flags & !known;
        if unknown != 0 {
            return Err(ReadError::UnknownFlags { flags: unknown });
        }
        if let Some((_, kind)) = refused.into_iter().find(|(bits, _)| self.flags & bits != 0) {
            return Err(kind.into());
        }
        Ok(())
    }

    /// Returns what the flags say about duplicates.
    ///
    /// `db_upgrade -s` sets the flag for sorted duplicates on databases without any, too; it means nothing there.
    pub fn duplicates(&self) -> DuplicateMode {
        if self.flags & flag::DUP == 0 {
            DuplicateMode::Forbidden
        } else if self.version < 8 {
            DuplicateMode::Unsaid
        } else if self.flags & flag::DUPSORT != 0 {
            DuplicateMode::Sorted
        } else {
            DuplicateMode::Unsorted
        }
    }

    /// Returns the length of the file in bytes.
    pub fn length(&self) -> u64 {
        u64::from(self.pages) * u64::from(self.page_size)
    }
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
