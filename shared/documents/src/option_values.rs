//! The MTA's `option=value` files: `option.dat`, `imta_tailor`, `<channel>_option`, `native_option`, `sms_option`, `msg.conf` and
//! `local.conf`, job files, and `backup-groups.conf`.
//!
//! Rules: `reference/messaging.md` section 3.2. A line whose first byte is `#`, `!` or `;` is a comment, between the lines of a
//! continued value as well, where it neither adds to the value nor ends it. Where the sheet is silent this is our choice: any
//! backslash at a line's end continues it, a doubled one too; the continued line is appended as it is; a backslash at the end of the
//! file is dropped; blanks round keys and values do not count; every one of several lines with the same key counts.

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::{Document, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit};

const SYNTAX: Syntax = Syntax { comment: b"#!;", continuation: Continuation::SkipsComments };

/// A file of `option=value` lines.
#[derive(Clone, Debug)]
pub struct OptionValues {
    file: LineFile,
    /// What stands between a new key and its value.
    separator: Vec<u8>,
}

impl Document for OptionValues {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let read = |line: &Line<'_>| {
            if SYNTAX.is_comment(line.text()) {
                return Ok(Read::Comment);
            }
            Ok(entry(line, None).map_or(Read::Other, Read::Entry))
        };
        let file = LineFile::read(bytes, SYNTAX, read)?;
        Ok(Self { separator: separator(&file), file })
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
        Ok(self.file.respell(entry, value, self.file.spelled(value)))
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        line_file::check_value(key, value)?;
        line_file::check_name(key, SYNTAX, b"=")?;
        if key.section.is_some() {
            return Err(EditError::Key { key: key.clone() });
        }
        Ok([key.name.as_ref(), &self.separator, &self.file.spelled(value), self.file.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.file.place(place, lines)
    }
}

/// Returns the entry of a `key=value` line; nothing where there is no `=`.
pub(crate) fn entry(line: &Line<'_>, section: Option<&crate::Bytes>) -> Option<Entry> {
    let text = line.text();
    let separator = memchr::memchr(b'=', text)?;
    let name = line.part(trimmed(text, 0..separator));
    let value = trimmed(text, separator + 1..text.len());
    Some(line.entry(Key { section: section.cloned(), name }, value))
}

/// Returns the `=` with the blanks that the last entry with a value has round it.
pub(crate) fn separator(file: &LineFile) -> Vec<u8> {
    let is_usual = |entry: &&Entry| entry.value.as_ref().is_some_and(|value| !value.is_empty());
    let Some(entry) = file.entries.iter().rev().find(is_usual) else { return b"=".to_vec() };
    let line = file.line_of(entry);
    let text = line.text();
    let Some(mark) = memchr::memchr(b'=', text) else { return b"=".to_vec() };
    let (name, value) = (trimmed(text, 0..mark), trimmed(text, mark + 1..text.len()));
    text.get(name.end..value.start).filter(|between| !between.contains(&b'\r')).unwrap_or(b"=").to_vec()
}
