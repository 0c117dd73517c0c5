//! The files of an instance, looked at in the same way as the server.

use std::collections::BTreeSet;

use ldif::Dn;
use upgrade_engine::fs::FileSystem;

use super::Expected;
use super::places::Instance;
use crate::apply::{View, added_in, oid_of};
use crate::detect::subschema;
use crate::facts::Subschema;
use crate::ldap::{Directory, Entry, LdapError};
use crate::plan::{DirectoryChange, EditKind, Operation};

/// What the files hold.
pub(super) struct StoredFiles {
    entries: Vec<Entry>,
    /// The server's schema, in which the definitions that the changes are about are those of the files.
    schema: Subschema,
}

impl StoredFiles {
    pub(super) fn read(
        fs: &dyn FileSystem,
        directory: &dyn Directory,
        instance: &Instance,
        changes: &[DirectoryChange],
    ) -> Result<Result<Self, String>, LdapError> {
        let dn = changes.iter().find(|change| change.is_of_schema()).map(|change| change.dn.as_str());
        let in_memory = match dn {
            Some(dn) => subschema(directory, dn)?,
            None => None,
        };
        let files = instance.entries(fs).and_then(|entries| Ok((entries, instance.schema_entries(fs)?)));
        Ok(files.map(|(entries, schema)| Self {
            entries: entries.iter().map(to_entry).collect(),
            schema: in_memory.map(|now| as_stored(now, &schema, changes)).unwrap_or_default(),
        }))
    }

    pub(super) fn has_no(&self, dn: &str) -> bool {
        self.find(dn).is_none()
    }

    /// Returns the names of what differs in a change: of definitions, or of its entry.
    pub(super) fn named(&self, change: &DirectoryChange, expected: Expected) -> Vec<String> {
        let (there, missing) = added_in(&self.schema, change);
        let names = if expected == Expected::Undone { there } else { missing };
        if names.is_empty() { vec![change.dn.clone()] } else { names }
    }

    fn find(&self, dn: &str) -> Option<&Entry> {
        let wanted = Dn::parse(dn).ok()?;
        self.entries.iter().find(|entry| Dn::parse(&entry.dn).is_ok_and(|dn| dn == wanted))
    }
}

impl View for StoredFiles {
    fn entry(&self, dn: &str) -> Result<Option<Entry>, LdapError> {
        Ok(self.find(dn).cloned())
    }

    fn schema(&self, _: &str) -> Result<Subschema, LdapError> {
        Ok(self.schema.clone())
    }
}

fn to_entry(entry: &ldif::Entry) -> Entry {
    let attributes = entry.attributes.iter().map(|attribute| (attribute.name.clone(), vec![attribute.value.clone()]));
    Entry { dn: entry.dn.to_string(), attributes: attributes.collect() }
}

fn as_stored(now: Subschema, files: &[ldif::Entry], changes: &[DirectoryChange]) -> Subschema {
    let of = |attribute: &str, values: Vec<String>| -> Vec<String> {
        let edits = changes.iter().filter_map(|change| match &change.operation {
            Operation::Modify { edits } => Some(edits),
            Operation::Add { .. } | Operation::Delete { .. } => None,
        });
        let edits = edits.flatten().filter(|edit| {
            edit.attribute.eq_ignore_ascii_case(attribute) && matches!(edit.kind, EditKind::Add | EditKind::Delete)
        });
        let ours: BTreeSet<String> = edits.flat_map(|edit| &edit.values).filter_map(|v| oid_of(attribute, v)).collect();
        let is_ours = |value: &String| oid_of(attribute, value).is_some_and(|oid| ours.contains(&oid));
        let stored = files.iter().flat_map(|entry| entry.values(attribute));
        let stored = stored.filter_map(|value| String::from_utf8(value.to_vec()).ok()).filter(is_ours);
        values.into_iter().filter(|value| !is_ours(value)).chain(stored).collect()
    };
    Subschema {
        attribute_types: of("attributeTypes", now.attribute_types),
        object_classes: of("objectClasses", now.object_classes),
        dn: now.dn,
        syntaxes: now.syntaxes,
    }
}
