//! The dialect of `ics.conf`, `iim.conf` and `httpbind.conf`: `key = "value"` lines, comments that begin with `!`.
//!
//! Rules: `reference/instant-messaging.md` section 6 and `reference/calendar.md` section 3.6. Where both are silent this is our
//! choice: blanks at the end of a value without quotes belong to it; inside quotes only `\"` and `\\` are decoded; a comment
//! line is never continued; a backslash at the very end of the file continues into nothing and is dropped; a line without
//! `=` is kept and listed as a key without value. Every file without a NUL byte parses.

use std::ops::Range;

use crate::{Document, EditError, Entry, Key, ParseError, SpanEdit, State};

/// The line below which administrators are told to keep their own changes.
const MARKER: &[u8] = b"! My ics.conf Changes";

/// A file of the `ics.conf` dialect.
#[derive(Clone, Debug)]
pub struct IcsConf {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    line_end: &'static [u8],
    marker: Marker,
    tail: Tail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Present,
    Missing,
}

/// How the file ends, which decides what an added line needs ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// After a line end, or empty.
    Complete,
    /// Within a line.
    NoLineEnd,
    /// After a continued line's line end: the next line would be taken for its rest.
    Continued,
    /// After the backslash that continues a line.
    ContinuedNoLineEnd,
}

impl Document for IcsConf {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        if let Some(at) = bytes.iter().position(|b| *b == 0) {
            return Err(error_at(&bytes, at, "a NUL byte: this is not a text file"));
        }
        let mut entries = Vec::new();
        let mut marker = Marker::Missing;
        let mut tail = Tail::Complete;
        let mut at = 0;
        let mut number = 1;
        while at < bytes.len() {
            let line = Line::read(&bytes, at);
            if trim_end(&line.text) == MARKER {
                marker = Marker::Present;
            }
            entries.extend(line.entry(number));
            tail = line.tail;
            at = line.next;
            number += line.natural_lines;
        }
        let line_end = first_line_end(&bytes).unwrap_or(b"\n");
        Ok(Self { bytes, entries, line_end, marker, tail })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn set_all(&self, changes: &[(Key, Vec<u8>)]) -> Result<Vec<SpanEdit>, EditError> {
        let mut edits = Vec::new();
        let mut added = Vec::new();
        for (index, (key, value)) in changes.iter().enumerate() {
            check_value(key, value)?;
            if changes.iter().skip(index + 1).any(|(later, _)| later == key) {
                continue;
            }
            match self.effective(key) {
                Some(entry) if entry.value.as_ref() == Some(value) => {}
                Some(entry) => edits.push(self.replacement(entry, value)),
                None => {
                    check_new_key(key)?;
                    added.push([&key.name, b" = ".as_slice(), &quote(value), self.line_end].concat());
                }
            }
        }
        edits.sort_by_key(|edit| edit.offset);
        if !added.is_empty() {
            edits.push(self.addition(&added.concat()));
        }
        Ok(edits)
    }
}

impl IcsConf {
    fn replacement(&self, entry: &Entry, value: &[u8]) -> SpanEdit {
        let spelled = Line::read(self.bytes.get(entry.span.clone()).unwrap_or_default(), 0).text;
        // With nothing between a lone CR and an LF, the two would become one line end.
        let behind_cr = self.bytes.get(..entry.span.start).is_some_and(|before| before.ends_with(b"\r"));
        let needs_quotes =
            value.iter().any(|b| matches!(b, b' ' | b'\t' | b',' | b'"' | b'\\')) || (value.is_empty() && behind_cr);
        let insert = if needs_quotes || unquote(&spelled).is_some() { quote(value) } else { value.to_vec() };
        SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert }
    }

    fn addition(&self, lines: &[u8]) -> SpanEdit {
        let ahead = match self.tail {
            Tail::Complete => 0,
            Tail::NoLineEnd | Tail::Continued => 1,
            Tail::ContinuedNoLineEnd => 2,
        };
        // Behind a lone CR an LF would only complete the line end that is there.
        let separator = if self.bytes.ends_with(b"\r") { b"\r" } else { self.line_end };
        let mut insert = separator.repeat(ahead);
        if self.marker == Marker::Missing {
            insert.extend_from_slice(MARKER);
            insert.extend_from_slice(self.line_end);
        }
        insert.extend_from_slice(lines);
        SpanEdit { offset: self.bytes.len() as u64, remove: 0, insert }
    }
}

/// A logical line: one natural line, or several joined where a backslash continues them.
struct Line {
    text: Vec<u8>,
    /// Where each byte of the text stands in the file.
    offsets: Vec<usize>,
    /// Where the text ends in the file.
    end: usize,
    /// Where the next line begins.
    next: usize,
    natural_lines: u64,
    tail: Tail,
}

impl Line {
    fn read(bytes: &[u8], start: usize) -> Self {
        let comment = bytes.get(start) == Some(&b'!');
        let mut line = Self {
            text: Vec::new(),
            offsets: Vec::new(),
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
            let dropped = if line.natural_lines == 0 { 0 } else { leading_blanks(text) };
            line.text.extend(text.iter().skip(dropped));
            line.offsets.extend(content.start + dropped..end);
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

    fn entry(&self, number: u64) -> Option<Entry> {
        let marks = self.text.iter().take_while(|b| **b == b'!').count();
        let rest = self.text.get(marks..)?;
        let separator = rest.iter().position(|b| *b == b'=');
        let name = trim(rest.get(..separator.unwrap_or(rest.len()))?);
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
        let key = Key::new(name);
        let Some(separator) = separator else {
            return Some(Entry { key, value: None, line: number, state, span: self.end..self.end });
        };
        let after = marks + separator + 1;
        let start = after + leading_blanks(self.text.get(after..)?);
        let raw = self.text.get(start..)?;
        let (value, length) = unquote(raw).unwrap_or_else(|| (raw.to_vec(), raw.len()));
        Some(Entry { key, value: Some(value), line: number, state, span: self.span(start, length) })
    }

    fn span(&self, start: usize, length: usize) -> Range<usize> {
        let place = self.offsets.get(start..start + length).and_then(|o| Some(*o.first()?..*o.last()? + 1));
        place.unwrap_or(self.end..self.end)
    }
}

/// Returns the content of the natural line that begins at `start`, and where the next one begins.
fn natural_line(bytes: &[u8], start: usize) -> (Range<usize>, usize) {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
    let end = start + length;
    (start..end, end + line_end_at(rest.get(length..).unwrap_or_default()).map_or(0, <[u8]>::len))
}

fn line_end_at(bytes: &[u8]) -> Option<&'static [u8]> {
    let ends: [&'static [u8]; 3] = [b"\r\n", b"\n", b"\r"];
    ends.into_iter().find(|end| bytes.starts_with(end))
}

fn first_line_end(bytes: &[u8]) -> Option<&'static [u8]> {
    line_end_at(bytes.get(natural_line(bytes, 0).0.end..)?)
}

fn trailing_backslashes(bytes: &[u8], line: &Range<usize>) -> usize {
    bytes.get(line.clone()).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count()
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(b)).count()
}

fn trim_end(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev().take_while(|b| is_blank(b)).count();
    text.get(..text.len() - blanks).unwrap_or_default()
}

fn trim(text: &[u8]) -> &[u8] {
    trim_end(text.get(leading_blanks(text)..).unwrap_or_default())
}

/// Decodes a quoted value; nothing unless its closing quote is the last thing but blanks. Also returns the spelled length.
fn unquote(raw: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut value = Vec::new();
    let mut at = 1;
    if raw.first() != Some(&b'"') {
        return None;
    }
    loop {
        match (*raw.get(at)?, raw.get(at + 1)) {
            (b'\\', Some(escaped @ (b'"' | b'\\'))) => {
                value.push(*escaped);
                at += 2;
            }
            (b'"', _) => break,
            (byte, _) => {
                value.push(byte);
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
    let name = key.name.as_slice();
    let readable = key.section.is_none()
        && !name.is_empty()
        && name.first() != Some(&b'!')
        && trim(name).len() == name.len()
        && !name.iter().any(|b| matches!(b, b'=' | b'\n' | b'\r' | 0));
    if readable { Ok(()) } else { Err(EditError::Key { key: key.clone() }) }
}

fn error_at(bytes: &[u8], offset: usize, reason: &'static str) -> ParseError {
    let (mut start, mut line) = (0, 1);
    loop {
        let (content, next) = natural_line(bytes, start);
        if content.end >= offset || next == content.end {
            return ParseError { line, column: (offset - start) as u64 + 1, reason };
        }
        start = next;
        line += 1;
    }
}
