//! `sslpassword.conf`: `moduleName:password` lines, in clear text.
//!
//! Rules: `reference/messaging.md` section 3.2. Where the sheet is silent this is our choice: the name ends at the first colon; blanks
//! round it and round the password do not count; there are no comments; the last of several lines with the same name counts.

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::{Document, EditError, Entry, Key, ParseError, Place, SpanEdit};

const SYNTAX: Syntax = Syntax { comment: b"", continuation: Continuation::Never };

/// A file of passwords by the name of their module.
#[derive(Clone, Debug)]
pub struct SslPassword {
    file: LineFile,
}

impl Document for SslPassword {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let read = |line: &Line<'_>| {
            let text = line.text();
            let Some(colon) = memchr::memchr(b':', text) else { return Ok(Read::Other) };
            let name = line.part(trimmed(text, 0..colon));
            Ok(Read::Entry(line.entry(Key { section: None, name }, trimmed(text, colon + 1..text.len()))))
        };
        Ok(Self { file: LineFile::read(bytes, SYNTAX, read)? })
    }

    fn to_bytes(&self) -> &[u8] {
        &self.file.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.file.entries
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
        line_file::check_name(key, SYNTAX, b":")?;
        if key.section.is_some() {
            return Err(EditError::Key { key: key.clone() });
        }
        Ok([key.name.as_ref(), b":", value, self.file.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.file.place(place, lines)
    }
}
