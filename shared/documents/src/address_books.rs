//! `defaultps.xml` of Communications Express: the address books that each user gets.
//!
//! Shape: `reference/communications-express.md` section 7: a root with `book` elements, each with an `entry` whose `entryID` names
//! it. A key is a field of such an entry, shown as `entry ID/field`: an element inside the entry, another element inside its book,
//! or the book's `@bookremoteurl`. Where a book has several entries, the book's fields are the first one's. Where a book has a
//! field of the same name as its entry has, the book's is shown as `entry ID/../field`.
//!
//! A file of another shape is refused, and so is one with a DOCTYPE: such a file is decided as a whole.

mod place;
mod shape;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::xml::{ElementNo, SetError, Xml, XmlEncoding};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, lines, notation};

/// The one attribute of a book that is a field.
const REMOTE_URL: &str = "bookremoteurl";

/// A `defaultps.xml`.
#[derive(Clone, Debug)]
pub struct AddressBooks {
    bytes: Bytes,
    /// Nothing where there is no file.
    xml: Option<Xml>,
    entries: Vec<Entry>,
    /// The element of each entry; for an attribute the one that has it.
    elements: Vec<ElementNo>,
    /// Where each section's fields are.
    sections: HashMap<Bytes, Section>,
    line_end: &'static [u8],
}

/// The element of an entry, and the one of its book.
#[derive(Clone, Copy, Debug)]
struct Section {
    book: ElementNo,
    entry: ElementNo,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// An attribute of the book.
    BookAttribute,
    /// An element inside the book.
    Book,
    /// An element inside the entry.
    Entry,
}

impl Level {
    const ALL: [Self; 3] = [Self::BookAttribute, Self::Book, Self::Entry];

    fn prefix(self) -> &'static str {
        match self {
            Self::BookAttribute => "@book ",
            Self::Book => "book ",
            Self::Entry => "entry ",
        }
    }

    /// Returns the section of an entry's fields of this level.
    fn section(self, id: &str) -> Bytes {
        [self.prefix(), id].concat().into()
    }

    /// Returns the level and the entry of a section.
    fn of(section: Option<&[u8]>) -> Option<(Self, &str)> {
        let section = std::str::from_utf8(section?).ok()?;
        Self::ALL.into_iter().find_map(|level| Some((level, section.strip_prefix(level.prefix())?)))
    }
}

impl Document for AddressBooks {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let line_end = lines::first_line_end(&bytes).unwrap_or(b"\n");
        let nothing = Self {
            bytes: Bytes::new(),
            xml: None,
            entries: Vec::new(),
            elements: Vec::new(),
            sections: HashMap::new(),
            line_end,
        };
        if bytes.is_empty() {
            return Ok(nothing);
        }
        let xml = Xml::parse(bytes)?;
        let shape::Shape { entries, elements, sections } = shape::read(&xml)?;
        Ok(Self { bytes: xml.bytes(), xml: Some(xml), entries, elements, sections, ..nothing })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A field may be there for each of several languages.
    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        let value = text_of(&entry.key, value)?;
        let found = self.entries.binary_search_by_key(&entry.lines.start, |entry| entry.lines.start).ok();
        let element = found.and_then(|at| self.elements.get(at));
        let (Some(xml), Some(element)) = (&self.xml, element) else {
            return Err(EditError::Key { key: entry.key.clone() });
        };
        let edit = match Level::of(entry.key.section.as_deref()) {
            Some((Level::BookAttribute, _)) => xml.set_attribute(*element, REMOTE_URL, value),
            _ => xml.set_text(*element, value),
        };
        edit.map_err(|error| cannot_set(&entry.key, &error))
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        let value = text_of(key, value)?;
        let no_key = || EditError::Key { key: key.clone() };
        let (level, _) = Level::of(key.section.as_deref()).ok_or_else(no_key)?;
        let name = std::str::from_utf8(&key.name).map_err(|_| no_key())?;
        let spelled = shape::spelled_field(level, name, value).ok_or_else(no_key)?;
        let spelled = spelled.map_err(|error| cannot_set(key, &error))?;
        let indent = if level == Level::BookAttribute { String::new() } else { self.indent(level) };
        Ok([indent.as_bytes(), spelled.as_bytes(), self.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        match place {
            Place::InsteadOf(entry) => self.instead_of(entry, lines),
            Place::Behind(entry) => self.behind(entry, lines),
            Place::EndOf(section) => match self.end_of(section, lines) {
                Some(edit) => edit,
                None => self.new_books(&[(section, lines)]),
            },
        }
    }

    fn has_section(&self, section: Option<&[u8]>) -> bool {
        section.is_none_or(|section| self.sections.contains_key(section))
    }

    /// The fields of a new entry come in one new book.
    fn place_all(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        let (mut behind, mut ends, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for (place, lines) in places {
            match place {
                Place::EndOf(section) => match self.end_of(*section, lines) {
                    Some(edit) => ends.push(edit),
                    None => missing.push((*section, lines.as_slice())),
                },
                _ => behind.push(self.place(*place, lines)),
            }
        }
        let books = if missing.is_empty() { None } else { Some(self.new_books(&missing)) };
        behind.into_iter().chain(ends).chain(books).collect()
    }

    fn decoded<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self.encoding() {
            XmlEncoding::Utf8 => Cow::Borrowed(bytes),
            encoding => Cow::Owned(encoding.decode(bytes).into_owned().into_bytes()),
        }
    }

    fn encoded<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.encoding() {
            XmlEncoding::Utf8 => Cow::Borrowed(text),
            encoding => Cow::Owned(encoding.encode(&String::from_utf8_lossy(text))),
        }
    }

    fn reads_as(&self, lines: &[u8], key: &Key, value: Option<&[u8]>) -> bool {
        let Some((level, id)) = Level::of(key.section.as_deref()) else { return false };
        // What this file's encoding makes of it counts.
        let encoded = self.encoded(lines);
        let lines = self.decoded(&encoded);
        let Some(around) = shape::around(level, id) else { return false };
        let text = [around.0.as_bytes(), &lines, around.1.as_bytes()].concat();
        let Ok(document) = Self::parse(text) else { return false };
        match document.entries.as_slice() {
            [only] => only.key == *key && only.value.as_deref() == value,
            _ => false,
        }
    }

    /// What an entry or a book was is gone with the last of its fields.
    fn tidied(&self, edits: Vec<SpanEdit>) -> Vec<SpanEdit> {
        self.without_empty_books(edits)
    }

    fn shown(&self, key: &Key) -> String {
        match Level::of(key.section.as_deref()) {
            Some((level, id)) => {
                let is_double = level == Level::Book && self.entry_has(id, &key.name);
                let up = if is_double { "../" } else { "" };
                format!("entry {}/{up}{}", notation::bytes(id.as_bytes()), notation::bytes(&key.name))
            }
            None => key.to_string(),
        }
    }
}

impl AddressBooks {
    /// Returns whether an entry has a field of a name inside it.
    fn entry_has(&self, id: &str, name: &[u8]) -> bool {
        let section = self.sections.get(&Level::Entry.section(id));
        let fields = self.xml.as_ref().zip(section).map(|(xml, section)| (xml, xml.children(section.entry)));
        fields.is_some_and(|(xml, mut fields)| fields.any(|field| xml.name(field).as_bytes() == name))
    }

    fn encoding(&self) -> XmlEncoding {
        self.xml.as_ref().map_or(XmlEncoding::Utf8, Xml::encoding)
    }
}

fn text_of<'v>(key: &Key, value: &'v [u8]) -> Result<&'v str, EditError> {
    std::str::from_utf8(value).map_err(|_| EditError::Value { key: key.clone(), what: "bytes that are not UTF-8" })
}

fn cannot_set(key: &Key, error: &SetError) -> EditError {
    match error {
        SetError::NoSuchCharacter { .. } => {
            EditError::Value { key: key.clone(), what: "a character that XML does not have" }
        }
        SetError::HoldsElements { .. } | SetError::NoName { .. } => EditError::Key { key: key.clone() },
    }
}
