//! The MTA's `mappings`: tables of patterns, tried from the top, each with the template that it gives.
//!
//! Rules: `reference/messaging.md` section 3.2: a table's name stands in the first column and no two are alike, entries are
//! indented, `!` in the first column begins a comment, `<` in the first column names a file to include, a backslash at a line's
//! end continues it. `$` quotes the next byte of a pattern. Where the sheet is silent this is our choice: a line with blanks only
//! is a blank line; a comment line is never continued; a table may lack the blank lines round it; a line in the first column
//! that holds a blank is an entry that lost its indentation, and is refused.
//!
//! An include belongs to the table it stands in. One behind a blank line is likely to hold tables of its own: no entry is ever
//! added behind it.

use std::collections::HashMap;
use std::ops::Range;

use crate::lines::{self, Tail, first_line_end, natural_line, trim};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, notation};

mod reader;

use reader::{Logical, Reader, Table};

/// What a stretch's name ends in when it is the includes behind a blank line, at the end of a table.
const DETACHED: &[u8] = b"\n";

/// A file of mapping tables.
#[derive(Clone, Debug)]
pub struct Mappings {
    bytes: Bytes,
    entries: Vec<Entry>,
    tables: HashMap<Bytes, Table>,
    /// Where the includes behind a blank line begin.
    detached: Vec<usize>,
    /// Keys of patterns that begin as an include does.
    angled: Vec<Key>,
    /// Where the includes end that stand above all tables.
    top: usize,
    indent: Range<usize>,
    line_end: &'static [u8],
    tail: Tail,
    ends_blank: bool,
}

impl Document for Mappings {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        let bytes = Bytes::from(bytes);
        let read = Reader::read(&bytes)?;
        let line_end = first_line_end(&bytes).unwrap_or(b"\n");
        Ok(Self {
            entries: read.entries,
            tables: read.tables,
            detached: read.detached,
            angled: read.angled,
            top: read.top,
            indent: read.indent,
            tail: read.tail,
            ends_blank: read.ends_blank,
            line_end,
            bytes,
        })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn effective(&self, key: &Key) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    fn included<'e>(&self, entry: &'e Entry) -> Option<&'e [u8]> {
        if self.bytes.get(entry.lines.start) == Some(&b'<') { entry.key.name.get(1..) } else { None }
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        let key = &entry.key;
        let spelled = self.bytes.get(entry.span.clone()).unwrap_or_default();
        let insert = if self.included(entry).is_some() {
            let named = Key { section: key.section.clone(), name: Bytes::copy_from_slice(value) };
            if !value.starts_with(b"<") || !self.reads_as(&[value, b"\n"].concat(), &named, Some(value)) {
                return Err(lines::unspeakable(key, value));
            }
            lines::respelled_include(spelled, value).ok_or_else(|| lines::unspeakable(key, value))?
        } else {
            if !self.reads_as(&[b" ", key.name.as_ref(), b"  ", value, b"\n"].concat(), key, Some(value)) {
                return Err(lines::unspeakable(key, value));
            }
            let before = self.bytes.get(..entry.span.start).unwrap_or_default();
            match (spelled.is_empty(), value.is_empty()) {
                (true, false) => [b"  ", value].concat(),
                // With nothing between a lone CR and an LF, the two would become one line end.
                (false, true) if before.ends_with(b"\r") => b" ".to_vec(),
                _ => reader::respelled(spelled, entry.value.as_deref().unwrap_or_default(), value),
            }
        };
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        let indent = self.bytes.get(self.indent.clone()).filter(|indent| !indent.is_empty()).unwrap_or(b"  ");
        let spelled = |value: &[u8]| match key.name.starts_with(b"<") && value == key.name.as_ref() {
            true => [value, self.line_end].concat(),
            false => [indent, key.name.as_ref(), b"  ", value, self.line_end].concat(),
        };
        let lines = spelled(value);
        if self.reads_as(&lines, key, Some(value)) {
            Ok(lines)
        } else if self.reads_as(&spelled(b"x"), key, Some(b"x")) {
            Err(lines::unspeakable(key, value))
        } else {
            Err(EditError::Key { key: key.clone() })
        }
    }

    fn place(&self, place: Place<'_>, text: &[u8]) -> SpanEdit {
        match place {
            Place::InsteadOf(entry) => {
                let text = lines::with_line_ends(text, self.line_end);
                lines::kept_apart(&self.bytes, lines::instead_of(&self.bytes, entry, text))
            }
            Place::Behind(entry) => self.insertion(entry.lines.end, b"", text),
            Place::EndOf(None) => self.insertion(self.top, b"", &[text, b"\n"].concat()),
            Place::EndOf(Some(section)) => {
                let detached = section.strip_suffix(DETACHED);
                match (self.tables.get(detached.unwrap_or(section)), detached) {
                    (Some(table), Some(_)) => self.insertion(table.whole, b"\n", text),
                    (Some(table), None) => self.end_of(table, text),
                    (None, Some(name)) => self.new_table(name, b"", text),
                    (None, None) => self.new_table(section, text, b""),
                }
            }
        }
    }

    fn place_all(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        // A new table begins behind all that goes to the end of the last one, and is made once.
        let mut edits = Vec::new();
        let mut new: Vec<(&[u8], [Vec<u8>; 2])> = Vec::new();
        let mut numbers: HashMap<&[u8], usize> = HashMap::new();
        for (place, text) in places {
            let (name, part) = match place {
                Place::EndOf(Some(section)) => match section.strip_suffix(DETACHED) {
                    Some(name) => (name, 1),
                    None => (*section, 0),
                },
                _ => (b"".as_slice(), 0),
            };
            if name.is_empty() || self.tables.contains_key(name) {
                edits.push(self.place(*place, text));
                continue;
            }
            let number = *numbers.entry(name).or_insert_with(|| {
                new.push((name, Default::default()));
                new.len() - 1
            });
            if let Some(lines) = new.get_mut(number).and_then(|(_, parts)| parts.get_mut(part)) {
                lines.extend_from_slice(text);
            }
        }
        edits.extend(new.iter().map(|(name, [attached, detached])| self.new_table(name, attached, detached)));
        lines::separated_once(edits, &self.bytes, self.tail, self.line_end)
    }

    fn place_ahead(&self, entry: &Entry, text: &[u8]) -> Option<SpanEdit> {
        Some(self.insertion(entry.comment.start, b"", text))
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        key.section.as_ref().map(|name| [name.as_ref(), b"\n\n"].concat()).unwrap_or_default()
    }

    fn stretch(&self, entry: &Entry) -> Option<Bytes> {
        let table = entry.key.section.as_ref()?;
        match self.detached.binary_search(&entry.lines.start) {
            Ok(_) => Some([table.as_ref(), DETACHED].concat().into()),
            Err(_) => Some(table.clone()),
        }
    }

    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        if self.included(entry).is_some() {
            return Some(entry.span.clone());
        }
        let line = Logical::read(&self.bytes, entry.lines.start);
        line.pattern_span(&self.bytes)
    }

    fn shown(&self, key: &Key) -> String {
        let table = || key.section.as_deref().map(notation::bytes).unwrap_or_default();
        match key.name.strip_prefix(b"<") {
            Some(path) if !self.angled.contains(key) => format!("include {}", notation::bytes(path)),
            _ => format!("{}/{}", table(), notation::bytes(&key.name)),
        }
    }
}

impl Mappings {
    /// Inserts lines at the beginning of a line, behind some that stand above them in any case.
    fn insertion(&self, offset: usize, above: &[u8], text: &[u8]) -> SpanEdit {
        let lines = lines::with_line_ends(&[above, text].concat(), self.line_end);
        let separator =
            if offset == self.bytes.len() { self.tail.separator(&self.bytes, self.line_end) } else { Vec::new() };
        lines::kept_apart(&self.bytes, lines::insertion(offset, [separator, lines].concat()))
    }

    fn end_of(&self, table: &Table, text: &[u8]) -> SpanEdit {
        if table.is_filled {
            return self.insertion(table.end, b"", text);
        }
        let above: &[u8] = if table.has_blank { b"" } else { b"\n" };
        let (next, _) = natural_line(&self.bytes, table.end);
        let is_blank = trim(self.bytes.get(next).unwrap_or_default()).is_empty();
        let below: &[u8] = if is_blank { b"" } else { b"\n" };
        self.insertion(table.end, above, &[text, below].concat())
    }

    fn new_table(&self, name: &[u8], attached: &[u8], detached: &[u8]) -> SpanEdit {
        let above: &[u8] = if self.bytes.is_empty() || self.ends_blank { b"" } else { b"\n" };
        let between: &[u8] = if attached.is_empty() || detached.is_empty() { b"" } else { b"\n" };
        self.insertion(self.bytes.len(), above, &[name, b"\n\n", attached, between, detached].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_of_detached_includes_is_no_table() {
        let document = Mappings::parse(b"A\n\n x y\n</a\n\n</b\n".to_vec()).unwrap();
        let stretches: Vec<_> = document.entries().iter().map(|entry| document.stretch(entry)).collect();
        let name = |text: &'static [u8]| Some(Bytes::from_static(text));
        assert_eq!(stretches, [name(b"A"), name(b"A"), name(b"A\n")]);
    }
}
