//! From bytes to elements with their places. quick-xml finds where each piece of markup begins and ends; what makes a file
//! well-formed beyond that is checked here.
//!
//! Every byte is looked at a fixed number of times, nothing is fetched, no entity is expanded, and what is remembered is limited.

use std::collections::HashSet;
use std::ops::Range;

use quick_xml::Reader as Markup;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;

use super::text::{self, XmlEncoding};
use super::{Attribute, Doctype, Element};
use crate::{ParseError, lines};

/// How large a file may be.
const MOST_BYTES: usize = 64 << 20;
/// How many elements and attributes a file may have.
const MOST_PARTS: usize = 1_000_000;
/// How deep elements may be nested.
const DEEPEST: usize = 200;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What is wrong, and at which byte.
type Found<T> = Result<T, (usize, &'static str)>;

/// What a file holds.
pub(super) struct Read {
    pub(super) encoding: XmlEncoding,
    pub(super) elements: Vec<Element>,
    pub(super) doctype: Doctype,
}

pub(super) fn read(bytes: &[u8]) -> Result<Read, ParseError> {
    if bytes.len() > MOST_BYTES {
        return Err(ParseError { line: 1, column: 1, reason: "the file is larger than 64 MiB" });
    }
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let reader = Reader {
        bytes,
        start,
        encoding: XmlEncoding::Utf8,
        elements: Vec::new(),
        open: Vec::new(),
        parts: 0,
        doctype: Doctype::None,
        attributes: HashSet::new(),
    };
    reader.read().map_err(|(at, reason)| lines::error_at(bytes, at, reason))
}

struct Reader<'b> {
    bytes: &'b [u8],
    /// Where the first character stands.
    start: usize,
    encoding: XmlEncoding,
    elements: Vec<Element>,
    /// The elements that have not ended yet.
    open: Vec<usize>,
    parts: usize,
    doctype: Doctype,
    /// The names of the attributes of one element.
    attributes: HashSet<&'b [u8]>,
}

impl<'b> Reader<'b> {
    fn read(mut self) -> Found<Read> {
        self.characters()?;
        let mut markup = Markup::from_reader(self.bytes.get(self.start..).unwrap_or_default());
        let config = markup.config_mut();
        config.check_end_names = false;
        config.allow_dangling_amp = false;
        let base = self.start;
        let place = |position: u64| base.saturating_add(usize::try_from(position).unwrap_or(usize::MAX));
        let mut at = base;
        loop {
            let event = markup
                .read_event()
                .map_err(|error| (place(markup.error_position()).min(self.bytes.len()), reason(&error)))?;
            let end = place(markup.buffer_position());
            if matches!(event, Event::Eof) {
                break;
            }
            self.event(&event, at..end)?;
            at = end;
        }
        if !self.open.is_empty() {
            let open =
                self.open.last().and_then(|open| self.elements.get(*open)).map_or(0, |element| element.tag.start);
            return Err((open, "this element does not end"));
        }
        if self.elements.is_empty() {
            return Err((self.bytes.len(), "no element: this is not XML"));
        }
        Ok(Read { encoding: self.encoding, elements: self.elements, doctype: self.doctype })
    }

    /// Checks that the bytes are characters that XML has.
    fn characters(&mut self) -> Found<()> {
        if self.bytes.starts_with(b"\xff\xfe") || self.bytes.starts_with(b"\xfe\xff") {
            return Err((0, "UTF-16: only XML in UTF-8 or in an encoding of single bytes can be changed"));
        }
        let is_control = |byte: &u8| matches!(byte, 0..=8 | 0xb | 0xc | 0xe..=0x1f);
        if let Some(at) = self.bytes.iter().position(is_control) {
            let is_nul = self.bytes.get(at) == Some(&0);
            return Err((
                at,
                if is_nul { "a NUL: this is not XML" } else { "a control character, which XML does not have" },
            ));
        }
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        if rest.starts_with(b"<?xml") && rest.get(5).is_some_and(|byte| is_blank(*byte)) {
            self.declaration()?;
        }
        if self.encoding == XmlEncoding::Utf8 {
            let text =
                std::str::from_utf8(self.bytes).map_err(|error| (error.valid_up_to(), "bytes that are not UTF-8"))?;
            if let Some(at) = text.find(['\u{fffe}', '\u{ffff}']) {
                return Err((at, "a character that XML does not have"));
            }
        }
        Ok(())
    }

    fn declaration(&mut self) -> Found<()> {
        let start = self.start + 5;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = memchr::memmem::find(rest, b"?>").ok_or((self.start, "the XML declaration does not end"))?;
        let wrong = (self.start, "a malformed XML declaration");
        let attributes = self.attributes_of(start..start + length)?;
        let mut order = 0;
        for attribute in &attributes {
            let value = self.bytes.get(attribute.value.clone()).unwrap_or_default();
            let (place, fits) = match self.bytes.get(attribute.name.clone()).unwrap_or_default() {
                b"version" => {
                    (1, value.starts_with(b"1.") && value.len() > 2 && value.iter().skip(2).all(u8::is_ascii_digit))
                }
                b"encoding" => (2, true),
                b"standalone" => (3, matches!(value, b"yes" | b"no")),
                _ => return Err(wrong),
            };
            if !fits || place <= order || (order == 0 && place != 1) {
                return Err(wrong);
            }
            order = place;
            if place == 2 {
                let reason = "an encoding in which XML cannot be changed: only UTF-8 and encodings of single bytes";
                self.encoding = XmlEncoding::named(value).ok_or((attribute.value.start, reason))?;
            }
        }
        if order == 0 {
            return Err(wrong);
        }
        if self.start > 0 && self.encoding != XmlEncoding::Utf8 {
            return Err((0, "the mark of UTF-8 ahead of another encoding"));
        }
        Ok(())
    }

    fn event(&mut self, event: &Event<'_>, range: Range<usize>) -> Found<()> {
        let bytes = self.bytes;
        let source = bytes.get(range.clone()).unwrap_or_default();
        match event {
            Event::Start(_) => self.start_tag(range.start, range.start + 1..range.end.saturating_sub(1), range.end),
            Event::Empty(_) => {
                self.start_tag(range.start, range.start + 1..range.end.saturating_sub(2), range.end)?;
                self.close(range.end..range.end);
                Ok(())
            }
            Event::End(_) => self.end_tag(range),
            Event::Text(_) => self.text(source, range.start),
            Event::CData(_) if self.open.is_empty() => Err((range.start, "text outside the root element")),
            Event::CData(_) => Ok(()),
            Event::GeneralRef(_) => {
                let name = source.get(1..source.len().saturating_sub(1)).unwrap_or_default();
                if self.open.is_empty() {
                    return Err((range.start, "text outside the root element"));
                }
                check_reference(name).map_err(|reason| (range.start, reason))
            }
            Event::Comment(_) => {
                let inside = source.get(4..source.len().saturating_sub(3)).unwrap_or_default();
                match memchr::memmem::find(inside, b"--") {
                    None if !inside.ends_with(b"-") => Ok(()),
                    _ => Err((range.start, "`--` within a comment")),
                }
            }
            Event::Decl(_) if range.start == self.start => Ok(()),
            Event::Decl(_) => Err((range.start, "an XML declaration that is not at the beginning")),
            Event::PI(_) => {
                let inside = source.get(2..source.len().saturating_sub(2)).unwrap_or_default();
                let target = inside.split(|byte| is_blank(*byte)).next().unwrap_or_default();
                if !self.is_name(target) || target.eq_ignore_ascii_case(b"xml") {
                    return Err((range.start, "a processing instruction without a name"));
                }
                Ok(())
            }
            Event::DocType(_) => {
                if self.doctype != Doctype::None || !self.elements.is_empty() {
                    return Err((range.start, "a DOCTYPE that is not ahead of the root element"));
                }
                if let Some(at) = source.iter().position(|byte| *byte == b'[') {
                    return Err((
                        range.start + at,
                        "a DOCTYPE with declarations of its own: entities are not expanded",
                    ));
                }
                self.doctype = Doctype::External;
                check_doctype(source).map_err(|reason| (range.start, reason))
            }
            Event::Eof => Ok(()),
        }
    }

    fn text(&self, source: &[u8], start: usize) -> Found<()> {
        if self.open.is_empty() {
            return match source.iter().position(|byte| !is_blank(*byte)) {
                Some(at) => Err((start + at, "text outside the root element")),
                None => Ok(()),
            };
        }
        match memchr::memmem::find(source, b"]]>") {
            Some(at) => Err((start + at, "`]]>` within text")),
            None => Ok(()),
        }
    }

    fn start_tag(&mut self, start: usize, inside: Range<usize>, end: usize) -> Found<()> {
        if self.open.is_empty() && !self.elements.is_empty() {
            return Err((start, "a second root element"));
        }
        if self.open.len() >= DEEPEST {
            return Err((start, "elements are nested more than 200 deep"));
        }
        let content = self.bytes.get(inside.clone()).unwrap_or_default();
        let length = content.iter().position(|byte| is_blank(*byte)).unwrap_or(content.len());
        let name = inside.start..inside.start + length;
        if !self.is_name(self.bytes.get(name.clone()).unwrap_or_default()) {
            return Err((start, "a tag without a name"));
        }
        let attributes = self.attributes_of(name.end..inside.end)?;
        self.parts += 1 + attributes.len();
        if self.parts > MOST_PARTS {
            return Err((start, "more than 1,000,000 elements and attributes"));
        }
        let number = self.elements.len();
        self.elements.push(Element {
            name,
            tag: start..end,
            end_tag: end..end,
            attributes,
            parent: self.open.last().copied(),
            behind: number + 1,
        });
        self.open.push(number);
        Ok(())
    }

    /// Returns the attributes between a tag's name and its end.
    fn attributes_of(&mut self, inside: Range<usize>) -> Found<Vec<Attribute>> {
        let bytes = self.bytes;
        let content = bytes.get(..inside.end).unwrap_or_default();
        let blanks = |from: usize| from + content.iter().skip(from).take_while(|byte| is_blank(**byte)).count();
        let mut attributes = Vec::new();
        self.attributes.clear();
        let mut at = inside.start;
        loop {
            let start = blanks(at);
            if start >= inside.end {
                return Ok(attributes);
            }
            let length = content.iter().skip(start).take_while(|byte| !is_blank(**byte) && **byte != b'=').count();
            let name = start..start + length;
            let spelled = content.get(name.clone()).unwrap_or_default();
            if start == at || !self.is_name(spelled) {
                return Err((start, "a malformed attribute"));
            }
            let equals = blanks(name.end);
            let quote = blanks(equals + 1);
            let mark = match (content.get(equals), content.get(quote)) {
                (Some(b'='), Some(mark @ (b'"' | b'\''))) => *mark,
                _ => return Err((start, "an attribute without a quoted value")),
            };
            let rest = content.get(quote + 1..).unwrap_or_default();
            let length = memchr::memchr(mark, rest).ok_or((start, "an attribute's value that does not end"))?;
            let value = quote + 1..quote + 1 + length;
            self.check_value(value.clone())?;
            if !self.attributes.insert(spelled) {
                return Err((start, "an attribute that is there twice"));
            }
            at = value.end + 1;
            attributes.push(Attribute { name, value });
        }
    }

    fn check_value(&self, range: Range<usize>) -> Found<()> {
        let value = self.bytes.get(range.clone()).unwrap_or_default();
        for at in memchr::memchr2_iter(b'<', b'&', value) {
            if value.get(at) == Some(&b'<') {
                return Err((range.start + at, "`<` within an attribute's value"));
            }
            let rest = value.get(at + 1..).unwrap_or_default();
            let end = memchr::memchr3(b';', b'&', b'<', rest).filter(|end| rest.get(*end) == Some(&b';'));
            let name = end.and_then(|end| rest.get(..end)).ok_or((range.start + at, "`&` that begins no reference"))?;
            check_reference(name).map_err(|reason| (range.start + at, reason))?;
        }
        Ok(())
    }

    fn end_tag(&mut self, range: Range<usize>) -> Found<()> {
        let name = self.bytes.get(range.start + 2..range.end.saturating_sub(1)).unwrap_or_default();
        let blanks = name.iter().rev().take_while(|byte| is_blank(**byte)).count();
        let name = name.get(..name.len() - blanks).unwrap_or_default();
        let open = self.open.last().and_then(|open| self.elements.get(*open));
        let open = open.ok_or((range.start, "an end tag without its start"))?;
        if self.bytes.get(open.name.clone()) != Some(name) {
            return Err((range.start, "an end tag of another element than the one that is open"));
        }
        self.close(range);
        Ok(())
    }

    fn close(&mut self, end_tag: Range<usize>) {
        let behind = self.elements.len();
        if let Some(element) = self.open.pop().and_then(|open| self.elements.get_mut(open)) {
            element.end_tag = end_tag;
            element.behind = behind;
        }
    }

    fn is_name(&self, name: &[u8]) -> bool {
        text::is_name(&self.encoding.decode(name))
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn check_reference(name: &[u8]) -> Result<(), &'static str> {
    match std::str::from_utf8(name).ok().and_then(text::referenced) {
        Some(_) => Ok(()),
        None if name.starts_with(b"#") => Err("a reference to a character that XML does not have"),
        None => Err("an entity that XML does not have: no others are expanded"),
    }
}

/// `<!DOCTYPE name>`, `<!DOCTYPE name SYSTEM "..">` or `<!DOCTYPE name PUBLIC ".." "..">`.
fn check_doctype(source: &[u8]) -> Result<(), &'static str> {
    let wrong = "a malformed DOCTYPE";
    let text = std::str::from_utf8(source).map_err(|_| wrong)?;
    let text = text.strip_prefix("<!DOCTYPE").and_then(|text| text.strip_suffix('>')).ok_or(wrong)?;
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let skip = |text: &'_ str| -> Option<usize> { Some(blanks(text)).filter(|count| *count > 0) };
    let mut rest = text.get(skip(text).ok_or(wrong)?..).unwrap_or_default();
    let name = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
    if !text::is_name(rest.get(..name).unwrap_or_default()) {
        return Err(wrong);
    }
    rest = rest.get(name..).unwrap_or_default();
    if blanks(rest) == rest.len() {
        return Ok(());
    }
    rest = rest.get(blanks(rest)..).unwrap_or_default();
    let (literals, after) = match (rest.strip_prefix("SYSTEM"), rest.strip_prefix("PUBLIC")) {
        (Some(after), _) => (1, after),
        (_, Some(after)) => (2, after),
        _ => return Err(wrong),
    };
    rest = after;
    for literal in 0..literals {
        rest = rest.get(skip(rest).ok_or(wrong)?..).unwrap_or_default();
        let mark = rest.chars().next().filter(|mark| matches!(mark, '"' | '\'')).ok_or(wrong)?;
        let length = rest.get(1..).and_then(|rest| rest.find(mark)).ok_or(wrong)?;
        let is_public = |c: char| c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(c);
        let inside = rest.get(1..1 + length).unwrap_or_default();
        if literals == 2 && literal == 0 && !inside.chars().all(is_public) {
            return Err(wrong);
        }
        rest = rest.get(length + 2..).unwrap_or_default();
    }
    if blanks(rest) == rest.len() { Ok(()) } else { Err(wrong) }
}

/// The text of quick-xml's errors holds parts of the file; these do not.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::Syntax(SyntaxError::UnclosedComment) => "a comment that does not end",
        Error::Syntax(SyntaxError::UnclosedCData) => "a CDATA section that does not end",
        Error::Syntax(SyntaxError::UnclosedDoctype) => "a DOCTYPE that does not end",
        Error::Syntax(SyntaxError::UnclosedPIOrXmlDecl) => "a processing instruction that does not end",
        Error::Syntax(SyntaxError::UnclosedTag) => "a tag that does not end",
        Error::IllFormed(IllFormedError::UnclosedReference) => "`&` that begins no reference",
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag without its start",
        Error::IllFormed(IllFormedError::MissingDoctypeName) => "a malformed DOCTYPE",
        Error::IllFormed(IllFormedError::MissingDeclVersion(_)) => "a malformed XML declaration",
        _ => "markup that is not well-formed",
    }
}
