//! A database file as a log sees it: which one it is, and what its pages say of the last record that changed them.

use std::io;

use crate::ReadAt;
use crate::format::{BTREE_MAGIC, ByteOrder, HASH_MAGIC, Lsn, PAGE_SIZES};

/// Bytes of the first page that tell which file it is.
const HEAD: usize = 256;
const MAGIC_AT: usize = 12;
/// Pages whose numbers are remembered: a log comes back to the same pages again and again.
const REMEMBERED: usize = 1 << 14;

/// A database file that may belong to a log.
#[derive(Debug)]
pub struct DataFile<R> {
    /// The last part of its path.
    pub name: Vec<u8>,
    source: R,
    size: u64,
    /// Nothing where the first page was never written.
    form: Option<Form>,
}

#[derive(Debug)]
struct Form {
    file_id: Vec<u8>,
    page_size: u32,
    order: ByteOrder,
}

impl<R: ReadAt> DataFile<R> {
    /// Looks at the first page of a file, which need not be intact.
    ///
    /// # Errors
    /// As reading the file.
    pub fn open(name: &[u8], source: R) -> io::Result<Self> {
        let size = source.size()?;
        let mut head = [0; HEAD];
        let mut filled = 0;
        while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
            match source.read_at(space, filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { name: name.to_vec(), source, size, form: Form::of(head.get(..filled).unwrap_or_default()) })
    }

    /// Returns the file's identity, which a log's records of openings hold too.
    pub fn file_id(&self) -> Option<&[u8]> {
        self.form.as_ref().map(|form| form.file_id.as_slice())
    }

    /// Returns the log sequence number of a page; nothing for a page that the file does not have.
    pub(super) fn lsn(&self, page: u32) -> io::Result<Option<Lsn>> {
        let Some(form) = &self.form else { return Ok(None) };
        let at = u64::from(page) * u64::from(form.page_size);
        let mut bytes = [0; 8];
        let mut filled = 0;
        if at + bytes.len() as u64 > self.size {
            return Ok(None);
        }
        while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.source.read_at(space, at + filled as u64) {
                Ok(0) => return Ok(None),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let number = |at| form.order.u32_at(&bytes, at).unwrap_or_default();
        Ok(Some(Lsn { file: number(0), offset: number(4) }))
    }
}

impl Form {
    fn of(head: &[u8]) -> Option<Self> {
        let orders = [ByteOrder::Little, ByteOrder::Big].into_iter();
        let (order, magic) = orders
            .filter_map(|order| Some((order, order.u32_at(head, MAGIC_AT)?)))
            .find(|(_, magic)| [BTREE_MAGIC, HASH_MAGIC].contains(magic))?;
        let page_size = order.u32_at(head, MAGIC_AT + 8).filter(|size| PAGE_SIZES.contains(size))?;
        let file_id_at = match (magic, order.u32_at(head, MAGIC_AT + 4)?) {
            (BTREE_MAGIC, 6) => 48,
            (BTREE_MAGIC, 7) | (HASH_MAGIC, 6) => 36,
            (HASH_MAGIC, ..=5) => 188,
            _ => 52,
        };
        let file_id = head.get(file_id_at..file_id_at + 20)?.to_vec();
        Some(Self { file_id, page_size, order })
    }
}

/// The numbers of pages looked at lately.
pub(super) struct Remembered {
    slots: Vec<Option<(u32, u32, Option<Lsn>)>>,
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; REMEMBERED] }
    }

    /// Returns what [`DataFile::lsn`] does; `number` tells the file from the others.
    pub(super) fn lsn<R: ReadAt>(&mut self, number: u32, file: &DataFile<R>, page: u32) -> io::Result<Option<Lsn>> {
        let slot = (page ^ number.wrapping_mul(0x9e37)) as usize % REMEMBERED;
        if let Some(Some((of, at, lsn))) = self.slots.get(slot)
            && (*of, *at) == (number, page)
        {
            return Ok(*lsn);
        }
        let lsn = file.lsn(page)?;
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Some((number, page, lsn));
        }
        Ok(lsn)
    }
}
