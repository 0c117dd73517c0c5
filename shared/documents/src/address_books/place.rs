//! Where fields go that the file lacks, and what goes with the last field of an entry.

use std::ops::Range;

use super::shape::{line_start, whole_lines};
use super::{AddressBooks, Level, Section};
use crate::xml::{ElementNo, Xml, escaped_attribute};
use crate::{Document, Entry, SpanEdit, lines};

/// The fields of a new entry.
#[derive(Default)]
struct NewBook<'s> {
    id: &'s str,
    attributes: Vec<u8>,
    of_book: Vec<u8>,
    of_entry: Vec<u8>,
}

impl AddressBooks {
    /// Returns the blanks ahead of the fields of a level.
    pub(super) fn indent(&self, level: Level) -> String {
        let of_level =
            |entry: &&Entry| Level::of(entry.key.section.as_deref()).is_some_and(|(found, _)| found == level);
        let usual = if level == Level::Book { 4 } else { 6 };
        let entry = self.entries.iter().find(of_level);
        let lines = entry.and_then(|entry| self.bytes.get(entry.lines.clone()));
        lines.map_or_else(|| " ".repeat(usual), leading_blanks)
    }

    pub(super) fn instead_of(&self, entry: &Entry, lines: &[u8]) -> SpanEdit {
        let lines = lines::with_line_ends(lines, self.line_end);
        let insert = self.encoded(&lines).into_owned();
        lines::instead_of(&self.bytes, entry, insert)
    }

    pub(super) fn behind(&self, entry: &Entry, lines: &[u8]) -> SpanEdit {
        match Level::of(entry.key.section.as_deref()) {
            Some((Level::BookAttribute, _)) => lines::insertion(entry.lines.end, self.attribute(lines)),
            _ => lines::insertion(entry.lines.end, self.elements(lines)),
        }
    }

    /// Returns the edit that adds fields to an entry that is there.
    pub(super) fn end_of(&self, section: Option<&[u8]>, lines: &[u8]) -> Option<SpanEdit> {
        let (level, _) = Level::of(section)?;
        let Section { book, entry } = *self.sections.get(section?)?;
        let xml = self.xml.as_ref()?;
        Some(match level {
            Level::BookAttribute => lines::insertion(xml.attributes_end(book), self.attribute(lines)),
            Level::Book => {
                let start = xml.whole(entry).start;
                lines::insertion(line_start(&self.bytes, start).unwrap_or(start), self.elements(lines))
            }
            Level::Entry => self.inside(xml, entry, self.elements(lines)),
        })
    }

    /// Returns the edit that puts text ahead of an element's end.
    fn inside(&self, xml: &Xml, element: ElementNo, text: Vec<u8>) -> SpanEdit {
        let (span, content) = (xml.text_span(element), xml.content(element));
        if span.start < content.start {
            // An element like `<a/>`.
            let name = self.encoded(xml.name(element).as_bytes()).into_owned();
            let indent = leading_blanks(
                self.bytes.get(line_start(&self.bytes, xml.whole(element).start).unwrap_or(0)..).unwrap_or_default(),
            );
            let insert = [b">", self.line_end, &text, indent.as_bytes(), b"</", &name, b">"].concat();
            return SpanEdit { offset: span.start as u64, remove: span.len() as u64, insert };
        }
        match line_start(&self.bytes, content.end).filter(|start| *start >= content.start) {
            Some(start) => lines::insertion(start, text),
            None => lines::insertion(content.end, [self.line_end, &text].concat()),
        }
    }

    /// Returns the edit that adds new books at the end.
    pub(super) fn new_books(&self, places: &[(Option<&[u8]>, &[u8])]) -> SpanEdit {
        let mut books: Vec<NewBook<'_>> = Vec::new();
        for (section, lines) in places {
            let Some((level, id)) = Level::of(*section) else { continue };
            let at = books.iter().position(|book| book.id == id).unwrap_or_else(|| {
                books.push(NewBook { id, ..NewBook::default() });
                books.len() - 1
            });
            let Some(book) = books.get_mut(at) else { continue };
            match level {
                Level::BookAttribute => book.attributes.extend(self.attribute(lines)),
                Level::Book => book.of_book.extend(self.elements(lines)),
                Level::Entry => book.of_entry.extend(self.elements(lines)),
            }
        }
        let indent = self.indent(Level::Book);
        let outer = indent.get(..indent.len() / 2).unwrap_or_default().as_bytes();
        let inner = indent.as_bytes();
        let mut text = Vec::new();
        for book in &books {
            let id = self.encoded(escaped_attribute(book.id).unwrap_or_default().as_bytes()).into_owned();
            let parts: [&[u8]; 5] = [outer, b"<book booktype=\"abook\"", &book.attributes, b">", self.line_end];
            text.extend(parts.concat());
            text.extend_from_slice(&book.of_book);
            text.extend([inner, b"<entry entryID=\"", &id, b"\">", self.line_end].concat());
            text.extend_from_slice(&book.of_entry);
            text.extend([inner, b"</entry>", self.line_end, outer, b"</book>", self.line_end].concat());
        }
        match &self.xml {
            Some(xml) => self.inside(xml, xml.root(), text),
            None => {
                let head = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
                let whole =
                    [head, self.line_end, b"<books>", self.line_end, &text, b"</books>", self.line_end].concat();
                lines::insertion(0, whole)
            }
        }
    }

    fn attribute(&self, lines: &[u8]) -> Vec<u8> {
        [b" ", self.encoded(lines.trim_ascii()).as_ref()].concat()
    }

    fn elements(&self, lines: &[u8]) -> Vec<u8> {
        self.encoded(&lines::with_line_ends(lines, self.line_end)).into_owned()
    }

    /// Removes with the last field of a book the book, and with the last field of an entry that is not the first of its book the
    /// entry. One that holds a comment stays.
    pub(super) fn without_empty_books(&self, edits: Vec<SpanEdit>) -> Vec<SpanEdit> {
        let Some(xml) = &self.xml else { return edits };
        let mut gone: Vec<Range<usize>> = Vec::new();
        for book in xml.children(xml.root()).filter(|element| xml.name(*element) == "book") {
            if self.is_emptied(&xml.whole(book), &edits) {
                gone.push(whole_lines(&self.bytes, &xml.whole(book)));
                continue;
            }
            let entries = xml.children(book).filter(|element| xml.name(*element) == "entry");
            let emptied = entries.skip(1).filter(|entry| self.is_emptied(&xml.whole(*entry), &edits));
            gone.extend(emptied.map(|entry| whole_lines(&self.bytes, &xml.whole(entry))));
        }
        if gone.is_empty() {
            return edits;
        }
        let inside = |edit: &SpanEdit| {
            let at = gone.partition_point(|range| range.end as u64 <= edit.offset);
            gone.get(at).is_some_and(|range| range.start as u64 <= edit.offset && edit.remove > 0)
        };
        let mut kept: Vec<SpanEdit> = edits.into_iter().filter(|edit| !inside(edit)).collect();
        kept.extend(gone.iter().map(|range| SpanEdit {
            offset: range.start as u64,
            remove: range.len() as u64,
            insert: Vec::new(),
        }));
        kept.sort_by_key(|edit| (edit.offset, edit.remove > 0));
        kept
    }

    /// Returns whether the edits remove all fields of an element, which has some, and do nothing else inside it.
    fn is_emptied(&self, element: &Range<usize>, edits: &[SpanEdit]) -> bool {
        let first = self.entries.partition_point(|entry| entry.lines.end <= element.start);
        let inside = |entry: &&Entry| entry.lines.start < element.end;
        let fields: Vec<&Range<usize>> =
            self.entries.iter().skip(first).take_while(inside).map(|entry| &entry.lines).collect();
        let first = edits.partition_point(|edit| edit.offset <= element.start as u64);
        let removed = edits.iter().skip(first).take_while(|edit| edit.offset < element.end as u64);
        let is_removal = |(edit, field): (&SpanEdit, &&Range<usize>)| {
            edit.insert.is_empty() && edit.offset == field.start as u64 && edit.remove == field.len() as u64
        };
        let text = self.bytes.get(element.clone()).unwrap_or_default();
        !fields.is_empty()
            && removed.clone().count() == fields.len()
            && removed.zip(&fields).all(is_removal)
            && memchr::memmem::find(text, b"<!--").is_none()
    }
}

fn leading_blanks(lines: &[u8]) -> String {
    lines.iter().take_while(|byte| lines::is_blank(byte)).map(|byte| char::from(*byte)).collect()
}
