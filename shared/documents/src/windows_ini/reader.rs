//! The lines of a Windows ini file.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::encoding::{FileEncoding, Syntax};
use crate::lines::{CommentAbove, natural_line};
use crate::{Bytes, Entry, Key, State};

/// What was read so far.
pub(super) struct Reader<'s, 'b> {
    file: &'s Syntax<'b>,
    encoding: FileEncoding,
    pub(super) entries: Vec<Entry>,
    /// Where the last entry, else the heading, of the first section of each name ends; in the one form of the name.
    pub(super) sections: HashMap<Option<Bytes>, usize>,
    above: CommentAbove,
    keys: HashSet<Key>,
    /// The section as it is spelled, and in its one form.
    section: Option<(Bytes, Bytes)>,
    section_counts: SectionCounts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SectionCounts {
    Yes,
    No,
}

impl<'s, 'b> Reader<'s, 'b> {
    pub(super) fn new(file: &'s Syntax<'b>, encoding: FileEncoding) -> Self {
        Self {
            file,
            encoding,
            entries: Vec::new(),
            sections: HashMap::from([(None, file.offset(0))]),
            above: CommentAbove::default(),
            keys: HashSet::new(),
            section: None,
            section_counts: SectionCounts::Yes,
        }
    }

    /// Reads all lines.
    pub(super) fn read(mut self) -> Self {
        let (mut at, mut number) = (0, 1);
        while at < self.file.syntax.len() {
            at = self.line(at, number);
            number += 1;
        }
        self
    }

    /// Takes the line that begins at `start`, and returns where the next one begins.
    fn line(&mut self, start: usize, number: u64) -> usize {
        let (content, next) = natural_line(&self.file.syntax, start);
        let text = self.trimmed(content);
        match self.bytes(&text).first() {
            None => self.above.interrupt(),
            Some(b';') => self.above.comment(self.file.offset(start)),
            Some(b'[') => {
                self.above.interrupt();
                self.header(text, next);
            }
            Some(_) => self.entry(text, number, start..next),
        }
        next
    }

    /// The first `]` ends a name; a line without one is all name.
    fn header(&mut self, text: Range<usize>, next: usize) {
        let inside = text.start + 1..text.end;
        let length = self.bytes(&inside).iter().position(|byte| *byte == b']').unwrap_or(inside.len());
        let name = self.file.text(&self.trimmed(inside.start..inside.start + length));
        let canonical = Bytes::from(self.encoding.lowercase(&name));
        let known = self.sections.contains_key(&Some(canonical.clone()));
        self.section_counts = if known { SectionCounts::No } else { SectionCounts::Yes };
        if !known {
            self.sections.insert(Some(canonical.clone()), self.file.offset(next));
        }
        self.section = Some((name, canonical));
    }

    fn entry(&mut self, text: Range<usize>, line: u64, lines: Range<usize>) {
        let mark = self.bytes(&text).iter().position(|byte| *byte == b'=').map(|mark| text.start + mark);
        let name = self.file.text(&self.trimmed(text.start..mark.unwrap_or(text.end)));
        let spelled = match mark {
            Some(mark) => self.trimmed(mark + 1..text.end),
            None => text.end..text.end,
        };
        let inside = if super::unquote(self.bytes(&spelled)).is_some() {
            spelled.start + 1..spelled.end - 1
        } else {
            spelled.clone()
        };
        let lines = self.file.place(&lines);
        let canonical = self.section.as_ref().map(|(_, canonical)| canonical.clone());
        let key = Key { section: canonical.clone(), name: self.encoding.lowercase(&name).into() };
        let counts = self.section_counts == SectionCounts::Yes && self.keys.insert(key);
        if self.section_counts == SectionCounts::Yes {
            self.sections.insert(canonical, lines.end);
        }
        self.entries.push(Entry {
            key: Key { section: self.section.as_ref().map(|(spelled, _)| spelled.clone()), name },
            value: mark.map(|_| self.file.text(&inside)),
            line,
            state: if counts { State::Active } else { State::Shadowed },
            span: self.file.place(&spelled),
            comment: self.above.take(lines.start),
            lines,
        });
    }

    fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.file.syntax.get(range.clone()).unwrap_or_default()
    }

    /// Returns the range without the blanks at both ends; where it is all blanks, its start.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.bytes(&range);
        let leading = text.iter().take_while(|byte| super::is_blank(byte)).count();
        if leading == text.len() {
            return range.start..range.start;
        }
        let trailing = text.iter().rev().take_while(|byte| super::is_blank(byte)).count();
        range.start + leading..range.end - trailing
    }
}
