//! Trees: the main one and those of off-page duplicates, walked leaf by leaf.

use super::error::ReadError;
use super::overflow::account_for_internal_key;
use super::page::{Child, Items, Page};
use super::pages::Pages;
use super::survey::Spots;
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;

/// The kinds of tree, which differ in the types of their pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeKind {
    /// The database itself.
    Main,
    /// Off-page duplicates in the order of insertion, numbered.
    UnsortedDuplicates,
    /// Off-page duplicates sorted by their data.
    SortedDuplicates,
}

impl TreeKind {
    fn leaf(self) -> PageType {
        match self {
            Self::Main => PageType::BtreeLeaf,
            Self::UnsortedDuplicates => PageType::RecnoLeaf,
            Self::SortedDuplicates => PageType::DuplicateLeaf,
        }
    }

    fn internal(self) -> PageType {
        match self {
            Self::Main | Self::SortedDuplicates => PageType::BtreeInternal,
            Self::UnsortedDuplicates => PageType::RecnoInternal,
        }
    }
}

/// An internal page on the way from the root to the current leaf.
struct Branch {
    page: PageNo,
    level: u8,
    /// Those not visited, last first.
    children: Vec<Child>,
    /// Whether the first one was visited, whose key says nothing.
    first_visited: bool,
    /// The page, where keys are compared.
    bytes: Vec<u8>,
}

/// A walk over the leaves of a tree in order, depth first.
pub(super) struct Tree {
    kind: TreeKind,
    path: Vec<Branch>,
    /// Where to begin, and who points there.
    root: Option<(PageNo, PageNo)>,
    /// The leaf returned last and the leaf that it calls the next.
    last: Option<(PageNo, PageNo)>,
    levels: u8,
    counts: RecordCounts,
    /// What the page above says of the page returned last, where records are counted.
    expected: Option<(PageNo, u32)>,
    wrong_counts: Spots,
    /// The key that divides the leaf returned last from the one before.
    separator: Option<Vec<u8>>,
}

/// Whether internal pages say how many records are below each child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordCounts {
    /// They do, and it is checked.
    Kept,
    /// They do, and where they are wrong this is noted.
    Noted,
    /// They do not, or it is not relied upon.
    Ignored,
}

impl Tree {
    /// Prepares the walk over the tree whose root page `from` names.
    pub(super) fn new(kind: TreeKind, root: PageNo, from: PageNo) -> Self {
        let counts = RecordCounts::Ignored;
        Self {
            kind,
            path: Vec::new(),
            root: Some((root, from)),
            last: None,
            levels: 0,
            counts,
            expected: None,
            wrong_counts: Spots::default(),
            separator: None,
        }
    }

    /// Has the record counts of internal pages checked.
    pub(super) fn checking(self, counts: RecordCounts) -> Self {
        Self { counts, ..self }
    }

    /// Compares the records on the leaf returned last with what the page above says.
    pub(super) fn check_leaf_count(&self, leaf: PageNo, records: u32) -> Result<(), ReadError> {
        match self.expected {
            Some((page, found)) if found != records => {
                Err(ReadError::RecordCount { page, child: leaf, found, expected: records })
            }
            _ => Ok(()),
        }
    }

    /// Compares what the page above says of the leaf returned last with what may be counted on it.
    pub(super) fn note_leaf_count(&mut self, leaf: PageNo, counts: [usize; 2]) {
        if let Some((_, found)) = self.expected
            && !counts.contains(&(found as usize))
        {
            self.wrong_counts.add(leaf);
        }
    }

    /// Returns what was noted of record counts.
    pub(super) fn wrong_counts(&self) -> &Spots {
        &self.wrong_counts
    }

    /// Returns the key of an internal page that divides the leaf returned last from the one before, where it is known.
    pub(super) fn separator(&self) -> Option<&[u8]> {
        self.separator.as_deref()
    }

    /// Returns the number of levels, known after the first leaf.
    pub(super) fn levels(&self) -> u8 {
        self.levels
    }

    /// Returns the next leaf; nothing after the last, when the links between the leaves proved right.
    pub(super) fn next_leaf<R: ReadAt>(
        &mut self,
        pages: &mut Pages<'_, R>,
        items: &mut Items,
    ) -> Result<Option<Page>, ReadError> {
        self.separator = None;
        let mut page = match self.root.take() {
            Some((root, from)) => self.enter_root(pages, root, from)?,
            None => match self.next_child(pages)? {
                Some(page) => page,
                None => return self.finish(),
            },
        };
        while page.kind_byte() != self.kind.leaf() as u8 {
            self.push(&page, pages, items)?;
            page = match self.next_child(pages)? {
                Some(page) => page,
                None => return Err(ReadError::NoChildren { page: page.number }),
            };
        }
        self.check_neighbours(&page)?;
        Ok(Some(page))
    }

    fn enter_root<R: ReadAt>(
        &mut self,
        pages: &mut Pages<'_, R>,
        root: PageNo,
        from: PageNo,
    ) -> Result<Page, ReadError> {
        let page = pages.take(root, from)?;
        if page.kind_byte() == self.kind.leaf() as u8 {
            page.expect_level(1)?;
        } else {
            page.expect_kind(self.kind.internal())?;
            if page.level() < 2 {
                return Err(ReadError::WrongLevel { page: root, found: page.level(), expected: 2 });
            }
        }
        self.levels = page.level();
        // An internal root has its count where other pages link to the page before.
        let is_internal = page.kind_byte() == self.kind.internal() as u8;
        self.expected = (self.counts != RecordCounts::Ignored && is_internal).then(|| (page.number, page.previous().0));
        Ok(page)
    }

    /// Returns the next page below the path, one level further down.
    fn next_child<R: ReadAt>(&mut self, pages: &mut Pages<'_, R>) -> Result<Option<Page>, ReadError> {
        while let Some(branch) = self.path.last_mut() {
            let Some(child) = branch.children.pop() else {
                self.path.pop();
                continue;
            };
            let level = branch.level.saturating_sub(1);
            let Child { page: child, key, records } = child;
            if std::mem::replace(&mut branch.first_visited, true) {
                let key = key.and_then(|key| branch.bytes.get(key.start as usize..key.end as usize));
                self.separator = key.map(<[u8]>::to_vec);
            }
            self.expected = (self.counts != RecordCounts::Ignored).then_some((branch.page, records));
            let page = pages.take(child, branch.page)?;
            page.expect_kind(if level == 1 { self.kind.leaf() } else { self.kind.internal() })?;
            page.expect_level(level)?;
            return Ok(Some(page));
        }
        Ok(None)
    }

    fn push<R: ReadAt>(&mut self, page: &Page, pages: &mut Pages<'_, R>, items: &mut Items) -> Result<(), ReadError> {
        let mut children = Vec::with_capacity(page.entries().into());
        let mut long_keys = Vec::new();
        if self.kind == TreeKind::UnsortedDuplicates {
            items.read_recno_internal(page, |child| children.push(child))?;
        } else {
            items.read_internal(page, |child, key| {
                children.push(child);
                long_keys.extend(key);
            })?;
        }
        if children.is_empty() {
            return Err(ReadError::NoChildren { page: page.number });
        }
        for key in long_keys {
            account_for_internal_key(pages, page.number, key)?;
        }
        if let Some((above, found)) = self.expected {
            let sum = children.iter().try_fold(0_u32, |sum, child: &Child| sum.checked_add(child.records));
            if sum != Some(found) && self.counts == RecordCounts::Noted {
                self.wrong_counts.add(page.number);
            } else if sum != Some(found) {
                let expected = sum.unwrap_or(u32::MAX);
                return Err(ReadError::RecordCount { page: above, child: page.number, found, expected });
            }
        }
        children.reverse();
        let bytes = if self.kind == TreeKind::UnsortedDuplicates { Vec::new() } else { page.bytes().to_vec() };
        self.path.push(Branch { page: page.number, level: page.level(), children, first_visited: false, bytes });
        Ok(())
    }

    /// Each leaf must call the leaf before it its previous page, and be the next page of that one.
    fn check_neighbours(&mut self, page: &Page) -> Result<(), ReadError> {
        let before = match self.last {
            Some((before, next)) if next != page.number => {
                return Err(ReadError::WrongNext { page: before, found: next, expected: page.number });
            }
            Some((before, _)) => before,
            None => PageNo(0),
        };
        page.expect_previous(before)?;
        self.last = Some((page.number, page.next()));
        Ok(())
    }

    fn finish(&self) -> Result<Option<Page>, ReadError> {
        match self.last {
            Some((page, found)) if found.0 != 0 => Err(ReadError::WrongNext { page, found, expected: PageNo(0) }),
            _ => Ok(None),
        }
    }
}
