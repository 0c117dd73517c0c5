//! Good files to damage, and a way to read them that notices an endless reader.
#![allow(dead_code, unreachable_pub)]

pub mod salvage;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use bdb::ReadAt;
use bdb::read::{Database, ReadError};

pub const PLAIN: &str = "btree-4.7.25-le-plain-1024.db";
pub const OLD_DUPLICATES: &str = "btree-2.7.7-le-dup-512.db";
pub const UNSORTED: &str = "btree-3.2.9-be-dup-512.db";
pub const SORTED: &str = "btree-4.7.25-le-dupsort-1024.db";
pub const OVERFLOW: &str = "btree-4.4.20-le-overflow-1024.db";
pub const FREE_PAGES: &str = "env-4.4.20-clean/mbox.db";
pub const LONG_KEYS: &str = "btree-5.3.28-le-longkeys-512.db";
pub const SUBDATABASES: &str = "btree-4.4.20-le-subdb-512.db";
pub const HASH: &str = "hash-4.7.25-le-plain-512.db";
pub const HASH_OVERFLOW: &str = "hash-2.7.7-le-overflow-1024.db";
pub const HASH_OLD_DUPLICATES: &str = "hash-3.0.55-le-dup-512.db";
pub const HASH_SORTED: &str = "hash-4.4.20-be-dupsort-1024.db";

pub fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)).unwrap()
}

/// A file in memory with some bytes changed or its end cut off; counts how often it is read.
pub struct Damaged<'a> {
    bytes: &'a [u8],
    changes: &'a [(usize, u8)],
    reads: AtomicU64,
}

impl<'a> Damaged<'a> {
    pub fn new(bytes: &'a [u8], changes: &'a [(usize, u8)]) -> Self {
        Self { bytes, changes, reads: AtomicU64::new(0) }
    }
}

impl ReadAt for Damaged<'_> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let offset = offset as usize;
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        for &(at, byte) in self.changes {
            if let Some(place) = at.checked_sub(offset).and_then(|at| buffer[..length].get_mut(at)) {
                *place = byte;
            }
        }
        Ok(length)
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub records: Vec<(Vec<u8>, Vec<u8>)>,
    pub deleted: u64,
}

/// Reads everything; a file that is read far more often than it has pages counts as endless.
pub fn read(source: &Damaged<'_>) -> Result<Content, ReadError> {
    let database = Database::open(source)?;
    let mut records = database.records();
    let mut content = Content::default();
    while let Some(part) = records.next_part()? {
        let name = part.name.unwrap_or_default();
        while let Some(record) = records.next()? {
            let key = [name.as_slice(), record.key].concat();
            let mut data = Vec::new();
            let read = record.data.for_each_chunk(|chunk| {
                data.extend_from_slice(chunk);
                Ok(())
            });
            read.map_err(|error| ReadError::try_from(error).unwrap())?;
            content.records.push((key, data));
        }
    }
    content.deleted = records.survey().deleted;
    let limit = 4 * u64::from(database.meta().pages) + 4;
    assert!(source.reads.load(Ordering::Relaxed) <= limit, "read too often");
    Ok(content)
}

pub fn read_changed(bytes: &[u8], changes: &[(usize, u8)]) -> Result<Content, ReadError> {
    read(&Damaged::new(bytes, changes))
}

/// Where the pages and fields of a good file are, so that a test can damage one of them.
pub struct File {
    pub bytes: Vec<u8>,
    pub page_size: usize,
    pub big: bool,
}

impl File {
    pub fn new(file: &str) -> Self {
        let bytes = bytes(file);
        let big = bytes[12] == 0;
        let mut new = Self { bytes, page_size: 512, big };
        new.page_size = new.u32(20) as usize;
        new
    }

    pub fn u32(&self, at: usize) -> u32 {
        let raw = self.bytes[at..at + 4].try_into().unwrap();
        if self.big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
    }

    pub fn u16(&self, at: usize) -> usize {
        let raw = self.bytes[at..at + 2].try_into().unwrap();
        usize::from(if self.big { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
    }

    pub fn set_u32(&mut self, at: usize, value: u32) {
        let raw = if self.big { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes[at..at + 4].copy_from_slice(&raw);
    }

    pub fn set_u16(&mut self, at: usize, value: u16) {
        let raw = if self.big { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes[at..at + 2].copy_from_slice(&raw);
    }

    pub fn pages(&self) -> usize {
        self.bytes.len() / self.page_size
    }

    pub fn start(&self, page: usize) -> usize {
        page * self.page_size
    }

    pub fn kind(&self, page: usize) -> u8 {
        self.bytes[self.start(page) + 25]
    }

    pub fn entries(&self, page: usize) -> usize {
        self.u16(self.start(page) + 20)
    }

    /// The pages of a type, in file order.
    pub fn of_kind(&self, kind: u8) -> Vec<usize> {
        (1..self.pages()).filter(|page| self.kind(*page) == kind).collect()
    }

    /// Where an item of a page begins in the file.
    pub fn item(&self, page: usize, index: usize) -> usize {
        self.start(page) + self.u16(self.start(page) + 26 + 2 * index)
    }

    /// The first data item of a type: its leaf and its place.
    pub fn reference(&self, kind: u8) -> (usize, usize) {
        let items = |page| (0..self.entries(page)).map(move |index| (page, self.item(page, index)));
        self.of_kind(5).into_iter().flat_map(items).find(|(_, at)| self.bytes[at + 2] == kind).unwrap()
    }

    pub fn error(&self) -> ReadError {
        read_changed(&self.bytes, &[]).unwrap_err()
    }

    /// Returns true for bytes that are key or data, or the padding and lengths beside them: not header, index, internal
    /// page or meta page.
    pub fn is_in_item(&self, at: usize) -> bool {
        let page = at / self.page_size;
        let offset = at % self.page_size;
        match self.kind(page) {
            _ if page == 0 => false,
            1 | 2 | 5 | 6 | 12 | 13 => offset >= 26 + 2 * self.entries(page),
            7 => offset >= 26,
            _ => false,
        }
    }
}
