//! Every dialect of the suite behind one name: what a tool does with a file's bytes without knowing their form.
//!
//! Four calls do it all: [`Dialect::merge`], [`Dialect::rewrite_roots`], [`Dialect::set`] and [`Dialect::entries`]. Which dialect a
//! file has is data: [`product_files`](crate::product_files). Bytes that a reader rejects are an error with line and column;
//! nothing is guessed.

mod merging;

use crate::lines::check_size;
use crate::merge::RootMove;
use crate::names::{self, FoundName, NameMove};
use crate::properties::DisabledKeys;
use crate::substitution::Substitutions;
use crate::whole_file::{self, Content};
use crate::windows_ini::CodePage;
use crate::{
    AddressBooks, Aliases, Bytes, Document, EditError, Entry, IcsConf, ImtaCnf, Key, Mappings, Mmp, OptionValues,
    ParseError, Properties, Sectioned, SpanEdit, SslPassword, State, WholeLines, WindowsIni, Xml, ics, imta, mmp,
    moving, secrets, whole_lines,
};
pub use merging::{FileMerge, MergeError, Version, Versions};

/// The form of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `ics.conf`.
    Ics,
    /// `iim.conf`, and what is read like it.
    Iim,
    /// `httpbind.conf`.
    Httpbind,
    /// The MTA's `option=value` files.
    OptionValues,
    /// `dispatcher.cnf` and `job_controller.cnf`.
    Sectioned,
    /// `mappings`.
    Mappings,
    /// `imta.cnf`.
    ImtaCnf,
    /// A file of rewrite rules that `imta.cnf` includes.
    ImtaRules,
    /// `aliases`, and what it includes.
    Aliases,
    /// The proxy's `default:Option value` files.
    Proxy,
    /// `certmap.conf`.
    Certmap,
    /// `sslpassword.conf`.
    SslPassword,
    /// An ACL file.
    Acl,
    /// `conversions` by line. Merges decide about it as a whole: see [`Dialect::Text`].
    Conversions,
    /// Java properties.
    Properties,
    /// Java properties in which `!key = value` is a key that is shipped but disabled.
    PropertiesDisabled,
    /// Windows ini and prf files, in UTF-16LE or in this code page.
    WindowsIni(CodePage),
    /// `defaultps.xml`, where it has that shape; else as any other XML.
    AddressBooks,
    /// XML that is decided as a whole.
    Xml,
    /// Text of no known form, decided as a whole. A file with a NUL byte is none: it is treated as binary.
    Text,
    /// A binary file such as a key store, decided as a whole: no byte of it changes.
    Binary,
}

/// The dialects by name.
const NAMES: [(&str, Dialect); 21] = [
    ("ics", Dialect::Ics),
    ("iim", Dialect::Iim),
    ("httpbind", Dialect::Httpbind),
    ("option-dat", Dialect::OptionValues),
    ("sectioned", Dialect::Sectioned),
    ("mappings", Dialect::Mappings),
    ("imta-cnf", Dialect::ImtaCnf),
    ("imta-rules", Dialect::ImtaRules),
    ("aliases", Dialect::Aliases),
    ("mmp", Dialect::Proxy),
    ("certmap", Dialect::Certmap),
    ("sslpassword", Dialect::SslPassword),
    ("acl", Dialect::Acl),
    ("conversions", Dialect::Conversions),
    ("properties", Dialect::Properties),
    ("properties-disabled", Dialect::PropertiesDisabled),
    ("windows-ini", Dialect::WindowsIni(CodePage::SINGLE_BYTE)),
    ("address-books", Dialect::AddressBooks),
    ("xml", Dialect::Xml),
    ("text", Dialect::Text),
    ("binary", Dialect::Binary),
];

/// Why bytes could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// They are no file of the dialect.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The dialect cannot spell a key or a value.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// An entry of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The entry.
    pub entry: Entry,
    /// Its key as reports show it, without a number for repeated ones.
    pub shown: String,
    /// The file that the entry includes, where it is a line that includes one.
    pub includes: Option<Bytes>,
}

impl Dialect {
    /// Returns the dialect with a name; nothing where there is none.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.into_iter().find_map(|(known, dialect)| (known == name).then_some(dialect))
    }

    /// Returns the names of all dialects.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().map(|(name, _)| name)
    }

    /// Returns the dialect's name.
    pub fn name(self) -> &'static str {
        let is_same = |dialect: Self| std::mem::discriminant(&dialect) == std::mem::discriminant(&self);
        NAMES.into_iter().find_map(|(name, dialect)| is_same(dialect).then_some(name)).unwrap_or_default()
    }

    /// Returns the dialect of the files that a file of this one includes; nothing where there are no includes.
    pub fn of_included(self) -> Option<Self> {
        match self {
            Self::ImtaCnf | Self::ImtaRules => Some(Self::ImtaRules),
            Self::Aliases => Some(Self::Aliases),
            Self::Mappings => Some(Self::Text),
            _ => None,
        }
    }

    /// Returns which of the dialect's keys, as reports show them, have values that nobody is to see.
    pub fn secret_keys(self) -> fn(&str) -> bool {
        match self {
            Self::SslPassword => |_| true,
            _ => secrets::is_secret_key,
        }
    }

    /// Lists the entries of a file in their order, those that are commented out included. A file that is decided as a whole has one.
    ///
    /// # Errors
    /// When the bytes are no file of the dialect.
    pub fn entries(self, bytes: Vec<u8>) -> Result<Vec<Listed>, ParseError> {
        check_size(bytes.len())?;
        if self == Self::Xml {
            Xml::parse(bytes.clone())?;
        }
        self.read_with(List(bytes))
    }

    /// Returns the edits that move the roots of a file: in values, include lines, patterns and keys that hold paths; in a file
    /// that is decided as a whole in all its text, but never in a binary one. The edits are in the order of the file.
    ///
    /// # Errors
    /// When the bytes are no file of the dialect, or it cannot spell a value with the new root.
    pub fn rewrite_roots(self, bytes: &[u8], moves: &[RootMove]) -> Result<Vec<SpanEdit>, ChangeError> {
        self.rewrite(bytes, moves)
    }

    /// Returns the edits that replace names and addresses of hosts, wherever [`Dialect::rewrite_roots`] would replace a root, and in
    /// keys that are addresses. Only whole names count: see [`names`].
    ///
    /// # Errors
    /// When the bytes are no file of the dialect, or it cannot spell a value with the new name.
    pub fn rewrite_names(self, bytes: &[u8], moves: &[NameMove]) -> Result<Vec<SpanEdit>, ChangeError> {
        self.rewrite(bytes, moves)
    }

    /// Returns the entries that hold a name or an address of a host, where [`Dialect::rewrite_names`] would replace it; in a file
    /// that is decided as a whole, its lines.
    ///
    /// # Errors
    /// When the bytes are no file of the dialect.
    pub fn find_names(self, bytes: &[u8], name: &str) -> Result<Vec<FoundName>, ParseError> {
        self.readable(bytes).read_with(FindNames { bytes, names: &[NameMove::new(name, "")] })
    }

    fn rewrite<S: Substitutions + ?Sized>(self, bytes: &[u8], moves: &S) -> Result<Vec<SpanEdit>, ChangeError> {
        self.readable(bytes).read_with(Rewrite { bytes, moves })
    }

    /// Returns the dialect that a rewrite reads a file by: `defaultps.xml` of another shape is XML.
    fn readable(self, bytes: &[u8]) -> Self {
        if self == Self::AddressBooks && self.entries(bytes.to_vec()).is_err() { Self::Xml } else { self }
    }

    /// Returns the edits that give keys new values; a key that is not there is added. The edits are in the order of the file.
    ///
    /// # Errors
    /// When the bytes are no file of the dialect, or it cannot spell a key or a value. Then nothing is set.
    pub fn set(self, bytes: &[u8], changes: &[(Key, Vec<u8>)]) -> Result<Vec<SpanEdit>, ChangeError> {
        self.read_with(Set { bytes, changes })
    }

    /// Returns whether bytes are a file of the dialect.
    ///
    /// # Errors
    /// When they are not: where, and why.
    pub fn check(self, bytes: &[u8]) -> Result<(), ParseError> {
        self.read_with(Check(bytes))
    }

    /// Does some work with the dialect's reader: the one place that knows which one that is.
    fn read_with<W: Work>(self, work: W) -> W::Output {
        match self {
            Self::Ics => work.by_key(|bytes| IcsConf::parse_as(ics::Flavour::IcsConf, bytes)),
            Self::Iim => work.by_key(|bytes| IcsConf::parse_as(ics::Flavour::IimConf, bytes)),
            Self::Httpbind => work.by_key(|bytes| IcsConf::parse_as(ics::Flavour::HttpbindConf, bytes)),
            Self::OptionValues => work.by_key(OptionValues::parse),
            Self::Sectioned => work.by_key(Sectioned::parse),
            Self::Mappings => work.by_key(Mappings::parse),
            Self::ImtaCnf => work.by_key(|bytes| ImtaCnf::parse_as(imta::Flavour::Cnf, bytes)),
            Self::ImtaRules => work.by_key(|bytes| ImtaCnf::parse_as(imta::Flavour::Rules, bytes)),
            Self::Aliases => work.by_key(Aliases::parse),
            Self::Proxy => work.by_key(|bytes| Mmp::parse_as(mmp::Flavour::Proxy, bytes)),
            Self::Certmap => work.by_key(|bytes| Mmp::parse_as(mmp::Flavour::Certmap, bytes)),
            Self::SslPassword => work.by_key(SslPassword::parse),
            Self::Acl => work.by_key(|bytes| WholeLines::parse_as(whole_lines::Flavour::Acl, bytes)),
            Self::Conversions => work.by_key(|bytes| WholeLines::parse_as(whole_lines::Flavour::Conversions, bytes)),
            Self::Properties => work.by_key(|bytes| Properties::parse_with(bytes, DisabledKeys::Ignored)),
            Self::PropertiesDisabled => work.by_key(|bytes| Properties::parse_with(bytes, DisabledKeys::Listed)),
            Self::WindowsIni(page) => work.by_key(move |bytes| WindowsIni::parse_with(bytes, page)),
            Self::AddressBooks => work.by_key(AddressBooks::parse),
            Self::Xml | Self::Text => work.whole(Content::Text),
            Self::Binary => work.whole(Content::Binary),
        }
    }
}

/// Some work on the bytes of a file.
trait Work {
    type Output;

    /// Does it with a document.
    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output;

    /// Does it with a file that is decided as a whole.
    fn whole(self, content: Content) -> Self::Output;
}

struct Check<'a>(&'a [u8]);

impl Work for Check<'_> {
    type Output = Result<(), ParseError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        check_size(self.0.len())?;
        read(self.0.to_vec()).map(drop)
    }

    fn whole(self, _: Content) -> Self::Output {
        check_size(self.0.len())
    }
}

struct List(Vec<u8>);

impl Work for List {
    type Output = Result<Vec<Listed>, ParseError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        let document = read(self.0)?;
        let listed = |entry: &Entry| Listed {
            entry: entry.clone(),
            shown: document.shown(&entry.key),
            includes: document.included(entry).map(Bytes::copy_from_slice),
        };
        Ok(document.entries().iter().map(listed).collect())
    }

    fn whole(self, _: Content) -> Self::Output {
        check_size(self.0.len())?;
        let span = 0..self.0.len();
        let entry = Entry {
            key: Key::new(whole_file::KEY),
            value: Some(self.0.into()),
            line: 1,
            state: State::Active,
            span: span.clone(),
            comment: 0..0,
            lines: span,
        };
        Ok(vec![Listed { entry, shown: whole_file::KEY.to_owned(), includes: None }])
    }
}

struct Rewrite<'a, S: ?Sized> {
    bytes: &'a [u8],
    moves: &'a S,
}

impl<S: Substitutions + ?Sized> Work for Rewrite<'_, S> {
    type Output = Result<Vec<SpanEdit>, ChangeError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        check_size(self.bytes.len())?;
        Ok(moving::edits(&read(self.bytes.to_vec())?, self.moves)?)
    }

    fn whole(self, content: Content) -> Self::Output {
        check_size(self.bytes.len())?;
        Ok(if is_text(content, self.bytes) { self.moves.edits(self.bytes) } else { Vec::new() })
    }
}

struct FindNames<'a> {
    bytes: &'a [u8],
    names: &'a [NameMove],
}

impl Work for FindNames<'_> {
    type Output = Result<Vec<FoundName>, ParseError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        check_size(self.bytes.len())?;
        Ok(names::find(&read(self.bytes.to_vec())?, self.names))
    }

    fn whole(self, content: Content) -> Self::Output {
        check_size(self.bytes.len())?;
        let is_text = is_text(content, self.bytes);
        Ok(if is_text { names::find_in_text(self.bytes, self.names, whole_file::KEY) } else { Vec::new() })
    }
}

fn is_text(content: Content, bytes: &[u8]) -> bool {
    content == Content::Text && Content::of(bytes) == Content::Text
}

struct Set<'a> {
    bytes: &'a [u8],
    changes: &'a [(Key, Vec<u8>)],
}

impl Work for Set<'_> {
    type Output = Result<Vec<SpanEdit>, ChangeError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        check_size(self.bytes.len())?;
        Ok(read(self.bytes.to_vec())?.set_all(self.changes)?)
    }

    /// Such a file has no keys.
    fn whole(self, _: Content) -> Self::Output {
        match self.changes.first() {
            Some((key, _)) => Err(EditError::Key { key: key.clone() }.into()),
            None => Ok(Vec::new()),
        }
    }
}
