//! The MTA's `aliases`: `name: address` lines, and `<file` lines that include further files.
//!
//! Rules: `reference/messaging.md` section 3.2. A natural line has at most 252 bytes; longer values are written in several. Where the
//! sheet is silent this is our choice: only `!` in the first column begins a comment, and none does between the lines of a
//! continued value; any backslash at a line's end continues it, and the next line is appended as it is; the name ends at the first
//! colon outside double quotes and keeps its quotes; the last of several lines with the same name counts.
//!
//! An include is the key `include PATH`, whose value is the whole line.

use std::ops::Range;

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, notation};

const SYNTAX: Syntax = Syntax { comment: b"!", continuation: Continuation::Literal };
/// The section of includes.
const INCLUDE: &[u8] = b"include";
/// How many bytes the MTA reads of a natural line.
const LONGEST_LINE: usize = 252;

/// An `aliases` file.
#[derive(Clone, Debug)]
pub struct Aliases {
    file: LineFile,
}

impl Document for Aliases {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let read = |line: &Line<'_>| {
            if SYNTAX.is_comment(line.text()) {
                return Ok(Read::Comment);
            }
            Ok(entry(line).map_or(Read::Other, Read::Entry))
        };
        Ok(Self { file: LineFile::read(bytes, SYNTAX, read)? })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.file.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.file.entries
    }

    fn check_set(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        line_file::check_set(key, value)?;
        match &key.section {
            Some(_) => line_file::check_line(key, value, included(key).into()),
            None => Ok(()),
        }
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        line_file::check_value(&entry.key, value)?;
        if entry.key.section.is_some() && path(value, value.len()).is_empty() {
            return Err(EditError::Value { key: entry.key.clone(), what: "no `<` with a path" });
        }
        let line_start = entry.span.start - self.line_start(entry.span.start);
        Ok(self.file.respell(entry, value, self.in_lines(value, line_start)))
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        let refused = || EditError::Key { key: key.clone() };
        line_file::check_value(key, value)?;
        line_file::check_name(key, SYNTAX, b"")?;
        let text = match key.section.as_deref() {
            Some(INCLUDE) => {
                line_file::check_line(key, value, included(key).into())?;
                self.in_lines(value, 0)
            }
            Some(_) => return Err(refused()),
            None if key.name.starts_with(b"<")
                || colon(&[&key.name, b":".as_slice()].concat()) != Some(key.name.len()) =>
            {
                return Err(refused());
            }
            None => {
                let name = [key.name.as_ref(), b": "].concat();
                [name.as_slice(), &self.in_lines(value, name.len())].concat()
            }
        };
        Ok([text.as_slice(), self.file.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.file.place(place, lines)
    }

    /// Includes stand among the names.
    fn stretch(&self, _: &Entry) -> Option<Bytes> {
        None
    }

    fn included<'e>(&self, entry: &'e Entry) -> Option<&'e [u8]> {
        entry.key.section.as_ref().map(|_| entry.key.name.as_ref())
    }

    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        entry.key.section.as_ref().map(|_| entry.span.clone())
    }

    /// An alias may be an address, such as `joe@mail.siroe.com`.
    fn names_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        self.paths_in_key(entry).or_else(|| {
            let lines = self.file.bytes.get(entry.lines.clone())?;
            let start = entry.lines.start + trimmed(lines, 0..lines.len()).start;
            let place = start..start + entry.key.name.len();
            // A name that is spelled over several lines is spelled in another way than it reads.
            (self.file.bytes.get(place.clone())? == entry.key.name).then_some(place)
        })
    }

    /// `NAME`, or `include PATH`.
    fn shown(&self, key: &Key) -> String {
        let section = key.section.as_ref().map(|section| notation::bytes(section) + " ").unwrap_or_default();
        section + &notation::bytes(&key.name)
    }
}

impl Aliases {
    fn line_start(&self, offset: usize) -> usize {
        let before = self.file.bytes.get(..offset).unwrap_or_default();
        memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)
    }

    /// Returns a value in lines that are not too long, the first of which has `used` bytes already. A line ends behind a comma
    /// and its blanks where there are some.
    fn in_lines(&self, value: &[u8], used: usize) -> Vec<u8> {
        let mut spelled = Vec::with_capacity(value.len());
        let (mut rest, mut used) = (value, used);
        // The last byte of the line is the backslash.
        while rest.len() + 1 > LONGEST_LINE.saturating_sub(used) {
            let room = LONGEST_LINE.saturating_sub(used + 1).min(rest.len().saturating_sub(1));
            let is_break = |at: &usize| {
                let next = rest.get(*at).copied().unwrap_or_default();
                rest.get(at - 1).is_some_and(|last| *last != b'\\') && !matches!(next, b'!' | b'<' | b' ' | b'\t')
            };
            let behind_comma = |at: &usize| {
                let before = rest.get(..*at).unwrap_or_default().trim_ascii_end();
                before.ends_with(b",") && is_break(at)
            };
            let Some(at) = (1..=room).rev().find(behind_comma).or_else(|| (1..=room).rev().find(is_break)) else {
                if used == 0 {
                    break;
                }
                spelled.push(b'\\');
                spelled.extend_from_slice(self.file.line_end);
                used = 0;
                continue;
            };
            let (line, following) = rest.split_at(at);
            spelled.extend_from_slice(line);
            spelled.push(b'\\');
            spelled.extend_from_slice(self.file.line_end);
            (rest, used) = (following, 0);
        }
        spelled.extend(self.file.spelled(rest));
        spelled
    }
}

fn entry(line: &Line<'_>) -> Option<Entry> {
    let text = line.text();
    if text.starts_with(b"<") {
        let whole = trimmed(text, 0..text.len());
        let path = path(text, whole.end);
        let key = Key { section: Some(Bytes::from_static(INCLUDE)), name: line.part(path.clone()) };
        return (!path.is_empty()).then(|| line.entry(key, whole));
    }
    let colon = colon(text)?;
    let name = line.part(trimmed(text, 0..colon));
    Some(line.entry(Key { section: None, name }, trimmed(text, colon + 1..text.len())))
}

/// Returns where the path stands in a line that includes a file; nothing where it includes none.
fn path(line: &[u8], end: usize) -> Range<usize> {
    if line.starts_with(b"<") { trimmed(line, 1..end) } else { 0..0 }
}

/// Returns the line that includes a file.
fn included(key: &Key) -> Vec<u8> {
    [b"<", key.name.as_ref()].concat()
}

/// Returns where the first colon stands outside double quotes.
fn colon(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    memchr::memchr2_iter(b':', b'"', text).find(|at| {
        let is_quote = text.get(*at) == Some(&b'"');
        quoted ^= is_quote;
        !is_quote && !quoted
    })
}
