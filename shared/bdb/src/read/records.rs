//! The records of a database in its own order, one at a time.

use std::ops::Range;

use super::duplicates::DuplicateSet;
use super::error::ReadError;
use super::meta::{DuplicateMode, Meta};
use super::overflow::Reader;
use super::page::{Body, Item, Items, Life, Page};
use super::pages::Pages;
use super::survey::Survey;
use super::tree::{Tree, TreeKind};
use crate::format::{PageNo, PageType};
use crate::io::ReadAt;
use crate::record::{Data, Record};

/// Whether a record begins a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyIs {
    /// The first record of its key.
    New,
    /// A duplicate: the record before has the same key.
    Repeated,
}

/// All records of a database: depth first over the tree, duplicates in stored order.
pub struct Records<'d, R> {
    reader: Reader<'d, R>,
    tree: Tree,
    leaf: Option<Page>,
    pairs: Items,
    /// Of the next key in `pairs`.
    index: usize,
    key: KeyPlace,
    key_buffer: Vec<u8>,
    spare_buffer: Vec<u8>,
    /// Data of the current key that came before on this leaf.
    data_before: Option<Range<u32>>,
    /// A record of the current key was returned.
    key_seen: bool,
    /// About the record returned last.
    key_is: KeyIs,
    off_page: Option<OffPage>,
    duplicate_items: Items,
    survey: Survey,
    state: State,
}

/// Where the current key is.
#[derive(Clone)]
enum KeyPlace {
    /// There is none yet.
    Nowhere,
    OnLeaf(Range<u32>),
    Buffered,
}

/// Where the data of a record are.
enum DataPlace {
    OnLeaf(Range<u32>),
    OnDuplicatePage(Range<u32>),
    Offered,
}

/// The off-page duplicates being read.
struct OffPage {
    set: DuplicateSet,
    page: Option<Page>,
    index: usize,
    /// The last data on pages, kept beyond its page to compare the next with.
    before: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Finished,
    Failed,
}

impl<'d, R: ReadAt> Records<'d, R> {
    pub(super) fn new(source: &'d R, meta: &'d Meta) -> Self {
        Self {
            reader: Reader::new(Pages::new(source, meta)),
            tree: Tree::new(TreeKind::Main, meta.root, PageNo(0)),
            leaf: None,
            pairs: Items::default(),
            index: 0,
            key: KeyPlace::Nowhere,
            key_buffer: Vec::new(),
            spare_buffer: Vec::new(),
            data_before: None,
            key_seen: false,
            key_is: KeyIs::New,
            off_page: None,
            duplicate_items: Items::default(),
            survey: Survey::default(),
            state: State::Reading,
        }
    }

    /// Returns the next record. The last call, which returns nothing, also checks that no page of the file was left out.
    ///
    /// Overflow data that the caller does not read is followed and checked by the next call.
    ///
    /// # Errors
    /// At the first damage; every later call fails too.
    #[expect(
        clippy::should_implement_trait,
        reason = "the record borrows from the cursor, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        match self.state {
            State::Reading => self.state = State::Failed,
            State::Finished => return Ok(None),
            State::Failed => return Err(ReadError::Stopped),
        }
        let Some(data) = self.advance()? else {
            self.finish()?;
            self.state = State::Finished;
            return Ok(None);
        };
        self.state = State::Reading;
        Ok(Some(self.record(data)))
    }

    /// Says whether the record returned last is the first of its key.
    pub fn key_is(&self) -> KeyIs {
        self.key_is
    }

    /// Returns what was seen so far; page counts only after the last record.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Moves to the next live record.
    fn advance(&mut self) -> Result<Option<DataPlace>, ReadError> {
        self.reader.finish_data()?;
        loop {
            let place = if self.off_page.is_some() {
                self.next_duplicate()?
            } else if self.index < self.pairs.len() {
                self.next_pair()?
            } else if self.enter_next_leaf()? {
                None
            } else {
                return Ok(None);
            };
            if place.is_some() {
                return Ok(place);
            }
        }
    }

    fn enter_next_leaf(&mut self) -> Result<bool, ReadError> {
        if let (KeyPlace::OnLeaf(range), Some(leaf)) = (&self.key, &self.leaf) {
            self.key_buffer.clear();
            self.key_buffer.extend_from_slice(leaf.slice(range.clone()));
            self.key = KeyPlace::Buffered;
        }
        self.data_before = None;
        self.pairs.clear();
        self.index = 0;
        self.leaf = self.tree.next_leaf(&mut self.reader.pages, &mut self.pairs)?;
        if let Some(leaf) = &self.leaf {
            self.pairs.read_pairs(leaf)?;
        }
        self.survey.levels = self.tree.levels();
        Ok(self.leaf.is_some())
    }

    /// Takes the next pair of the leaf; nothing when it is deleted or refers to off-page duplicates.
    fn next_pair(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let index = self.index;
        self.index += 2;
        let (Some(key), Some(data), Some(leaf)) = (self.pairs.get(index), self.pairs.get(index + 1), &self.leaf) else {
            return Ok(None);
        };
        let (number, key, data) = (leaf.number, key.clone(), data.clone());
        let key_before = index.checked_sub(2).and_then(|before| self.pairs.get(before));
        let shared = key_before.is_some_and(|before| before.offset == key.offset);
        let duplicate = shared || matches!(data.body, Body::Duplicates(_));
        if duplicate && self.reader.pages.meta.duplicates() == DuplicateMode::Forbidden {
            return Err(unexpected_duplicate(number, index));
        }
        if !shared {
            self.enter_key(number, index, &key)?;
        }
        if let Body::Duplicates(root) = data.body {
            let set = DuplicateSet::new(self.reader.pages.meta, root, number);
            self.off_page = Some(OffPage { set, page: None, index: 0, before: None });
            return Ok(None);
        }
        let Some(place) = self.data(number, data, DataPlace::OnLeaf)? else {
            return Ok(None);
        };
        if let (DataPlace::OnLeaf(range), Some(leaf)) = (&place, &self.leaf)
            && let Some(before) = self.data_before.replace(range.clone())
        {
            self.survey.duplicate_order.compare(leaf.slice(before), leaf.slice(range.clone()), number);
        }
        self.survey.duplicates_on_page += u64::from(self.key_is == KeyIs::Repeated);
        Ok(Some(place))
    }

    /// Makes a key of the leaf the current one.
    fn enter_key(&mut self, number: PageNo, index: usize, item: &Item) -> Result<(), ReadError> {
        let key = match item.body {
            Body::Overflow(reference) => {
                self.reader.read_key(number, reference, &mut self.spare_buffer)?;
                self.survey.overflow_keys += 1;
                KeyPlace::Buffered
            }
            Body::Inline(ref range) => KeyPlace::OnLeaf(range.clone()),
            Body::Duplicates(_) => KeyPlace::Nowhere,
        };
        let leaf = |range: &Range<u32>| self.leaf.as_ref().map_or(&[][..], |leaf| leaf.slice(range.clone()));
        let new = match &key {
            KeyPlace::OnLeaf(range) => leaf(range),
            KeyPlace::Buffered | KeyPlace::Nowhere => &self.spare_buffer,
        };
        let old = match &self.key {
            KeyPlace::OnLeaf(range) => Some(leaf(range)),
            KeyPlace::Buffered => Some(self.key_buffer.as_slice()),
            KeyPlace::Nowhere => None,
        };
        let mut repeated = false;
        if let Some(old) = old {
            repeated = old == new;
            self.survey.key_order.compare(old, new, number);
        }
        if repeated && self.reader.pages.meta.duplicates() == DuplicateMode::Forbidden {
            return Err(unexpected_duplicate(number, index));
        }
        if matches!(key, KeyPlace::Buffered) {
            std::mem::swap(&mut self.key_buffer, &mut self.spare_buffer);
        }
        self.key = key;
        self.data_before = None;
        self.key_seen = repeated && self.key_seen;
        Ok(())
    }

    /// Finds the data of an item; nothing when it is deleted.
    fn data(
        &mut self,
        page: PageNo,
        item: Item,
        inline: impl FnOnce(Range<u32>) -> DataPlace,
    ) -> Result<Option<DataPlace>, ReadError> {
        let place = match item.body {
            Body::Inline(range) => inline(range),
            Body::Overflow(reference) => {
                self.reader.offer(page, reference)?;
                DataPlace::Offered
            }
            Body::Duplicates(_) => return Ok(None),
        };
        if item.life == Life::Deleted {
            self.reader.finish_data()?;
            self.survey.deleted += 1;
            return Ok(None);
        }
        self.key_is = if self.key_seen { KeyIs::Repeated } else { KeyIs::New };
        self.key_seen = true;
        self.survey.overflow_data += u64::from(matches!(place, DataPlace::Offered));
        Ok(Some(place))
    }

    /// Takes the next off-page duplicate; nothing when it is deleted, or at the end of a page or of the set.
    fn next_duplicate(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let Some(set) = &mut self.off_page else {
            return Ok(None);
        };
        let (Some(page), Some(item)) = (&set.page, self.duplicate_items.get(set.index)) else {
            return self.enter_duplicate_page();
        };
        set.index += 1;
        let (number, item) = (page.number, item.clone());
        let Some(place) = self.data(number, item, DataPlace::OnDuplicatePage)? else {
            return Ok(None);
        };
        if let (DataPlace::OnDuplicatePage(range), Some(set)) = (&place, &mut self.off_page) {
            let new = set.page.as_ref().map_or(&[][..], |page| page.slice(range.clone()));
            match &mut set.before {
                Some(before) => {
                    self.survey.duplicate_order.compare(before, new, number);
                    before.clear();
                    before.extend_from_slice(new);
                }
                None => set.before = Some(new.to_vec()),
            }
        }
        self.survey.duplicates_off_page += 1;
        Ok(Some(place))
    }

    fn enter_duplicate_page(&mut self) -> Result<Option<DataPlace>, ReadError> {
        let Some(set) = &mut self.off_page else {
            return Ok(None);
        };
        set.index = 0;
        self.duplicate_items.clear();
        set.page = set.set.next_page(&mut self.reader.pages, &mut self.duplicate_items)?;
        match &set.page {
            Some(page) => self.duplicate_items.read_duplicates(page)?,
            None => self.off_page = None,
        }
        Ok(None)
    }

    fn record(&mut self, place: DataPlace) -> Record<'_> {
        let leaf = |range: Range<u32>| self.leaf.as_ref().map_or(&[][..], |leaf| leaf.slice(range));
        let key = match &self.key {
            KeyPlace::OnLeaf(range) => leaf(range.clone()),
            KeyPlace::Buffered => &self.key_buffer,
            KeyPlace::Nowhere => &[],
        };
        let duplicate_page = self.off_page.as_ref().and_then(|set| set.page.as_ref());
        let data = match place {
            DataPlace::OnLeaf(range) => Data::Whole(leaf(range)),
            DataPlace::OnDuplicatePage(range) => Data::Whole(duplicate_page.map_or(&[], |page| page.slice(range))),
            DataPlace::Offered => Data::Chunked(&mut self.reader),
        };
        let length = u32::try_from(data.length()).unwrap_or(u32::MAX);
        self.survey.records += 1;
        self.survey.keys += u64::from(self.key_is == KeyIs::New);
        self.survey.longest_key = self.survey.longest_key.max(u32::try_from(key.len()).unwrap_or(u32::MAX));
        self.survey.longest_data = self.survey.longest_data.max(length);
        Record { key, data }
    }

    /// Follows the free list, then looks for pages that nothing points to.
    fn finish(&mut self) -> Result<(), ReadError> {
        let pages = &mut self.reader.pages;
        let (mut from, mut next) = (PageNo(0), pages.meta.free);
        while next.0 != 0 {
            let page = pages.take(next, from)?;
            page.expect_kind(PageType::Free)?;
            (from, next) = (next, page.next());
        }
        self.survey.unlisted = pages.check_rest()?;
        self.survey.pages = pages.counts.clone();
        Ok(())
    }
}

fn unexpected_duplicate(page: PageNo, index: usize) -> ReadError {
    ReadError::UnexpectedDuplicate { page, index: u16::try_from(index).unwrap_or(u16::MAX) }
}
