//! What differs in meaning between two definitions: names compare without case, lists without order; `DESC`, extensions and spelling
//! do not count.

use std::collections::BTreeSet;

use super::{AttributeType, ClassKind, ObjectClass, Syntax};

/// A difference between two attribute types, first and second side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeDifference {
    /// Identifiers.
    Oid(String, String),
    /// Sets of names, in lower case.
    Names(BTreeSet<String>, BTreeSet<String>),
    /// Syntaxes; the length is a hint to the server and does not count.
    Syntax(Option<Syntax>, Option<Syntax>),
    /// Whether only one value is possible.
    SingleValue(bool, bool),
    /// Superior types.
    Sup(Option<String>, Option<String>),
    /// Equality rules; compared only where both name one, as many servers choose it by the syntax.
    Equality(String, String),
    /// `COLLECTIVE`, `NO-USER-MODIFICATION`, `USAGE` or `OBSOLETE`.
    Operational,
}

/// A difference between two object classes, first and second side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassDifference {
    /// Identifiers.
    Oid(String, String),
    /// Sets of names, in lower case.
    Names(BTreeSet<String>, BTreeSet<String>),
    /// Superior classes, in lower case; none is the same as `top`.
    Sup(BTreeSet<String>, BTreeSet<String>),
    /// Kinds.
    Kind(ClassKind, ClassKind),
    /// Mandatory attributes, in lower case; `objectClass` does not count, every entry has it.
    Must(BTreeSet<String>, BTreeSet<String>),
    /// Allowed attributes without the mandatory ones, in lower case.
    May(BTreeSet<String>, BTreeSet<String>),
    /// `OBSOLETE`.
    Obsolete,
}

impl AttributeType {
    /// Returns what differs in meaning.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<AttributeDifference> {
        let mut found = Vec::new();
        if !self.oid.eq_ignore_ascii_case(&other.oid) {
            found.push(AttributeDifference::Oid(self.oid.clone(), other.oid.clone()));
        }
        let (a, b) = (lower(&self.names), lower(&other.names));
        if a != b {
            found.push(AttributeDifference::Names(a, b));
        }
        let oid = |syntax: &Option<Syntax>| syntax.as_ref().map(|syntax| syntax.oid.to_ascii_lowercase());
        if oid(&self.syntax) != oid(&other.syntax) {
            found.push(AttributeDifference::Syntax(self.syntax.clone(), other.syntax.clone()));
        }
        if self.single_value != other.single_value {
            found.push(AttributeDifference::SingleValue(self.single_value, other.single_value));
        }
        let small = |name: &Option<String>| name.as_ref().map(|name| name.to_ascii_lowercase());
        if small(&self.sup) != small(&other.sup) {
            found.push(AttributeDifference::Sup(self.sup.clone(), other.sup.clone()));
        }
        if let (Some(a), Some(b)) = (&self.equality, &other.equality)
            && !a.eq_ignore_ascii_case(b)
        {
            found.push(AttributeDifference::Equality(a.clone(), b.clone()));
        }
        let usage = |usage: &Option<String>| {
            usage
                .as_deref()
                .filter(|usage| !usage.eq_ignore_ascii_case("userApplications"))
                .map(str::to_ascii_lowercase)
        };
        let flags = |a: &Self| (a.collective, a.no_user_modification, a.obsolete, usage(&a.usage));
        if flags(self) != flags(other) {
            found.push(AttributeDifference::Operational);
        }
        found
    }
}

impl ObjectClass {
    /// Returns what differs in meaning.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<ClassDifference> {
        let mut found = Vec::new();
        if !self.oid.eq_ignore_ascii_case(&other.oid) {
            found.push(ClassDifference::Oid(self.oid.clone(), other.oid.clone()));
        }
        let (a, b) = (lower(&self.names), lower(&other.names));
        if a != b {
            found.push(ClassDifference::Names(a, b));
        }
        let sup =
            |class: &Self| if class.sup.is_empty() { BTreeSet::from(["top".to_owned()]) } else { lower(&class.sup) };
        if sup(self) != sup(other) {
            found.push(ClassDifference::Sup(sup(self), sup(other)));
        }
        if self.kind != other.kind {
            found.push(ClassDifference::Kind(self.kind, other.kind));
        }
        let must = |class: &Self| {
            let mut names = lower(&class.must);
            names.remove("objectclass");
            names
        };
        if must(self) != must(other) {
            found.push(ClassDifference::Must(must(self), must(other)));
        }
        let may = |class: &Self| &lower(&class.may) - &lower(&class.must);
        if may(self) != may(other) {
            found.push(ClassDifference::May(may(self), may(other)));
        }
        if self.obsolete != other.obsolete {
            found.push(ClassDifference::Obsolete);
        }
        found
    }
}

fn lower(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_ascii_lowercase()).collect()
}
