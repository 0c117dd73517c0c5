//! All records of a file, one at a time: of its one database, or of its sub-databases one after the other.

use std::collections::HashSet;

use super::btree::{self, BtreeCursor};
use super::error::ReadError;
use super::hash::{self, HashCursor};
use super::meta::{Access, Meta};
use super::overflow::Reader;
use super::pages::Pages;
use super::survey::Survey;
use crate::format::{ByteOrder, PageNo, PageType};
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

/// Most sub-databases that are read of a file; their names are held in memory.
pub const SUB_DATABASE_LIMIT: usize = 100_000;
/// Longest name of a sub-database, in bytes.
const NAME_LIMIT: usize = 64 * 1024;

/// A database of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name; nothing for a file that holds a single database.
    pub name: Option<Vec<u8>>,
    /// What its meta page says.
    pub meta: Meta,
}

/// All records of a file: of each part in the part's own order.
///
/// ```text
/// while let Some(part) = records.next_part()? {
///     while let Some(record) = records.next()? { .. }
/// }
/// ```
///
/// A file that holds a single database may be read with `next` alone.
pub struct Records<'d, R> {
    meta: &'d Meta,
    cursor: Cursor<'d, R>,
    /// Sub-databases not yet entered, the next one last.
    later: Vec<(Vec<u8>, PageNo)>,
    state: State,
    key_is: KeyIs,
    survey: Survey,
}

enum Cursor<'d, R> {
    Btree(BtreeCursor<'d, R>),
    Hash(HashCursor<'d, R>),
    /// Between two parts.
    None(Box<Reader<'d, R>>),
    Lost,
}

enum Place {
    Btree(btree::DataPlace),
    Hash(hash::DataPlace),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No part was entered.
    Begun,
    /// In a part.
    Reading,
    /// Behind the last record of a part.
    PartRead,
    Finished,
    Failed,
}

impl<'d, R: ReadAt> Records<'d, R> {
    pub(super) fn new(source: &'d R, meta: &'d Meta) -> Self {
        Self {
            meta,
            cursor: Cursor::None(Box::new(Reader::new(Pages::new(source, meta)))),
            later: Vec::new(),
            state: State::Begun,
            key_is: KeyIs::New,
            survey: Survey::default(),
        }
    }

    /// Enters the next database of the file. The last call, which returns nothing, also checks that no page of the file was
    /// left out. What is left of the part before is skipped, which costs as much as reading it.
    ///
    /// # Errors
    /// At the first damage; every later call fails too.
    pub fn next_part(&mut self) -> Result<Option<Part>, ReadError> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Finished => {
                self.state = State::Finished;
                return Ok(None);
            }
            State::Failed => return Err(ReadError::Stopped),
            State::Begun if self.meta.holds_sub_databases() => self.read_names()?,
            State::Begun => {
                let part = Part { name: None, meta: self.meta.clone() };
                self.enter(&part.meta, PageNo(0))?;
                self.state = State::Reading;
                return Ok(Some(part));
            }
            State::Reading => while self.advance()?.is_some() {},
            State::PartRead => {}
        }
        self.leave();
        let Some((name, at)) = self.later.pop() else {
            self.finish()?;
            self.state = State::Finished;
            return Ok(None);
        };
        let meta = self.sub_database(at)?;
        self.enter(&meta, at)?;
        self.state = State::Reading;
        Ok(Some(Part { name: Some(name), meta }))
    }

    /// Returns the next record of the part; nothing at its end.
    ///
    /// Overflow data that the caller does not read is followed and checked by the next call.
    ///
    /// # Errors
    /// At the first damage, and at once for a file of sub-databases of which none was entered; every later call fails too.
    #[expect(
        clippy::should_implement_trait,
        reason = "the record borrows from the cursor, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        match self.state {
            State::Begun if self.meta.holds_sub_databases() => return Err(ReadError::InSubdatabases),
            State::Begun => drop(self.next_part()?),
            State::Reading => {}
            State::PartRead | State::Finished => return Ok(None),
            State::Failed => return Err(ReadError::Stopped),
        }
        self.state = State::Failed;
        let Some(place) = self.advance()? else {
            self.state = State::PartRead;
            // The only part: whoever never asks for the next one is to know that all was read.
            if !self.meta.holds_sub_databases() {
                self.next_part()?;
            }
            return Ok(None);
        };
        self.state = State::Reading;
        let (key_is, survey) = (&mut self.key_is, &mut self.survey);
        let record = match (&mut self.cursor, place) {
            (Cursor::Btree(cursor), Place::Btree(place)) => {
                *key_is = cursor.key_is();
                let record = cursor.record(place);
                survey.count(record.key.len(), record.data.length(), *key_is == KeyIs::New);
                record
            }
            (Cursor::Hash(cursor), Place::Hash(place)) => {
                *key_is = cursor.key_is();
                let record = cursor.record(place);
                survey.count(record.key.len(), record.data.length(), *key_is == KeyIs::New);
                record
            }
            _ => return Err(ReadError::Stopped),
        };
        Ok(Some(record))
    }

    /// Says whether the record returned last is the first of its key.
    pub fn key_is(&self) -> KeyIs {
        self.key_is
    }

    /// Returns what was seen so far; all but the numbers of records and keys only once everything was read.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    fn advance(&mut self) -> Result<Option<Place>, ReadError> {
        match &mut self.cursor {
            Cursor::Btree(cursor) => Ok(cursor.advance()?.map(Place::Btree)),
            Cursor::Hash(cursor) => Ok(cursor.advance()?.map(Place::Hash)),
            Cursor::None(_) | Cursor::Lost => Ok(None),
        }
    }

    /// Begins to read the database whose meta page is `at`.
    fn enter(&mut self, meta: &Meta, at: PageNo) -> Result<(), ReadError> {
        let Cursor::None(reader) = std::mem::replace(&mut self.cursor, Cursor::Lost) else {
            return Err(ReadError::Stopped);
        };
        // Records are counted here, as the names of sub-databases are records of a btree too.
        let survey = Survey { records: 0, keys: 0, ..self.survey.clone() };
        self.cursor = match &meta.access {
            Access::Btree(btree) => Cursor::Btree(BtreeCursor::new(*reader, meta.clone(), btree.root, at, survey)),
            Access::Hash(hash) => Cursor::Hash(HashCursor::new(*reader, meta.clone(), hash.clone(), at, survey)?),
        };
        self.survey.databases += 1;
        Ok(())
    }

    /// Takes back what reads the file, and what the part showed.
    fn leave(&mut self) {
        let (reader, survey) = match std::mem::replace(&mut self.cursor, Cursor::Lost) {
            Cursor::Btree(cursor) => cursor.into_reader(),
            Cursor::Hash(cursor) => cursor.into_reader(),
            other => {
                self.cursor = other;
                return;
            }
        };
        let Survey { records, keys, databases, longest_key, longest_data, .. } = self.survey;
        self.survey = Survey { records, keys, databases, longest_key, longest_data, ..survey };
        self.cursor = Cursor::None(Box::new(reader));
    }

    /// Reads the names of the sub-databases, which are records of page 0's tree.
    fn read_names(&mut self) -> Result<(), ReadError> {
        let meta = self.meta;
        self.enter(meta, PageNo(0))?;
        let Cursor::Btree(cursor) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let root = match &meta.access {
            Access::Btree(btree) => btree.root,
            Access::Hash(_) => PageNo(0),
        };
        let mut names = Vec::new();
        let mut taken = HashSet::new();
        while let Some(place) = cursor.advance()? {
            let Record { key, data } = cursor.record(place);
            let name = name(key, root)?;
            let number = page_number(meta, data, root)?;
            if names.len() >= SUB_DATABASE_LIMIT {
                return Err(ReadError::TooManySubdatabases { page: root, limit: SUB_DATABASE_LIMIT });
            }
            if !taken.insert(name.clone()) {
                return Err(name_again(root));
            }
            names.push((name, number));
        }
        self.leave();
        // The names are no records, and their tree is no database.
        self.survey = Survey { pages: self.survey.pages.clone(), deleted: self.survey.deleted, ..Survey::default() };
        names.reverse();
        self.later = names;
        Ok(())
    }

    fn sub_database(&mut self, at: PageNo) -> Result<Meta, ReadError> {
        let Cursor::None(reader) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let page = reader.pages.take(at, PageNo(0))?;
        self.meta.parse_sub_database(page.bytes(), at)
    }

    /// Follows the free list, then looks for pages that nothing points to.
    fn finish(&mut self) -> Result<(), ReadError> {
        let Cursor::None(reader) = &mut self.cursor else { return Err(ReadError::Stopped) };
        let pages = &mut reader.pages;
        let (mut from, mut next) = (PageNo(0), pages.meta.free);
        while next.0 != 0 && !pages.was_never_written(next) {
            let page = pages.take(next, from)?;
            page.expect_kind(PageType::Free)?;
            (from, next) = (next, page.next());
        }
        self.survey.unlisted = pages.check_rest()?;
        self.survey.pages = pages.counts.clone();
        Ok(())
    }
}

pub(super) fn name(key: &[u8], page: PageNo) -> Result<Vec<u8>, ReadError> {
    let wrong = |what| Err(ReadError::SubdatabaseName { page, what });
    match key {
        [] => wrong("is empty"),
        key if key.contains(&0) => wrong("holds a NUL byte"),
        key if key.len() > NAME_LIMIT => wrong("is longer than any release allows"),
        key => Ok(key.to_vec()),
    }
}

/// Two databases of one name are none that could be opened, or written.
pub(super) fn name_again(page: PageNo) -> ReadError {
    ReadError::SubdatabaseName { page, what: "was there before" }
}

/// Reads where the meta page of a sub-database is: big-endian, but for version 7, where it has the file's byte order.
pub(super) fn page_number(meta: &Meta, data: Data<'_>, page: PageNo) -> Result<PageNo, ReadError> {
    let length = data.length();
    let order = if meta.version == 7 { meta.byte_order } else { ByteOrder::Big };
    let number = match data {
        Data::Whole(bytes) if bytes.len() == 4 => order.u32_at(bytes, 0),
        _ => None,
    };
    number.map(PageNo).ok_or(ReadError::SubdatabaseRecord { page, length })
}
