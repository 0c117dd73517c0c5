//! Windows `.ini` and `.prf` files, as the profile functions of Windows read them.
//!
//! Rules: `reference/outlook-connector.md` section 7, and Windows where it and Wine differ. Names ignore the case of A-Z; the
//! first section of a name and its first key count, all others are [`Shadowed`](crate::State::Shadowed); a lone CR ends a line;
//! the first `]` ends a section's name, and a line that begins with `[` is a heading even without one; no escapes, no
//! continuation, no comment behind a value; `#` begins a key. A file is UTF-16LE when it begins with the mark of that, else text
//! of an ANSI code page.
//! An Outlook profile file (`.prf`, section 6) has the same form.
//!
//! What Windows reads as something else than it looks like is read here as on Windows. A NUL, a cut character and a lone
//! surrogate are refused, because what follows them would be guessed.
//!
//! Values of files of different encodings are compared byte by byte: merge files of one [`FileEncoding`].

mod case;
mod counting;
mod encoding;
mod reader;

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::lines;
use crate::{Bytes, Document, EditError, Entry, Key, ParseError, Place, SpanEdit, notation};
use counting::Counting;
use encoding::{BOM, Syntax};
pub use encoding::{CodePage, FileEncoding};
use reader::Reader;

/// A Windows ini or prf file.
#[derive(Clone, Debug)]
pub struct WindowsIni {
    bytes: Bytes,
    encoding: FileEncoding,
    entries: Vec<Entry>,
    counting: Counting,
    /// Where a line can be added to the first section of each name.
    sections: HashMap<Option<Bytes>, usize>,
    /// The one form of each section's name, by its spelling.
    section_forms: HashMap<Bytes, Bytes, RandomState>,
    line_end: &'static [u8],
    last_line: LastLine,
}

/// Whether the file's last line has its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastLine {
    Complete,
    Open,
}

impl Document for WindowsIni {
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        Self::parse_with(bytes, CodePage::SINGLE_BYTE)
    }

    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError> {
        match self.encoding {
            FileEncoding::Ansi(page) => Self::parse_with(bytes, page),
            // Parts of a file lack the mark.
            FileEncoding::Utf16 => Self::read(bytes.into(), FileEncoding::Utf16),
        }
    }

    fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn canonical<'k>(&self, key: &'k Key) -> Cow<'k, Key> {
        let form = |spelled: &Bytes| match self.section_forms.get(spelled) {
            Some(form) => form.clone(),
            None => self.encoding.canonical(spelled),
        };
        let section = key.section.as_ref().map(form);
        let name = self.encoding.lowercase(&key.name);
        if matches!(name, Cow::Borrowed(_)) && section == key.section {
            return Cow::Borrowed(key);
        }
        let name = match name {
            Cow::Borrowed(_) => key.name.clone(),
            Cow::Owned(lower) => Bytes::from(lower),
        };
        Cow::Owned(Key { section, name })
    }

    fn is_canonical(&self, form: &Key, key: &Key) -> bool {
        let sections = match (&form.section, &key.section) {
            (Some(form), Some(section)) => self.encoding.is_form(form, section),
            (form, section) => form == section,
        };
        sections && self.encoding.is_form(&form.name, &key.name)
    }

    fn effective(&self, key: &Key) -> Option<&Entry> {
        self.entry_to_set(key).filter(|e| e.value.is_some())
    }

    fn entry_to_set(&self, key: &Key) -> Option<&Entry> {
        self.counting.find(key, &self.entries)
    }

    fn opening(&self, key: &Key) -> Vec<u8> {
        let heading = |section: &Bytes| [b"[", section.as_ref(), b"]", self.line_end].concat();
        key.section.as_ref().map(heading).unwrap_or_default()
    }

    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError> {
        self.check_value(&entry.key, value)?;
        let spelled = self.encoding.decoded(self.bytes.get(entry.span.clone()).unwrap_or_default());
        let insert = match unquote(&spelled) {
            Some((mark, _)) => [&[mark], value, &[mark]].concat(),
            None => quoted_if_needed(value),
        };
        let separator: &[u8] = if entry.value.is_none() { b"=" } else { b"" };
        let insert = self.encoding.encoded(&[separator, &insert].concat()).into_owned();
        Ok(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert })
    }

    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError> {
        self.check_value(key, value)?;
        self.check_key(key)?;
        Ok([key.name.as_ref(), b"=", &quoted_if_needed(value), self.line_end].concat())
    }

    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit {
        let mut lines = lines::with_line_ends(lines, self.line_end);
        let offset = match place {
            Place::InsteadOf(entry) => return self.instead_of(entry, lines),
            Place::Behind(entry) => entry.lines.end,
            Place::EndOf(section) => match self.sections.get(&self.canonical_section(section)) {
                Some(end) => *end,
                None => {
                    lines = [b"[", section.unwrap_or_default(), b"]", self.line_end, &lines].concat();
                    self.bytes.len()
                }
            },
        };
        if offset == self.bytes.len() && self.last_line == LastLine::Open {
            lines = [self.line_end, &lines].concat();
        }
        lines::insertion(offset, self.ahead_of(offset, lines))
    }

    fn has_section(&self, section: Option<&[u8]>) -> bool {
        self.sections.contains_key(&self.canonical_section(section))
    }

    fn stretch(&self, entry: &Entry) -> Option<Bytes> {
        entry.key.section.as_ref().map(|section| self.encoding.canonical(section))
    }

    fn decoded<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        self.encoding.decoded(bytes)
    }

    fn encoded<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.encoding.encoded(text)
    }

    fn value_notation(&self) -> fn(&[u8]) -> String {
        match self.encoding {
            FileEncoding::Ansi(_) => notation::bytes,
            FileEncoding::Utf16 => |text| notation::units(String::from_utf8_lossy(text).encode_utf16()),
        }
    }
}

impl WindowsIni {
    /// Takes a file's bytes. The code page counts where the file does not begin with the mark of UTF-16LE.
    ///
    /// # Errors
    /// When the bytes are no text, or hold a NUL; also for UTF-16BE, which Windows does not read.
    pub fn parse_with(bytes: Vec<u8>, page: CodePage) -> Result<Self, ParseError> {
        lines::check_size(bytes.len())?;
        if bytes.starts_with(b"\xfe\xff") {
            let reason = "UTF-16 of the byte order that Windows does not read (big endian)";
            return Err(ParseError { line: 1, column: 1, reason });
        }
        let encoding = if bytes.starts_with(BOM) { FileEncoding::Utf16 } else { FileEncoding::Ansi(page) };
        Self::read(bytes.into(), encoding)
    }

    /// Returns what the file's bytes are.
    pub fn encoding(&self) -> FileEncoding {
        self.encoding
    }

    fn read(bytes: Bytes, encoding: FileEncoding) -> Result<Self, ParseError> {
        let file = Syntax::new(&bytes, encoding)?;
        let line_end = lines::first_line_end(&file.syntax).unwrap_or(b"\r\n");
        let last_line =
            if matches!(file.syntax.last(), None | Some(b'\n' | b'\r')) { LastLine::Complete } else { LastLine::Open };
        let Reader { entries, counting, sections, section_forms, .. } = Reader::new(&file, encoding).read();
        Ok(Self { encoding, entries, counting, sections, section_forms, line_end, last_line, bytes })
    }

    fn canonical_section(&self, section: Option<&[u8]>) -> Option<Bytes> {
        section.map(|section| self.encoding.lowercase(section).into_owned().into())
    }

    /// Replaces an entry's lines; where they lack the final line end, the new ones do as well.
    fn instead_of(&self, entry: &Entry, mut lines: Vec<u8>) -> SpanEdit {
        if entry.lines.end == self.bytes.len() && self.last_line == LastLine::Open {
            lines.truncate(lines.len().saturating_sub(self.line_end.len()));
        }
        let insert = self.ahead_of(entry.lines.end, lines);
        SpanEdit { offset: entry.lines.start as u64, remove: entry.lines.len() as u64, insert }
    }

    /// Returns lines of text as bytes of the file, to stand ahead of what begins at `end`. A CR and the LF of a blank line are kept
    /// from making one line end.
    fn ahead_of(&self, end: usize, mut lines: Vec<u8>) -> Vec<u8> {
        let behind = self.bytes.get(end..).unwrap_or_default();
        if lines.ends_with(b"\r") && behind.starts_with(&self.encoding.encoded(b"\n")) {
            lines.push(b'\n');
        }
        self.encoding.encoded(&lines).into_owned()
    }

    /// In the first line of an ANSI file such a name would be taken for the mark of UTF-16.
    fn begins_as_utf16(&self, name: &[u8]) -> bool {
        self.encoding != FileEncoding::Utf16 && (name.starts_with(BOM) || name.starts_with(b"\xfe\xff"))
    }

    fn check_value(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        let what = if value.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            "a line end"
        } else if value.contains(&0) {
            "a NUL byte"
        } else if !self.encoding.is_text(value) {
            "bytes that are no text in the file's encoding"
        } else {
            return Ok(());
        };
        Err(EditError::Value { key: key.clone(), what })
    }

    fn check_key(&self, key: &Key) -> Result<(), EditError> {
        let is_name = |text: &[u8]| {
            let one_line = !text.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0));
            one_line && trim(text).len() == text.len() && self.encoding.is_text(text)
        };
        let readable = is_name(&key.name)
            && !matches!(key.name.first(), Some(b';' | b'['))
            && !key.name.contains(&b'=')
            && !self.begins_as_utf16(&key.name)
            && key.section.as_deref().is_none_or(|name| is_name(name) && !self.encoding.has_closing_bracket(name));
        if readable { Ok(()) } else { Err(EditError::Key { key: key.clone() }) }
    }
}

/// Windows takes Ctrl-Z for a blank, and no end of the file.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c' | b'\x1a')
}

fn trim(text: &[u8]) -> &[u8] {
    let leading = text.iter().take_while(|b| is_blank(b)).count();
    let text = text.get(leading..).unwrap_or_default();
    let trailing = text.iter().rev().take_while(|b| is_blank(b)).count();
    text.get(..text.len() - trailing).unwrap_or_default()
}

/// Returns the quotation mark that encloses a spelled value, and what it encloses.
fn unquote(spelled: &[u8]) -> Option<(u8, &[u8])> {
    match spelled {
        [first @ (b'"' | b'\''), inside @ .., last] if first == last => Some((*first, inside)),
        _ => None,
    }
}

fn quoted_if_needed(value: &[u8]) -> Vec<u8> {
    if trim(value).len() == value.len() && unquote(value).is_none() {
        value.to_vec()
    } else {
        [b"\"", value, b"\""].concat()
    }
}
