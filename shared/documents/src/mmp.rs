//! The proxy's `default:Option value` lines, and `certmap.conf`, whose `mapname:Property value` lines are read alike.
//!
//! Rules: `reference/messaging.md` section 3.2. The section of a key is what stands ahead of its colon. Where the sheet is silent
//! this is our choice: `#` begins a comment; `#default:Option value` in the first column is an option that is shipped but disabled,
//! in the proxy's files only; one pair of double quotes round a value is removed, further ones are data; an option alone has an
//! empty value; the last of several lines with the same key counts; a `certmap NAME DN` line is no entry.

use crate::line_file::{self, Continuation, Line, LineFile, Read, Syntax, trimmed};
use crate::lines::is_blank;
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, State, notation};

const SYNTAX: Syntax = Syntax { comment: b"#", continuation: Continuation::Never };
const DISABLED: &[u8] = b"#default:";

/// A file of `default:Option value` lines.
#[derive(Clone, Debug)]
pub struct Mmp {
    file: LineFile,
    flavour: Flavour,
}

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// A file of the proxy: `#default:Option value` is an entry that is commented out.
    Proxy,
    /// `certmap.conf`: such a line is a comment as any other.
    Certmap,
}

impl Document for Mmp {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_as(Flavour::Proxy, bytes)
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
        line_file::check_set(key, value)
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        line_file::check_bytes(&entry.key, value)?;
        let old = self.file.bytes.get(entry.span.clone()).unwrap_or_default();
        let has_blank = |text: &[u8]| text.iter().any(is_blank);
        let quoted = unquoted(old).is_some() || (has_blank(value) && !has_blank(old));
        let mut insert = if quoted { quote(value) } else { quoted_if_needed(value) };
        let name_ends_here =
            !entry.span.start.checked_sub(1).and_then(|at| self.file.bytes.get(at)).is_some_and(is_blank);
        if name_ends_here {
            insert.insert(0, b' ');
        }
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        line_file::check_bytes(key, value)?;
        line_file::check_name(key, SYNTAX, b" \t")?;
        let is_section = |name: &&Bytes| {
            !name.is_empty() && !SYNTAX.is_comment(name) && !name.iter().any(|b| b" \t:\r\n\0".contains(b))
        };
        let Some(section) = key.section.as_ref().filter(is_section) else {
            return Err(EditError::Key { key: key.clone() });
        };
        let value = if value.iter().any(is_blank) { quote(value) } else { quoted_if_needed(value) };
        Ok([section.as_ref(), b":", &key.name, b" ", &value, self.file.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        self.file.place(place, lines)
    }

    /// `default:Option`.
    fn shown(&self, key: &Key) -> String {
        let section = key.section.as_ref().map(|section| notation::bytes(section) + ":").unwrap_or_default();
        section + &notation::bytes(&key.name)
    }
}

impl Mmp {
    /// Takes the bytes of one of the dialect's files.
    ///
    /// # Errors
    /// As [`Document::parse`], which takes them as those of a proxy's file.
    pub fn parse_as(flavour: Flavour, bytes: Vec<u8>) -> Result<Self, ParseError> {
        let read = |line: &Line<'_>| {
            let text = line.text();
            if flavour == Flavour::Proxy && text.starts_with(DISABLED) {
                let disabled = entry(line, 1).map(|entry| Entry { state: State::CommentedOut, ..entry });
                return Ok(disabled.map_or(Read::Comment, Read::Entry));
            }
            let start = trimmed(text, 0..text.len()).start;
            if text.get(start) == Some(&b'#') {
                return Ok(Read::Comment);
            }
            Ok(entry(line, start).map_or(Read::Other, Read::Entry))
        };
        Ok(Self { file: LineFile::read(bytes, SYNTAX, read)?, flavour })
    }
}

/// Returns the entry of a line, whose text begins at `start`.
fn entry(line: &Line<'_>, start: usize) -> Option<Entry> {
    let text = line.text();
    let colon = start + memchr::memchr(b':', text.get(start..)?)?;
    let section = trimmed(text, start..colon);
    let name = trimmed(text, colon + 1..text.len());
    let length = text.get(name.clone())?.iter().position(is_blank).unwrap_or(name.len());
    let name = name.start..name.start + length;
    if section.is_empty() || name.is_empty() || text.get(section.clone())?.iter().any(is_blank) {
        return None;
    }
    let value = trimmed(text, name.end..text.len());
    let inside =
        if unquoted(text.get(value.clone())?).is_some() { value.start + 1..value.end - 1 } else { value.clone() };
    let key = Key { section: Some(line.part(section)), name: line.part(name) };
    let mut entry = line.entry(key, inside);
    entry.span = line.span(value);
    Some(entry)
}

/// Returns what one pair of double quotes encloses.
fn unquoted(spelled: &[u8]) -> Option<&[u8]> {
    spelled.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""))
}

fn quote(value: &[u8]) -> Vec<u8> {
    [b"\"", value, b"\""].concat()
}

fn quoted_if_needed(value: &[u8]) -> Vec<u8> {
    let reads_back = !value.is_empty() && trimmed(value, 0..value.len()).len() == value.len();
    if reads_back && unquoted(value).is_none() { value.to_vec() } else { quote(value) }
}
