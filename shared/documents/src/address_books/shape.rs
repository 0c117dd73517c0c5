//! Which elements of the file are fields, and how a field is spelled.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Level, REMOTE_URL, Section};
use crate::lines::{error_at, is_blank, natural_line};
use crate::xml::{Doctype, ElementNo, SetError, Xml, escaped_attribute, escaped_text, is_name};
use crate::{Bytes, Entry, Key, ParseError, State};

/// The fields of a file.
pub(super) struct Shape {
    pub(super) entries: Vec<Entry>,
    pub(super) elements: Vec<ElementNo>,
    pub(super) sections: HashMap<Bytes, Section>,
}

pub(super) fn read(xml: &Xml) -> Result<Shape, ParseError> {
    let refused = |at: usize, reason| Err(error_at(xml.to_bytes(), at, reason));
    if xml.doctype() != Doctype::None {
        let at = memchr::memmem::find(xml.to_bytes(), b"<!DOCTYPE").unwrap_or_default();
        return refused(at, "a DOCTYPE: the file can only be decided as a whole");
    }
    let mut reader = Reader {
        xml,
        shape: Shape { entries: Vec::new(), elements: Vec::new(), sections: HashMap::new() },
        line: (0, 1),
    };
    let mut known = HashSet::new();
    let mut seen: HashSet<ElementNo> = HashSet::new();
    for book in xml.children(xml.root()).filter(|element| xml.name(*element) == "book") {
        let entries: Vec<_> = xml.children(book).filter(|element| xml.name(*element) == "entry").collect();
        for entry in &entries {
            if !known.insert(id(xml, *entry)) {
                return refused(xml.whole(*entry).start, "an entryID that is there twice");
            }
        }
        seen.extend(&entries);
        reader.book(book, &entries);
    }
    for element in xml.elements() {
        if xml.name(element) == "entry" && !seen.contains(&element) {
            return refused(xml.whole(element).start, "an entry that is not inside a book");
        }
    }
    let holds_elements =
        |element: &&ElementNo| xml.name(**element) != "book" && xml.children(**element).next().is_some();
    if let Some(element) = reader.shape.elements.iter().find(holds_elements) {
        return refused(xml.whole(*element).start, "an element within a field, which holds only text");
    }
    Ok(reader.shape)
}

struct Reader<'x> {
    xml: &'x Xml,
    shape: Shape,
    /// A place in the file, and the number of its line.
    line: (usize, u64),
}

impl Reader<'_> {
    fn book(&mut self, book: ElementNo, entries: &[ElementNo]) {
        let xml = self.xml;
        let Some(first) = entries.first() else { return };
        let of_book = id(xml, *first);
        for entry in entries {
            let section = Section { book, entry: *entry };
            for level in Level::ALL {
                self.shape.sections.insert(level.section(&id(xml, *entry)), section);
            }
        }
        if let (Some(value), Some(span)) = (xml.attribute(book, REMOTE_URL), xml.attribute_span(book, REMOTE_URL)) {
            let name = format!("@{REMOTE_URL}");
            let start = xml.attribute_place(book, REMOTE_URL).map_or(span.start, |attribute| attribute.name.start);
            let before = xml.to_bytes().get(..start).unwrap_or_default();
            let blanks = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
            let lines = start - blanks..span.end + 1;
            self.field(Level::BookAttribute.section(&of_book), name, value, (span, lines), book);
        }
        for child in xml.children(book) {
            if xml.name(child) == "entry" {
                let section = Level::Entry.section(&id(xml, child));
                for field in xml.children(child) {
                    self.element(section.clone(), xml.name(field), field);
                }
            } else {
                self.element(Level::Book.section(&of_book), xml.name(child), child);
            }
        }
    }

    fn element(&mut self, section: Bytes, name: String, element: ElementNo) {
        let place = (self.xml.text_span(element), whole_lines(self.xml.to_bytes(), &self.xml.whole(element)));
        self.field(section, name, self.xml.text(element), place, element);
    }

    fn field(
        &mut self,
        section: Bytes,
        name: String,
        value: String,
        (span, lines): (Range<usize>, Range<usize>),
        element: ElementNo,
    ) {
        let line = self.line_of(span.start);
        self.shape.elements.push(element);
        self.shape.entries.push(Entry {
            key: Key { section: Some(section), name: name.into() },
            value: Some(value.into()),
            line,
            state: State::Active,
            span,
            comment: lines.start..lines.start,
            lines,
        });
    }

    /// Fields come in the order of the file.
    fn line_of(&mut self, at: usize) -> u64 {
        loop {
            let (content, next) = natural_line(self.xml.to_bytes(), self.line.0);
            if next > at || next == content.end {
                return self.line.1;
            }
            self.line = (next, self.line.1 + 1);
        }
    }
}

fn id(xml: &Xml, entry: ElementNo) -> String {
    xml.attribute(entry, "entryID").unwrap_or_default()
}

/// Returns the whole lines of an element that has its lines for itself; else the element.
pub(super) fn whole_lines(bytes: &[u8], element: &Range<usize>) -> Range<usize> {
    let start = line_start(bytes, element.start);
    let rest = bytes.get(element.end..).unwrap_or_default();
    let end = element.end + rest.iter().take_while(|byte| is_blank(byte)).count();
    let (content, next) = natural_line(bytes, end);
    match start {
        Some(start) if content.is_empty() && next > end => start..next,
        _ => element.clone(),
    }
}

/// Returns where the line begins of something that has only blanks ahead of it.
pub(super) fn line_start(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(..at).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| is_blank(byte)).count();
    let start = at - blanks;
    matches!(start.checked_sub(1).and_then(|last| bytes.get(last)), Some(b'\n' | b'\r')).then_some(start)
}

/// Returns a field as it is spelled, with a blank ahead of an attribute; nothing where the name is none.
pub(super) fn spelled_field(level: Level, name: &str, value: &str) -> Option<Result<String, SetError>> {
    let name_of = match level {
        Level::BookAttribute => name.strip_prefix('@').filter(|name| *name == REMOTE_URL)?,
        Level::Book | Level::Entry => Some(name).filter(|name| *name != "entry" && is_name(name))?,
    };
    let escaped = if level == Level::BookAttribute { escaped_attribute(value) } else { escaped_text(value) };
    Some(match (escaped, level) {
        (None, _) => Err(SetError::NoSuchCharacter { name: name.to_owned() }),
        (Some(value), Level::BookAttribute) => Ok(format!(" {name_of}=\"{value}\"")),
        (Some(value), _) => Ok(format!("<{name_of}>{value}</{name_of}>")),
    })
}

/// Returns what stands ahead of a field and behind it in a file that holds nothing else.
pub(super) fn around(level: Level, id: &str) -> Option<(String, String)> {
    let id = escaped_attribute(id)?;
    Some(match level {
        Level::BookAttribute => ("<books><book".into(), format!("><entry entryID=\"{id}\"/></book></books>")),
        Level::Book => ("<books><book>".into(), format!("<entry entryID=\"{id}\"/></book></books>")),
        Level::Entry => (format!("<books><book><entry entryID=\"{id}\">"), "</entry></book></books>".into()),
    })
}
