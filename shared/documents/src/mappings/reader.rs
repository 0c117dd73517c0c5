//! Reads mapping tables: logical lines, and what each of them is.

use std::collections::HashMap;
use std::ops::Range;

use crate::lines::{CommentAbove, Tail, error_at, is_blank, leading_blanks, natural_line, trim, trim_end};
use crate::{Bytes, Entry, Key, ParseError, State};

/// Where lines are added to a table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Behind the last entry, or behind the name and its blank line.
    pub(super) end: usize,
    /// Behind the includes that follow the last entry and a blank line.
    pub(super) whole: usize,
    pub(super) is_filled: bool,
    /// Whether there is a blank line behind the name.
    pub(super) has_blank: bool,
}

/// A line together with those that continue it.
pub(super) struct Logical {
    content: Range<usize>,
    /// The text, and where each byte of it stands, where the line is continued.
    joined: Option<(Vec<u8>, Vec<usize>)>,
    next: usize,
    natural_lines: u64,
    tail: Tail,
}

impl Logical {
    pub(super) fn read(bytes: &[u8], start: usize) -> Self {
        let (content, next) = natural_line(bytes, start);
        let continues = bytes.get(content.clone()).is_some_and(|text| text.ends_with(b"\\"));
        if !continues {
            let tail = if next > content.end { Tail::Complete } else { Tail::NoLineEnd };
            return Self { content, joined: None, next, natural_lines: 1, tail };
        }
        let (mut text, mut offsets) = (Vec::new(), Vec::new());
        let (mut at, mut natural_lines) = (start, 0);
        loop {
            let (line, next) = natural_line(bytes, at);
            let spelled = bytes.get(line.clone()).unwrap_or_default();
            let continues = spelled.ends_with(b"\\");
            let kept = spelled.len() - usize::from(continues);
            text.extend(spelled.iter().take(kept));
            offsets.extend(line.start..line.start + kept);
            at = next;
            natural_lines += 1;
            if continues && next < bytes.len() {
                continue;
            }
            let tail = match (continues, next > line.end) {
                (false, true) => Tail::Complete,
                (false, false) => Tail::NoLineEnd,
                (true, true) => Tail::Continued,
                (true, false) => Tail::ContinuedNoLineEnd,
            };
            let content = start..line.start + kept;
            return Self { content, joined: Some((text, offsets)), next, natural_lines, tail };
        }
    }

    fn text<'l>(&'l self, bytes: &'l [u8]) -> &'l [u8] {
        match &self.joined {
            Some((text, _)) => text,
            None => bytes.get(self.content.clone()).unwrap_or_default(),
        }
    }

    /// Returns where a part of the text stands in the file; an empty one where `empty` says.
    fn span(&self, part: Range<usize>, empty: usize) -> Range<usize> {
        match &self.joined {
            None if part.is_empty() => empty..empty,
            None => self.content.start + part.start..self.content.start + part.end,
            Some((_, offsets)) => {
                let place = offsets.get(part).and_then(|o| Some(*o.first()?..*o.last()? + 1));
                place.unwrap_or(empty..empty)
            }
        }
    }

    fn bytes(&self, bytes: &Bytes, part: Range<usize>) -> Bytes {
        match &self.joined {
            None => bytes.slice(self.content.start + part.start..self.content.start + part.end),
            Some((text, _)) => Bytes::copy_from_slice(text.get(part).unwrap_or_default()),
        }
    }

    /// Returns where the pattern of an entry stands. Where a line ends within it, nothing unless a path cannot go on there:
    /// what is spelled moves then as the pattern does.
    pub(super) fn pattern_span(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let text = self.text(bytes);
        let pattern = pattern(text);
        if let Some((_, offsets)) = &self.joined {
            let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-' | b'/');
            let pairs = pattern.clone().skip(1).filter_map(|at| Some((offsets.get(at - 1)?, offsets.get(at)?, at)));
            for (_, _, at) in pairs.filter(|(one, other, _)| **other > **one + 1) {
                if text.get(at - 1).is_some_and(is_path) && text.get(at).is_some_and(is_path) {
                    return None;
                }
            }
        }
        Some(self.span(pattern, self.content.start))
    }
}

/// Returns the pattern of an entry: up to the first blank that no `$` quotes.
fn pattern(text: &[u8]) -> Range<usize> {
    let start = leading_blanks(text);
    let mut at = start;
    while let Some(byte) = text.get(at).filter(|byte| !is_blank(byte)) {
        at += if *byte == b'$' { 2 } else { 1 };
    }
    start..at.min(text.len())
}

/// What was read so far.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) entries: Vec<Entry>,
    pub(super) tables: HashMap<Bytes, Table>,
    pub(super) detached: Vec<usize>,
    pub(super) angled: Vec<Key>,
    pub(super) top: usize,
    pub(super) indent: Range<usize>,
    pub(super) tail: Tail,
    pub(super) ends_blank: bool,
    above: CommentAbove,
    section: Option<Bytes>,
    /// The table the reader is in: it joins the others when it is complete.
    table: Option<Table>,
    /// Whether there was a blank line behind the table's last entry.
    gap: bool,
}

impl Reader {
    pub(super) fn read(bytes: &Bytes) -> Result<Self, ParseError> {
        if let Some(at) = memchr::memchr(0, bytes) {
            return Err(error_at(bytes, at, "a NUL byte: this is not a text file"));
        }
        let mut reader = Self::default();
        let (mut at, mut number) = (0, 1);
        while at < bytes.len() {
            if bytes.get(at) == Some(&b'!') {
                let (content, next) = natural_line(bytes, at);
                reader.above.comment(at);
                reader.ends_blank = false;
                reader.tail = if next > content.end { Tail::Complete } else { Tail::NoLineEnd };
                at = next;
                number += 1;
                continue;
            }
            let line = Logical::read(bytes, at);
            reader.line(bytes, at, number, &line)?;
            reader.tail = line.tail;
            at = line.next;
            number += line.natural_lines;
        }
        reader.finish_table();
        Ok(reader)
    }

    fn line(&mut self, bytes: &Bytes, start: usize, number: u64, line: &Logical) -> Result<(), ParseError> {
        let text = line.text(bytes);
        self.ends_blank = false;
        match text.first() {
            _ if text.iter().all(is_blank) => {
                self.above.interrupt();
                self.ends_blank = line.joined.is_none();
                self.blank(line.next);
                Ok(())
            }
            Some(b'<') if bytes.get(start) == Some(&b'<') => self.include(bytes, start, number, line),
            Some(first) if is_blank(first) => self.entry(bytes, start, number, line),
            _ => self.header(bytes, start, line),
        }
    }

    fn blank(&mut self, next: usize) {
        match &mut self.table {
            Some(table) if !table.is_filled && !table.has_blank => {
                table.has_blank = true;
                table.end = next;
                table.whole = next;
            }
            Some(table) => self.gap = table.is_filled,
            None => {}
        }
    }

    fn header(&mut self, bytes: &Bytes, start: usize, line: &Logical) -> Result<(), ParseError> {
        let name = trim_end(line.text(bytes));
        if name.iter().any(is_blank) || name.ends_with(b"\\") || line.joined.is_some() {
            return Err(error_at(bytes, start, "neither a table's name nor an entry, which is indented"));
        }
        self.finish_table();
        let name = line.bytes(bytes, 0..name.len());
        if self.tables.contains_key(&name) {
            return Err(error_at(bytes, start, "a second table of this name"));
        }
        self.above.interrupt();
        self.section = Some(name);
        self.table = Some(Table { end: line.next, whole: line.next, is_filled: false, has_blank: false });
        self.gap = false;
        Ok(())
    }

    fn finish_table(&mut self) {
        if let Some((name, table)) = self.section.clone().zip(self.table.take()) {
            self.tables.insert(name, table);
        }
    }

    fn include(&mut self, bytes: &Bytes, start: usize, number: u64, line: &Logical) -> Result<(), ParseError> {
        let text = line.text(bytes);
        let path = trim(text.get(1..).unwrap_or_default());
        if path.is_empty() {
            return Err(error_at(bytes, start, "an include that names no file"));
        }
        let name = Bytes::from([b"<", path].concat());
        match &mut self.table {
            Some(table) => {
                table.whole = line.next;
                if self.gap {
                    self.detached.push(start);
                } else {
                    table.end = line.next;
                    table.is_filled = true;
                }
            }
            None => self.top = line.next,
        }
        let span = line.span(0..trim_end(text).len(), start);
        let key = Key { section: self.section.clone(), name: name.clone() };
        self.push(key, name, number, span, start..line.next);
        Ok(())
    }

    fn entry(&mut self, bytes: &Bytes, start: usize, number: u64, line: &Logical) -> Result<(), ParseError> {
        let text = line.text(bytes);
        let pattern = pattern(text);
        let Some(table) = &mut self.table else {
            return Err(error_at(bytes, start + leading_blanks(text), "an entry ahead of the first table"));
        };
        table.end = line.next;
        table.whole = line.next;
        table.is_filled = true;
        self.gap = false;
        if self.indent.is_empty() && line.joined.is_none() {
            self.indent = start..start + pattern.start;
        }
        let rest = text.get(pattern.end..).unwrap_or_default();
        let value_start = pattern.end + leading_blanks(rest);
        let value = value_start..value_start + trim(rest).len();
        let key = Key { section: self.section.clone(), name: line.bytes(bytes, pattern.clone()) };
        if key.name.starts_with(b"<") {
            self.angled.push(key.clone());
        }
        let span = line.span(value.clone(), line.span(pattern, start).end);
        self.push(key, line.bytes(bytes, value), number, span, start..line.next);
        Ok(())
    }

    fn push(&mut self, key: Key, value: Bytes, line: u64, span: Range<usize>, lines: Range<usize>) {
        let comment = self.above.take(lines.start);
        self.entries.push(Entry { key, value: Some(value), line, state: State::Active, span, lines, comment });
    }
}

/// Returns a spelled value with another one in its place. Line ends stay where they are outside of what differs.
pub(super) fn respelled(spelled: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let line = Logical::read(spelled, 0);
    let Some((_, offsets)) = &line.joined else { return new.to_vec() };
    let ahead = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (old.get(ahead..).unwrap_or_default(), new.get(ahead..).unwrap_or_default());
    let behind = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let middle = new_rest.get(..new_rest.len() - behind).unwrap_or_default();
    if old_rest.len() == behind && middle.is_empty() {
        return spelled.to_vec();
    }
    let first = ahead.checked_sub(1).and_then(|last| offsets.get(last)).map_or(0, |last| last + 1);
    let second = offsets.get(old.len() - behind).copied().unwrap_or(spelled.len());
    let [first, second] = [spelled.get(..first), spelled.get(second..)].map(Option::unwrap_or_default);
    [first, middle, second].concat()
}
