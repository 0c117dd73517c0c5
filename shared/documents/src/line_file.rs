//! What the dialects share whose lines end in LF or CRLF: logical lines, the place of a value in them, and added lines.
//!
//! A lone carriage return is data; those ahead of an LF, and blanks at the end of a logical line, are not.

use std::borrow::Cow;
use std::ops::Range;

use crate::lines::{self, CommentAbove, error_at, leading_blanks};
use crate::{Bytes, EditError, Entry, Key, ParseError, Place, SpanEdit, apply};

/// How lines are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// The bytes that make a comment of a line when they are its first one.
    pub(crate) comment: &'static [u8],
    pub(crate) continuation: Continuation,
}

/// Whether a backslash at a line's end continues it. A second one ahead of it is data; a comment is never continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Continuation {
    Never,
    /// The next line is appended as it is.
    Literal,
    /// The next line that is no comment is appended as it is.
    SkipsComments,
}

/// What a dialect makes of a logical line.
pub(crate) enum Read {
    Entry(Entry),
    Comment,
    Other,
}

/// A file of such lines.
#[derive(Clone, Debug)]
pub(crate) struct LineFile {
    pub(crate) bytes: Bytes,
    pub(crate) entries: Vec<Entry>,
    pub(crate) line_end: &'static [u8],
    /// How many line ends keep an added line apart from the last one.
    missing_ends: usize,
    syntax: Syntax,
}

/// A logical line: one natural line, or several joined.
pub(crate) struct Line<'b> {
    bytes: &'b Bytes,
    /// The whole natural lines.
    pub(crate) lines: Range<usize>,
    /// The number of the first one, counted from 1.
    pub(crate) number: u64,
    first: Range<usize>,
    joined: Option<Joined>,
    natural_lines: u64,
    /// Whether the file ends where a further line is expected.
    is_open: bool,
}

#[derive(Default)]
struct Joined {
    text: Vec<u8>,
    /// Where each natural line begins in the text and in the file.
    pieces: Vec<(usize, usize)>,
}

impl Syntax {
    pub(crate) fn is_comment(&self, line: &[u8]) -> bool {
        line.first().is_some_and(|first| self.comment.contains(first))
    }

    fn continues(self, content: &[u8]) -> bool {
        self.continuation != Continuation::Never && content.ends_with(b"\\")
    }
}

impl<'b> Line<'b> {
    fn read(bytes: &'b Bytes, start: usize, number: u64, syntax: Syntax) -> Self {
        let (content, mut next) = natural_line(bytes, start);
        let text = bytes.get(content.clone()).unwrap_or_default();
        let mut is_open = !syntax.is_comment(text) && syntax.continues(text);
        let first = content.start..content.end - usize::from(is_open);
        let mut joined: Option<Joined> = None;
        let mut natural_lines = 1;
        while is_open && next < bytes.len() {
            let (content, behind) = natural_line(bytes, next);
            let text = bytes.get(content.clone()).unwrap_or_default();
            natural_lines += 1;
            next = behind;
            if syntax.continuation == Continuation::SkipsComments && syntax.is_comment(text) {
                continue;
            }
            is_open = syntax.continues(text);
            let joined = joined.get_or_insert_with(|| Joined {
                text: bytes.get(first.clone()).unwrap_or_default().to_vec(),
                pieces: vec![(0, first.start)],
            });
            joined.pieces.push((joined.text.len(), content.start));
            joined.text.extend_from_slice(text.get(..text.len() - usize::from(is_open)).unwrap_or_default());
        }
        Self { bytes, lines: start..next, number, first, joined, natural_lines, is_open }
    }

    /// Returns the text, continuations joined.
    pub(crate) fn text(&self) -> &[u8] {
        match &self.joined {
            Some(joined) => &joined.text,
            None => self.bytes.get(self.first.clone()).unwrap_or_default(),
        }
    }

    /// Returns a part of the text.
    pub(crate) fn part(&self, range: Range<usize>) -> Bytes {
        match &self.joined {
            Some(joined) => Bytes::copy_from_slice(joined.text.get(range).unwrap_or_default()),
            None => self.bytes.slice(self.first.start + range.start..self.first.start + range.end),
        }
    }

    /// Returns where a part of the text stands in the file. An empty part stands behind the byte ahead of it.
    pub(crate) fn span(&self, range: Range<usize>) -> Range<usize> {
        let end = range.end.checked_sub(1).map_or(self.first.start, |last| self.offset(last) + 1);
        if range.is_empty() { end..end } else { self.offset(range.start)..end }
    }

    fn offset(&self, at: usize) -> usize {
        let pieces = self.joined.as_ref().map(|joined| joined.pieces.as_slice()).unwrap_or_default();
        let piece =
            pieces.partition_point(|(start, _)| *start <= at).checked_sub(1).and_then(|index| pieces.get(index));
        piece.map_or(self.first.start + at, |(start, offset)| offset + (at - start))
    }

    /// Returns which byte of the text stands at an offset of the file.
    fn position(&self, offset: usize) -> Option<usize> {
        let (start, piece) = match &self.joined {
            Some(joined) => {
                let index = joined.pieces.partition_point(|(_, piece)| *piece <= offset).checked_sub(1)?;
                *joined.pieces.get(index)?
            }
            None => (0, self.first.start),
        };
        Some(start + offset.checked_sub(piece)?)
    }

    /// Returns the entry with this key whose value is a part of the text.
    pub(crate) fn entry(&self, key: Key, value: Range<usize>) -> Entry {
        Entry {
            key,
            value: Some(self.part(value.clone())),
            line: self.number,
            state: crate::State::Active,
            span: self.span(value),
            lines: self.lines.clone(),
            comment: self.lines.start..self.lines.start,
        }
    }
}

impl LineFile {
    /// Reads a file; `read` is asked about each line that is not blank.
    pub(crate) fn read(
        bytes: Vec<u8>,
        syntax: Syntax,
        mut read: impl FnMut(&Line<'_>) -> Result<Read, ParseError>,
    ) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(error_at(&bytes, at, "a NUL byte: this is not a text file"));
        }
        let bytes = Bytes::from(bytes);
        let mut entries = Vec::new();
        let mut above = CommentAbove::default();
        let (mut at, mut number, mut missing_ends) = (0, 1, 0);
        while at < bytes.len() {
            let line = Line::read(&bytes, at, number, syntax);
            let is_blank = trimmed(line.text(), 0..line.text().len()).is_empty();
            match if is_blank { Read::Other } else { read(&line)? } {
                Read::Entry(entry) => entries.push(Entry { comment: above.take(at), ..entry }),
                Read::Comment => above.comment(at),
                Read::Other => above.interrupt(),
            }
            missing_ends = usize::from(line.is_open);
            number += line.natural_lines;
            at = line.lines.end;
        }
        missing_ends += usize::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
        let first = memchr::memchr(b'\n', &bytes).and_then(|end| bytes.get(..end));
        let line_end: &[u8] = if first.is_some_and(|line| line.ends_with(b"\r")) { b"\r\n" } else { b"\n" };
        Ok(Self { bytes, entries, line_end, missing_ends, syntax })
    }

    /// Returns the logical line in which an entry stands.
    pub(crate) fn line_of(&self, entry: &Entry) -> Line<'_> {
        Line::read(&self.bytes, entry.lines.start, entry.line, self.syntax)
    }

    /// Returns the edit that puts lines behind or instead of an entry, or to the end.
    pub(crate) fn place(&self, place: Place<'_>, text: &[u8]) -> SpanEdit {
        let lines = self.with_line_ends(text);
        match place {
            Place::InsteadOf(entry) => lines::instead_of(&self.bytes, entry, lines),
            Place::Behind(entry) => self.insertion(entry.lines.end, lines),
            Place::EndOf(_) => self.insertion(self.bytes.len(), lines),
        }
    }

    /// Returns the edit that inserts whole lines where a line begins, or at the end.
    pub(crate) fn insertion(&self, offset: usize, lines: Vec<u8>) -> SpanEdit {
        let missing = if offset == self.bytes.len() { self.missing_ends } else { 0 };
        lines::insertion(offset, [self.line_end.repeat(missing), lines].concat())
    }

    /// Returns the text with this file's line ends, the last one included.
    pub(crate) fn with_line_ends(&self, text: &[u8]) -> Vec<u8> {
        let mut result = Vec::with_capacity(text.len() + 2);
        let mut at = 0;
        while at < text.len() {
            let (content, next) = natural_line(text, at);
            result.extend_from_slice(text.get(content).unwrap_or_default());
            result.extend_from_slice(self.line_end);
            at = next;
        }
        result
    }

    /// Returns the edit that gives an entry the value `value`, whose usual spelling is `spelled`. Of a value in several lines
    /// only the part that differs is replaced where that can be; comments between its lines stay in any case.
    pub(crate) fn respell(&self, entry: &Entry, value: &[u8], spelled: Vec<u8>) -> SpanEdit {
        let old = self.bytes.get(entry.span.clone()).unwrap_or_default();
        if old.contains(&b'\n') && entry.value.as_deref() != Some(value) {
            let edit = self.difference(entry, value).or_else(|| self.in_same_lines(entry, value));
            if let Some(edit) = edit.filter(|edit| self.reads_back(entry, edit, value)) {
                return edit;
            }
        }
        let at_line_start = self.bytes.get(..entry.span.start).is_some_and(|before| before.ends_with(b"\n"));
        let comments = self.comments_within(old);
        let mut insert = spelled;
        if !comments.is_empty() {
            let head = insert.iter().position(|b| !self.syntax.comment.contains(b)).unwrap_or(insert.len());
            let (head, tail) = insert.split_at(head);
            insert = [head, b"\\", self.line_end, &comments, tail].concat();
        }
        // A mark at the beginning of a continued line would make a comment of it.
        if at_line_start && self.syntax.is_comment(&insert) && self.syntax.continuation == Continuation::SkipsComments {
            insert.insert(0, b' ');
        }
        SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert }
    }

    /// Returns the comment lines between the lines of a value.
    fn comments_within(&self, spelled: &[u8]) -> Vec<u8> {
        if self.syntax.continuation != Continuation::SkipsComments {
            return Vec::new();
        }
        let following = spelled.split_inclusive(|b| *b == b'\n').skip(1);
        following.filter(|line| self.syntax.is_comment(line)).flatten().copied().collect()
    }

    /// Returns the edit of what differs, where that stands in one line.
    fn difference(&self, entry: &Entry, value: &[u8]) -> Option<SpanEdit> {
        let (line, old) = (self.line_of(entry), entry.value.as_deref()?);
        let start = line.position(entry.span.start)?;
        let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
        let prefix = old.iter().zip(value).take_while(same).count();
        let rest = old.len().min(value.len()) - prefix;
        let suffix = old.iter().rev().zip(value.iter().rev()).take(rest).take_while(same).count();
        let range = start + prefix..start + old.len() - suffix;
        let span = line.span(range.clone());
        if span.len() != range.len() || span.start < entry.span.start {
            return None;
        }
        let insert = value.get(prefix..value.len() - suffix)?.to_vec();
        Some(SpanEdit { offset: span.start as u64, remove: span.len() as u64, insert })
    }

    /// Returns the edit that puts a value into the lines of the old one: each line ends behind the same byte as before, counted
    /// among its like, such as the third comma. Nothing where the values do not have as many of them.
    fn in_same_lines(&self, entry: &Entry, value: &[u8]) -> Option<SpanEdit> {
        let (line, old) = (self.line_of(entry), entry.value.as_deref()?);
        let start = line.position(entry.span.start)?;
        let mut insert = Vec::with_capacity(value.len() + entry.span.len() - old.len());
        let (mut done, mut passed, mut before) = (0, 0, [0usize; 256]);
        let (places, mut totals) = (places_by_byte(value), [0usize; 256]);
        count(&mut totals, old);
        for (text_start, offset) in line.joined.as_ref()?.pieces.iter().copied() {
            // Of several that begin at one byte all but the last are empty.
            if line.offset(text_start) != offset {
                continue;
            }
            let Some(at) = text_start.checked_sub(start).filter(|at| (1..old.len()).contains(at)) else { continue };
            count(&mut before, old.get(passed..at)?);
            passed = at;
            let last = usize::from(*old.get(at - 1)?);
            let alike = places.get(last).filter(|alike| Some(&alike.len()) == totals.get(last))?;
            let end = alike.get(before.get(last)?.checked_sub(1)?)? + 1;
            insert.extend_from_slice(value.get(done..end)?);
            insert.extend_from_slice(self.bytes.get(line.offset(text_start - 1) + 1..offset)?);
            done = end;
        }
        insert.extend_from_slice(value.get(done..)?);
        Some(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    /// Returns whether an entry has a value after an edit inside it, and ends where it ended.
    fn reads_back(&self, entry: &Entry, edit: &SpanEdit, value: &[u8]) -> bool {
        let lines = self.bytes.get(entry.lines.clone()).unwrap_or_default();
        let inside = SpanEdit { offset: edit.offset.saturating_sub(entry.lines.start as u64), ..edit.clone() };
        let Ok(edited) = apply(lines, &[inside]).map(Bytes::from) else { return false };
        let (line, old) = (self.line_of(entry), entry.value.as_deref().unwrap_or_default());
        let Some(start) = line.position(entry.span.start) else { return false };
        let (before, behind) = (line.text().get(..start), line.text().get(start + old.len()..));
        let expected = [before.unwrap_or_default(), value, behind.unwrap_or_default()].concat();
        let after = Line::read(&edited, 0, 1, self.syntax);
        after.text() == expected && after.lines.end == edited.len() && after.is_open == line.is_open
    }

    /// Returns a value without marks round it as it is written.
    pub(crate) fn spelled(&self, value: &[u8]) -> Vec<u8> {
        let mut spelled = value.to_vec();
        if self.syntax.continues(value) {
            // Blanks at the end do not count, and a backslash ahead of them is not the last byte.
            spelled.push(b' ');
        }
        spelled
    }
}

/// Counts how often each byte is in a text.
fn count(counts: &mut [usize; 256], text: &[u8]) {
    for byte in text {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
}

/// Returns where each byte stands in a text.
fn places_by_byte(text: &[u8]) -> Vec<Vec<usize>> {
    let mut places = vec![Vec::new(); 256];
    for (at, byte) in text.iter().enumerate() {
        if let Some(places) = places.get_mut(usize::from(*byte)) {
            places.push(at);
        }
    }
    places
}

/// Returns the content of the natural line that begins at `start`, and where the next one begins.
fn natural_line(bytes: &[u8], start: usize) -> (Range<usize>, usize) {
    let rest = bytes.get(start..).unwrap_or_default();
    let (length, next) = memchr::memchr(b'\n', rest).map_or((rest.len(), bytes.len()), |end| (end, start + end + 1));
    let content = rest.get(..length).unwrap_or_default();
    let returns = content.iter().rev().take_while(|b| **b == b'\r').count();
    (start..start + length - returns, next)
}

/// Returns the part of a text without the blanks at both ends, and without carriage returns at its end. Of blanks alone it
/// is the beginning.
pub(crate) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let behind = part.iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    let end = range.end - behind;
    if end == range.start {
        return range.start..range.start;
    }
    range.start + leading_blanks(part)..end
}

/// Refuses a value that would not read back between blanks.
pub(crate) fn check_value(key: &Key, value: &[u8]) -> Result<(), EditError> {
    check_bytes(key, value)?;
    if trimmed(value, 0..value.len()).len() == value.len() {
        return Ok(());
    }
    Err(EditError::Value { key: key.clone(), what: "a blank or a line end at one of its ends" })
}

/// Refuses a value with bytes that no line can hold.
pub(crate) fn check_bytes(key: &Key, value: &[u8]) -> Result<(), EditError> {
    let what = match memchr::memchr2(b'\n', 0, value).and_then(|at| value.get(at)) {
        Some(0) => "a NUL byte",
        Some(_) => "a line end",
        None => return Ok(()),
    };
    Err(EditError::Value { key: key.clone(), what })
}

/// Refuses to set what other programs may take for a line end.
pub(crate) fn check_set(key: &Key, value: &[u8]) -> Result<(), EditError> {
    if value.contains(&b'\r') {
        return Err(EditError::Value { key: key.clone(), what: "a line end" });
    }
    Ok(())
}

/// Refuses to set a value that is not the key as well, in lines that are both.
pub(crate) fn check_line(key: &Key, value: &[u8], expected: Cow<'_, [u8]>) -> Result<(), EditError> {
    if *value == *expected {
        return Ok(());
    }
    Err(EditError::Value { key: key.clone(), what: "a line with another key" })
}

/// Refuses a key whose name or section cannot be written: `ends_name` are the bytes that end a name.
pub(crate) fn check_name(key: &Key, syntax: Syntax, ends_name: &[u8]) -> Result<(), EditError> {
    let name = key.name.as_ref();
    let readable = !name.is_empty()
        && !syntax.is_comment(name)
        && trimmed(name, 0..name.len()).len() == name.len()
        && !name.iter().any(|b| matches!(b, b'\n' | b'\r' | 0) || ends_name.contains(b));
    if readable { Ok(()) } else { Err(EditError::Key { key: key.clone() }) }
}
