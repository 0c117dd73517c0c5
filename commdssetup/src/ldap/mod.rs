//! Talking to a directory server.
//!
//! Everything else sees a [`Directory`]: the real one is a [`Connection`], tests put others in its place.

mod address;
mod certificate;
mod client;
mod connection;
mod error;
mod limits;
mod message_filter;
mod pump;
mod transport;
mod verifier;

pub use address::{AddressError, Bind, Target, socket_url};
pub use connection::Connection;
pub(crate) use connection::THREAD;
pub use error::{LdapError, Remedy};
pub use limits::Limits;
pub use message_filter::{MessageFilter, MessageLimits, Refusal, Violation};

use zeroize::Zeroizing;

use crate::facts::Values;
use crate::plan::ValueEdit;

/// A secret. It has no `Debug` and no `Display`, so that it is printed nowhere by mistake, and each copy is overwritten when it is dropped.
///
/// Copies that others make are not: the arguments of the process (`-w`), the client library's request, which it makes of the word and sends,
/// and what the kernel and the TLS library have of it on its way. They stay in memory that is free, until something else overwrites them.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes a password; nothing for an empty one. A server takes a bind without a password for an anonymous one, and says
    /// that it succeeded.
    #[must_use]
    pub fn new(word: impl Into<Zeroizing<String>>) -> Option<Self> {
        let word = word.into();
        (!word.is_empty()).then_some(Self(word))
    }

    pub(crate) fn word(&self) -> &str {
        &self.0
    }
}

/// How far below its base a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The entry itself.
    Base,
    /// The entries directly below it.
    Children,
    /// The entry and everything below it.
    Subtree,
}

/// A search.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// Where it begins.
    pub base: &'a str,
    /// How far it goes.
    pub depth: Depth,
    /// Which entries are wanted.
    pub filter: &'a str,
    /// Which attributes of them.
    pub attributes: &'a [&'a str],
    /// How many entries are enough; 0 for all.
    pub at_most: i32,
}

impl<'a> Search<'a> {
    /// Asks for one entry.
    #[must_use]
    pub fn entry(dn: &'a str, attributes: &'a [&'a str]) -> Self {
        Self { base: dn, depth: Depth::Base, filter: "(objectClass=*)", attributes, at_most: 0 }
    }

    /// Asks for entries of a class.
    #[must_use]
    pub fn below(base: &'a str, depth: Depth, filter: &'a str, attributes: &'a [&'a str]) -> Self {
        Self { base, depth, filter, attributes, at_most: 0 }
    }
}

/// An entry as a server sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as spelled there.
    pub dn: String,
    /// Its attributes; the order of the values is the server's.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// Returns the values of an attribute as text.
    ///
    /// # Errors
    /// [`LdapError::Damaged`] when one is not UTF-8: what is asked for here is text on every server.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, LdapError> {
        let of = self.attributes.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let text = |value: &Vec<u8>| {
            String::from_utf8(value.clone())
                .map_err(|_| LdapError::Damaged { what: format!("{name} of {} is not text", self.dn) })
        };
        of.flat_map(|(_, values)| values).map(text).collect()
    }

    /// Returns the first value of an attribute as text.
    ///
    /// # Errors
    /// As [`Entry::texts`].
    pub fn text(&self, name: &str) -> Result<Option<String>, LdapError> {
        Ok(self.texts(name)?.into_iter().next())
    }

    /// Returns all attributes with their values as text; values that are none are left out.
    #[must_use]
    pub fn all_texts(&self) -> Vec<Values> {
        let texts = |values: &[Vec<u8>]| values.iter().filter_map(|v| String::from_utf8(v.clone()).ok()).collect();
        self.attributes.iter().map(|(name, v)| Values { attribute: name.clone(), values: texts(v) }).collect()
    }
}

/// A directory server that can be asked and changed.
pub trait Directory: Sync {
    /// Returns the entries that are wanted; none where the base does not exist.
    ///
    /// # Errors
    /// [`LdapError`].
    fn search(&self, search: &Search<'_>) -> Result<Vec<Entry>, LdapError>;
    /// Makes an entry.
    ///
    /// # Errors
    /// [`LdapError`].
    fn add(&self, dn: &str, attributes: &[Values]) -> Result<(), LdapError>;
    /// Changes an entry: all edits, in order, or none.
    ///
    /// # Errors
    /// [`LdapError`].
    fn modify(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError>;
    /// Deletes an entry that has none below it.
    ///
    /// # Errors
    /// [`LdapError`].
    fn delete(&self, dn: &str) -> Result<(), LdapError>;
    /// Returns the name that the server knows this connection by, such as `cn=directory manager`; nothing for an anonymous one.
    ///
    /// # Errors
    /// [`LdapError`].
    fn who_am_i(&self) -> Result<Option<String>, LdapError>;

    /// Returns one entry.
    ///
    /// # Errors
    /// [`LdapError`].
    fn entry(&self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, LdapError> {
        Ok(self.search(&Search::entry(dn, attributes))?.into_iter().next())
    }
}
