//! The words of the format: byte order, page numbers and types, magic numbers, flags, log sequence numbers.
//!
//! Source of all numbers: `reference/berkeley-db.md` sections 1 to 3, which name the experiments behind them.

use std::fmt;

/// Smallest and largest page that any version writes.
pub const PAGE_SIZES: std::ops::RangeInclusive<u32> = 512..=65536;
/// Bytes of an ordinary page's header.
pub const PAGE_HEADER: usize = 26;
/// Returns the most keys that a page can be told to hold at least: beyond it not even their headers have room, and the library
/// refuses to open such a file (BDB1007).
pub fn most_minkey(page_size: u32) -> u32 {
    page_size.saturating_sub(PAGE_HEADER as u32) / 20
}

/// Bytes of the header where pages carry checksums.
pub const CHECKSUM_PAGE_HEADER: usize = 32;
/// Btree (and recno) files, at offset 12; at offset 0 it is a Berkeley DB 1.85 file.
pub const BTREE_MAGIC: u32 = 0x0005_3162;
/// Hash files.
pub const HASH_MAGIC: u32 = 0x0006_1561;
/// Queue files.
pub const QUEUE_MAGIC: u32 = 0x0004_2253;
/// Heap files.
pub const HEAP_MAGIC: u32 = 0x0007_4582;
/// Log files.
pub const LOG_MAGIC: u32 = 0x0004_0988;

/// The order in which a file stores the bytes of its integers; the whole file has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first (x86).
    Little,
    /// Most significant byte first (SPARC).
    Big,
}

impl ByteOrder {
    /// Returns the order of the machine we run on.
    pub const fn native() -> Self {
        if cfg!(target_endian = "big") { Self::Big } else { Self::Little }
    }

    /// Reads a 16-bit number; nothing when it does not lie within `bytes`.
    #[inline]
    pub fn u16_at(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let raw = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// Reads a 32-bit number; nothing when it does not lie within `bytes`.
    #[inline]
    pub fn u32_at(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let raw = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    /// Returns the two bytes of a number.
    #[inline]
    pub const fn u16_bytes(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// Returns the four bytes of a number.
    #[inline]
    pub const fn u32_bytes(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

impl fmt::Display for ByteOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Little => "little",
            Self::Big => "big",
        })
    }
}

/// A page's number; page 0 is the file's meta page, and a link of 0 means "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageNo(pub u32);

impl fmt::Display for PageNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A log sequence number: log file and offset in it. (0,0) was never logged, (0,1) is exempt from the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Lsn {
    /// Number of the log file.
    pub file: u32,
    /// Byte offset in it.
    pub offset: u32,
}

impl Lsn {
    /// "Not logged": what every page we write carries.
    pub const NOT_LOGGED: Self = Self { file: 0, offset: 1 };

    /// Returns true when a log wrote the page.
    pub fn is_logged(self) -> bool {
        self > Self::NOT_LOGGED
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.file, self.offset)
    }
}

/// The type byte of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum PageType {
    /// 0: on the free list.
    Free = 0,
    /// 1: off-page duplicates, versions 6 and 7 only.
    OldDuplicate = 1,
    /// 2: hash bucket up to hash version 8.
    HashUnsorted = 2,
    /// 3: btree internal.
    BtreeInternal = 3,
    /// 4: record-number internal.
    RecnoInternal = 4,
    /// 5: btree leaf.
    BtreeLeaf = 5,
    /// 6: record-number leaf (unsorted off-page duplicates).
    RecnoLeaf = 6,
    /// 7: part of a long item.
    Overflow = 7,
    /// 8: hash meta page.
    HashMeta = 8,
    /// 9: btree meta page.
    BtreeMeta = 9,
    /// 10: queue meta page.
    QueueMeta = 10,
    /// 11: queue data.
    QueueData = 11,
    /// 12: sorted off-page duplicates.
    DuplicateLeaf = 12,
    /// 13: hash bucket of hash version 9.
    Hash = 13,
    /// 14: heap meta page.
    HeapMeta = 14,
    /// 15: heap data.
    Heap = 15,
    /// 16: heap internal.
    HeapInternal = 16,
}

impl PageType {
    /// Returns the type for a type byte, if there is one.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Free,
            1 => Self::OldDuplicate,
            2 => Self::HashUnsorted,
            3 => Self::BtreeInternal,
            4 => Self::RecnoInternal,
            5 => Self::BtreeLeaf,
            6 => Self::RecnoLeaf,
            7 => Self::Overflow,
            8 => Self::HashMeta,
            9 => Self::BtreeMeta,
            10 => Self::QueueMeta,
            11 => Self::QueueData,
            12 => Self::DuplicateLeaf,
            13 => Self::Hash,
            14 => Self::HeapMeta,
            15 => Self::Heap,
            16 => Self::HeapInternal,
            _ => return None,
        })
    }
}

impl fmt::Display for PageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::OldDuplicate => "old duplicate",
            Self::HashUnsorted | Self::Hash => "hash",
            Self::BtreeInternal => "btree internal",
            Self::RecnoInternal => "record-number internal",
            Self::BtreeLeaf => "btree leaf",
            Self::RecnoLeaf => "record-number leaf",
            Self::Overflow => "overflow",
            Self::HashMeta => "hash meta",
            Self::BtreeMeta => "btree meta",
            Self::QueueMeta => "queue meta",
            Self::QueueData => "queue data",
            Self::DuplicateLeaf => "duplicate leaf",
            Self::HeapMeta => "heap meta",
            Self::Heap => "heap",
            Self::HeapInternal => "heap internal",
        })
    }
}

/// Type bytes of items on btree pages; 0x80 marks a deleted one.
pub mod item {
    /// Bytes on the page.
    pub const INLINE: u8 = 1;
    /// A reference to off-page duplicates.
    pub const DUPLICATES: u8 = 2;
    /// A reference to an overflow chain.
    pub const OVERFLOW: u8 = 3;
    /// Set in the type byte of a deleted item.
    pub const DELETED: u8 = 0x80;
}

/// Type bytes of items on hash pages.
pub mod hash_item {
    /// Bytes on the page.
    pub const INLINE: u8 = 1;
    /// A set of duplicates on the page.
    pub const DUPLICATES: u8 = 2;
    /// A reference to an overflow chain.
    pub const OVERFLOW: u8 = 3;
    /// A reference to off-page duplicates.
    pub const OFF_PAGE_DUPLICATES: u8 = 4;
}

/// Bits of a hash meta page's flags field.
pub mod hash_flag {
    /// Duplicate keys are allowed.
    pub const DUP: u32 = 0x01;
    /// The keys are names of sub-databases; no release makes such a file.
    pub const SUBDB: u32 = 0x02;
    /// Duplicates are kept sorted; version 7 and later.
    pub const DUPSORT: u32 = 0x04;
}

/// Bits of a btree meta page's flags field.
pub mod flag {
    /// Duplicate keys are allowed.
    pub const DUP: u32 = 0x01;
    /// The tree is a record-number (recno) database.
    pub const RECNO: u32 = 0x02;
    /// Record numbers are kept.
    pub const RECNUM: u32 = 0x04;
    /// Records have a fixed length (recno).
    pub const FIXEDLEN: u32 = 0x08;
    /// Record numbers are renumbered (recno).
    pub const RENUMBER: u32 = 0x10;
    /// The keys are names of sub-databases.
    pub const SUBDB: u32 = 0x20;
    /// Duplicates are kept sorted; version 8 and later.
    pub const DUPSORT: u32 = 0x40;
    /// Compressed (4.8 and later).
    pub const COMPRESS: u32 = 0x80;
}

/// Returns the longest item that stays on its page: `(page - 26) / (2 * minkey) - 10`.
pub fn overflow_threshold(page_size: u32, minkey: u32) -> u32 {
    (page_size.saturating_sub(26)).checked_div(minkey.saturating_mul(2)).unwrap_or(0).saturating_sub(10)
}
