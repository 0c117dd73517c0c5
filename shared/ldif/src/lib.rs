//! LDAP Data Interchange Format (RFC 2849): reads and writes entries and changes. Distinguished names (RFC 4514), to tell where an
//! entry lies. Descriptions of schema elements (RFC 4512). Values are bytes; nothing here knows a product or opens a file.

mod dn;
mod reader;
mod record;
mod records;
pub mod schema;
mod writer;

pub use dn::{Dn, DnError, Rdn};
pub use reader::{LdifError, entries};
pub use record::{Action, Control, Modification, ModificationKind, OldRdn, Record};
pub use records::{Pair, pairs, records};
pub use writer::{Change, write, write_comment, write_record, write_records};

/// One value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its description: the type, and options behind `;`.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
}

impl Attribute {
    /// Returns whether it is of this type, whatever its options; case does not count.
    pub fn is(&self, name: &str) -> bool {
        self.name.split(';').next().is_some_and(|kind| kind.eq_ignore_ascii_case(name))
    }
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub dn: Dn,
    /// Its values, in the order of the file.
    pub attributes: Vec<Attribute>,
    /// The line on which it begins, counted from 1.
    pub line: u64,
}

impl Entry {
    /// Returns the values of an attribute type.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.attributes.iter().filter(move |attribute| attribute.is(name)).map(|attribute| attribute.value.as_slice())
    }

    /// Returns whether there is a value of an attribute type.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }
}
