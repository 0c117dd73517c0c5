//! Lossless configuration documents: the original bytes plus spans.
//!
//! A document never re-prints what it did not change. It remembers the file's bytes and where each entry and its value stand
//! in them; a change is a list of [`SpanEdit`]s against those bytes, small enough for a journal to hold instead of the file.
//! Legacy files are bytes, often ISO-8859-1: nothing here assumes UTF-8. Nothing here opens a file, and only
//! [`product_files`] knows products.

use std::fmt;
use std::ops::Range;

pub use bytes::Bytes;

pub mod address_books;
pub mod aliases;
pub mod changes;
pub mod dialect;
mod document;
pub mod edit;
pub mod ics;
pub mod imta;
pub mod includes;
pub mod jnlp;
mod line_file;
mod lines;
pub mod mappings;
pub mod merge;
pub mod mmp;
pub mod moving;
pub mod names;
pub mod notation;
pub mod option_values;
pub mod product_files;
pub mod properties;
pub mod roots;
pub mod secrets;
pub mod sectioned;
pub mod shown;
pub mod sslpassword;
pub mod substitution;
pub mod whole_file;
pub mod whole_lines;
pub mod windows_ini;
pub mod xml;

pub use address_books::AddressBooks;
pub use aliases::Aliases;
pub use dialect::Dialect;
pub use document::Document;
pub use edit::{ApplyError, SpanEdit, apply};
pub use ics::IcsConf;
pub use imta::ImtaCnf;
pub use jnlp::Jnlp;
pub use mappings::Mappings;
pub use mmp::Mmp;
pub use names::NameMove;
pub use option_values::OptionValues;
pub use properties::Properties;
pub use sectioned::Sectioned;
pub use sslpassword::SslPassword;
pub use whole_lines::WholeLines;
pub use windows_ini::WindowsIni;
pub use xml::Xml;

/// What names an entry: a key, in some dialects within a section.
///
/// Names and values are [`Bytes`]: most are a part of the file as it is, and share its memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The section the key stands in; nothing in a dialect without sections, or before the first one.
    pub section: Option<Bytes>,
    /// The key as spelled, without blanks round it.
    pub name: Bytes,
}

impl Key {
    /// Names a key outside any section.
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self { section: None, name: name.into().into() }
    }
}

/// For messages: bytes that are not printable ASCII are escaped.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(section) = &self.section {
            write!(f, "[{}]", section.escape_ascii())?;
        }
        write!(f, "{}", self.name.escape_ascii())
    }
}

/// Whether an entry counts for the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It counts.
    Active,
    /// It is shipped but disabled, in a form of comment that the dialect recognises.
    CommentedOut,
    /// It is written as if it counted, but an earlier key or section of the same name hides it.
    Shadowed,
}

/// What it means that a key is there more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// One of them counts, the one that [`Document::effective`] returns.
    OneCounts,
    /// Each of them counts, in their order.
    EachCounts,
}

/// Where lines go.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// Directly behind an entry of the document.
    Behind(&'a Entry),
    /// Instead of an entry of the document.
    InsteadOf(&'a Entry),
    /// Behind all else in a section, which is made when it is not there.
    EndOf(Option<&'a [u8]>),
}

/// One entry of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What names it.
    pub key: Key,
    /// The logical value: quotes removed, continued lines joined, escapes decoded. Nothing when the line has no separator.
    pub value: Option<Bytes>,
    /// The line on which the entry begins, counted from 1.
    pub line: u64,
    /// Whether it counts.
    pub state: State,
    /// Where the spelled value stands in the document, its quotes and continuations included.
    pub span: Range<usize>,
    /// The whole lines of the entry, the last one's line end included: what goes when the entry is removed.
    pub lines: Range<usize>,
    /// The comment lines that stand directly above the entry; empty when there are none.
    pub comment: Range<usize>,
}

/// Why bytes are not a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ParseError {
    /// Line, counted from 1.
    pub line: u64,
    /// Byte within that line, counted from 1.
    pub column: u64,
    /// What stands there.
    pub reason: &'static str,
}

/// Why a value cannot be set. The value is left out: it may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The dialect has no spelling for this key.
    #[error("`{key}` cannot be written as a key")]
    Key {
        /// The key.
        key: Key,
    },
    /// The dialect has no spelling for this value.
    #[error("the new value of `{key}` holds {what}, which the file cannot express")]
    Value {
        /// The key.
        key: Key,
        /// What the value holds.
        what: &'static str,
    },
}
