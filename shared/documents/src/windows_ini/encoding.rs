//! How the bytes of a Windows text file are characters: an ANSI code page, or UTF-16LE behind its byte order mark.
//!
//! Windows decodes first and reads then. In a code page of double bytes, such as 932, the second byte of a character may have
//! the number of a `[`, a `\` or a letter, and is none. So a file is read by its *syntax bytes*: one byte for each unit of the
//! file, ASCII where a character is ASCII, [`OTHER`] wherever it is not.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::case;
use crate::{Bytes, ParseError, lines};

/// The syntax byte of everything that is not ASCII.
const OTHER: u8 = 0x80;
/// The byte order mark of UTF-16LE.
pub(super) const BOM: &[u8] = b"\xff\xfe";

/// An ANSI code page of Windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodePage(Option<&'static Encoding>);

impl CodePage {
    /// A code page of single bytes, whichever it is: each byte is a character, and those below 0x80 are ASCII.
    pub const SINGLE_BYTE: Self = Self(None);

    /// Returns the code page of a name such as `windows-1252`, `cp1251`, `shift_jis` or `932`; nothing where Windows has no such
    /// ANSI code page.
    pub fn named(name: &str) -> Option<Self> {
        let number = name.to_ascii_lowercase();
        let number = ["windows-", "cp", "ms"].iter().find_map(|prefix| number.strip_prefix(prefix)).unwrap_or(&number);
        let label = match number {
            "932" => "shift_jis".to_owned(),
            "936" => "gbk".to_owned(),
            "949" => "euc-kr".to_owned(),
            "950" => "big5".to_owned(),
            "874" | "1250" | "1251" | "1252" | "1253" | "1254" | "1255" | "1256" | "1257" | "1258" => {
                format!("windows-{number}")
            }
            _ => name.to_owned(),
        };
        let found = Encoding::for_label(label.as_bytes())?;
        let is_ansi = found.name().starts_with("windows-") || is_double_byte(found);
        is_ansi.then_some(Self(Some(found)))
    }

    /// Returns the text of bytes of this code page; nothing where they are no text, or where the code page is not known.
    pub fn decode<'b>(self, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
        match self.0 {
            Some(encoding) => encoding.decode_without_bom_handling_and_without_replacement(bytes),
            None if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            None => None,
        }
    }

    /// Returns the bytes of a text in this code page; nothing where it lacks one of the characters.
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        let Some(encoding) = self.0 else { return text.is_ascii().then_some(Cow::Borrowed(text.as_bytes())) };
        let (bytes, _, unmappable) = encoding.encode(text);
        // Some characters have a near one in the tables: what does not come back is not expressed.
        let comes_back = !unmappable && self.decode(&bytes).as_deref() == Some(text);
        comes_back.then_some(bytes)
    }

    /// Returns how many bytes the first character of a text has; nothing where a lead byte lacks its trail byte.
    fn character(self, text: &[u8]) -> Option<usize> {
        let (Some(encoding), Some(first)) = (self.0.filter(|e| is_double_byte(e)), text.first()) else {
            return Some(1);
        };
        let is_lead = match first {
            0x81..=0x9f | 0xe0..=0xfc => true,
            0xa0..=0xdf | 0xfd..=0xfe => encoding != SHIFT_JIS,
            _ => false,
        };
        if !is_lead {
            return Some(1);
        }
        matches!(text.get(1)?, 0x40..=0x7e | 0x80..=0xfe).then_some(2)
    }
}

fn is_double_byte(encoding: &'static Encoding) -> bool {
    [SHIFT_JIS, GBK, EUC_KR, BIG5].contains(&encoding)
}

/// What the bytes of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEncoding {
    /// Text of an ANSI code page. Keys and values are the bytes of the file.
    Ansi(CodePage),
    /// UTF-16LE. Keys and values are its text in UTF-8.
    Utf16,
}

impl FileEncoding {
    /// Returns the text of bytes of a file.
    pub(super) fn decoded<'b>(self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self {
            Self::Ansi(_) => Cow::Borrowed(bytes),
            Self::Utf16 => Cow::Owned(String::from_utf16_lossy(&units(bytes).collect::<Vec<_>>()).into_bytes()),
        }
    }

    /// Returns text as bytes of a file.
    pub(super) fn encoded<'t>(self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self {
            Self::Ansi(_) => Cow::Borrowed(text),
            Self::Utf16 => {
                let text = String::from_utf8_lossy(text);
                Cow::Owned(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
        }
    }

    /// Returns true where every character of a text is whole.
    pub(super) fn is_text(self, text: &[u8]) -> bool {
        match self {
            Self::Ansi(page) => syntax_of(page, text).is_ok(),
            Self::Utf16 => std::str::from_utf8(text).is_ok(),
        }
    }

    /// Returns the text with A-Z in lower case, and no other byte changed: the trail byte of a character is no letter.
    pub(super) fn lowercase(self, text: &[u8]) -> Cow<'_, [u8]> {
        if !case::has_upper(text) {
            return Cow::Borrowed(text);
        }
        let mut lower = text.to_ascii_lowercase();
        if let Self::Ansi(page) = self
            && let Ok(Cow::Owned(syntax)) = syntax_of(page, text)
        {
            let bytes = lower.iter_mut().zip(text).zip(syntax);
            bytes.filter(|(_, syntax)| *syntax == OTHER).for_each(|((lower, byte), _)| *lower = *byte);
        }
        Cow::Owned(lower)
    }

    /// Returns whether `form` is the one form of a key's or a section's name.
    pub(super) fn is_form(self, form: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Ansi(CodePage(Some(encoding))) if is_double_byte(encoding) => *self.lowercase(name) == *form,
            Self::Ansi(_) | Self::Utf16 => case::is_lowered(form, name),
        }
    }

    /// Returns a key's or a section's name in its one form.
    pub(super) fn canonical(self, name: &Bytes) -> Bytes {
        match self.lowercase(name) {
            Cow::Borrowed(_) => name.clone(),
            Cow::Owned(lower) => lower.into(),
        }
    }

    /// Returns whether text holds a `]` that is a character of its own.
    pub(super) fn has_closing_bracket(self, text: &[u8]) -> bool {
        match self {
            Self::Ansi(page) => syntax_of(page, text).is_ok_and(|syntax| syntax.contains(&b']')),
            Self::Utf16 => text.contains(&b']'),
        }
    }
}

/// A file by its syntax bytes.
pub(super) struct Syntax<'b> {
    bytes: &'b Bytes,
    pub(super) syntax: Cow<'b, [u8]>,
    encoding: FileEncoding,
    /// Where the first unit stands in the file.
    origin: usize,
}

impl<'b> Syntax<'b> {
    /// Takes a file's bytes.
    ///
    /// # Errors
    /// When they are no text of the encoding, or hold a NUL.
    pub(super) fn new(bytes: &'b Bytes, encoding: FileEncoding) -> Result<Self, ParseError> {
        let (origin, read) = match encoding {
            FileEncoding::Ansi(page) => (0, syntax_of(page, bytes)),
            FileEncoding::Utf16 => {
                let origin = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
                (origin, syntax_of_utf16(bytes.get(origin..).unwrap_or_default()))
            }
        };
        let unit = unit(encoding);
        let read = read.and_then(|syntax| match memchr::memchr(0, &syntax) {
            Some(at) => Err(Malformed { syntax: syntax.into_owned(), at, reason: "a NUL: this is not a text file" }),
            None => Ok(syntax),
        });
        let syntax = read.map_err(|found| {
            let error = lines::error_at(&found.syntax, found.at, found.reason);
            let mark = if error.line == 1 { origin as u64 } else { 0 };
            ParseError { column: (error.column - 1) * unit as u64 + 1 + mark, ..error }
        })?;
        Ok(Self { bytes, syntax, encoding, origin })
    }

    /// Returns the bytes of the file that a range of syntax bytes stands for.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    /// Returns where a syntax byte's unit begins in the file.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.origin + at * unit(self.encoding)
    }

    /// Returns the text of a range of syntax bytes.
    pub(super) fn text(&self, range: &Range<usize>) -> Bytes {
        let place = self.place(range);
        match (self.encoding, self.bytes.get(place.clone())) {
            (FileEncoding::Ansi(_), Some(_)) => self.bytes.slice(place),
            (FileEncoding::Utf16, Some(bytes)) => self.encoding.decoded(bytes).into_owned().into(),
            (_, None) => Bytes::new(),
        }
    }
}

/// Where bytes are no text, and the syntax bytes up to there.
struct Malformed {
    syntax: Vec<u8>,
    at: usize,
    reason: &'static str,
}

fn unit(encoding: FileEncoding) -> usize {
    match encoding {
        FileEncoding::Ansi(_) => 1,
        FileEncoding::Utf16 => 2,
    }
}

fn units(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit))
}

fn syntax_of(page: CodePage, text: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    if !page.0.is_some_and(is_double_byte) {
        return Ok(Cow::Borrowed(text));
    }
    let mut syntax = Vec::with_capacity(text.len());
    while let Some(rest @ [first, ..]) = text.get(syntax.len()..) {
        match page.character(rest) {
            Some(1) => syntax.push(if first.is_ascii() { *first } else { OTHER }),
            Some(_) => syntax.extend([OTHER, OTHER]),
            None => {
                let at = syntax.len();
                syntax.push(OTHER);
                return Err(Malformed { syntax, at, reason: "half a character: this is not text of the code page" });
            }
        }
    }
    Ok(Cow::Owned(syntax))
}

fn syntax_of_utf16(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let mut syntax = Vec::with_capacity(bytes.len() / 2 + 1);
    let mut high = None;
    for (at, unit) in units(bytes).enumerate() {
        let reason = match (high, unit) {
            (None, 0xdc00..=0xdfff) => Some((at, "a lone surrogate: this is not UTF-16 text")),
            (Some(high), 0..=0xdbff | 0xe000..) => Some((high, "a lone surrogate: this is not UTF-16 text")),
            _ => None,
        };
        let byte = u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(OTHER);
        syntax.push(byte);
        if let Some((at, reason)) = reason {
            return Err(Malformed { syntax, at, reason });
        }
        high = matches!(unit, 0xd800..=0xdbff).then_some(at);
    }
    if let Some(at) = high {
        return Err(Malformed { syntax, at, reason: "a lone surrogate: this is not UTF-16 text" });
    }
    if bytes.len() % 2 == 1 {
        let at = syntax.len();
        syntax.push(OTHER);
        return Err(Malformed { syntax, at, reason: "half a unit of UTF-16: the file is cut, or of mixed encodings" });
    }
    Ok(Cow::Owned(syntax))
}
