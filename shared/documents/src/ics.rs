//! The dialect of `ics.conf`, `iim.conf` and `httpbind.conf`: `key = "value"` lines, comments that begin with `!`.
//!
//! Rules: `reference/instant-messaging.md` section 6 and `reference/calendar.md` section 3.6. Where both are silent this is our
//! choice: blanks at the end of a value without quotes belong to it; inside quotes only `\"` and `\\` are decoded; a comment
//! line is never continued; blanks round the `;` of `key;lang-fr` do not belong to the key; a backslash at the very end of the file continues into nothing and is dropped; a line without
//! `=` is kept and listed as a key without value. Every file without a NUL byte parses.

use std::borrow::Cow;
use std::ops::Range;

use crate::lines::{
    self, CommentAbove, Tail, error_at, first_line_end, is_blank, leading_blanks, natural_line, trim, trim_end,
};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, State};

/// The line below which administrators are told to keep their own changes.
const MARKER: &[u8] = b"! My ics.conf Changes";

/// A file of the `ics.conf` dialect.
#[derive(Clone, Debug)]
pub struct IcsConf {
    bytes: Bytes,
    entries: Vec<Entry>,
    line_end: &'static [u8],
    marker: Marker,
    tail: Tail,
    flavour: Flavour,
}

/// Which product's file it is. They are read alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `ics.conf` of Calendar Server: what is added stands below a line that says whose changes these are.
    IcsConf,
    /// `iim.conf` of Instant Messaging.
    IimConf,
    /// `httpbind.conf` of Instant Messaging's gateway.
    HttpbindConf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Present,
    Missing,
}

impl Document for IcsConf {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(Flavour::IcsConf, bytes)
    }

    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(self.flavour, bytes)
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        check_value(&entry.key, value)?;
        if entry.value.is_none() {
            let insert = [b" = ".as_slice(), &quote(value)].concat();
            return Ok(SpanEdit { offset: entry.span.start as u64, remove: 0, insert });
        }
        let spelled = Bytes::copy_from_slice(self.bytes.get(entry.span.clone()).unwrap_or_default());
        let spelled = Line::read(&spelled, 0).text;
        // With nothing between a lone CR and an LF, the two would become one line end.
        let behind_cr = self.bytes.get(..entry.span.start).is_some_and(|before| before.ends_with(b"\r"));
        let needs_quotes =
            value.iter().any(|b| matches!(b, b' ' | b'\t' | b',' | b'"' | b'\\')) || (value.is_empty() && behind_cr);
        let insert = if needs_quotes || unquote(&spelled).is_some() { quote(value) } else { value.to_vec() };
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        check_value(key, value)?;
        check_new_key(key)?;
        Ok([&key.name, b" = ".as_slice(), &quote(value), self.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        lines::place(&self.bytes, self.tail, self.line_end, place, lines)
    }

    fn additions(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        let mut edits = self.place_all(places);
        if let Some(first) =
            edits.first_mut().filter(|_| self.flavour == Flavour::IcsConf && self.marker == Marker::Missing)
        {
            let separator = self.tail.separator(&self.bytes, self.line_end).len();
            first.insert.splice(separator..separator, [MARKER, self.line_end].concat());
        }
        edits
    }
}

impl IcsConf {
    /// Takes the bytes of one of the dialect's files.
    ///
    /// # Errors
    /// As [`Document::parse`], which takes them as those of an `ics.conf`.
    pub fn parse_as(flavour: Flavour, bytes: Vec<u8>) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(error_at(&bytes, at, "a NUL byte: this is not a text file"));
        }
        let bytes = Bytes::from(bytes);
        let mut entries = Vec::new();
        let mut marker = Marker::Missing;
        let mut tail = Tail::Complete;
        let mut above = CommentAbove::default();
        let mut at = 0;
        let mut number = 1;
        while at < bytes.len() {
            let line = Line::read(&bytes, at);
            if trim_end(&line.text) == MARKER {
                marker = Marker::Present;
            }
            match line.entry(number, at) {
                Some(entry) => entries.push(Entry { comment: above.take(at), ..entry }),
                None if line.text.starts_with(b"!") => above.comment(at),
                None => above.interrupt(),
            }
            tail = line.tail;
            at = line.next;
            number += line.natural_lines;
        }
        let line_end = first_line_end(&bytes).unwrap_or(b"\n");
        Ok(Self { bytes, entries, line_end, marker, tail, flavour })
    }
}

/// A logical line: one natural line, or several joined where a backslash continues them.
struct Line<'b> {
    bytes: &'b Bytes,
    text: Cow<'b, [u8]>,
    /// Where the first natural line begins in the file.
    start: usize,
    /// Where each further natural line begins in the text and in the file.
    pieces: Vec<(usize, usize)>,
    /// Where the text ends in the file.
    end: usize,
    /// Where the next line begins.
    next: usize,
    natural_lines: u64,
    tail: Tail,
}

impl<'b> Line<'b> {
    fn read(bytes: &'b Bytes, start: usize) -> Self {
        let comment = bytes.get(start) == Some(&b'!');
        let mut line = Self {
            bytes,
            text: Cow::Borrowed(b""),
            start,
            pieces: Vec::new(),
            end: start,
            next: start,
            natural_lines: 0,
            tail: Tail::Complete,
        };
        loop {
            let (content, next) = natural_line(bytes, line.next);
            let continues = !comment && trailing_backslashes(bytes, &content) % 2 == 1;
            let end = if continues { content.end - 1 } else { content.end };
            let text = bytes.get(content.start..end).unwrap_or_default();
            if line.natural_lines == 0 {
                line.text = Cow::Borrowed(text);
            } else {
                let dropped = leading_blanks(text);
                line.pieces.push((line.text.len(), content.start + dropped));
                line.text.to_mut().extend(text.iter().skip(dropped));
            }
            line.end = end;
            line.next = next;
            line.natural_lines += 1;
            let has_line_end = next > content.end;
            if continues && next < bytes.len() {
                continue;
            }
            line.tail = match (continues, has_line_end) {
                (false, true) => Tail::Complete,
                (false, false) => Tail::NoLineEnd,
                (true, true) => Tail::Continued,
                (true, false) => Tail::ContinuedNoLineEnd,
            };
            return line;
        }
    }

    /// Returns a part of the text.
    fn part(&self, start: usize, length: usize) -> Bytes {
        match &self.text {
            Cow::Borrowed(_) => self.bytes.slice(self.start + start..self.start + start + length),
            Cow::Owned(text) => Bytes::copy_from_slice(text.get(start..start + length).unwrap_or_default()),
        }
    }

    /// Returns the entry of the line, which is the file's line `line` and begins at `start`.
    fn entry(&self, line: u64, start: usize) -> Option<Entry> {
        let lines = start..self.next;
        let comment = start..start;
        let marks = self.text.iter().take_while(|b| **b == b'!').count();
        let rest = self.text.get(marks..)?;
        let separator = memchr::memchr(b'=', rest);
        let spelled = rest.get(..separator.unwrap_or(rest.len()))?;
        let name = without_blanks_round_language(trim(spelled));
        let state = match marks {
            0 if rest.iter().all(is_blank) => return None,
            0 => State::Active,
            // A shipped key that is disabled stands directly behind its marks; anything else is prose.
            1 | 2 if separator.is_some() && !name.is_empty() && !rest.first().is_some_and(is_blank) => {
                if name.iter().any(is_blank) {
                    return None;
                }
                State::CommentedOut
            }
            _ => return None,
        };
        let name = match name {
            Cow::Borrowed(name) => self.part(marks + leading_blanks(spelled), name.len()),
            Cow::Owned(name) => name.into(),
        };
        let key = Key { section: None, name };
        let Some(separator) = separator else {
            return Some(Entry { key, value: None, line, state, span: self.end..self.end, lines, comment });
        };
        let after = marks + separator + 1;
        let start = after + leading_blanks(self.text.get(after..)?);
        let raw = self.text.get(start..)?;
        let (value, length) = match unquote(raw) {
            None => (self.part(start, raw.len()), raw.len()),
            Some((Cow::Borrowed(value), length)) => (self.part(start + 1, value.len()), length),
            Some((Cow::Owned(value), length)) => (value.into(), length),
        };
        Some(Entry { key, value: Some(value), line, state, span: self.span(start, length), lines, comment })
    }

    fn span(&self, start: usize, length: usize) -> Range<usize> {
        match length.checked_sub(1) {
            Some(last) => self.offset(start)..self.offset(start + last) + 1,
            None => self.end..self.end,
        }
    }

    /// Returns where a byte of the text stands in the file.
    fn offset(&self, at: usize) -> usize {
        let behind = self.pieces.partition_point(|(start, _)| *start <= at);
        let piece = behind.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.map_or(self.start + at, |(start, offset)| offset + (at - start))
    }
}

fn trailing_backslashes(bytes: &[u8], line: &Range<usize>) -> usize {
    bytes.get(line.clone()).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count()
}

/// Returns `key;lang-fr` for `key ; lang-fr`: a language belongs to the key, and blanks round its mark mean nothing.
fn without_blanks_round_language(name: &[u8]) -> Cow<'_, [u8]> {
    let parts = memchr::memchr(b';', name).map(|mark| name.split_at(mark));
    match parts.and_then(|(key, language)| Some((trim_end(key), trim(language.get(1..)?)))) {
        Some((key, language)) if language.starts_with(b"lang-") => Cow::Owned([key, b";", language].concat()),
        _ => Cow::Borrowed(name),
    }
}

/// Decodes a quoted value; nothing unless its closing quote is the last thing but blanks. Also returns the spelled length.
fn unquote(raw: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let inside = raw.strip_prefix(b"\"")?;
    let plain = memchr::memchr2(b'"', b'\\', inside)?;
    let mut value = Cow::Borrowed(inside.get(..plain)?);
    let mut at = 1 + plain;
    loop {
        match (*raw.get(at)?, raw.get(at + 1)) {
            (b'\\', Some(escaped @ (b'"' | b'\\'))) => {
                value.to_mut().push(*escaped);
                at += 2;
            }
            (b'"', _) => break,
            (byte, _) => {
                value.to_mut().push(byte);
                at += 1;
            }
        }
    }
    raw.get(at + 1..)?.iter().all(is_blank).then_some((value, at + 1))
}

fn quote(value: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in value {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    quoted
}

fn check_value(key: &Key, value: &[u8]) -> Result<(), EditError> {
    let what = if value.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        "a line end"
    } else if value.contains(&0) {
        "a NUL byte"
    } else {
        return Ok(());
    };
    Err(EditError::Value { key: key.clone(), what })
}

fn check_new_key(key: &Key) -> Result<(), EditError> {
    let name = key.name.as_ref();
    let readable = key.section.is_none()
        && !name.is_empty()
        && name.first() != Some(&b'!')
        && trim(name).len() == name.len()
        && !name.iter().any(|b| matches!(b, b'=' | b'\n' | b'\r' | 0));
    if readable { Ok(()) } else { Err(EditError::Key { key: key.clone() }) }
}
