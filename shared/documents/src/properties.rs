//! Java properties files: what `java.util.Properties.load(InputStream)` makes of the bytes, and nothing else.
//!
//! Rules: `reference/delegated-administrator.md` section 7. Every byte is a character of ISO-8859-1, so every file parses
//! but for a `\u` without four hexadecimal digits. Keys and values are Java strings in the form of [`utf16`].
//!
//! Java's reader has one quirk that is kept: a natural line that holds only a backslash collects nothing, so that the next
//! line may be a comment; before the end of the file it yields an entry with an empty key, unless its line end is CRLF.

mod reader;
mod spelling;
pub mod utf16;

use std::ops::Range;

use crate::lines::{self, CommentAbove, Tail, error_at, first_line_end, natural_line};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, State, notation};
use reader::{Line, Read};
use spelling::After;

/// Whether `!key = value`, in the first column and without a blank behind the mark, is a key that is shipped but disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledKeys {
    /// It is a comment as any other.
    Ignored,
    /// It is an entry that is commented out, as in the files of Communications Express.
    Listed,
}

/// A Java properties file.
#[derive(Clone, Debug)]
pub struct Properties {
    bytes: Bytes,
    entries: Vec<Entry>,
    line_end: &'static [u8],
    tail: Tail,
    /// Where the lines begin of an entry that consists of the file's last backslash: it is one only while it is last.
    last_backslash: Option<usize>,
    disabled: DisabledKeys,
}

/// What is needed to write a value into an entry, or another entry like it.
#[derive(Clone, Debug)]
struct Style {
    after: Separator,
    /// Where the blanks ahead of the key stand, and what is between key and value.
    indent: Range<usize>,
    separator: Option<Range<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Mark,
    Blanks,
    Missing,
}

impl Document for Properties {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_with(bytes, DisabledKeys::Ignored)
    }

    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_with(bytes, self.disabled)
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        let (_, units) = check(&entry.key, value)?;
        let after = self.style(entry).map_or(Separator::Missing, |style| style.after);
        // With nothing between a lone CR and an LF, the two would become one line end.
        let behind_cr = self.bytes.get(..entry.span.start).is_some_and(|before| before.ends_with(b"\r"));
        let insert = match after {
            _ if units.is_empty() && behind_cr => b" ".to_vec(),
            Separator::Mark => spelling::value(&units, After::Mark),
            Separator::Blanks => spelling::value(&units, After::Blanks),
            Separator::Missing => [b"=".as_slice(), &spelling::value(&units, After::Mark)].concat(),
        };
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        let (name, units) = check(key, value)?;
        let active = self.entries.iter().rev().find(|entry| entry.state == State::Active);
        // Blanks alone would not even make a line of an empty key.
        let style =
            active.and_then(|e| self.style(e)).filter(|style| !name.is_empty() || style.after == Separator::Mark);
        let text = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        let (indent, separator, after) = match style {
            Some(Style { indent, separator: Some(separator), after }) => (text(indent), text(separator), after),
            _ => (b"".as_slice(), b"=".as_slice(), Separator::Mark),
        };
        let after = if after == Separator::Blanks { After::Blanks } else { After::Mark };
        Ok([indent, &spelling::key(&name), separator, &spelling::value(&units, after), self.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        match (place, self.last_backslash) {
            (Place::Behind(entry), Some(start)) if entry.lines.end == self.bytes.len() => {
                lines::insertion(start, lines::with_line_ends(lines, self.line_end))
            }
            (Place::EndOf(_), Some(start)) => lines::insertion(start, lines::with_line_ends(lines, self.line_end)),
            _ => lines::place(&self.bytes, self.tail, self.line_end, place, lines),
        }
    }

    fn notation(text: &[u8]) -> String {
        if let Some(plain) = notation::plain(text) {
            return plain.to_owned();
        }
        utf16::decode(text).map_or_else(|| notation::bytes(text), |units| notation::units(units.into_iter()))
    }
}

impl Properties {
    /// Takes a file's bytes.
    ///
    /// # Errors
    /// When a `\u` is not followed by four hexadecimal digits.
    pub fn parse_with(bytes: Vec<u8>, disabled: DisabledKeys) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        let bytes = Bytes::from(bytes);
        let line_end = first_line_end(&bytes).unwrap_or(b"\n");
        let expected = expected_entries(&bytes);
        let mut document = Self {
            bytes: Bytes::new(),
            entries: Vec::with_capacity(expected),
            line_end,
            tail: Tail::Complete,
            last_backslash: None,
            disabled,
        };
        let mut above = CommentAbove::default();
        let (mut at, mut number) = (0, 1);
        while at < bytes.len() {
            let (next, passed) = match reader::read(&bytes, at) {
                Read::Blank { next, passed } => {
                    above.interrupt();
                    document.tail = tail_of(&bytes, next);
                    (next, passed)
                }
                Read::Comment { start, next, passed } => {
                    let line = number + passed.before;
                    if start > at {
                        above.interrupt();
                    }
                    match document.disabled_key(&bytes, start) {
                        Some(entry) => document.entries.push(Entry { line, comment: above.take(start), ..entry }),
                        None => above.comment(start),
                    }
                    document.tail = tail_of(&bytes, next);
                    (next, passed)
                }
                Read::Line(line) => {
                    let number = number + line.passed.before;
                    let entry = entry(&bytes, &line, at)?;
                    document.entries.push(Entry { line: number, comment: above.take(at), ..entry });
                    document.tail = line.tail;
                    document.last_backslash = line.text.is_empty().then_some(at);
                    (line.next, line.passed)
                }
            };
            number += passed.lines;
            at = next;
        }
        document.bytes = bytes;
        Ok(document)
    }

    /// Returns the entry of a comment line that holds a disabled key.
    fn disabled_key(&self, bytes: &Bytes, start: usize) -> Option<Entry> {
        let (content, next) = natural_line(bytes, start);
        let text = bytes.get(..content.end)?;
        let listed = self.disabled == DisabledKeys::Listed && text.get(start) == Some(&b'!');
        if !listed || text.get(start + 1).copied().is_none_or(reader::is_blank) {
            return None;
        }
        let Read::Line(line) = reader::read(text, start + 1) else { return None };
        let parts = line.parts();
        let separator = line.separator(&parts).and_then(|separator| bytes.get(separator)).unwrap_or_default();
        if parts.key.is_empty() || !separator.contains(&b'=') {
            return None;
        }
        let entry = entry(&bytes.slice(..content.end), &line, start).ok()?;
        Some(Entry { state: State::CommentedOut, lines: start..next, ..entry })
    }

    /// Returns how one of the entries is written. It is read again for that: few entries are ever changed.
    fn style(&self, entry: &Entry) -> Option<Style> {
        let (text, start) = match entry.state {
            State::CommentedOut => {
                let (content, _) = natural_line(&self.bytes, entry.lines.start);
                (self.bytes.get(..content.end)?, entry.lines.start + 1)
            }
            State::Active | State::Shadowed => (self.bytes.as_ref(), entry.lines.start),
        };
        let Read::Line(line) = reader::read(text, start) else { return None };
        let parts = line.parts();
        let after = match (parts.has_mark, parts.key.end == line.text.len()) {
            (true, _) => Separator::Mark,
            (false, false) => Separator::Blanks,
            (false, true) => Separator::Missing,
        };
        Some(Style { after, indent: line.start..line.text_start, separator: line.separator(&parts) })
    }
}

/// Returns the entry of a logical line, whose lines begin at `start`.
fn entry(bytes: &Bytes, line: &Line<'_>, start: usize) -> Result<Entry, ParseError> {
    let malformed = |offset| {
        error_at(
            bytes,
            offset,
            "`\\u` without four hexadecimal digits; for a backslash, as in a Windows path, write two: `\\\\u`",
        )
    };
    let parts = line.parts();
    Ok(Entry {
        key: Key { section: None, name: line.decode(bytes, parts.key).map_err(malformed)? },
        value: Some(line.decode(bytes, parts.value.clone()).map_err(malformed)?),
        line: 0,
        state: State::Active,
        span: line.span(&parts.value),
        lines: start..line.next,
        comment: start..start,
    })
}

/// Returns how many entries there may be, to take their memory at once: one a line, of which few are shorter than this.
fn expected_entries(bytes: &[u8]) -> usize {
    const USUAL_LINE: usize = 16;
    let lines = memchr::memchr_iter(b'\n', bytes).count();
    lines.saturating_add(1).min(bytes.len() / USUAL_LINE + 1)
}

fn tail_of(bytes: &[u8], next: usize) -> Tail {
    let complete = bytes.get(..next).is_some_and(|line| line.ends_with(b"\n") || line.ends_with(b"\r"));
    if complete { Tail::Complete } else { Tail::NoLineEnd }
}

/// Returns key and value as Java's strings.
fn check(key: &Key, value: &[u8]) -> Result<(Vec<u16>, Vec<u16>), EditError> {
    let name = key.section.is_none().then(|| utf16::decode(&key.name)).flatten();
    let name = name.ok_or_else(|| EditError::Key { key: key.clone() })?;
    let units =
        utf16::decode(value).ok_or_else(|| EditError::Value { key: key.clone(), what: "bytes that are not UTF-8" })?;
    Ok((name, units))
}
