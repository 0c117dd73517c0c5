//! The MTA's `imta.cnf`: rewrite rules, then the first blank line, then channel blocks with blank lines between them.
//!
//! Rules: `reference/messaging.md` section 3.2: `!` in the first column begins a comment, which is no blank line; `<` in the
//! first column names a file to include. Where the sheet is silent this is our choice: a line with blanks only is a blank
//! line; a rule's pattern ends at the first blank; a channel is named by the first word of its block; its value is the block's lines,
//! comments left out, without the blanks at their ends; an include with lines of a block on both sides is a line of that block.
//!
//! Blank lines are structure: none is ever put into the rewrite rules or into a block, and what is added to the channel
//! blocks has one at either end.

use std::ops::Range;

use crate::lines::{
    self, CommentAbove, Tail, error_at, first_line_end, is_blank, leading_blanks, natural_line, trim, trim_end,
};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, State, notation};

mod block;

use block::Block;

/// The section of rewrite rules, and the stretch of all that stands among them.
const REWRITE: &[u8] = b"rewrite";
/// The section of lines that include files, in either part.
const INCLUDE: &[u8] = b"include";
/// The section of channel blocks, and the stretch of all that stands among them.
const CHANNEL: &[u8] = b"channel";

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `imta.cnf`.
    Cnf,
    /// A file that `imta.cnf` includes: rewrite rules only, whatever blank lines are between them.
    Rules,
}

/// An `imta.cnf`, or a file of rewrite rules.
#[derive(Clone, Debug)]
pub struct ImtaCnf {
    bytes: Bytes,
    entries: Vec<Entry>,
    flavour: Flavour,
    /// Where the blank lines begin.
    blank_lines: Vec<usize>,
    line_end: &'static [u8],
    tail: Tail,
    has_cr: bool,
    /// Whether the last line that is no comment is not a blank one either.
    ends_in_text: bool,
}

impl Document for ImtaCnf {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(Flavour::Cnf, bytes)
    }

    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(self.flavour, bytes)
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn effective(&self, key: &Key) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    fn included<'e>(&self, entry: &'e Entry) -> Option<&'e [u8]> {
        (entry.key.section.as_deref() == Some(INCLUDE)).then_some(&entry.key.name)
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        let key = &entry.key;
        let refused = || lines::unspeakable(key, value);
        let spelled = self.bytes.get(entry.span.clone()).unwrap_or_default();
        let insert = match key.section.as_deref() {
            Some(INCLUDE) => {
                let path = value.strip_prefix(b"<").ok_or_else(refused)?;
                let named = Key { section: key.section.clone(), name: Bytes::copy_from_slice(path) };
                if !self.reads_as(&[value, b"\n"].concat(), &named, Some(value)) {
                    return Err(refused());
                }
                lines::respelled_include(spelled, value).ok_or_else(refused)?
            }
            Some(CHANNEL) => {
                // A name that is a path moves with the value that begins with it.
                let name = if key.name.contains(&b'/') { block::name(value) } else { &key.name };
                let named = Key { section: key.section.clone(), name: Bytes::copy_from_slice(name) };
                if !self.reads_as(&[value, b"\n\n"].concat(), &named, Some(value)) {
                    return Err(refused());
                }
                block::respelled(spelled, value, self.line_end)
            }
            _ => {
                if !self.reads_as(&[b" ", key.name.as_ref(), b"  ", value, b"\n"].concat(), key, Some(value)) {
                    return Err(refused());
                }
                let separator: &[u8] = if spelled.is_empty() && !value.is_empty() { b"  " } else { b"" };
                [separator, value].concat()
            }
        };
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        let name = key.name.as_ref();
        let spelled = |value: &[u8]| match key.section.as_deref() {
            Some(CHANNEL) => [value, b"\n\n"].concat(),
            Some(INCLUDE) => [value, b"\n"].concat(),
            _ => [name, b"  ", value, b"\n"].concat(),
        };
        let plain = match key.section.as_deref() {
            Some(CHANNEL) => name.to_vec(),
            Some(INCLUDE) => [b"<", name].concat(),
            _ => b"x".to_vec(),
        };
        let lines = spelled(value);
        if self.reads_as(&lines, key, Some(value)) {
            Ok(lines::with_line_ends(&lines, self.line_end))
        } else if self.reads_as(&spelled(&plain), key, Some(&plain)) {
            Err(lines::unspeakable(key, value))
        } else {
            Err(EditError::Key { key: key.clone() })
        }
    }

    fn place(&self, place: Place<'_>, text: &[u8]) -> SpanEdit {
        match place {
            Place::InsteadOf(entry) if entry.key.section.as_deref() == Some(CHANNEL) => {
                let text = lines::with_line_ends(block::without_blank_lines(text), self.line_end);
                lines::kept_apart(&self.bytes, lines::instead_of(&self.bytes, entry, text))
            }
            Place::InsteadOf(entry) => {
                let text = lines::with_line_ends(text, self.line_end);
                lines::kept_apart(&self.bytes, lines::instead_of(&self.bytes, entry, text))
            }
            Place::Behind(entry) if self.is_rule(entry) => self.insertion(entry.lines.end, text),
            Place::Behind(entry) => {
                let blank = self.blank_lines.partition_point(|blank| *blank < entry.lines.end);
                let end = self.blank_lines.get(blank).copied().unwrap_or(self.bytes.len());
                self.insertion(end, &[b"\n", block::paragraphs(text).as_slice()].concat())
            }
            Place::EndOf(Some(CHANNEL)) if self.flavour == Flavour::Cnf => {
                let above: &[u8] = if self.ends_in_text || self.blank_lines.is_empty() { b"\n" } else { b"" };
                self.insertion(self.bytes.len(), &[above, block::paragraphs(text).as_slice()].concat())
            }
            Place::EndOf(_) => {
                let end = match self.flavour {
                    Flavour::Cnf => self.blank_lines.first().copied(),
                    Flavour::Rules => None,
                };
                self.insertion(end.unwrap_or(self.bytes.len()), text)
            }
        }
    }

    fn place_all(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        // Where there are no channel blocks yet, the rules that are added come ahead of the first.
        let is_block = |place: &Place<'_>| matches!(place, Place::EndOf(Some(CHANNEL)));
        let (blocks, rules): (Vec<_>, Vec<_>) = places.iter().partition(|(place, _)| is_block(place));
        let edits = rules.into_iter().chain(blocks).map(|(place, text)| self.place(*place, text)).collect();
        lines::separated_once(edits, &self.bytes, self.tail, self.line_end)
    }

    fn place_ahead(&self, entry: &Entry, text: &[u8]) -> Option<SpanEdit> {
        if self.is_rule(entry) {
            return Some(self.insertion(entry.comment.start, text));
        }
        let blank = self.blank_lines.partition_point(|blank| *blank < entry.lines.start);
        let above = blank.checked_sub(1).and_then(|last| self.blank_lines.get(last));
        let start = above.map_or(entry.lines.start, |above| natural_line(&self.bytes, *above).1);
        Some(self.insertion(start, &[block::paragraphs(text).as_slice(), b"\n"].concat()))
    }

    fn remove(&self, entry: &Entry) -> SpanEdit {
        let ends_within = entry.lines.end == self.bytes.len() && self.tail == Tail::NoLineEnd;
        let behind_cr = self.bytes.get(..entry.lines.start).is_some_and(|before| before.ends_with(b"\r"));
        let may_join = self.has_cr && (behind_cr || self.bytes.get(entry.lines.end) == Some(&b'\n'));
        let insert: &[u8] = if ends_within && self.flavour == Flavour::Cnf && self.is_rule(entry) {
            // What is added behind a last line without a line end begins with one, which would be a blank line here.
            b"!"
        } else if may_join {
            // Behind a lone CR, the LF of the blank line would only complete that line end.
            b"!\n"
        } else {
            b""
        };
        SpanEdit { offset: entry.lines.start as u64, remove: entry.lines.len() as u64, insert: insert.to_vec() }
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        if key.section.as_deref() == Some(CHANNEL) { b"\n".to_vec() } else { Vec::new() }
    }

    fn stretch(&self, entry: &Entry) -> Option<Bytes> {
        Some(Bytes::from_static(if self.is_rule(entry) { REWRITE } else { CHANNEL }))
    }

    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        let name = |start: usize| start..start + entry.key.name.len();
        match entry.key.section.as_deref() {
            Some(INCLUDE) => Some(entry.span.clone()),
            Some(CHANNEL) => entry.key.name.contains(&b'/').then(|| name(entry.span.start)),
            _ => Some(name(entry.lines.start + leading_blanks(self.bytes.get(entry.lines.clone())?))),
        }
    }

    fn shown(&self, key: &Key) -> String {
        let section = key.section.as_deref().map(notation::bytes).unwrap_or_default();
        format!("{section} {}", notation::bytes(&key.name))
    }
}

impl ImtaCnf {
    /// Takes the bytes of one of the files.
    ///
    /// # Errors
    /// When a NUL byte is in them, an include names no file, or a channel block has no name in its first column.
    pub fn parse_as(flavour: Flavour, bytes: Vec<u8>) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(error_at(&bytes, at, "a NUL byte: this is not a text file"));
        }
        let bytes = Bytes::from(bytes);
        let mut reader = Reader { bytes: &bytes, flavour, ..Reader::new(&bytes) };
        let (mut at, mut number) = (0, 1);
        while at < bytes.len() {
            let (content, next) = natural_line(&bytes, at);
            reader.tail = if next > content.end { Tail::Complete } else { Tail::NoLineEnd };
            reader.line(content, number, next)?;
            at = next;
            number += 1;
        }
        reader.finish_block();
        let Reader { entries, blank_lines, tail, ends_in_text, .. } = reader;
        let line_end = first_line_end(&bytes).unwrap_or(b"\n");
        let has_cr = memchr::memchr(b'\r', &bytes).is_some();
        Ok(Self { entries, flavour, blank_lines, line_end, tail, has_cr, ends_in_text, bytes })
    }

    /// Returns whether an entry stands among the rewrite rules.
    fn is_rule(&self, entry: &Entry) -> bool {
        self.flavour == Flavour::Rules || self.blank_lines.first().is_none_or(|blank| entry.lines.start < *blank)
    }

    fn insertion(&self, offset: usize, text: &[u8]) -> SpanEdit {
        let lines = lines::with_line_ends(text, self.line_end);
        let separator =
            if offset == self.bytes.len() { self.tail.separator(&self.bytes, self.line_end) } else { Vec::new() };
        lines::kept_apart(&self.bytes, lines::insertion(offset, [separator, lines].concat()))
    }
}

/// What was read so far.
struct Reader<'b> {
    bytes: &'b Bytes,
    flavour: Flavour,
    entries: Vec<Entry>,
    blank_lines: Vec<usize>,
    tail: Tail,
    ends_in_text: bool,
    above: CommentAbove,
    block: Option<Block>,
    /// Includes behind the lines of the block: they are lines of it when others follow.
    pending: Vec<Entry>,
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b Bytes) -> Self {
        Self {
            bytes,
            flavour: Flavour::Cnf,
            entries: Vec::new(),
            blank_lines: Vec::new(),
            tail: Tail::Complete,
            ends_in_text: false,
            above: CommentAbove::default(),
            block: None,
            pending: Vec::new(),
        }
    }

    fn line(&mut self, content: Range<usize>, number: u64, next: usize) -> Result<(), ParseError> {
        let start = content.start;
        let text = self.bytes.get(content).unwrap_or_default();
        if text.iter().all(is_blank) {
            self.finish_block();
            self.above.interrupt();
            self.blank_lines.push(start);
            self.ends_in_text = false;
            return Ok(());
        }
        if text.starts_with(b"!") {
            self.above.comment(start);
            return Ok(());
        }
        self.ends_in_text = true;
        let length = trim_end(text).len();
        if text.starts_with(b"<") {
            return self.include(start..start + length, number, next);
        }
        if self.flavour == Flavour::Rules || self.blank_lines.is_empty() {
            self.rule(text, start, number, next);
            return Ok(());
        }
        if self.block.is_none() && text.first().is_some_and(is_blank) {
            return Err(error_at(self.bytes, start, "a channel block without a name in the first column"));
        }
        let above = self.above.take(start);
        let block = self.block.get_or_insert_with(|| Block::new(number, above));
        for include in self.pending.drain(..) {
            block.line(include.span, include.lines.end);
        }
        block.line(start..start + length, next);
        Ok(())
    }

    fn include(&mut self, spelled: Range<usize>, line: u64, next: usize) -> Result<(), ParseError> {
        let path = trim(self.bytes.get(spelled.start + 1..spelled.end).unwrap_or_default());
        if path.is_empty() {
            return Err(error_at(self.bytes, spelled.start, "an include that names no file"));
        }
        let key = Key { section: Some(Bytes::from_static(INCLUDE)), name: Bytes::copy_from_slice(path) };
        let value = Some(Bytes::from([b"<", path].concat()));
        let lines = spelled.start..next;
        let comment = self.above.take(spelled.start);
        let entry = Entry { key, value, line, state: State::Active, span: spelled, lines, comment };
        if self.block.is_some() {
            self.pending.push(entry)
        } else {
            self.entries.push(entry)
        }
        Ok(())
    }

    fn rule(&mut self, text: &[u8], start: usize, line: u64, next: usize) {
        let blanks = leading_blanks(text);
        let pattern = text.iter().skip(blanks).take_while(|byte| !is_blank(byte)).count();
        let pattern = blanks..blanks + pattern;
        let rest = text.get(pattern.end..).unwrap_or_default();
        let template = trim(rest);
        let value_start = start + pattern.end + if template.is_empty() { 0 } else { leading_blanks(rest) };
        let span = value_start..value_start + template.len();
        let name = self.bytes.slice(start + pattern.start..start + pattern.end);
        self.entries.push(Entry {
            key: Key { section: Some(Bytes::from_static(REWRITE)), name },
            value: Some(self.bytes.slice(span.clone())),
            line,
            state: State::Active,
            span,
            lines: start..next,
            comment: self.above.take(start),
        });
    }

    fn finish_block(&mut self) {
        self.entries.extend(self.block.take().and_then(|block| block.entry(self.bytes)));
        self.entries.append(&mut self.pending);
    }
}
