//! Records of a file: entries, and changes as RFC 2849 section 3 spells them.

use crate::{Attribute, Dn};

/// A request control (`control:`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its identifier.
    pub oid: String,
    /// Whether the server must refuse the request if it does not know the control. Without a word, it need not.
    pub critical: bool,
    /// Its value.
    pub value: Option<Vec<u8>>,
}

/// What is done with the values of one attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModificationKind {
    /// `add:`
    Add,
    /// `delete:`; without values, all of them.
    Delete,
    /// `replace:`; without values, the attribute goes.
    Replace,
}

/// A part of a modification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modification {
    /// What is done.
    pub kind: ModificationKind,
    /// The attribute.
    pub attribute: String,
    /// The values.
    pub values: Vec<Vec<u8>>,
}

/// What happens to the old name of a renamed entry (`deleteoldrdn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldRdn {
    /// `0`: its values stay in the entry.
    Keep,
    /// `1`: they go.
    Delete,
}

/// What a record says of its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The entry itself: there is no `changetype`.
    Entry(Vec<Attribute>),
    /// `changetype: add`
    Add(Vec<Attribute>),
    /// `changetype: delete`
    Delete,
    /// `changetype: modify`
    Modify(Vec<Modification>),
    /// `changetype: modrdn` or `moddn`, which mean the same.
    Rename {
        /// `newrdn`
        new_rdn: String,
        /// `deleteoldrdn`
        old_rdn: OldRdn,
        /// `newsuperior`
        new_superior: Option<Dn>,
    },
}

/// A record of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of the entry.
    pub dn: Dn,
    /// Controls, in order; only a change has any.
    pub controls: Vec<Control>,
    /// What it says.
    pub action: Action,
    /// The line on which it begins, counted from 1; 0 in a record that was not read.
    pub line: u64,
}

impl Record {
    /// Creates a change without controls.
    #[must_use]
    pub fn change(dn: Dn, action: Action) -> Self {
        Self { dn, controls: Vec::new(), action, line: 0 }
    }
}
