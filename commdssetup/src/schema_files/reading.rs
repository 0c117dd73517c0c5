//! Reads the definitions of a file in each form in which sites keep their schema: as `cn=schema` shows it, as OpenLDAP's `cn=config`
//! holds it, and as ApacheDS exports it.

use std::collections::BTreeMap;

use ldif::schema::{AttributeType, ObjectClass};
use ldif::{LdifError, Pair};

use super::SchemaFileError;
use super::apache_ds;
use super::open_ldap::{self, Macros};

/// A definition of either kind.
#[derive(Debug)]
pub(super) enum Definition {
    Attribute(AttributeType),
    Class(ObjectClass),
}

/// Forms of a definition in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// `attributeTypes`, `objectClasses`.
    CnSchema,
    /// `olcAttributeTypes`, `olcObjectClasses`.
    OpenLdap,
    /// Entries with `m-oid`.
    ApacheDs,
}

/// A definition where it stands.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) line: u64,
    pub(super) form: Form,
    pub(super) definition: Definition,
}

/// Reads the lines of a file.
pub(super) fn pairs(path: &str, content: &[u8]) -> Result<Vec<Pair>, SchemaFileError> {
    let mut all = Vec::new();
    for pair in ldif::pairs(content) {
        let last = all.last().map_or(0, |pair: &Pair| pair.line);
        all.push(pair.map_err(|error| match error {
            LdifError::Syntax { line, reason } => SchemaFileError { path: path.to_owned(), line, reason },
            LdifError::Io(error) => SchemaFileError { path: path.to_owned(), line: last, reason: error.to_string() },
        })?);
    }
    Ok(all)
}

/// Returns the definitions of a file, in their order. `macros` are the names for identifiers of all files.
pub(super) fn definitions(path: &str, pairs: &[Pair], macros: &Macros) -> Result<Vec<Found>, SchemaFileError> {
    let mut all = Vec::new();
    let mut entry: Vec<&Pair> = Vec::new();
    for pair in pairs {
        let error = |reason: String| SchemaFileError { path: path.to_owned(), line: pair.line, reason };
        if pair.name.eq_ignore_ascii_case("dn") {
            all.extend(of_entry(path, &entry)?);
            entry.clear();
        }
        entry.push(pair);
        let Some((form, is_attribute)) = form(&pair.name) else { continue };
        let text = std::str::from_utf8(&pair.value).map_err(|_| error("the definition is not UTF-8".to_owned()))?;
        let text = if form == Form::OpenLdap { open_ldap::plain(text, macros) } else { text.to_owned() };
        let definition = if is_attribute {
            AttributeType::parse(&text).map(Definition::Attribute)
        } else {
            ObjectClass::parse(&text).map(Definition::Class)
        };
        let definition = definition.map_err(|e| error(e.to_string()))?;
        all.push(Found { line: pair.line, form, definition });
    }
    all.extend(of_entry(path, &entry)?);
    all.retain(|found| found.form == Form::CnSchema || !found.definition.is_of_server());
    Ok(all)
}

impl Definition {
    /// Returns whether it describes the directory server that it was exported from: its configuration, or what it keeps of entries
    /// itself. Other servers have their own of that.
    fn is_of_server(&self) -> bool {
        // OpenLDAP's configuration, OpenLDAP's experiments, ApacheDS.
        const ARCS: [&str; 3] = ["1.3.6.1.4.1.4203.1.12.2.", "1.3.6.1.4.1.4203.666.", "1.3.6.1.4.1.18060.0.4."];
        let (oid, usage) = match self {
            Self::Attribute(definition) => (&definition.oid, definition.usage.as_deref()),
            Self::Class(definition) => (&definition.oid, None),
        };
        let is_operational = usage.is_some_and(|usage| !usage.eq_ignore_ascii_case("userApplications"));
        is_operational || ARCS.iter().any(|arc| oid.starts_with(arc))
    }
}

/// Returns the form of a line with a description, and whether it is of an attribute type.
fn form(name: &str) -> Option<(Form, bool)> {
    let forms: BTreeMap<&str, (Form, bool)> = BTreeMap::from([
        ("attributetypes", (Form::CnSchema, true)),
        ("objectclasses", (Form::CnSchema, false)),
        ("olcattributetypes", (Form::OpenLdap, true)),
        ("olcobjectclasses", (Form::OpenLdap, false)),
    ]);
    forms.get(name.to_ascii_lowercase().as_str()).copied()
}

fn of_entry(path: &str, entry: &[&Pair]) -> Result<Option<Found>, SchemaFileError> {
    let line = entry.first().map_or(0, |pair| pair.line);
    let read = apache_ds::definition(entry);
    let read = read.map_err(|reason| SchemaFileError { path: path.to_owned(), line, reason })?;
    Ok(read.map(|definition| Found { line, form: Form::ApacheDs, definition }))
}
