//! The pages of a set of off-page duplicates in a damaged file: through its internal pages as far as these are sound, along the links
//! between the leaves where they are not.
//!
//! A wrong link between leaves costs nothing: it is told, and the leaves are given. A leaf that none of its neighbours knows is another
//! set's, and the link that leads to it is wrong. Memory: 16 bytes per page of the set at hand.

use std::ops::Range;

use super::super::error::{ReadError, unless_damaged};
use super::super::overflow::account_for_internal_key;
use super::super::page::{Item, Items, Page};
use super::super::pages::Pages;
use super::chains::Chains;
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;

/// Tells what is wrong; returns the error when the file cannot be read any more.
pub(super) type Tell<'t> = &'t mut dyn FnMut(ReadError) -> Result<(), ReadError>;

/// The data of a key while they are given out.
pub(super) struct DamagedSet {
    /// Those to come, the next one last.
    leaves: Vec<u32>,
    page: Option<Page>,
    items: Items,
    index: usize,
}

impl DamagedSet {
    /// Finds the leaves of the set that the leaf `from` refers to.
    pub(super) fn open<R: ReadAt>(
        pages: &mut Pages<'_, R>,
        chains: &mut Chains,
        root: PageNo,
        from: PageNo,
        tell: Tell<'_>,
    ) -> Result<Self, ReadError> {
        let mut leaves = find(pages, chains, root, from, tell)?;
        leaves.reverse();
        Ok(Self { leaves, page: None, items: Items::default(), index: 0 })
    }

    /// Returns the next item and its page; nothing where a page, or the set, ends. Behind an error it goes on.
    pub(super) fn next<R: ReadAt>(&mut self, pages: &mut Pages<'_, R>) -> Result<Option<(PageNo, Item)>, ReadError> {
        if let (Some(page), Some(item)) = (&self.page, self.items.get(self.index)) {
            self.index += 1;
            return Ok(Some((page.number, item.clone())));
        }
        self.index = 0;
        self.items.clear();
        self.page = None;
        if let Some(number) = self.leaves.pop().map(PageNo) {
            let page = pages.peek(number, PageNo(0))?;
            if let Err(error) = self.items.read_duplicates(&page) {
                self.items.clear();
                return Err(error);
            }
            self.page = Some(page);
        }
        Ok(None)
    }

    /// Returns whether there is nothing more.
    pub(super) fn is_over(&self) -> bool {
        self.page.is_none() && self.leaves.is_empty()
    }

    /// Returns bytes that an item of the page at hand names.
    pub(super) fn slice(&self, range: Range<u32>) -> &[u8] {
        self.page.as_ref().map_or(&[], |page| page.slice(range))
    }
}

/// A leaf and the links that it has.
#[derive(Clone, Copy)]
struct Leaf {
    number: PageNo,
    previous: PageNo,
    next: PageNo,
    sound: bool,
}

impl Leaf {
    fn of(page: &Page) -> Self {
        Self { number: page.number, previous: page.previous(), next: page.next(), sound: true }
    }

    /// Stands for a leaf that cannot be read.
    fn unreadable(number: PageNo) -> Self {
        Self { number, previous: PageNo(0), next: PageNo(0), sound: false }
    }

    /// Tells whether at least one of two neighbours knows the other; nothing where one of them cannot be read.
    fn is_beside(&self, next: &Self) -> Option<bool> {
        (self.sound && next.sound).then(|| self.next == next.number || next.previous == self.number)
    }
}

/// Looks for the leaves of one set.
struct Finder<'p, 'd, R> {
    pages: &'p mut Pages<'d, R>,
    chains: &'p mut Chains,
    items: Items,
    /// The type of the leaves; the root tells.
    kind: PageType,
}

/// Tells whether a page is of a type that the first page of a set has.
pub(super) fn is_root_of_set<R: ReadAt>(pages: &mut Pages<'_, R>, number: PageNo) -> bool {
    let trees = pages.meta.has_duplicate_trees();
    let kind = pages.peek(number, PageNo(0)).ok().and_then(|page| page.kind());
    kind.and_then(|kind| leaf_kind(kind, trees)).is_some()
}

/// Returns the type of the leaves of a set whose root has this type. What the meta page says of their order is not asked.
fn leaf_kind(root: PageType, trees: bool) -> Option<PageType> {
    match root {
        PageType::OldDuplicate if !trees => Some(PageType::OldDuplicate),
        PageType::RecnoLeaf | PageType::RecnoInternal if trees => Some(PageType::RecnoLeaf),
        PageType::DuplicateLeaf | PageType::BtreeInternal if trees => Some(PageType::DuplicateLeaf),
        _ => None,
    }
}

/// Returns the leaves in order; each of them is taken.
fn find<R: ReadAt>(
    pages: &mut Pages<'_, R>,
    chains: &mut Chains,
    root: PageNo,
    from: PageNo,
    tell: Tell<'_>,
) -> Result<Vec<u32>, ReadError> {
    let trees = pages.meta.has_duplicate_trees();
    let expected = if trees { PageType::RecnoLeaf } else { PageType::OldDuplicate };
    let read = pages.peek(root, from).and_then(|page| {
        let wrong = ReadError::WrongType { page: root, found: page.kind_byte(), expected };
        Ok((page.kind().and_then(|kind| leaf_kind(kind, trees)).ok_or(wrong)?, page))
    });
    let kind = read.as_ref().map_or(expected, |(kind, _)| *kind);
    let mut finder = Finder { pages, chains, items: Items::default(), kind };
    let listed = match read {
        Err(error) => {
            tell(error)?;
            Vec::from_iter(if trees { None } else { finder.agreeing_behind(root)? })
        }
        Ok((_, page)) if page.kind() == Some(kind) => finder.list_root(&page, from, tell)?,
        Ok(_) => finder.list(root, from, tell)?,
    };
    let taken = finder.take_known(&listed, from, tell)?;
    finder.fill_gaps(taken, tell)
}

impl<R: ReadAt> Finder<'_, '_, R> {
    /// Lists a set whose root is a leaf, unless another leaf knows it as its neighbour: then it belongs to another set.
    fn list_root(&mut self, page: &Page, from: PageNo, tell: Tell<'_>) -> Result<Vec<Leaf>, ReadError> {
        let leaf = Leaf::of(page);
        if self.pages.is_used(leaf.number) {
            tell(ReadError::UsedTwice { page: from, target: leaf.number })?;
            return Ok(Vec::new());
        }
        let before = self.peek_leaf(leaf.previous)?.is_some_and(|before| before.next == leaf.number);
        let behind = self.kind != PageType::OldDuplicate
            && self.peek_leaf(leaf.next)?.is_some_and(|next| next.previous == leaf.number);
        if before || behind {
            let (page, expected) = (leaf.number, PageNo(0));
            tell(match before {
                true => ReadError::WrongPrevious { page, found: leaf.previous, expected },
                false => ReadError::WrongNext { page, found: leaf.next, expected },
            })?;
            return Ok(Vec::new());
        }
        if self.kind == PageType::OldDuplicate {
            page.expect_previous(PageNo(0)).or_else(tell)?;
        }
        Ok(vec![leaf])
    }

    /// Lists the leaves that the internal pages lead to, which are taken.
    fn list(&mut self, root: PageNo, from: PageNo, tell: Tell<'_>) -> Result<Vec<Leaf>, ReadError> {
        let mut leaves = Vec::new();
        let mut path = vec![(root, from, None)];
        while let Some((number, from, level)) = path.pop() {
            let page = match self.pages.peek(number, from) {
                Ok(page) => page,
                Err(error) => {
                    tell(error)?;
                    leaves.push(Leaf::unreadable(number));
                    continue;
                }
            };
            if self.pages.is_used(number) {
                tell(ReadError::UsedTwice { page: from, target: number })?;
                leaves.push(Leaf::unreadable(number));
            } else if page.kind() == Some(self.kind) {
                leaves.push(Leaf::of(&page));
            } else if page.kind() == Some(self.internal()) {
                if let Some(Err(error)) = level.map(|level| page.expect_level(level)) {
                    tell(error)?;
                }
                let _ = self.pages.take(number, from);
                let children = self.children_of(&page, tell)?;
                let level = Some(page.level().saturating_sub(1));
                path.extend(children.into_iter().rev().map(|child| (child, number, level)));
            } else {
                tell(ReadError::WrongType { page: number, found: page.kind_byte(), expected: self.kind })?;
                leaves.push(Leaf::unreadable(number));
            }
        }
        Ok(leaves)
    }

    fn internal(&self) -> PageType {
        match self.kind {
            PageType::DuplicateLeaf => PageType::BtreeInternal,
            _ => PageType::RecnoInternal,
        }
    }

    /// Returns the pages below an internal page, those before the first damaged item, or the first where its header is damaged.
    fn children_of(&mut self, page: &Page, tell: Tell<'_>) -> Result<Vec<PageNo>, ReadError> {
        let (mut children, mut long_keys) = (Vec::new(), Vec::new());
        let read = match self.internal() {
            PageType::RecnoInternal => self.items.read_recno_internal(page, |child| children.push(child.page)),
            _ => self.items.read_internal(page, |child, key| {
                children.push(child.page);
                long_keys.extend(key);
            }),
        };
        for key in long_keys {
            let _ = account_for_internal_key(self.pages, page.number, key);
        }
        if read.is_err() && children.is_empty() {
            children.extend(self.first_child(page)?);
        }
        read.or_else(tell)?;
        Ok(children)
    }

    /// Returns the first leaf below an internal page that cannot be read as a whole; the links of the leaves lead to the others.
    fn first_child(&mut self, page: &Page) -> Result<Option<PageNo>, ReadError> {
        let item = usize::from(page.u16_at(page.index_at(0)));
        let link = if self.internal() == PageType::RecnoInternal { item } else { item.saturating_add(4) };
        let leaf = self.peek_leaf(PageNo(page.u32_at(link)))?;
        Ok(leaf.filter(|leaf| leaf.previous.0 == 0).map(|leaf| leaf.number))
    }

    /// Takes the leaves that were listed, but for strangers.
    fn take_known(&mut self, listed: &[Leaf], from: PageNo, tell: Tell<'_>) -> Result<Vec<Leaf>, ReadError> {
        let mut taken = Vec::new();
        let row = Row(listed);
        for (at, leaf) in listed.iter().enumerate().filter(|(_, leaf)| leaf.sound) {
            if row.is_stranger(at) {
                let expected = row.before(at).map_or(PageNo(0), |before| before.number);
                tell(ReadError::WrongPrevious { page: leaf.number, found: leaf.previous, expected })?;
                continue;
            }
            match self.pages.take(leaf.number, from) {
                Err(error) => tell(error)?,
                Ok(page) => {
                    if self.kind != PageType::OldDuplicate {
                        page.expect_level(1).or_else(&mut *tell)?;
                        row.wrong_links(at).into_iter().flatten().try_for_each(&mut *tell)?;
                    }
                    taken.push(*leaf);
                }
            }
        }
        Ok(taken)
    }

    /// Adds the leaves that only other leaves lead to.
    fn fill_gaps(&mut self, known: Vec<Leaf>, tell: Tell<'_>) -> Result<Vec<u32>, ReadError> {
        let mut all = Vec::with_capacity(known.len());
        for leaf in known {
            let (mut ahead, mut at) = (Vec::new(), leaf);
            while let Some(before) = self.peek_leaf(at.previous)?.filter(|before| before.next == at.number)
                && self.pages.take(before.number, at.number).is_ok()
            {
                ahead.push(before.number.0);
                at = before;
            }
            all.extend(ahead.into_iter().rev());
            all.push(leaf.number.0);
            at = leaf;
            while let Some(next) = self.leaf_behind(at, tell)?
                && self.pages.take(next.number, at.number).is_ok()
            {
                all.push(next.number.0);
                at = next;
            }
        }
        Ok(all)
    }

    /// Returns the leaf that a leaf calls the next, if that one agrees.
    fn leaf_behind(&mut self, leaf: Leaf, tell: Tell<'_>) -> Result<Option<Leaf>, ReadError> {
        if self.kind == PageType::OldDuplicate {
            return self.page_behind(leaf, tell);
        }
        Ok(self.peek_leaf(leaf.next)?.filter(|next| next.previous == leaf.number))
    }

    /// Returns the next page of a chain. Nothing else leads to it, so where the two pages do not agree, the links of all others tell.
    fn page_behind(&mut self, leaf: Leaf, tell: Tell<'_>) -> Result<Option<Leaf>, ReadError> {
        let (page, found) = (leaf.number, leaf.next);
        let next = if found.0 == 0 { Ok(None) } else { self.chain_page(found, page).map(Some) };
        if let Ok(Some(next)) = &next
            && next.previous == page
        {
            return Ok(Some(*next));
        }
        if let Some(behind) = self.agreeing_behind(page)? {
            tell(ReadError::WrongNext { page, found, expected: behind.number })?;
            return Ok(Some(behind));
        }
        match next {
            Ok(None) => Ok(None),
            Ok(Some(next)) => {
                tell(ReadError::WrongPrevious { page: next.number, found: next.previous, expected: page })?;
                Ok(self.chains.is_free(self.pages, next.number, page)?.then_some(next))
            }
            Err(error) => {
                let is_anothers = matches!(error, ReadError::UsedTwice { .. });
                tell(error)?;
                // The page behind one that cannot be read.
                if is_anothers { Ok(None) } else { self.agreeing_behind(found) }
            }
        }
    }

    /// Returns a page of a chain that was not taken yet.
    fn chain_page(&mut self, number: PageNo, from: PageNo) -> Result<Leaf, ReadError> {
        let page = self.pages.peek(number, from)?;
        page.expect_kind(self.kind)?;
        match self.pages.is_used(number) {
            true => Err(ReadError::UsedTwice { page: from, target: number }),
            false => Ok(Leaf::of(&page)),
        }
    }

    /// Returns the page of a chain that calls this one the previous page.
    fn agreeing_behind(&mut self, number: PageNo) -> Result<Option<Leaf>, ReadError> {
        match self.chains.behind(self.pages, number)? {
            Some(behind) => self.peek_leaf(behind),
            None => Ok(None),
        }
    }

    /// Returns a page if it is a leaf of this kind of set.
    fn peek_leaf(&mut self, number: PageNo) -> Result<Option<Leaf>, ReadError> {
        let page = unless_damaged(self.pages.peek(number, PageNo(0)))?;
        Ok(page.filter(|page| page.kind() == Some(self.kind)).map(|page| Leaf::of(&page)))
    }
}

/// The leaves that the internal pages lead to, in order.
struct Row<'l>(&'l [Leaf]);

impl Row<'_> {
    fn before(&self, at: usize) -> Option<&Leaf> {
        self.0.get(at.checked_sub(1)?)
    }

    fn behind(&self, at: usize) -> Option<&Leaf> {
        self.0.get(at.checked_add(1)?)
    }

    /// Tells for both sides of a leaf whether it and its neighbour there belong together.
    fn sides(&self, at: usize) -> [Option<bool>; 2] {
        let Some(leaf) = self.0.get(at) else { return [None; 2] };
        let before = self.before(at).and_then(|before| before.is_beside(leaf));
        [before, self.behind(at).and_then(|next| leaf.is_beside(next))]
    }

    /// Tells whether a leaf is the first or last one and says so.
    fn is_end(&self, at: usize) -> bool {
        let Some(leaf) = self.0.get(at) else { return false };
        let (first, last) = (leaf.previous.0 == 0, leaf.next.0 == 0);
        first != last && (first && at == 0 || last && at.saturating_add(1) == self.0.len())
    }

    /// Tells whether a leaf is another set's: neither it nor its neighbours know of one another. Of two leaves that do not know each
    /// other, the one stays that is known on its other side.
    fn is_stranger(&self, at: usize) -> bool {
        let sides = self.sides(at);
        if sides.contains(&Some(true)) || !sides.contains(&Some(false)) {
            return false;
        }
        let is_known = |at: usize| self.is_end(at) || self.sides(at).contains(&Some(true));
        let [before, behind] = sides.map(|side| side == Some(false));
        !self.is_end(at) || before && is_known(at.saturating_sub(1)) || behind && is_known(at.saturating_add(1))
    }

    /// Returns what is wrong with the links of a leaf, as far as its neighbours are known.
    fn wrong_links(&self, at: usize) -> [Option<ReadError>; 2] {
        let Some(leaf) = self.0.get(at) else { return [None, None] };
        let [before, behind] = self.sides(at);
        let expected = |neighbour: Option<&Leaf>, side| match neighbour {
            None => Some(PageNo(0)),
            Some(neighbour) => (side == Some(true)).then_some(neighbour.number),
        };
        let (page, found) = (leaf.number, leaf.previous);
        let previous = expected(self.before(at), before).filter(|expected| *expected != found);
        let previous = previous.map(|expected| ReadError::WrongPrevious { page, found, expected });
        let found = leaf.next;
        let next = expected(self.behind(at), behind).filter(|expected| *expected != found);
        [previous, next.map(|expected| ReadError::WrongNext { page, found, expected })]
    }
}
