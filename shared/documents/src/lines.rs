//! What the line-based dialects share: line ends, blanks, the place of an error, and where added lines go.

use std::ops::Range;

use crate::{EditError, Entry, Key, ParseError, Place, SpanEdit};

/// The largest file that is read. A configuration file of the suite has some kilobytes; what is larger than this is not one, and
/// its entries would need several times its size.
pub(crate) const LARGEST: usize = 256 << 20;

/// Refuses a file that is too large.
pub(crate) fn check_size(size: usize) -> Result<(), ParseError> {
    let reason = "the file is larger than 256 MiB: this is not a configuration file";
    if size > LARGEST { Err(ParseError { line: 1, column: 1, reason }) } else { Ok(()) }
}

/// How a file ends, which decides what an added line needs ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tail {
    /// After a line end, or empty.
    #[default]
    Complete,
    /// Within a line.
    NoLineEnd,
    /// After a continued line's line end: the next line would be taken for its rest.
    Continued,
    /// After the backslash that continues a line.
    ContinuedNoLineEnd,
}

impl Tail {
    /// Returns as many line ends as keep a line added to `bytes` apart from their last one.
    pub(crate) fn separator(self, bytes: &[u8], line_end: &'static [u8]) -> Vec<u8> {
        let count = match self {
            Self::Complete => 0,
            Self::NoLineEnd | Self::Continued => 1,
            Self::ContinuedNoLineEnd => 2,
        };
        // Behind a lone CR an LF would only complete the line end that is there.
        let line_end = if bytes.ends_with(b"\r") { b"\r" } else { line_end };
        line_end.repeat(count)
    }
}

/// Collects the comment lines that stand directly above the next entry.
#[derive(Debug, Default)]
pub(crate) struct CommentAbove(Option<usize>);

impl CommentAbove {
    /// Takes note of a comment line that begins at `start`.
    pub(crate) fn comment(&mut self, start: usize) {
        self.0.get_or_insert(start);
    }

    /// Forgets the comment: what follows does not stand directly below it.
    pub(crate) fn interrupt(&mut self) {
        self.0 = None;
    }

    /// Returns the comment of an entry whose lines begin at `start`, and forgets it.
    pub(crate) fn take(&mut self, start: usize) -> Range<usize> {
        self.0.take().unwrap_or(start)..start
    }
}

/// Returns the edit that puts lines into a file without sections.
pub(crate) fn place(bytes: &[u8], tail: Tail, line_end: &'static [u8], place: Place<'_>, lines: &[u8]) -> SpanEdit {
    let lines = with_line_ends(lines, line_end);
    match place {
        Place::InsteadOf(entry) => instead_of(bytes, entry, lines),
        Place::Behind(entry) if entry.lines.end < bytes.len() => insertion(entry.lines.end, lines),
        Place::Behind(_) | Place::EndOf(_) => insertion(bytes.len(), [tail.separator(bytes, line_end), lines].concat()),
    }
}

/// Returns the edit that inserts text.
pub(crate) fn insertion(offset: usize, insert: Vec<u8>) -> SpanEdit {
    SpanEdit { offset: offset as u64, remove: 0, insert }
}

/// Replaces an entry's lines; where they lack the final line end, the new ones do as well.
pub(crate) fn instead_of(bytes: &[u8], entry: &Entry, mut lines: Vec<u8>) -> SpanEdit {
    let old = bytes.get(entry.lines.clone()).unwrap_or_default();
    if !old.ends_with(b"\n") && !old.ends_with(b"\r") {
        let line_end: &[u8] = if lines.ends_with(b"\r\n") {
            b"\r\n"
        } else {
            lines.get(lines.len().saturating_sub(1)..).unwrap_or_default()
        };
        lines.truncate(lines.len() - line_end.len());
    }
    SpanEdit { offset: entry.lines.start as u64, remove: entry.lines.len() as u64, insert: lines }
}

/// Returns the text with every line ended by `line_end`, the last one included.
pub(crate) fn with_line_ends(text: &[u8], line_end: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (content, next) = natural_line(text, at);
        result.extend_from_slice(text.get(content).unwrap_or_default());
        result.extend_from_slice(line_end);
        at = next;
    }
    result
}

/// Returns the content of the natural line that begins at `start`, and where the next one begins.
pub(crate) fn natural_line(bytes: &[u8], start: usize) -> (Range<usize>, usize) {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let end = start + length;
    (start..end, end + line_end_at(rest.get(length..).unwrap_or_default()).map_or(0, <[u8]>::len))
}

fn line_end_at(bytes: &[u8]) -> Option<&'static [u8]> {
    let ends: [&'static [u8]; 3] = [b"\r\n", b"\n", b"\r"];
    ends.into_iter().find(|end| bytes.starts_with(end))
}

/// Returns the first line's end.
pub(crate) fn first_line_end(bytes: &[u8]) -> Option<&'static [u8]> {
    line_end_at(bytes.get(natural_line(bytes, 0).0.end..)?)
}

/// Returns true for a blank or a tab.
pub(crate) fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Counts the blanks at the beginning.
pub(crate) fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(b)).count()
}

/// Returns the text without the blanks at its end.
pub(crate) fn trim_end(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev().take_while(|b| is_blank(b)).count();
    text.get(..text.len() - blanks).unwrap_or_default()
}

/// Returns the text without the blanks at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    trim_end(text.get(leading_blanks(text)..).unwrap_or_default())
}

/// Returns the error that names the line and column of a byte.
pub(crate) fn error_at(bytes: &[u8], offset: usize, reason: &'static str) -> ParseError {
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

/// Returns why a value cannot be written that would not be read back as it is.
pub(crate) fn unspeakable(key: &Key, value: &[u8]) -> EditError {
    let what = if value.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        "a line end"
    } else if value.contains(&0) {
        "a NUL byte"
    } else if value.first().is_some_and(is_blank) || value.last().is_some_and(is_blank) {
        "a blank at an end"
    } else {
        "what the line would not be read with"
    };
    EditError::Value { key: key.clone(), what }
}

/// Leaves the line end that completes the last line to the first of several insertions behind it.
pub(crate) fn separated_once(
    mut edits: Vec<SpanEdit>,
    bytes: &[u8],
    tail: Tail,
    line_end: &'static [u8],
) -> Vec<SpanEdit> {
    let separator = tail.separator(bytes, line_end);
    for edit in edits.iter_mut().filter(|edit| edit.offset == bytes.len() as u64).skip(1) {
        if edit.insert.starts_with(&separator) {
            edit.insert.drain(..separator.len());
        }
    }
    edits
}

/// Keeps an edit of whole lines from joining a lone CR and an LF to one line end, which would take a blank line away.
pub(crate) fn kept_apart(bytes: &[u8], mut edit: SpanEdit) -> SpanEdit {
    let place = usize::try_from(edit.offset).ok().zip(usize::try_from(edit.offset + edit.remove).ok());
    let Some((start, end)) = place else { return edit };
    let behind_cr = bytes.get(..start).is_some_and(|before| before.ends_with(b"\r"));
    let before_lf = bytes.get(end) == Some(&b'\n');
    if edit.insert.is_empty() {
        return edit;
    }
    if behind_cr && edit.insert.starts_with(b"\n") {
        edit.insert.insert(0, b'\r');
    }
    if before_lf && edit.insert.ends_with(b"\r") {
        edit.insert.push(b'\n');
    }
    edit
}

/// Returns a spelled include with another path: the blanks behind its mark stay. Nothing for a value that is no include.
pub(crate) fn respelled_include(spelled: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let path = value.strip_prefix(b"<")?;
    let kept = 1 + leading_blanks(spelled.get(1..).unwrap_or_default());
    Some([spelled.get(..kept).unwrap_or(b"<"), path].concat())
}
