//! Builds a tree from the left: one open page per level, so that memory does not grow with the tree.
//!
//! A page that is full gets its number, goes to the output, and is entered with its first key into the level above. The
//! main tree, sorted off-page duplicates and unsorted ones (a record-number tree) differ only in their page types,
//! whether internal items hold keys, and whether they hold record counts (`reference/berkeley-db.md` sections 3 and 7).
//! The leftmost item of a level has no key, as in the files that the library itself writes.

use super::Duplicates;
use super::error::WriteError;
use super::output::Output;
use super::page_builder::{EntryKey, Header, INDEX, PageBuilder, RECNO_ENTRY, REFERENCE, entry_size};
use crate::format::{ByteOrder, PageNo, PageType};
use crate::io::WriteAt;

/// Where the link to the next page lies in a page header.
const NEXT_LINK: usize = 16;

/// Which tree is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TreeKind {
    /// Keys and values.
    Main,
    /// The values of one key in their own order.
    SortedDuplicates,
    /// The values of one key in the order they were added.
    UnsortedDuplicates,
}

impl TreeKind {
    /// Returns the kind of tree that off-page duplicates are in.
    pub(crate) const fn of_duplicates(duplicates: Duplicates) -> Self {
        match duplicates {
            Duplicates::Sorted => Self::SortedDuplicates,
            Duplicates::None | Duplicates::Unsorted => Self::UnsortedDuplicates,
        }
    }

    const fn leaf(self) -> PageType {
        match self {
            Self::Main => PageType::BtreeLeaf,
            Self::SortedDuplicates => PageType::DuplicateLeaf,
            Self::UnsortedDuplicates => PageType::RecnoLeaf,
        }
    }

    const fn internal(self) -> PageType {
        match self {
            Self::Main | Self::SortedDuplicates => PageType::BtreeInternal,
            Self::UnsortedDuplicates => PageType::RecnoInternal,
        }
    }
}

/// The first key of a page, as the levels above it need it.
#[derive(Debug, Default)]
pub(crate) enum Separator {
    /// None: the leftmost page of its level, or a page of a record-number tree.
    #[default]
    Absent,
    /// Short enough for internal pages.
    Inline(Vec<u8>),
    /// Too long: the chains that were written for the levels above, one after the other.
    Long {
        /// First page of the next chain to be used.
        page: PageNo,
        /// Chains not yet used.
        left: u32,
        /// Bytes of the key.
        length: u32,
    },
}

/// What the next item means for the leaf it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the first of a leaf, which needs a separator.
    StartsLeaf,
    /// Nothing to do.
    NeedsNoSeparator,
}

/// A tree being built, leaf level included.
#[derive(Debug)]
pub(crate) struct Tree {
    kind: TreeKind,
    order: ByteOrder,
    page_size: usize,
    /// Bytes of items and indices from which a leaf counts as full.
    fill: usize,
    leaf: Level,
    last_leaf: Option<PageNo>,
    /// Internal levels, lowest first.
    levels: Vec<Level>,
    /// Pages and levels written so far.
    pub(crate) written: TreePages,
}

/// How large trees became.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TreePages {
    /// Leaf pages.
    pub(crate) leaves: u32,
    /// Internal pages.
    pub(crate) internals: u32,
    /// Levels of the last finished tree, leaves included.
    pub(crate) levels: u8,
}

/// The open page of a level.
#[derive(Debug)]
struct Level {
    page: PageBuilder,
    separator: Separator,
    /// Records below the page, where the tree counts them.
    records: u32,
}

/// A finished page on its way into the level above.
struct Entry {
    child: PageNo,
    records: u32,
    separator: Separator,
}

impl Tree {
    /// Returns an empty tree whose leaves are filled to `fill` bytes.
    pub(crate) fn new(kind: TreeKind, order: ByteOrder, page_size: usize, fill: usize) -> Self {
        Self {
            kind,
            order,
            page_size,
            fill,
            leaf: Level::new(page_size, order),
            last_leaf: None,
            levels: Vec::new(),
            written: TreePages::default(),
        }
    }

    /// Makes room for items and indices of `bytes` that must stand on one leaf.
    ///
    /// # Errors
    /// When a full leaf cannot be written.
    #[inline]
    pub(crate) fn make_room<W: WriteAt>(&mut self, output: &mut Output<W>, bytes: usize) -> Result<Place, WriteError> {
        if !self.leaf.page.is_empty() && self.leaf.page.used().saturating_add(bytes) > self.fill {
            self.close_leaf(output)?;
        }
        Ok(match self.kind {
            TreeKind::Main | TreeKind::SortedDuplicates if self.leaf.page.is_empty() && self.last_leaf.is_some() => {
                Place::StartsLeaf
            }
            _ => Place::NeedsNoSeparator,
        })
    }

    /// Returns the open leaf.
    #[inline]
    pub(crate) fn leaf(&mut self) -> &mut PageBuilder {
        &mut self.leaf.page
    }

    /// Sets the separator of the open leaf.
    pub(crate) fn set_separator(&mut self, separator: Separator) {
        self.leaf.separator = separator;
    }

    /// Counts a record, in a tree that keeps count.
    ///
    /// # Errors
    /// When the count no longer fits the format.
    pub(crate) fn count_record<W: WriteAt>(&mut self, output: &Output<W>) -> Result<(), WriteError> {
        self.leaf.add_records(1).ok_or(WriteError::FileTooLarge { last: output.last_page() })
    }

    /// Returns how many internal items will hold the first key of the leaf now begun, if that key is an overflow item.
    ///
    /// Internal pages that have no room for it are closed at once: the answer must not change afterwards.
    ///
    /// # Errors
    /// When a closed page cannot be written.
    pub(crate) fn separator_copies<W: WriteAt>(&mut self, output: &mut Output<W>) -> Result<u32, WriteError> {
        let mut copies = 0_u32;
        for index in 0.. {
            let Some(level) = self.levels.get(index) else { break };
            copies = copies.saturating_add(1);
            if level.page.has_room(entry_size(REFERENCE).saturating_add(INDEX)) {
                break;
            }
            self.close_level(output, index)?;
        }
        Ok(copies)
    }

    /// Writes all open pages and returns the root; the tree is empty afterwards. `root` is its place if it has a fixed
    /// one.
    ///
    /// # Errors
    /// When a page cannot be written.
    pub(crate) fn finish<W: WriteAt>(
        &mut self,
        output: &mut Output<W>,
        root: Option<PageNo>,
    ) -> Result<PageNo, WriteError> {
        if self.levels.is_empty() {
            self.written.leaves = self.written.leaves.saturating_add(1);
            self.written.levels = 1;
            // Only an internal root keeps a record count.
            self.leaf.records = 0;
            return put_root(output, &mut self.leaf.page, self.kind.leaf(), 1, 0, root);
        }
        self.close_leaf(output)?;
        let mut index = 0_usize;
        // Closing a level can add another one above the top.
        while index.saturating_add(1) < self.levels.len() {
            self.close_level(output, index)?;
            index = index.saturating_add(1);
        }
        let height = level_number(output, index)?;
        let page_type = self.kind.internal();
        self.written.internals = self.written.internals.saturating_add(1);
        self.written.levels = height;
        self.last_leaf = None;
        let mut levels = std::mem::take(&mut self.levels);
        let Some(top) = levels.get_mut(index) else { return Err(WriteError::Incomplete) };
        put_root(output, &mut top.page, page_type, height, top.records, root)
    }

    fn close_leaf<W: WriteAt>(&mut self, output: &mut Output<W>) -> Result<(), WriteError> {
        let page = output.next_page()?;
        let prev = self.last_leaf.unwrap_or(PageNo(0));
        let header = Header { page, prev, next: PageNo(0), level: 1, page_type: self.kind.leaf() };
        output.append(self.leaf.page.finish(&header))?;
        if let Some(before) = self.last_leaf {
            output.patch(before, NEXT_LINK, &self.order.u32_bytes(page.0))?;
        }
        self.last_leaf = Some(page);
        self.written.leaves = self.written.leaves.saturating_add(1);
        let entry = self.leaf.take_entry(page);
        self.enter(output, 0, entry)
    }

    fn close_level<W: WriteAt>(&mut self, output: &mut Output<W>, index: usize) -> Result<(), WriteError> {
        let page_type = self.kind.internal();
        let height = level_number(output, index)?;
        let Some(level) = self.levels.get_mut(index) else { return Ok(()) };
        let page = output.next_page()?;
        let header = Header { page, prev: PageNo(0), next: PageNo(0), level: height, page_type };
        output.append(level.page.finish(&header))?;
        self.written.internals = self.written.internals.saturating_add(1);
        let entry = level.take_entry(page);
        self.enter(output, index.saturating_add(1), entry)
    }

    fn enter<W: WriteAt>(&mut self, output: &mut Output<W>, index: usize, entry: Entry) -> Result<(), WriteError> {
        if index == self.levels.len() {
            self.levels.push(Level::new(self.page_size, self.order));
        }
        let size = match (self.kind, &entry.separator) {
            (TreeKind::UnsortedDuplicates, _) => RECNO_ENTRY,
            (_, Separator::Absent) => entry_size(0),
            (_, Separator::Inline(key)) => entry_size(key.len()),
            (_, Separator::Long { .. }) => entry_size(REFERENCE),
        };
        if self.levels.get(index).is_some_and(|level| !level.page.has_room(size.saturating_add(INDEX))) {
            self.close_level(output, index)?;
        }
        let kind = self.kind;
        let Some(level) = self.levels.get_mut(index) else { return Ok(()) };
        level.add_records(entry.records).ok_or(WriteError::FileTooLarge { last: output.last_page() })?;
        level.add(kind, entry)
    }
}

impl Level {
    fn new(page_size: usize, order: ByteOrder) -> Self {
        Self { page: PageBuilder::new(page_size, order), separator: Separator::Absent, records: 0 }
    }

    fn add_records(&mut self, records: u32) -> Option<()> {
        self.records = self.records.checked_add(records)?;
        Some(())
    }

    fn take_entry(&mut self, child: PageNo) -> Entry {
        Entry { child, records: std::mem::take(&mut self.records), separator: std::mem::take(&mut self.separator) }
    }

    fn add(&mut self, kind: TreeKind, mut entry: Entry) -> Result<(), WriteError> {
        let starts_page = self.page.is_empty();
        let Entry { child, records, .. } = entry;
        match (kind, &mut entry.separator) {
            (TreeKind::UnsortedDuplicates, _) => self.page.put_recno_entry(child, records)?,
            (_, Separator::Absent) => self.page.put_entry(child, records, EntryKey::Inline(&[]))?,
            (_, Separator::Inline(key)) => self.page.put_entry(child, records, EntryKey::Inline(key))?,
            (_, Separator::Long { page, left, length }) => {
                self.page.put_entry(child, records, EntryKey::Overflow { page: *page, length: *length })?;
                *page = PageNo(page.0.saturating_add(1));
                // `separator_copies` foresaw each level; one chain used twice would be lost when either user is deleted.
                *left = left.checked_sub(1).ok_or(WriteError::Incomplete)?;
            }
        }
        if starts_page {
            self.separator = entry.separator;
        }
        Ok(())
    }
}

fn put_root<W: WriteAt>(
    output: &mut Output<W>,
    page: &mut PageBuilder,
    page_type: PageType,
    level: u8,
    records: u32,
    place: Option<PageNo>,
) -> Result<PageNo, WriteError> {
    let number = place.map_or_else(|| output.next_page(), Ok)?;
    // The root of a tree that counts its records has the count where other pages link to the page before.
    let header = Header { page: number, prev: PageNo(records), next: PageNo(0), level, page_type };
    let bytes = page.finish(&header);
    match place {
        Some(_) => output.patch(number, 0, bytes)?,
        None => {
            output.append(bytes)?;
        }
    }
    Ok(number)
}

fn level_number<W: WriteAt>(output: &Output<W>, index: usize) -> Result<u8, WriteError> {
    u8::try_from(index.saturating_add(2)).map_err(|_| WriteError::FileTooLarge { last: output.last_page() })
}
