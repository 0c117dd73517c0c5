//! Descriptions of attribute types and object classes (RFC 4512 section 4.1), as servers show them and schema files hold them.
//!
//! What vendors write beside the RFC is understood: identifiers such as `name-oid`, a quoted `SYNTAX`, names without quotes,
//! `MUST ( )`, `$` and parentheses without blanks, keywords in any order, apostrophes inside a `DESC`. What is printed is always the RFC's form, with
//! single blanks. Reading takes time and memory in proportion to the text.

mod compare;
mod lexer;
mod parse;
mod print;

pub use compare::{AttributeDifference, ClassDifference};

/// Why text is no description of a schema element.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {reason}")]
pub struct SchemaError {
    /// Position in the text, in bytes from 1.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

/// A syntax and the least upper bound of its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// Its identifier.
    pub oid: String,
    /// The number in braces, as written.
    pub length: Option<String>,
}

/// Kind of an object class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassKind {
    /// `ABSTRACT`
    Abstract,
    /// `STRUCTURAL`, also where no kind is written.
    Structural,
    /// `AUXILIARY`
    Auxiliary,
}

/// An extension (`X-...`) and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its keyword, as written.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

/// An attribute type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeType {
    /// Its identifier; a vendor's file may hold a word such as `name-oid`.
    pub oid: String,
    /// `NAME`
    pub names: Vec<String>,
    /// `DESC`
    pub desc: Option<String>,
    /// `OBSOLETE`
    pub obsolete: bool,
    /// `SUP`
    pub sup: Option<String>,
    /// `EQUALITY`
    pub equality: Option<String>,
    /// `ORDERING`
    pub ordering: Option<String>,
    /// `SUBSTR`
    pub substr: Option<String>,
    /// `SYNTAX`
    pub syntax: Option<Syntax>,
    /// `SINGLE-VALUE`
    pub single_value: bool,
    /// `COLLECTIVE`
    pub collective: bool,
    /// `NO-USER-MODIFICATION`
    pub no_user_modification: bool,
    /// `USAGE`, as written.
    pub usage: Option<String>,
    /// `X-...`, in order.
    pub extensions: Vec<Extension>,
}

/// An object class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectClass {
    /// Its identifier; a vendor's file may hold a word such as `name-oid`.
    pub oid: String,
    /// `NAME`
    pub names: Vec<String>,
    /// `DESC`
    pub desc: Option<String>,
    /// `OBSOLETE`
    pub obsolete: bool,
    /// `SUP`
    pub sup: Vec<String>,
    /// The kind.
    pub kind: ClassKind,
    /// `MUST`
    pub must: Vec<String>,
    /// `MAY`
    pub may: Vec<String>,
    /// `X-...`, in order.
    pub extensions: Vec<Extension>,
}

impl AttributeType {
    /// Returns the name that it is called by: the first one, or the identifier.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().unwrap_or(&self.oid)
    }

    /// Returns whether this is one of its names or its identifier; case does not count.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.oid.eq_ignore_ascii_case(name) || contains(&self.names, name)
    }

    /// Returns the values of an extension.
    #[must_use]
    pub fn extension(&self, name: &str) -> &[String] {
        extension(&self.extensions, name)
    }
}

impl ObjectClass {
    /// Returns the name that it is called by: the first one, or the identifier.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().unwrap_or(&self.oid)
    }

    /// Returns whether this is one of its names or its identifier; case does not count.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.oid.eq_ignore_ascii_case(name) || contains(&self.names, name)
    }

    /// Returns the values of an extension.
    #[must_use]
    pub fn extension(&self, name: &str) -> &[String] {
        extension(&self.extensions, name)
    }
}

/// Returns whether an identifier is a dotted number, which all servers accept.
#[must_use]
pub fn is_numeric_oid(oid: &str) -> bool {
    oid.contains('.') && oid.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()))
}

fn contains(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn extension<'a>(extensions: &'a [Extension], name: &str) -> &'a [String] {
    let found = extensions.iter().find(|extension| extension.name.eq_ignore_ascii_case(name));
    found.map_or(&[], |extension| extension.values.as_slice())
}
