//! The lines of a Windows ini file.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::quality::RandomState;

use super::counting::{Counting, SectionHash};
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
    /// The one form of each section's name, by its spelling.
    pub(super) section_forms: HashMap<Bytes, Bytes, RandomState>,
    pub(super) counting: Counting,
    above: CommentAbove,
    /// The section as it is spelled.
    section: Option<Bytes>,
    section_counts: SectionCounts,
    /// Where the section's last entry, else its heading, ends.
    section_end: usize,
    section_hash: SectionHash,
}

/// For how many entries there is room from the beginning, if there are that many lines. More is made as entries are read: lines
/// may be blank.
const USUAL_ENTRIES: usize = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum SectionCounts {
    Yes,
    No,
}

impl<'s, 'b> Reader<'s, 'b> {
    pub(super) fn new(file: &'s Syntax<'b>, encoding: FileEncoding) -> Self {
        let entries = memchr::memchr_iter(b'\n', &file.syntax).count().min(USUAL_ENTRIES);
        let counting = Counting::with_capacity(encoding, entries);
        Self {
            file,
            encoding,
            entries: Vec::with_capacity(entries),
            sections: HashMap::from([(None, file.offset(0))]),
            section_forms: HashMap::default(),
            above: CommentAbove::default(),
            section: None,
            section_counts: SectionCounts::Yes,
            section_end: file.offset(0),
            section_hash: counting.section(None),
            counting,
        }
    }

    /// Reads all lines.
    pub(super) fn read(mut self) -> Self {
        let (mut at, mut number) = (0, 1);
        while at < self.file.syntax.len() {
            at = self.line(at, number);
            number += 1;
        }
        self.end_section();
        self
    }

    fn end_section(&mut self) {
        if self.section_counts == SectionCounts::Yes {
            let canonical = self.section.as_ref().map(|section| self.encoding.canonical(section));
            self.sections.insert(canonical, self.section_end);
        }
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
        let length = memchr::memchr(b']', self.bytes(&inside)).unwrap_or(inside.len());
        let name = self.file.text(&self.trimmed(inside.start..inside.start + length));
        self.end_section();
        let form = self.encoding.canonical(&name);
        self.section_forms.insert(name.clone(), form.clone());
        let known = self.sections.contains_key(&Some(form));
        self.section_counts = if known { SectionCounts::No } else { SectionCounts::Yes };
        self.section_end = self.file.offset(next);
        self.section_hash = self.counting.section(Some(&name));
        self.section = Some(name);
    }

    fn entry(&mut self, text: Range<usize>, line: u64, lines: Range<usize>) {
        let mark = memchr::memchr(b'=', self.bytes(&text)).map(|mark| text.start + mark);
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
        let key = Key { section: self.section.clone(), name };
        let counts =
            self.section_counts == SectionCounts::Yes && self.counting.insert(self.section_hash, &key, &self.entries);
        self.section_end = lines.end;
        self.entries.push(Entry {
            key,
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
