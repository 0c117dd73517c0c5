//! XML files, changed by splicing bytes: quick-xml tells where things stand, and nothing is ever written back but the one value
//! that changes.
//!
//! A file is read only if it is well-formed. It may name a DOCTYPE of elsewhere, which is not fetched; a DOCTYPE with declarations
//! of its own is refused, so there are no entities but the five of XML. Namespaces are not looked at: names are as spelled.

mod by_element;
mod reader;
mod text;

use std::ops::Range;

use crate::{Bytes, ParseError, SpanEdit};
pub use by_element::{ElementProposal, by_element};
use text::Within;
pub use text::XmlEncoding;

/// A well-formed XML file.
#[derive(Clone, Debug)]
pub struct Xml {
    bytes: Bytes,
    encoding: XmlEncoding,
    elements: Vec<Element>,
    doctype: Doctype,
}

/// Whether a file has a document type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doctype {
    /// It has none.
    None,
    /// It names one of elsewhere.
    External,
}

/// An element of one file, by its place in the order of start tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementNo(usize);

/// Where an element stands.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: Range<usize>,
    /// The start tag, which is all of an element like `<a/>`.
    pub(crate) tag: Range<usize>,
    /// The end tag; empty where the start tag is all.
    pub(crate) end_tag: Range<usize>,
    attributes: Vec<Attribute>,
    parent: Option<usize>,
    /// The number behind the last element inside this one.
    behind: usize,
}

/// Where an attribute stands; the value without its quotation marks.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// A step of a path: the elements of a name, or the one of them that something identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The name as it is spelled.
    pub name: &'a str,
    /// What tells it from others of its name.
    pub identity: Identity<'a>,
}

/// What tells an element from others of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity<'a> {
    /// Nothing.
    Any,
    /// An attribute's value, as in `entry/@entryID`.
    Attribute(&'a str, &'a str),
    /// The text of an element inside it, as `param-name` in `web.xml`.
    Child(&'a str, &'a str),
}

/// Why a value cannot be set. The value is left out: it may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The element holds other elements.
    #[error("`{name}` holds elements: only an element of text can be given a value")]
    HoldsElements {
        /// The element.
        name: String,
    },
    /// XML has no way to say it.
    #[error("the new value of `{name}` holds a character that XML does not have")]
    NoSuchCharacter {
        /// The element or attribute.
        name: String,
    },
    /// The attribute's name is none.
    #[error("`{name}` is not a name of an attribute")]
    NoName {
        /// The name.
        name: String,
    },
}

impl<'a> Step<'a> {
    /// Names all elements of a name.
    pub fn any(name: &'a str) -> Self {
        Self { name, identity: Identity::Any }
    }
}

impl Xml {
    /// Takes a file's bytes.
    ///
    /// # Errors
    /// When it is not well-formed, declares entities, is in an encoding such as UTF-16, is larger than 64 MiB, has more than a
    /// million elements, or nests them more than 200 deep.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let reader::Read { encoding, elements, doctype } = reader::read(&bytes)?;
        Ok(Self { bytes: bytes.into(), encoding, elements, doctype })
    }

    /// Returns the bytes that were parsed, all of them.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Returns how the bytes are characters.
    pub fn encoding(&self) -> XmlEncoding {
        self.encoding
    }

    /// Returns whether the file has a document type.
    pub fn doctype(&self) -> Doctype {
        self.doctype
    }

    /// Returns the root element.
    pub fn root(&self) -> ElementNo {
        ElementNo(0)
    }

    /// Returns all elements in the order of the file.
    pub fn elements(&self) -> impl Iterator<Item = ElementNo> {
        (0..self.elements.len()).map(ElementNo)
    }

    /// Returns the elements that a path leads to, from the root on, in the order of the file.
    pub fn find(&self, path: &[Step<'_>]) -> Vec<ElementNo> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut found: Vec<ElementNo> = Some(self.root()).into_iter().filter(|root| self.fits(*root, first)).collect();
        for step in rest {
            found = found.into_iter().flat_map(|at| self.children(at)).filter(|at| self.fits(*at, step)).collect();
        }
        found
    }

    fn fits(&self, element: ElementNo, step: &Step<'_>) -> bool {
        self.name(element) == step.name
            && match step.identity {
                Identity::Any => true,
                Identity::Attribute(name, value) => self.attribute(element, name).as_deref() == Some(value),
                Identity::Child(name, value) => {
                    self.children(element).any(|child| self.name(child) == name && self.text(child) == value)
                }
            }
    }

    /// Returns the elements directly inside an element.
    pub fn children(&self, element: ElementNo) -> impl Iterator<Item = ElementNo> {
        let end = self.element(element).map_or(0, |element| element.behind);
        let first = Some(element.0 + 1).filter(|first| *first < end);
        let behind = move |number: &usize| self.elements.get(*number).map(|e| e.behind).filter(|next| *next < end);
        std::iter::successors(first, behind).map(ElementNo)
    }

    /// Returns the element that an element stands in.
    pub fn parent(&self, element: ElementNo) -> Option<ElementNo> {
        self.element(element)?.parent.map(ElementNo)
    }

    /// Returns an element's name, as it is spelled.
    pub fn name(&self, element: ElementNo) -> String {
        self.element(element).map(|element| self.decode(&element.name)).unwrap_or_default()
    }

    /// Returns the text directly inside an element, its references and CDATA sections decoded.
    pub fn text(&self, element: ElementNo) -> String {
        let mut value = String::new();
        let mut at = self.content(element).start;
        for child in self.children(element) {
            let whole = self.whole(child);
            self.append_text(at..whole.start, &mut value);
            at = whole.end;
        }
        self.append_text(at..self.content(element).end, &mut value);
        value
    }

    /// Appends text without elements in it.
    fn append_text(&self, range: Range<usize>, value: &mut String) {
        let mut rest = self.bytes.get(range).unwrap_or_default();
        while let Some(start) = memchr::memchr(b'<', rest) {
            let (text, markup) = rest.split_at(start);
            text::unescape(&self.encoding.decode(text), Within::Text, value);
            let (opening, closing): (usize, &[u8]) = match markup {
                [b'<', b'!', b'[', ..] => (9, b"]]>"),
                [b'<', b'!', ..] => (4, b"-->"),
                _ => (2, b"?>"),
            };
            let inside = markup.get(opening..).unwrap_or_default();
            let length = memchr::memmem::find(inside, closing).unwrap_or(inside.len());
            if closing == b"]]>" {
                let data = self.encoding.decode(inside.get(..length).unwrap_or_default()).replace("\r\n", "\n");
                value.push_str(&data.replace('\r', "\n"));
            }
            rest = inside.get(length + closing.len()..).unwrap_or_default();
        }
        text::unescape(&self.encoding.decode(rest), Within::Text, value);
    }

    /// Returns the names of an element's attributes, as they are spelled and in their order.
    pub fn attribute_names(&self, element: ElementNo) -> Vec<String> {
        let attributes = self.element(element).map(|element| element.attributes.as_slice()).unwrap_or_default();
        attributes.iter().map(|attribute| self.decode(&attribute.name)).collect()
    }

    /// Returns an attribute's value, its references decoded.
    pub fn attribute(&self, element: ElementNo, name: &str) -> Option<String> {
        let place = self.attribute_place(element, name)?;
        let mut value = String::new();
        let spelled = self.encoding.decode(self.bytes.get(place.value.clone())?);
        let mark = self.mark(place);
        text::unescape(&spelled, Within::Attribute(mark), &mut value);
        Some(value)
    }

    /// Returns where an element's value stands: its content, or the `/>` of an element like `<a/>`.
    pub fn text_span(&self, element: ElementNo) -> Range<usize> {
        match self.element(element) {
            Some(found) if found.end_tag.is_empty() => found.tag.end - 2..found.tag.end,
            _ => self.content(element),
        }
    }

    /// Returns where an attribute's value stands, without its quotation marks.
    pub fn attribute_span(&self, element: ElementNo, name: &str) -> Option<Range<usize>> {
        Some(self.attribute_place(element, name)?.value.clone())
    }

    /// Returns the edit that gives an element another text. An element like `<a/>` gets an end tag.
    ///
    /// # Errors
    /// When elements are inside it, or XML lacks a character of the text.
    pub fn set_text(&self, element: ElementNo, value: &str) -> Result<SpanEdit, SetError> {
        let name = self.name(element);
        if self.children(element).next().is_some() {
            return Err(SetError::HoldsElements { name });
        }
        let escaped = text::escape(value, Within::Text);
        let mut insert =
            self.encoding.encode(&escaped.ok_or_else(|| SetError::NoSuchCharacter { name: name.clone() })?);
        let span = self.text_span(element);
        if self.element(element).is_some_and(|element| element.end_tag.is_empty()) {
            let name =
                self.element(element).and_then(|element| self.bytes.get(element.name.clone())).unwrap_or_default();
            insert =
                if value.is_empty() { b"/>".to_vec() } else { [b">", insert.as_slice(), b"</", name, b">"].concat() };
        }
        Ok(replacement(span, insert))
    }

    /// Returns the edit that gives an attribute another value, or adds it behind the others.
    ///
    /// # Errors
    /// When XML lacks a character of the value, or the name is none.
    pub fn set_attribute(&self, element: ElementNo, name: &str, value: &str) -> Result<SpanEdit, SetError> {
        let there = self.attribute_place(element, name);
        let mark = there.map_or(b'"', |place| self.mark(place));
        let escaped = text::escape(value, Within::Attribute(mark));
        let escaped =
            self.encoding.encode(&escaped.ok_or_else(|| SetError::NoSuchCharacter { name: name.to_owned() })?);
        if let Some(place) = there {
            return Ok(replacement(place.value.clone(), escaped));
        }
        if !text::is_name(name) {
            return Err(SetError::NoName { name: name.to_owned() });
        }
        let end = self.attributes_end(element);
        let insert = [b" ", self.encoding.encode(name).as_slice(), b"=\"", &escaped, b"\""].concat();
        Ok(replacement(end..end, insert))
    }

    /// Returns where an element's last attribute ends, else its name.
    pub(crate) fn attributes_end(&self, element: ElementNo) -> usize {
        let Some(found) = self.element(element) else { return 0 };
        found.attributes.last().map_or(found.name.end, |last| last.value.end + 1)
    }

    /// Returns where an element stands, all of it.
    pub(crate) fn whole(&self, element: ElementNo) -> Range<usize> {
        self.element(element).map_or(0..0, |element| element.tag.start..element.end_tag.end)
    }

    /// Returns where the content of an element stands.
    pub(crate) fn content(&self, element: ElementNo) -> Range<usize> {
        self.element(element).map_or(0..0, |element| element.tag.end..element.end_tag.start)
    }

    pub(crate) fn element(&self, element: ElementNo) -> Option<&Element> {
        self.elements.get(element.0)
    }

    pub(crate) fn attribute_place(&self, element: ElementNo, name: &str) -> Option<&Attribute> {
        self.element(element)?.attributes.iter().find(|attribute| self.decode(&attribute.name) == name)
    }

    /// Returns the quotation mark of an attribute's value.
    fn mark(&self, attribute: &Attribute) -> u8 {
        self.bytes.get(attribute.value.end).copied().unwrap_or(b'"')
    }

    fn decode(&self, range: &Range<usize>) -> String {
        self.encoding.decode(self.bytes.get(range.clone()).unwrap_or_default()).into_owned()
    }
}

fn replacement(span: Range<usize>, insert: Vec<u8>) -> SpanEdit {
    SpanEdit { offset: span.start as u64, remove: span.len() as u64, insert }
}

/// Returns text as it is spelled inside an element; nothing where it holds a character that XML does not have.
pub(crate) fn escaped_text(value: &str) -> Option<String> {
    text::escape(value, Within::Text)
}

/// Returns text as it is spelled between double quotation marks; nothing where it holds a character that XML does not have.
pub(crate) fn escaped_attribute(value: &str) -> Option<String> {
    text::escape(value, Within::Attribute(b'"'))
}

/// Returns whether a text is a name of an element or attribute.
pub(crate) fn is_name(name: &str) -> bool {
    text::is_name(name)
}
