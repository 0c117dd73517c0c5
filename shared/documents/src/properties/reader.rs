//! Logical lines, keys and values as the Java reader sees them.

use std::borrow::Cow;
use std::ops::Range;

use super::utf16;
use crate::Bytes;
use crate::lines::{Tail, natural_line};

/// What Java skips ahead of a key, round a separator, and at the beginning of a continued line.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

/// What one step of the reader found.
pub(super) enum Read<'a> {
    /// Nothing but blanks, or backslashes that continue into nothing: where the next line begins.
    Blank { next: usize, passed: Passed },
    /// A comment.
    Comment { start: usize, next: usize, passed: Passed },
    /// An entry.
    Line(Line<'a>),
}

/// How many natural lines one step of the reader went over.
#[derive(Clone, Copy, Default)]
pub(super) struct Passed {
    /// Those ahead of the one on which the comment or the text begins.
    pub(super) before: u64,
    /// All of them.
    pub(super) lines: u64,
}

/// A logical line without its leading blanks, continuing backslashes and line ends.
pub(super) struct Line<'a> {
    /// The collected bytes.
    pub(super) text: Cow<'a, [u8]>,
    /// Where the text begins in the file.
    pub(super) text_start: usize,
    /// Where its later pieces stand, of which each comes from another natural line: in the text, and in the file.
    pieces: Vec<(usize, usize)>,
    /// Where the collected text ends in the file.
    end: usize,
    /// Where the natural line begins on which the text begins.
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    /// What an added line would need, were this the last one.
    pub(super) tail: Tail,
    pub(super) passed: Passed,
}

/// Where the parts of a logical line stand in its text.
pub(super) struct Parts {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) has_mark: bool,
}

/// Reads what begins at `start`, the beginning of a natural line.
pub(super) fn read(bytes: &[u8], start: usize) -> Read<'_> {
    let mut line = Line {
        text: Cow::default(),
        text_start: start,
        pieces: Vec::new(),
        end: start,
        start,
        next: start,
        tail: Tail::Complete,
        passed: Passed::default(),
    };
    loop {
        let (content, next) = natural_line(bytes, line.next);
        if line.text.is_empty() {
            line.passed.before = line.passed.lines;
        }
        line.passed.lines += 1;
        let passed = line.passed;
        let raw = bytes.get(content.clone()).unwrap_or_default();
        let blanks = raw.iter().take_while(|b| is_blank(**b)).count();
        let text = raw.get(blanks..).unwrap_or_default();
        if line.text.is_empty() {
            // A line of which only a backslash was seen has collected nothing: the next one may still be a comment.
            if text.is_empty() {
                return Read::Blank { next, passed };
            }
            if matches!(text.first(), Some(b'#' | b'!')) {
                return Read::Comment { start: content.start, next, passed };
            }
            line.start = content.start;
        }
        let has_line_end = next > content.end;
        let continues = text.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
        let collected = if continues { content.end - 1 } else { content.end };
        let piece = bytes.get(content.start + blanks..collected).unwrap_or_default();
        if line.text.is_empty() {
            line.text = Cow::Borrowed(piece);
            line.text_start = content.start + blanks;
        } else {
            line.pieces.push((line.text.len(), content.start + blanks));
            line.text.to_mut().extend_from_slice(piece);
        }
        line.end = collected;
        line.next = next;
        if continues && next < bytes.len() {
            continue;
        }
        // Java notices the end of the file behind the first byte of a line end, so CRLF keeps the quirk from showing.
        if line.text.is_empty() && next == content.end + 2 {
            return Read::Blank { next, passed };
        }
        line.tail = match (continues, has_line_end) {
            (false, true) => Tail::Complete,
            (false, false) => Tail::NoLineEnd,
            (true, true) => Tail::Continued,
            (true, false) => Tail::ContinuedNoLineEnd,
        };
        return Read::Line(line);
    }
}

impl Line<'_> {
    /// Splits at the first separator that no backslash precedes.
    pub(super) fn parts(&self) -> Parts {
        let mut escaped = false;
        let mut key = self.text.len();
        let mut at = self.text.len();
        let mut has_mark = false;
        for (index, byte) in self.text.iter().enumerate() {
            let mark = matches!(byte, b'=' | b':');
            if !escaped && (mark || is_blank(*byte)) {
                (key, at, has_mark) = (index, index + 1, mark);
                break;
            }
            escaped = *byte == b'\\' && !escaped;
        }
        while let Some(byte) = self.text.get(at) {
            if !is_blank(*byte) {
                if has_mark || !matches!(byte, b'=' | b':') {
                    break;
                }
                has_mark = true;
            }
            at += 1;
        }
        Parts { key: 0..key, value: at..self.text.len(), has_mark }
    }

    /// Decodes a part of the text, which was read from the file; fails with the place in the file of a `\u` without four
    /// hexadecimal digits.
    pub(super) fn decode(&self, file: &Bytes, part: Range<usize>) -> Result<Bytes, usize> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        if !text.is_ascii() || text.contains(&b'\\') {
            return Ok(utf16::encode(&self.units(part)?).into());
        }
        Ok(match &self.text {
            Cow::Borrowed(_) => file.slice(self.text_start + part.start..self.text_start + part.end),
            Cow::Owned(_) => Bytes::copy_from_slice(text),
        })
    }

    fn units(&self, part: Range<usize>) -> Result<Vec<u16>, usize> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let mut units = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            at += 1;
            let (b'\\', Some(escaped)) = (byte, text.get(at)) else {
                units.push(u16::from(*byte));
                continue;
            };
            at += 1;
            units.push(match escaped {
                b'u' => {
                    let digits = text.get(at..at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
                    let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                    let backslash = self.offset(part.start + at - 2);
                    at += 4;
                    digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).ok_or(backslash)?
                }
                b't' => u16::from(b'\t'),
                b'n' => u16::from(b'\n'),
                b'r' => u16::from(b'\r'),
                b'f' => 0x0c,
                other => u16::from(*other),
            });
        }
        Ok(units)
    }

    /// Returns where a byte of the text stands in the file.
    fn offset(&self, at: usize) -> usize {
        let piece = self.pieces.iter().rev().find(|(start, _)| *start <= at);
        piece.map_or(self.text_start + at, |(start, offset)| offset + (at - start))
    }

    /// Returns where a part of the text stands in the file; an empty part stands behind all of it.
    pub(super) fn span(&self, part: &Range<usize>) -> Range<usize> {
        if part.is_empty() { self.end..self.end } else { self.offset(part.start)..self.offset(part.end - 1) + 1 }
    }

    /// Returns where the bytes between key and value stand in the file, when they stand on one natural line.
    pub(super) fn separator(&self, parts: &Parts) -> Option<Range<usize>> {
        let between = parts.key.end..parts.value.start;
        let span = self.span(&between);
        (!between.is_empty() && span.len() == between.len()).then_some(span)
    }
}
