//! `dispatcher.cnf` and `job_controller.cnf`: `option=value` lines, first those of all, then those of a `[SERVICE=name]`,
//! `[POOL=name]` or `[CHANNEL=name]` section.
//!
//! Rules: `reference/messaging.md` section 3.2. Where the sheet is silent this is our choice: only `!` in the first column begins a
//! comment; nothing is continued; a section's name is what stands between the first `[` and the last `]` of its heading; a
//! section may come back, and its lines stand under that name again; every one of several lines with the same key counts.

use std::collections::HashMap;

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, option_values};

const SYNTAX: Syntax = Syntax { comment: b"!", continuation: Continuation::Never };

/// A file of `option=value` lines in sections.
#[derive(Clone, Debug)]
pub struct Sectioned {
    file: LineFile,
    /// Where lines can be added to each section: to the last one of its name.
    ends: HashMap<Bytes, usize>,
    /// Where lines can be added that belong to no section.
    global_end: usize,
    /// What stands between a new key and its value.
    separator: Vec<u8>,
}

impl Document for Sectioned {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let mut section: Option<Bytes> = None;
        let mut ends = HashMap::new();
        let (mut end, mut global_end) = (0, 0);
        let read = |line: &Line<'_>| {
            let text = line.text();
            if SYNTAX.is_comment(text) {
                return Ok(Read::Comment);
            }
            if let Some(name) = heading(line)? {
                match section.replace(name) {
                    Some(name) => drop(ends.insert(name, end)),
                    None => global_end = end,
                }
                end = line.lines.end;
                return Ok(Read::Other);
            }
            let Some(entry) = option_values::entry(line, section.as_ref()) else { return Ok(Read::Other) };
            end = line.lines.end;
            Ok(Read::Entry(entry))
        };
        let file = LineFile::read(bytes, SYNTAX, read)?;
        match section {
            Some(name) => drop(ends.insert(name, end)),
            None => global_end = end,
        }
        Ok(Self { separator: option_values::separator(&file), file, ends, global_end })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.file.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.file.entries
    }

    fn repeats(&self) -> Repeats {
        Repeats::EachCounts
    }

    fn check_set(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        line_file::check_set(key, value)
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        line_file::check_value(&entry.key, value)?;
        Ok(self.file.respell(entry, value, value.to_vec()))
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        line_file::check_value(key, value)?;
        line_file::check_name(key, SYNTAX, b"=")?;
        let is_section = |name: &Bytes| !name.iter().any(|b| matches!(b, b'\n' | b'\r' | 0));
        if key.name.starts_with(b"[") || !key.section.as_ref().is_none_or(is_section) {
            return Err(EditError::Key { key: key.clone() });
        }
        Ok([key.name.as_ref(), &self.separator, value, self.file.line_end].concat())
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        key.section.as_ref().map(|section| self.heading(section)).unwrap_or_default()
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        let Place::EndOf(section) = place else { return self.file.place(place, lines) };
        let lines = self.file.with_line_ends(lines);
        match (section, self.end_of(section)) {
            (_, Some(end)) => self.file.insertion(end, lines),
            (section, None) => {
                let heading = self.heading(section.unwrap_or_default());
                self.file.insertion(self.file.bytes.len(), [heading, lines].concat())
            }
        }
    }

    fn place_all(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        // A new section begins behind all that goes to the end of the last one.
        let is_new = |place: &Place<'_>| matches!(place, Place::EndOf(section) if self.end_of(*section).is_none());
        let (new, old): (Vec<_>, Vec<_>) = places.iter().partition(|(place, _)| is_new(place));
        old.into_iter().chain(new).map(|(place, lines)| self.place(*place, lines)).collect()
    }
}

impl Sectioned {
    fn end_of(&self, section: Option<&[u8]>) -> Option<usize> {
        section.map_or(Some(self.global_end), |name| self.ends.get(name).copied())
    }

    fn heading(&self, section: &[u8]) -> Vec<u8> {
        [b"[", section, b"]", self.file.line_end].concat()
    }
}

/// Returns the section that a line begins.
fn heading(line: &Line<'_>) -> Result<Option<Bytes>, ParseError> {
    let text = line.text();
    let start = trimmed(text, 0..text.len()).start;
    if text.get(start) != Some(&b'[') {
        return Ok(None);
    }
    let Some(end) = memchr::memrchr(b']', text) else {
        return Err(ParseError { line: line.number, column: start as u64 + 1, reason: "a `[` that no `]` closes" });
    };
    Ok(Some(line.part(start + 1..end)))
}
