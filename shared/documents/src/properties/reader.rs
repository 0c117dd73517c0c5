//! Logical lines, keys and values as the Java reader sees them.

use std::ops::Range;

use crate::lines::{Tail, natural_line};

/// What Java skips ahead of a key, round a separator, and at the beginning of a continued line.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

/// What one step of the reader found.
pub(super) enum Read {
    /// Nothing but blanks, or backslashes that continue into nothing: where the next line begins.
    Blank { next: usize },
    /// A comment.
    Comment { start: usize, next: usize },
    /// An entry.
    Line(Line),
}

/// A logical line without its leading blanks, continuing backslashes and line ends.
pub(super) struct Line {
    /// The collected bytes.
    pub(super) text: Vec<u8>,
    /// Where each of them stands in the file.
    offsets: Vec<usize>,
    /// Where the collected text ends in the file.
    end: usize,
    /// Where the natural line begins on which the text begins.
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    /// What an added line would need, were this the last one.
    pub(super) tail: Tail,
}

/// Where the parts of a logical line stand in its text.
pub(super) struct Parts {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) has_mark: bool,
}

/// Reads what begins at `start`, the beginning of a natural line.
pub(super) fn read(bytes: &[u8], start: usize) -> Read {
    let mut line = Line { text: Vec::new(), offsets: Vec::new(), end: start, start, next: start, tail: Tail::Complete };
    loop {
        let (content, next) = natural_line(bytes, line.next);
        let raw = bytes.get(content.clone()).unwrap_or_default();
        let blanks = raw.iter().take_while(|b| is_blank(**b)).count();
        let text = raw.get(blanks..).unwrap_or_default();
        if line.text.is_empty() {
            // A line of which only a backslash was seen has collected nothing: the next one may still be a comment.
            if text.is_empty() {
                return Read::Blank { next };
            }
            if matches!(text.first(), Some(b'#' | b'!')) {
                return Read::Comment { start: content.start, next };
            }
            line.start = content.start;
        }
        let has_line_end = next > content.end;
        let continues = text.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
        let collected = if continues { content.end - 1 } else { content.end };
        line.text.extend_from_slice(bytes.get(content.start + blanks..collected).unwrap_or_default());
        line.offsets.extend(content.start + blanks..collected);
        line.end = collected;
        line.next = next;
        if continues && next < bytes.len() {
            continue;
        }
        // Java notices the end of the file behind the first byte of a line end, so CRLF keeps the quirk from showing.
        if line.text.is_empty() && next == content.end + 2 {
            return Read::Blank { next };
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

impl Line {
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

    /// Decodes a part of the text; fails with the place in the file of a `\u` without four hexadecimal digits.
    pub(super) fn decode(&self, part: Range<usize>) -> Result<Vec<u16>, usize> {
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
                    let backslash = self.offsets.get(part.start + at - 2).copied().unwrap_or(self.end);
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

    /// Returns where a part of the text stands in the file.
    pub(super) fn span(&self, part: &Range<usize>) -> Range<usize> {
        let offsets = self.offsets.get(part.clone()).unwrap_or_default();
        match (offsets.first(), offsets.last()) {
            (Some(first), Some(last)) => *first..*last + 1,
            _ => self.end..self.end,
        }
    }

    /// Returns the bytes between key and value, when they stand on one natural line.
    pub(super) fn separator(&self, parts: &Parts) -> Option<&[u8]> {
        let between = parts.key.end..parts.value.start;
        let span = self.span(&between);
        (span.len() == between.len()).then(|| self.text.get(between)).flatten()
    }
}
