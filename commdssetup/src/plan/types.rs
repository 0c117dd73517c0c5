//! What a plan is made of. It is serialised as it is: `plan.json` of a run and the output of `--dry-run --json` are this.

use ldif::Dn;

use crate::choices::SchemaType;
use crate::facts::Values;

/// What is done with values of one attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    /// These values come in addition.
    Add,
    /// These values go.
    Delete,
}

/// A part of a modification.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueEdit {
    /// What is done.
    pub kind: EditKind,
    /// The attribute.
    pub attribute: String,
    /// The values.
    pub values: Vec<String>,
}

impl ValueEdit {
    /// Returns whether its values are definitions.
    #[must_use]
    pub fn is_of_schema(&self) -> bool {
        ["attributeTypes", "objectClasses"].iter().any(|name| self.attribute.eq_ignore_ascii_case(name))
    }
}

/// Whether entries below go with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The entry alone: it must have none below it.
    Entry,
    /// The entry and everything that the server made below it: the configuration of a database.
    Subtree,
}

/// What is done with an entry.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Operation {
    /// A new entry.
    Add {
        /// All its values.
        attributes: Vec<Values>,
    },
    /// An entry changes; the edits take effect together or not at all.
    Modify {
        /// What changes, in order.
        edits: Vec<ValueEdit>,
    },
    /// An entry goes. Only a reversal has it.
    Delete {
        /// Whether entries below it go with it.
        scope: Scope,
    },
}

/// Which of the administrator's choices a change follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// `-s`
    Schema,
    /// Suffixes: databases, mapping tree and root entries.
    Suffixes,
    /// `-i`
    Indexes,
    /// Our own note of the run.
    Marker,
}

/// One request to the server.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryChange {
    /// Name of the entry.
    pub dn: String,
    /// What is done with it.
    pub operation: Operation,
    /// Which choice it follows from.
    pub part: Area,
    /// Why, for people: one line without an end.
    pub reason: String,
}

impl DirectoryChange {
    /// Returns whether it makes a database, below whose entry the server makes more.
    #[must_use]
    pub fn adds_database(&self) -> bool {
        let Operation::Add { attributes } = &self.operation else { return false };
        let of_class = |values: &&Values| values.attribute.eq_ignore_ascii_case("objectClass");
        let mut classes = attributes.iter().filter(of_class).flat_map(|values| &values.values);
        classes.any(|class| class.eq_ignore_ascii_case("nsBackendInstance"))
    }

    /// Returns the name of its entry when that lies in a database, not in the configuration or schema of the server.
    #[must_use]
    pub fn entry_of_data(&self) -> Option<Dn> {
        let is_of_server = self.part == Area::Schema || self.dn.to_ascii_lowercase().ends_with("cn=config");
        if is_of_server { None } else { Dn::parse(&self.dn).ok() }
    }

    /// Returns how many bytes its request has, or a few more.
    #[must_use]
    pub fn size(&self) -> u64 {
        // What the encoding takes beside texts: for the request, and for each value, which is sent on its own.
        const REQUEST: u64 = 64;
        const VALUE: u64 = 32;
        let of = |name: &str, values: &[String]| {
            let value = |value: &String| (value.len() as u64).saturating_add(name.len() as u64).saturating_add(VALUE);
            values.iter().map(value).fold(0, u64::saturating_add)
        };
        let values: u64 = match &self.operation {
            Operation::Add { attributes } => {
                attributes.iter().map(|values| of(&values.attribute, &values.values)).fold(0, u64::saturating_add)
            }
            Operation::Modify { edits } => {
                edits.iter().map(|edit| of(&edit.attribute, &edit.values)).fold(0, u64::saturating_add)
            }
            Operation::Delete { .. } => 0,
        };
        values.saturating_add(self.dn.len() as u64).saturating_add(REQUEST)
    }

    /// Returns whether it changes the server's schema.
    #[must_use]
    pub fn is_of_schema(&self) -> bool {
        matches!(&self.operation, Operation::Modify { edits } if edits.iter().any(ValueEdit::is_of_schema))
    }
}

/// Which kind of schema element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ElementKind {
    /// An attribute type.
    Attribute,
    /// An object class.
    Class,
}

/// A schema element of ours that is not sent because the server has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// What it is.
    pub kind: ElementKind,
    /// Its name.
    pub name: String,
    /// How the server's definition differs from ours where it does; nothing when they are the same.
    pub difference: Option<String>,
}

/// Why the server's definition and ours cannot both be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// Our identifier belongs to an element of another name there.
    SameOidOtherName,
    /// Our name belongs to an element with another identifier there.
    SameNameOtherOid,
    /// Same identifier and name, another syntax.
    OtherSyntax,
    /// The server's definition allows what ours forbids, or the reverse: number of values, class kind, superior, mandatory attributes.
    Narrowing,
}

/// Whether the run can go on in spite of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The server's definition serves; ours is not sent.
    Reported,
    /// Something that is needed depends on it: nothing may be sent.
    Refused,
}

/// A schema element of ours that contradicts one of the server.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// What kind of contradiction it is.
    pub conflict: ConflictKind,
    /// Whether it stops the run.
    pub severity: Severity,
    /// What the element is.
    pub kind: ElementKind,
    /// Its name here.
    pub name: String,
    /// Our definition.
    pub ours: String,
    /// The server's definition.
    pub server: String,
    /// What differs, in words.
    pub difference: String,
    /// What needs it, if that is why the run is refused.
    pub needed_by: Vec<String>,
    /// What the administrator can do.
    pub remedy: String,
}

/// A schema element of ours that is not sent although the server does not have it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// What it is.
    pub kind: ElementKind,
    /// Its name.
    pub name: String,
    /// The product whose schema names it; a site's file (`-S`) counts as one.
    pub product: String,
    /// Why, such as that its identifier was never published.
    pub reason: String,
    /// Classes that go in without it.
    pub classes_without_it: Vec<String>,
}

/// An index that has to be built anew because its entry changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReindexTask {
    /// The database.
    pub backend: String,
    /// The attributes, with the types that are new.
    pub attributes: Vec<IndexedAttribute>,
}

/// An attribute and types of index.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedAttribute {
    /// The attribute.
    pub attribute: String,
    /// `pres`, `eq`, `approx`, `sub`.
    pub types: Vec<String>,
}

/// Everything a run will do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form: 1.
    pub version: u32,
    /// How users and domains are laid out.
    pub schema_type: SchemaType,
    /// Requests, in the order in which they are sent.
    pub changes: Vec<DirectoryChange>,
    /// Indexes to build afterwards; empty with `-R no`.
    pub reindex: Vec<ReindexTask>,
    /// Schema elements that the server has.
    pub skipped: Vec<Skipped>,
    /// Schema elements that contradict the server's.
    pub conflicts: Vec<Conflict>,
    /// Schema elements that are missing and stay missing.
    pub left_out: Vec<LeftOut>,
    /// Remarks, each one a sentence: other servers that need a run, options without effect, what was found installed.
    pub notices: Vec<String>,
}

impl Plan {
    /// Returns whether nothing would be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.reindex.is_empty()
    }

    /// Returns the conflicts that stop the run.
    pub fn refusals(&self) -> impl Iterator<Item = &Conflict> {
        self.conflicts.iter().filter(|conflict| conflict.severity == Severity::Refused)
    }
}
