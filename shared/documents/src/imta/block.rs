//! Channel blocks: their lines, and how they are written.

use std::ops::Range;

use super::CHANNEL;
use crate::lines::{is_blank, natural_line, trim, trim_end};
use crate::{Bytes, Entry, Key, State};

/// A block that is being read.
pub(super) struct Block {
    number: u64,
    comment: Range<usize>,
    /// The lines without the blanks at their ends.
    lines: Vec<Range<usize>>,
    /// Where the line behind the last one begins.
    next: usize,
}

impl Block {
    pub(super) fn new(number: u64, comment: Range<usize>) -> Self {
        Self { number, comment, lines: Vec::new(), next: 0 }
    }

    pub(super) fn line(&mut self, content: Range<usize>, next: usize) {
        self.lines.push(content);
        self.next = next;
    }

    pub(super) fn entry(self, bytes: &Bytes) -> Option<Entry> {
        let (first, last) = (self.lines.first()?.clone(), self.lines.last()?.clone());
        let span = first.start..last.end;
        let value = if self.lines.len() == 1 {
            bytes.slice(span.clone())
        } else {
            let lines: Vec<_> = self.lines.into_iter().map(|line| bytes.get(line).unwrap_or_default()).collect();
            lines.join(b"\n".as_slice()).into()
        };
        let name = name(bytes.get(first).unwrap_or_default()).len();
        Some(Entry {
            key: Key { section: Some(Bytes::from_static(CHANNEL)), name: bytes.slice(span.start..span.start + name) },
            value: Some(value),
            line: self.number,
            state: State::Active,
            lines: span.start..self.next,
            span,
            comment: self.comment,
        })
    }
}

/// Returns the first word of a block.
pub(super) fn name(value: &[u8]) -> &[u8] {
    let length = value.iter().take_while(|byte| !is_blank(byte) && !matches!(byte, b'\n' | b'\r')).count();
    value.get(..length).unwrap_or_default()
}

/// Returns a spelled block with the lines of a new value: comments stay where they are.
pub(super) fn respelled(spelled: &[u8], value: &[u8], line_end: &[u8]) -> Vec<u8> {
    let mut new = value.split(|byte| *byte == b'\n');
    let mut written: Vec<(&[u8], &[u8])> = Vec::new();
    let mut at = 0;
    while at < spelled.len() {
        let (content, next) = natural_line(spelled, at);
        let end = spelled.get(content.end..next).filter(|end| !end.is_empty()).unwrap_or(line_end);
        let text = spelled.get(content).unwrap_or_default();
        at = next;
        if text.starts_with(b"!") {
            written.push((text, end));
        } else if let Some(line) = new.next() {
            written.push((if trim_end(text) == line { text } else { line }, end));
        }
    }
    written.extend(new.map(|line| (line, line_end)));
    let count = written.len();
    let line = |(index, (text, end)): (usize, (&[u8], &[u8]))| {
        if index + 1 < count { [text, end].concat() } else { text.to_vec() }
    };
    written.into_iter().enumerate().flat_map(line).collect()
}

/// Returns text without the blank lines at its end.
pub(super) fn without_blank_lines(text: &[u8]) -> &[u8] {
    let (mut at, mut end) = (0, 0);
    while at < text.len() {
        let (content, next) = natural_line(text, at);
        if !text.get(content).is_some_and(|line| trim(line).is_empty()) {
            end = next;
        }
        at = next;
    }
    text.get(..end).unwrap_or_default()
}

/// Returns text as lines that can stand among channel blocks: a blank line behind each include, and none at the end.
pub(super) fn paragraphs(text: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let (mut at, mut in_block) = (0, false);
    while at < text.len() {
        let (content, next) = natural_line(text, at);
        let line = text.get(content).unwrap_or_default();
        result.extend_from_slice(line);
        result.push(b'\n');
        if trim(line).is_empty() {
            in_block = false;
        } else if line.starts_with(b"<") && !in_block {
            result.push(b'\n');
        } else if !line.starts_with(b"!") {
            in_block = true;
        }
        at = next;
    }
    let length = without_blank_lines(&result).len();
    result.truncate(length);
    result
}
