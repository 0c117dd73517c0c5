//! What can be read of a damaged file: along its trees and buckets as far as these are sound, then on every page that none
//! of them led to.
//!
//! A record is given out when its page is intact, and so is every page that holds its key and data. Records that come twice,
//! on a page in the tree and on one that was left behind, are given out once. Everything that is not given out is a
//! [`Loss`] that names a page. The order is that of keys, so that the records can be written anew; where the application had
//! an order of its own, what the tree leads to comes in that order, and the rest behind it.
//!
//! Memory: 4 to 8 bytes per page of the file beside what reading a sound file takes, 16 to 20 per page of duplicates, and
//! a bounded list of losses.

mod btree;
mod bucket_sample;
mod chains;
mod damaged_set;
mod data_place;
mod hash;
mod key_order;
mod zero_pages;

use std::collections::HashSet;

use super::error::ReadError;
use super::meta::{Access, HashMeta, Meta};
use super::overflow::Reader;
use super::page::{Items, Page};
use super::pages::Pages;
use super::records::{Part, name, name_again, page_number};
use super::survey::Survey;
use crate::format::{PageNo, PageType};
use crate::hash::{default_charkey, is_default};
use crate::io::ReadAt;
use crate::record::{Data, Record};
use btree::BtreeSalvage;
use hash::HashSalvage;
use zero_pages::{FreeList, ZeroPages};

/// Most losses that are kept one by one; those beyond are counted.
pub const LOSS_LIMIT: usize = 10_000;

/// What is said of a record whose key was there before, where a key occurs once.
const OTHER_RECORD: &str = "another record with the same key, although this database has no duplicates";

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where.
    pub page: PageNo,
    /// The sub-database, in a file that holds several.
    pub database: Option<Vec<u8>>,
    /// Why.
    pub what: String,
    /// The last key ahead of what is lost; nothing where its place is not known or nothing came before.
    pub after: Option<Vec<u8>>,
    /// The next key behind it.
    pub before: Option<Vec<u8>>,
}

/// What was lost so far.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    list: Vec<Loss>,
    more: u64,
    database: Option<Vec<u8>>,
}

impl Losses {
    /// Returns the losses that were kept.
    pub fn list(&self) -> &[Loss] {
        &self.list
    }

    /// Returns how many there are beyond those.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Returns whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.more == 0
    }

    fn add(&mut self, page: PageNo, error: &ReadError) {
        self.place(page, error.to_string(), None);
    }

    /// Adds a loss behind a key that was read.
    fn place(&mut self, page: PageNo, what: String, after: Option<Vec<u8>>) {
        if self.list.len() < LOSS_LIMIT {
            let database = self.database.clone();
            self.list.push(Loss { page, database, what, after, before: None });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds places that were not kept.
    fn add_more(&mut self, count: u64) {
        self.more = self.more.saturating_add(count);
    }

    /// Notes the next key for the losses behind `after`, which are the last ones.
    fn close(&mut self, key: &[u8], open: &mut usize) {
        let from = self.list.len().saturating_sub(*open);
        self.list.iter_mut().skip(from).for_each(|loss| loss.before = Some(key.to_vec()));
        *open = 0;
    }
}

/// All records of a damaged file that can be read: of each of its databases.
pub struct Salvage<'d, R> {
    meta: &'d Meta,
    /// What it says is judged from other pages.
    is_meta_lost: bool,
    cursor: Cursor<'d, R>,
    later: Vec<(Vec<u8>, PageNo)>,
    state: State,
    losses: Losses,
    survey: Survey,
    last: Last,
}

/// The record before the one at hand.
#[derive(Default)]
struct Last {
    key: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
}

impl Last {
    /// Counts a record, and remembers it.
    fn note(&mut self, record: &Record<'_>, at: PageNo, survey: &mut Survey) {
        let is_new = self.key.as_deref() != Some(record.key);
        let data = match &record.data {
            Data::Whole(bytes) => Some(*bytes),
            Data::Chunked(_) => None,
        };
        if let (false, Some(last), Some(data)) = (is_new, &self.data, data) {
            survey.duplicate_order.compare(last, data, at);
        }
        survey.count(record.key.len(), record.data.length(), is_new);
        keep(&mut self.key, Some(record.key));
        keep(&mut self.data, data);
    }
}

/// Copies bytes into memory that is there already.
fn keep(to: &mut Option<Vec<u8>>, from: Option<&[u8]>) {
    match (to, from) {
        (Some(to), Some(from)) => {
            to.clear();
            to.extend_from_slice(from);
        }
        (to, from) => *to = from.map(<[u8]>::to_vec),
    }
}

enum Cursor<'d, R> {
    Btree(Box<BtreeSalvage<'d, R>>),
    Hash(Box<HashSalvage<'d, R>>),
    None(Box<Reader<'d, R>>),
    Lost,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begun,
    InPart,
    Finished,
}

impl<'d, R: ReadAt> Salvage<'d, R> {
    pub(super) fn new(source: &'d R, meta: &'d Meta, damage: &[ReadError]) -> Self {
        let mut losses = Losses::default();
        damage.iter().for_each(|error| losses.add(PageNo(0), error));
        Self {
            meta,
            is_meta_lost: damage.iter().any(|error| matches!(error, ReadError::LostMeta)),
            cursor: Cursor::None(Box::new(Reader::new(Pages::new(source, meta)))),
            later: Vec::new(),
            state: State::Begun,
            losses,
            survey: Survey::default(),
            last: Last::default(),
        }
    }

    /// Enters the next database of the file; the call that returns nothing also finds the pages that nothing led to.
    ///
    /// # Errors
    /// When the file can no longer be read at all, as [`ReadError::Io`].
    pub fn next_part(&mut self) -> Result<Option<Part>, ReadError> {
        match self.state {
            State::Finished => return Ok(None),
            State::Begun if self.meta.holds_sub_databases() => self.read_names()?,
            State::Begun => {
                self.state = State::InPart;
                let meta = self.enter(self.meta, PageNo(0), Orphans::Ours)?;
                return Ok(Some(Part { name: None, meta }));
            }
            State::InPart => while self.next()?.is_some() {},
        }
        self.state = State::InPart;
        self.leave();
        while let Some((name, at)) = self.later.pop() {
            self.losses.database = Some(name.clone());
            match self.sub_database(at) {
                Ok(meta) => {
                    let meta = self.enter(&meta, at, Orphans::Nobodys)?;
                    return Ok(Some(Part { name: Some(name), meta }));
                }
                // A place outside the file is damage of the page that says so.
                Err(error @ ReadError::NoSuchPage { page, .. }) => self.lost(page, error)?,
                Err(error) => self.lost(at, error)?,
            }
        }
        self.losses.database = None;
        self.rest()?;
        self.state = State::Finished;
        Ok(None)
    }

    /// Returns the next record of the part; nothing at its end. Data on overflow pages were looked at before.
    ///
    /// # Errors
    /// As [`next_part`](Self::next_part).
    #[expect(
        clippy::should_implement_trait,
        reason = "the record borrows from the cursor, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        let found = match &mut self.cursor {
            Cursor::Btree(cursor) => cursor.advance(&mut self.losses)?,
            Cursor::Hash(cursor) => cursor.advance(&mut self.losses)?,
            Cursor::None(_) | Cursor::Lost => false,
        };
        if !found {
            return Ok(None);
        }
        let (at, record, key_order) = match &mut self.cursor {
            Cursor::Btree(cursor) => (cursor.page(), cursor.record(), Some(&mut self.survey.key_order)),
            // Its keys are in no order.
            Cursor::Hash(cursor) => (cursor.page(), cursor.record(), None),
            Cursor::None(_) | Cursor::Lost => return Ok(None),
        };
        if let (Some(order), Some(last)) = (key_order, &self.last.key) {
            order.compare(last, record.key, at);
        }
        self.last.note(&record, at, &mut self.survey);
        Ok(Some(record))
    }

    /// Returns what could not be read so far; all of it only once everything was read.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Returns what was seen so far: counts of records, their order, their lengths.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Begins with a database; returns what its meta page says, or should say.
    fn enter(&mut self, meta: &Meta, at: PageNo, orphans: Orphans) -> Result<Meta, ReadError> {
        let Cursor::None(reader) = std::mem::replace(&mut self.cursor, Cursor::Lost) else {
            return Err(ReadError::Stopped);
        };
        self.last = Last::default();
        self.survey.databases += 1;
        let mut likely = meta.clone();
        let flags;
        self.cursor = match &mut likely.access {
            Access::Btree(btree) => {
                let root = btree.root;
                if root.0 == 0 && !self.is_meta_lost {
                    let last = PageNo(meta.pages.saturating_sub(1));
                    self.losses.add(at, &ReadError::NoSuchPage { page: at, target: root, last });
                }
                let mut cursor = BtreeSalvage::new(*reader, meta.clone());
                cursor.find(root, at, orphans, &mut self.losses)?;
                likely = cursor.meta().clone();
                flags = likely.flags;
                Cursor::Btree(Box::new(cursor))
            }
            Access::Hash(hash) => {
                let mut cursor = HashSalvage::new(*reader, meta.clone(), hash.clone());
                let charkey = hash.charkey;
                let is_known = is_default(charkey);
                // The pages of several databases are mixed.
                let fits = is_known || orphans == Orphans::Ours && cursor.fits_default_function()?;
                if fits {
                    **hash = HashMeta { charkey: default_charkey(), ..cursor.find(at, orphans, &mut self.losses)? };
                    self.survey.buckets += u64::from(hash.max_bucket) + 1;
                }
                if !is_known {
                    let what = match fits {
                        true => "the entry for its hash function, which is the library's",
                        false => "a hash function of the application",
                    };
                    self.losses.place(at, format!("{what} (charkey {charkey:#010x})"), None);
                }
                flags = cursor.flags();
                Cursor::Hash(Box::new(cursor))
            }
        };
        if std::mem::replace(&mut likely.flags, flags) != flags {
            self.losses.place(at, "duplicates, although its flags exclude them".to_owned(), None);
        }
        Ok(likely)
    }

    fn leave(&mut self) {
        self.survey.deleted += match &self.cursor {
            Cursor::Btree(cursor) => cursor.deleted(),
            Cursor::Hash(cursor) => cursor.deleted(),
            Cursor::None(_) | Cursor::Lost => 0,
        };
        self.cursor = match std::mem::replace(&mut self.cursor, Cursor::Lost) {
            Cursor::Btree(cursor) => Cursor::None(Box::new(cursor.into_reader())),
            Cursor::Hash(cursor) => Cursor::None(Box::new(cursor.into_reader())),
            other => other,
        };
    }

    fn read_names(&mut self) -> Result<(), ReadError> {
        let meta = self.meta;
        self.enter(meta, PageNo(0), Orphans::Nobodys)?;
        let Cursor::Btree(cursor) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let mut names = Vec::new();
        let mut taken = HashSet::new();
        while cursor.advance(&mut self.losses)? {
            let at = cursor.page();
            let Record { key, data } = cursor.record();
            match (name(key, at), page_number(meta, data, at)) {
                (Ok(name), Ok(_)) if !taken.insert(name.clone()) => self.losses.add(at, &name_again(at)),
                (Ok(name), Ok(number)) if names.len() < super::records::SUB_DATABASE_LIMIT => {
                    names.push((name, number))
                }
                (Err(error), _) | (_, Err(error)) => self.losses.add(at, &error),
                _ => {
                    let limit = super::records::SUB_DATABASE_LIMIT;
                    self.losses.add(at, &ReadError::TooManySubdatabases { page: at, limit });
                }
            }
        }
        names.reverse();
        self.later = names;
        Ok(())
    }

    fn sub_database(&mut self, at: PageNo) -> Result<Meta, ReadError> {
        let Cursor::None(reader) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let page = reader.pages.take(at, PageNo(0))?;
        self.meta.parse_sub_database(page.bytes(), at)
    }

    fn lost(&mut self, page: PageNo, error: ReadError) -> Result<(), ReadError> {
        lost(&mut self.losses, page, error)
    }

    /// Finds the pages that hold something and that nothing led to.
    fn rest(&mut self) -> Result<(), ReadError> {
        let Cursor::None(reader) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let known: HashSet<PageNo> = self.losses.list.iter().map(|loss| loss.page).collect();
        let free = FreeList::follow(&mut reader.pages)?;
        let mut zeros = ZeroPages::default();
        for number in (1..self.meta.pages).map(PageNo) {
            if reader.pages.is_used(number) || known.contains(&number) {
                continue;
            }
            match reader.pages.peek(number, PageNo(0)) {
                Ok(page) if holds_something(&page) => {
                    let kind = page.kind_byte();
                    self.losses.add(number, &ReadError::Unreached { page: number, kind });
                }
                Ok(_) => {}
                // A page that was set aside and never written has no number.
                Err(ReadError::WrongPageNumber { found: 0, .. }) if reader.pages.take_zero(number)? => {
                    zeros.add(number, &free);
                }
                Err(error) => lost(&mut self.losses, number, error)?,
            }
        }
        if !self.losses.is_empty() || free.is_broken() {
            zeros.tell(&mut self.losses);
        }
        Ok(())
    }
}

/// Whose the pages are that nothing leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Orphans {
    /// The file's only database's.
    Ours,
    /// One of several, nobody knows which.
    Nobodys,
}

/// Notes an error as a loss, unless the file cannot be read any more.
fn lost(losses: &mut Losses, page: PageNo, error: ReadError) -> Result<(), ReadError> {
    if !error.is_damage() {
        return Err(error);
    }
    losses.add(page, &error);
    Ok(())
}

/// Notes an error as the loss of data of a key, as [`lost`] does.
fn lost_data(losses: &mut Losses, key: &[u8], page: PageNo, error: ReadError) -> Result<(), ReadError> {
    if !error.is_damage() {
        return Err(error);
    }
    losses.place(page, format!("the data of a key: {error}"), Some(key.to_vec()));
    Ok(())
}

fn holds_something(page: &Page) -> bool {
    match page.kind() {
        Some(PageType::Free | PageType::BtreeInternal | PageType::RecnoInternal) => false,
        Some(PageType::Overflow) => true,
        Some(_) => page.entries() > 0,
        None => true,
    }
}

/// What can be known of a page of pairs.
fn pairs_of(page: &Page, items: &mut Items) -> Result<(), ReadError> {
    page.expect_kind(PageType::BtreeLeaf)?;
    items.read_pairs(page)
}
