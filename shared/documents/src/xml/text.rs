//! Characters of XML: encodings, references, and how a value is spelled.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// How the bytes of an XML file are characters. All of these have ASCII in its place, so markup is found by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmlEncoding {
    /// UTF-8, and ASCII.
    Utf8,
    /// ISO-8859-1: each byte is the character of its number.
    Latin1,
    /// Another encoding of single bytes.
    SingleByte(&'static Encoding),
}

impl XmlEncoding {
    /// Returns the encoding that an XML declaration names; nothing for one that is not read here.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        if [&b"utf-8"[..], b"us-ascii", b"ascii"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Some(Self::Utf8);
        }
        if [&b"iso-8859-1"[..], b"latin1"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Some(Self::Latin1);
        }
        Encoding::for_label(name).filter(|encoding| encoding.is_single_byte()).map(Self::SingleByte)
    }

    /// Returns the text of bytes; bytes that are no text become U+FFFD.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Self::SingleByte(encoding) => encoding.decode_without_bom_handling(bytes).0,
        }
    }

    /// Returns the bytes of a text; a character that the encoding lacks becomes a reference.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut buffer = [0; 4];
        for character in text.chars() {
            let spelled = character.encode_utf8(&mut buffer);
            match self {
                Self::Utf8 => bytes.extend_from_slice(spelled.as_bytes()),
                Self::Latin1 => match u8::try_from(u32::from(character)) {
                    Ok(byte) => bytes.push(byte),
                    Err(_) => bytes.extend(reference(character)),
                },
                Self::SingleByte(encoding) => {
                    let (encoded, _, unmappable) = encoding.encode(spelled);
                    if unmappable || self.decode(&encoded) != *spelled {
                        bytes.extend(reference(character));
                    } else {
                        bytes.extend_from_slice(&encoded);
                    }
                }
            }
        }
        bytes
    }
}

fn reference(character: char) -> Vec<u8> {
    format!("&#{};", u32::from(character)).into_bytes()
}

/// Where a value stands, which decides what has to be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    /// An attribute in these quotation marks.
    Attribute(u8),
}

/// Returns a value with everything escaped that would be read as something else; nothing where it holds a character that XML
/// does not have.
pub(super) fn escape(value: &str, within: Within) -> Option<String> {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if !is_character(u32::from(character)) {
            return None;
        }
        match (character, within) {
            ('&', _) => escaped.push_str("&amp;"),
            ('<', _) => escaped.push_str("&lt;"),
            ('>', Within::Text) => escaped.push_str("&gt;"),
            ('"', Within::Attribute(b'"')) => escaped.push_str("&quot;"),
            ('\'', Within::Attribute(b'\'')) => escaped.push_str("&apos;"),
            ('\r', _) => escaped.push_str("&#13;"),
            ('\n', Within::Attribute(_)) => escaped.push_str("&#10;"),
            ('\t', Within::Attribute(_)) => escaped.push_str("&#9;"),
            _ => escaped.push(character),
        }
    }
    Some(escaped)
}

/// Returns text with its references decoded and its line ends as XML has them. Only the five entities of XML exist.
pub(super) fn unescape(text: &str, within: Within, value: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\r', '\n', '\t']) {
        let (plain, found) = rest.split_at(at);
        value.push_str(plain);
        let blank = if within == Within::Text { None } else { Some(' ') };
        let (character, length) = match found.as_bytes() {
            [b'\r', b'\n', ..] => (Some(blank.unwrap_or('\n')), 2),
            [b'\r' | b'\n', ..] => (Some(blank.unwrap_or('\n')), 1),
            [b'\t', ..] => (Some(blank.unwrap_or('\t')), 1),
            _ => match found.find(';') {
                Some(end) => (referenced(found.get(1..end).unwrap_or_default()), end + 1),
                None => (Some('&'), 1),
            },
        };
        value.extend(character);
        rest = found.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
}

/// Returns the character that the text between `&` and `;` stands for.
pub(super) fn referenced(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            // A sign is no digit.
            let number = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
            char::from_u32(number).filter(|_| is_character(number))
        }
    }
}

/// Returns whether XML has a character.
pub(super) fn is_character(number: u32) -> bool {
    matches!(number, 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..=0x10_ffff)
}

/// Returns whether a text is a name.
pub(super) fn is_name(text: &str) -> bool {
    let starts = |c: char| {
        matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
            | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}')
    };
    let goes_on = |c: char| {
        starts(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
    };
    let mut characters = text.chars();
    characters.next().is_some_and(starts) && characters.all(goes_on)
}
