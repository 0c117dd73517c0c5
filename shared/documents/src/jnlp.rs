//! JNLP files of the Instant Messaging client, `*.jnlp` and `*.jnlp.template`: what generation fills in, as places in the bytes.
//!
//! `reference/instant-messaging.md`: the codebase is the `codebase` attribute of the root, the server is among the `argument`s,
//! the client's parts are the `href`s of its `jar`s. A template has the same form; its placeholders are values like others.

use crate::xml::{ElementNo, SetError, Step, Xml};
use crate::{ParseError, SpanEdit};

/// A JNLP file.
#[derive(Clone, Debug)]
pub struct Jnlp {
    xml: Xml,
}

/// A value of a JNLP file, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The value, its references decoded.
    pub text: String,
    /// Where it stands in the file: an attribute's without its quotation marks; the `/>` of an empty `<argument/>`.
    pub span: std::ops::Range<usize>,
    element: ElementNo,
    /// The attribute; nothing for the text of the element.
    attribute: Option<&'static str>,
}

impl Jnlp {
    /// Takes a file's bytes.
    ///
    /// # Errors
    /// As [`Xml::parse`], and where the root element is not `jnlp`.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        let xml = Xml::parse(bytes)?;
        if xml.name(xml.root()) != "jnlp" {
            let at = xml.whole(xml.root()).start;
            return Err(crate::lines::error_at(xml.to_bytes(), at, "the root element is not `jnlp`"));
        }
        Ok(Self { xml })
    }

    /// Returns the bytes that were parsed, all of them.
    pub fn to_bytes(&self) -> &[u8] {
        self.xml.to_bytes()
    }

    /// Returns the file as XML.
    pub fn xml(&self) -> &Xml {
        &self.xml
    }

    /// Returns the root's `codebase`: the address that all others are relative to.
    pub fn codebase(&self) -> Option<Value> {
        self.attribute(self.xml.root(), "codebase")
    }

    /// Returns the root's `href`: the file's own address.
    pub fn href(&self) -> Option<Value> {
        self.attribute(self.xml.root(), "href")
    }

    /// Returns the arguments of the program, in their order.
    pub fn arguments(&self) -> Vec<Value> {
        let path = ["jnlp", "application-desc", "argument"].map(Step::any);
        let value = |element| Value {
            text: self.xml.text(element),
            span: self.xml.text_span(element),
            element,
            attribute: None,
        };
        self.xml.find(&path).into_iter().map(value).collect()
    }

    /// Returns the argument behind another one, such as the server behind `-server`.
    pub fn argument_behind(&self, option: &str) -> Option<Value> {
        let mut arguments = self.arguments().into_iter();
        arguments.find(|argument| argument.text.trim() == option)?;
        arguments.next()
    }

    /// Returns the `href` of each jar, in the order of the file.
    pub fn jars(&self) -> Vec<Value> {
        let path = ["jnlp", "resources", "jar"].map(Step::any);
        self.xml.find(&path).into_iter().filter_map(|jar| self.attribute(jar, "href")).collect()
    }

    /// Returns the edit that gives one of the file's values another text.
    ///
    /// # Errors
    /// When XML lacks a character of it, or elements are inside an argument.
    pub fn set(&self, value: &Value, text: &str) -> Result<SpanEdit, SetError> {
        match value.attribute {
            Some(name) => self.xml.set_attribute(value.element, name, text),
            None => self.xml.set_text(value.element, text),
        }
    }

    /// Returns the edit that gives the root another `codebase`, or adds it.
    ///
    /// # Errors
    /// When XML lacks a character of it.
    pub fn set_codebase(&self, text: &str) -> Result<SpanEdit, SetError> {
        self.xml.set_attribute(self.xml.root(), "codebase", text)
    }

    fn attribute(&self, element: ElementNo, name: &'static str) -> Option<Value> {
        let (text, span) = (self.xml.attribute(element, name)?, self.xml.attribute_span(element, name)?);
        Some(Value { text, span, element, attribute: Some(name) })
    }
}
