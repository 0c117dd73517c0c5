//! The records of a btree in its own order, one at a time: depth first over the tree, duplicates in stored order.

use std::ops::Range;

use super::duplicates::OffPage;
use super::error::ReadError;
use super::meta::{DuplicateMode, Meta};
use super::overflow::Reader;
use super::page::{Body, Item, Items, Life, Page};
use super::records::KeyIs;
use super::survey::Survey;
use super::tree::{RecordCounts, Tree, TreeKind};
use crate::format::PageNo;
use crate::io::ReadAt;
use crate::record::{Data, Record};

/// A place in a btree.
pub(super) struct BtreeCursor<'d, R> {
    reader: Reader<'d, R>,
    meta: Meta,
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
    pub(super) survey: Survey,
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
pub(super) enum DataPlace {
    OnLeaf(Range<u32>),
    OnDuplicatePage(Range<u32>),
    Offered,
}

impl<'d, R: ReadAt> BtreeCursor<'d, R> {
    /// Begins at the root, which the meta page `at` names.
    pub(super) fn new(reader: Reader<'d, R>, meta: Meta, root: PageNo, at: PageNo, survey: Survey) -> Self {
        let counts = if meta.has_record_numbers() { RecordCounts::Kept } else { RecordCounts::Ignored };
        Self {
            reader,
            tree: Tree::new(TreeKind::Main, root, at).checking(counts),
            meta,
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
            survey,
        }
    }

    /// Gives back what reads the file.
    pub(super) fn into_reader(self) -> (Reader<'d, R>, Survey) {
        (self.reader, self.survey)
    }

    /// Says whether the record found last is the first of its key.
    pub(super) fn key_is(&self) -> KeyIs {
        self.key_is
    }

    /// Moves to the next live record.
    pub(super) fn advance(&mut self) -> Result<Option<DataPlace>, ReadError> {
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
            self.tree.check_leaf_count(leaf.number, self.pairs.live_pairs())?;
        }
        self.check_separator();
        self.survey.levels = self.survey.levels.max(self.tree.levels());
        Ok(self.leaf.is_some())
    }

    /// Compares the last key of the leaf before and the first one of this leaf with the key that divides them.
    fn check_separator(&mut self) {
        let first = self.pairs.get(0).map(|item| item.body.clone());
        if let (Some(separator), Some(leaf), Some(Body::Inline(first)), KeyPlace::Buffered) =
            (self.tree.separator(), &self.leaf, first, &self.key)
        {
            let after = leaf.slice(first);
            self.survey.compare_separator(&self.key_buffer, separator, after, leaf.number);
        }
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
        if duplicate && self.meta.duplicates() == DuplicateMode::Forbidden {
            return Err(unexpected_duplicate(number, index));
        }
        if !shared {
            self.enter_key(number, index, &key)?;
        }
        if let Body::Duplicates(root) = data.body {
            self.off_page = Some(OffPage::new(&self.meta, root, number));
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
        if repeated && self.meta.duplicates() == DuplicateMode::Forbidden {
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
        let Some(set) = &mut self.off_page else { return Ok(None) };
        let Some((number, item)) = set.next(&mut self.reader.pages)? else {
            if set.is_over() {
                set.note_counts(&mut self.survey);
                self.off_page = None;
            }
            return Ok(None);
        };
        let Some(place) = self.data(number, item, DataPlace::OnDuplicatePage)? else { return Ok(None) };
        if let (DataPlace::OnDuplicatePage(range), Some(set)) = (&place, &mut self.off_page) {
            set.compare(range.clone(), &mut self.survey);
        }
        self.survey.duplicates_off_page += 1;
        Ok(Some(place))
    }

    /// Returns the record at a place that [`advance`](Self::advance) found.
    pub(super) fn record(&mut self, place: DataPlace) -> Record<'_> {
        let leaf = |range: Range<u32>| self.leaf.as_ref().map_or(&[][..], |leaf| leaf.slice(range));
        let key = match &self.key {
            KeyPlace::OnLeaf(range) => leaf(range.clone()),
            KeyPlace::Buffered => &self.key_buffer,
            KeyPlace::Nowhere => &[],
        };
        let data = match place {
            DataPlace::OnLeaf(range) => Data::Whole(leaf(range)),
            DataPlace::OnDuplicatePage(range) => {
                Data::Whole(self.off_page.as_ref().map_or(&[], |set| set.slice(range)))
            }
            DataPlace::Offered => Data::Chunked(&mut self.reader),
        };
        Record { key, data }
    }
}

fn unexpected_duplicate(page: PageNo, index: usize) -> ReadError {
    ReadError::UnexpectedDuplicate { page, index: u16::try_from(index).unwrap_or(u16::MAX) }
}
