//! Files in which a line is a key whose value is the line itself: the ACL files of Instant Messaging, and `conversions`.
//!
//! Rules: `reference/instant-messaging.md` section 3, `reference/messaging.md` section 3.2. An ACL file has `#` comments. What a line
//! of `conversions` means is only recalled, so nothing inside it is told apart: a line with those that continue it is one entry,
//! `!` in the first column begins a comment. Blanks round a line do not count; a line that is there twice counts once.

use std::borrow::Cow;
use std::ops::Range;

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::{Document, EditError, Entry, Key, ParseError, Place, SpanEdit};

const ACL: Syntax = Syntax { comment: b"#", continuation: Continuation::Never };
const CONVERSIONS: Syntax = Syntax { comment: b"!", continuation: Continuation::Literal };

/// A file whose lines are keys.
#[derive(Clone, Debug)]
pub struct WholeLines {
    file: LineFile,
    flavour: Flavour,
}

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// An ACL file.
    Acl,
    /// `conversions`.
    Conversions,
}

impl Flavour {
    fn syntax(self) -> Syntax {
        match self {
            Self::Acl => ACL,
            Self::Conversions => CONVERSIONS,
        }
    }
}

impl Document for WholeLines {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(Flavour::Acl, bytes)
    }

    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(self.flavour, bytes)
    }

    fn to_bytes(&self) -> &[u8] {
        &self.file.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.file.entries
    }

    fn check_set(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        line_file::check_set(key, value)?;
        line_file::check_line(key, value, Cow::Borrowed(&key.name))
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        self.check(&entry.key, value)?;
        Ok(self.file.respell(entry, value, self.file.spelled(value)))
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        if key.section.is_some() {
            return Err(EditError::Key { key: key.clone() });
        }
        self.check(key, value)?;
        line_file::check_line(key, value, Cow::Borrowed(&key.name))?;
        Ok([self.file.spelled(value).as_slice(), self.file.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.file.place(place, lines)
    }

    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        Some(entry.span.clone())
    }
}

impl WholeLines {
    /// Takes the bytes of one of the dialect's files.
    ///
    /// # Errors
    /// As [`Document::parse`], which takes them as those of an ACL file.
    pub fn parse_as(flavour: Flavour, bytes: Vec<u8>) -> Result<Self, ParseError> {
        let syntax = flavour.syntax();
        let read = |line: &Line<'_>| {
            let text = line.text();
            if syntax.is_comment(text) {
                return Ok(Read::Comment);
            }
            let whole = trimmed(text, 0..text.len());
            Ok(Read::Entry(line.entry(Key { section: None, name: line.part(whole.clone()) }, whole)))
        };
        Ok(Self { file: LineFile::read(bytes, syntax, read)?, flavour })
    }

    fn check(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        line_file::check_value(key, value)?;
        if value.is_empty() || self.flavour.syntax().is_comment(value) {
            return Err(EditError::Value { key: key.clone(), what: "nothing, or a comment" });
        }
        Ok(())
    }
}
