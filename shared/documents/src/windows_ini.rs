//! Windows `.ini` and `.prf` files, as the profile functions of Windows read them.
//!
//! Rules: `reference/outlook-connector.md` section 7: names ignore the case of ASCII letters; the first section of a name and
//! its first key count, all others are [`State::Shadowed`]; no escapes, no continuation, no comment behind a value; `#` begins
//! a key. Values and keys are the bytes of the file, whatever its code page is. A file in UTF-16 is refused.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::lines::{self, CommentAbove};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, State};

/// A Windows ini or prf file.
#[derive(Clone, Debug)]
pub struct WindowsIni {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    headers: Vec<Header>,
    line_end: &'static [u8],
}

/// A section's `[name]` line.
#[derive(Clone, Debug)]
struct Header {
    name: Vec<u8>,
    /// Where the next line begins.
    next: usize,
}

impl Document for WindowsIni {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(ParseError { line: 1, column: 1, reason: "UTF-16 text: save the file as ANSI text first" });
        }
        if let Some(at) = bytes.iter().position(|b| *b == 0) {
            return Err(lines::error_at(&bytes, at, "a NUL byte: this is not a text file"));
        }
        let line_end: &[u8] = match bytes.iter().position(|b| *b == b'\n') {
            Some(end) if !bytes.get(..end).is_some_and(|line| line.ends_with(b"\r")) => b"\n",
            _ => b"\r\n",
        };
        let mut reader = Reader::default();
        let (mut at, mut number) = (0, 1);
        while at < bytes.len() {
            at = reader.line(&bytes, at, number);
            number += 1;
        }
        Ok(Self { entries: reader.entries, headers: reader.headers, bytes, line_end })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn canonical<'k>(&self, key: &'k Key) -> Cow<'k, Key> {
        Cow::Owned(canonical(key))
    }

    fn effective(&self, key: &Key) -> Option<&Entry> {
        self.entry_to_set(key).filter(|e| e.value.is_some())
    }

    fn entry_to_set(&self, key: &Key) -> Option<&Entry> {
        let key = canonical(key);
        self.entries.iter().find(|e| e.state == State::Active && canonical(&e.key) == key)
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        let heading = |section: &Bytes| [b"[", section.as_ref(), b"]", self.line_end].concat();
        key.section.as_ref().map(heading).unwrap_or_default()
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        check_value(&entry.key, value)?;
        let spelled = self.bytes.get(entry.span.clone()).unwrap_or_default();
        let insert = match unquote(spelled) {
            Some((mark, _)) => [&[mark], value, &[mark]].concat(),
            None => quoted_if_needed(value),
        };
        let separator: &[u8] = if entry.value.is_none() { b"=" } else { b"" };
        let insert = [separator, &insert].concat();
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        check_value(key, value)?;
        check_key(key)?;
        Ok([key.name.as_ref(), b"=", &quoted_if_needed(value), self.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        let mut lines = self.with_line_ends(lines);
        let offset = match place {
            Place::InsteadOf(entry) => return lines::instead_of(&self.bytes, entry, lines),
            Place::Behind(entry) => entry.lines.end,
            Place::EndOf(section) => match self.end_of(section) {
                Some(end) => end,
                None => {
                    lines = [b"[", section.unwrap_or_default(), b"]", self.line_end, &lines].concat();
                    self.bytes.len()
                }
            },
        };
        if offset == self.bytes.len() && !self.bytes.is_empty() && !self.bytes.ends_with(b"\n") {
            lines = [self.line_end, &lines].concat();
        }
        lines::insertion(offset, lines)
    }

    fn has_section(&self, section: Option<&[u8]>) -> bool {
        self.end_of(section).is_some()
    }
}

impl WindowsIni {
    /// Returns where a line can be added to the section that is searched for the name.
    fn end_of(&self, section: Option<&[u8]>) -> Option<usize> {
        let header = self.headers.iter().find(|header| same_name(Some(&header.name), section));
        let start = match (header, section) {
            (Some(header), _) => header.next,
            (None, None) => 0,
            (None, Some(_)) => return None,
        };
        let end = self.headers.iter().map(|h| h.next).filter(|next| *next > start).min().unwrap_or(usize::MAX);
        let inside = self.entries.iter().filter(|e| e.lines.start >= start && e.lines.end < end);
        Some(inside.map(|e| e.lines.end).max().unwrap_or(start))
    }

    fn with_line_ends(&self, text: &[u8]) -> Vec<u8> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let lines = text.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        lines.flat_map(|line| [line, self.line_end].concat()).collect()
    }
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    entries: Vec<Entry>,
    headers: Vec<Header>,
    above: CommentAbove,
    keys: HashSet<Key>,
    section: Option<Bytes>,
    section_counts: SectionCounts,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum SectionCounts {
    #[default]
    Yes,
    No,
}

impl Reader {
    /// Takes the line that begins at `start`, and returns where the next one begins.
    fn line(&mut self, bytes: &[u8], start: usize, number: u64) -> usize {
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        let next = (start + length + 1).min(bytes.len());
        let raw = rest.get(..length).unwrap_or_default();
        let text = trim(raw);
        match (text.first(), text.iter().rposition(|b| *b == b']')) {
            (None, _) => self.above.interrupt(),
            (Some(b';'), _) => self.above.comment(start),
            (Some(b'['), Some(end)) => {
                self.above.interrupt();
                self.header(text.get(1..end).unwrap_or_default().to_vec(), next);
            }
            _ => self.entry(text, start + leading_blanks(raw), number, start..next),
        }
        next
    }

    fn header(&mut self, name: Vec<u8>, next: usize) {
        let known = self.headers.iter().any(|header| same_name(Some(&header.name), Some(&name)));
        self.section_counts = if known { SectionCounts::No } else { SectionCounts::Yes };
        self.section = Some(Bytes::copy_from_slice(&name));
        self.headers.push(Header { name, next });
    }

    fn entry(&mut self, text: &[u8], start: usize, line: u64, lines: std::ops::Range<usize>) {
        let mark = text.iter().position(|b| *b == b'=');
        let name = trim(text.get(..mark.unwrap_or(text.len())).unwrap_or_default());
        let key = Key { section: self.section.clone(), name: Bytes::copy_from_slice(name) };
        let after = mark.map(|mark| text.get(mark + 1..).unwrap_or_default());
        let spelled = after.map(trim).unwrap_or_default();
        let value_start = match (after, mark) {
            (Some(after), Some(mark)) => start + mark + 1 + if spelled.is_empty() { 0 } else { leading_blanks(after) },
            _ => start + text.len(),
        };
        let value = unquote(spelled).map_or(spelled, |(_, inside)| inside);
        let counts = self.section_counts == SectionCounts::Yes && self.keys.insert(canonical(&key));
        self.entries.push(Entry {
            key,
            value: after.map(|_| Bytes::copy_from_slice(value)),
            line,
            state: if counts { State::Active } else { State::Shadowed },
            span: value_start..value_start + spelled.len(),
            comment: self.above.take(lines.start),
            lines,
        });
    }
}

fn canonical(key: &Key) -> Key {
    let lowercase = |text: &Bytes| Bytes::from(text.to_ascii_lowercase());
    Key { section: key.section.as_ref().map(lowercase), name: lowercase(&key.name) }
}

fn same_name(one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (None, None) => true,
        _ => false,
    }
}

/// Windows takes a carriage return and Ctrl-Z for blanks.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c' | b'\r' | b'\x1a')
}

fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(b)).count()
}

fn trim(text: &[u8]) -> &[u8] {
    let text = text.get(leading_blanks(text)..).unwrap_or_default();
    let trailing = text.iter().rev().take_while(|b| is_blank(b)).count();
    text.get(..text.len() - trailing).unwrap_or_default()
}

/// Returns the quotation mark that encloses a spelled value, and what it encloses.
fn unquote(spelled: &[u8]) -> Option<(u8, &[u8])> {
    match spelled {
        [first @ (b'"' | b'\''), inside @ .., last] if first == last => Some((*first, inside)),
        _ => None,
    }
}

fn quoted_if_needed(value: &[u8]) -> Vec<u8> {
    if trim(value).len() == value.len() && unquote(value).is_none() {
        value.to_vec()
    } else {
        [b"\"", value, b"\""].concat()
    }
}

fn check_value(key: &Key, value: &[u8]) -> Result<(), EditError> {
    let what = if value.contains(&b'\n') {
        "a line end"
    } else if value.contains(&0) {
        "a NUL byte"
    } else if key.name.starts_with(b"[") && value.contains(&b']') {
        "a `]`, which would make the line a section"
    } else {
        return Ok(());
    };
    Err(EditError::Value { key: key.clone(), what })
}

fn check_key(key: &Key) -> Result<(), EditError> {
    let printable = |text: &[u8]| !text.iter().any(|b| matches!(b, b'\n' | b'\r' | 0));
    let name = key.name.as_ref();
    let readable = printable(name)
        && key.section.as_deref().is_none_or(printable)
        && !matches!(name.first(), Some(b';' | b'['))
        && trim(name).len() == name.len()
        && !name.contains(&b'=');
    if readable { Ok(()) } else { Err(EditError::Key { key: key.clone() }) }
}
