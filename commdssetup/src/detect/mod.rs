//! Reads a server into [`Facts`]. Only reads.

mod databases;
mod replication;
mod server;

use ldif::Dn;

use crate::choices::Choices;
use crate::facts::{ExistingEntry, Facts, Marker, Subschema, Vendor};
use crate::ldap::{Directory, Entry, LdapError, Target};
use crate::plan::{DirectoryChange, entries_to_look_for, marker};

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// The server.
    #[error(transparent)]
    Ldap(#[from] LdapError),
    /// Whoever is bound may not see what a run changes.
    #[error("{dn} is not the Directory Manager of this server{}", manager.as_ref().map(|dn| format!(", {dn} is")).unwrap_or_default())]
    NotDirectoryManager {
        /// Who is bound.
        dn: String,
        /// Who is, where the server tells.
        manager: Option<String>,
    },
    /// The whole server is read-only.
    #[error("{url} is read-only: nsslapd-readonly is on in cn=config")]
    ReadOnly {
        /// The server.
        url: String,
    },
    /// The schema is to change back and may not.
    #[error("{url}: schema updates are switched off (nsslapd-schemamod in cn=config)")]
    SchemaUpdatesOff {
        /// The server.
        url: String,
    },
    /// The schema is nowhere to be found.
    #[error("{url} does not show its schema in {dn}")]
    NoSchema {
        /// The server.
        url: String,
        /// Where it should be.
        dn: String,
    },
}

/// Checks that a server accepts the changes of a run that is resumed or undone. Only reads.
///
/// # Errors
/// [`DetectError`].
pub fn check_changeable(
    directory: &dyn Directory,
    target: &Target,
    changes: &[DirectoryChange],
) -> Result<(), DetectError> {
    server::check(directory, target, changes.iter().any(DirectoryChange::is_of_schema))
}

/// Reads everything that a plan depends on.
///
/// # Errors
/// [`DetectError`].
pub fn detect(directory: &dyn Directory, target: &Target, choices: &Choices) -> Result<Facts, DetectError> {
    let (mut server, schema_dn) = server::server(directory, target, choices)?;
    let is_known = !matches!(server.vendor, Vendor::Other(_));
    if is_known {
        server.schema_updates = server::configuration(directory, target)?;
    }
    let subschema =
        subschema(directory, &schema_dn)?.ok_or(DetectError::NoSchema { url: target.url.clone(), dn: schema_dn })?;
    let mut entries = Vec::new();
    for dn in entries_to_look_for(choices) {
        if directory.entry(&dn.to_string(), &["1.1"])?.is_some() {
            entries.push(ExistingEntry { dn });
        }
    }
    let mut facts = Facts {
        server,
        subschema,
        backends: Vec::new(),
        default_indexes: Vec::new(),
        mapping_tree: Vec::new(),
        entries,
        marker: None,
        replicas: Vec::new(),
    };
    // Another product has no such configuration; asking for it would be of no use.
    if is_known {
        facts.backends = databases::backends(directory)?;
        facts.default_indexes = databases::default_indexes(directory)?;
        facts.mapping_tree = databases::mapping_tree(directory)?;
        facts.replicas = replication::replicas(directory, &facts.mapping_tree)?;
        let note = directory.entry(marker::DN, &["description"])?;
        let descriptions = note.map(|entry| entry.texts("description")).transpose()?;
        facts.marker = descriptions.map(|descriptions| Marker { descriptions });
    }
    Ok(facts)
}

/// Reads the schema.
pub(crate) fn subschema(directory: &dyn Directory, dn: &str) -> Result<Option<Subschema>, LdapError> {
    let Some(entry) = directory.entry(dn, &["attributeTypes", "objectClasses", "ldapSyntaxes"])? else {
        return Ok(None);
    };
    let attribute_types = entry.texts("attributeTypes")?;
    let object_classes = entry.texts("objectClasses")?;
    if attribute_types.is_empty() || object_classes.is_empty() {
        return Ok(None);
    }
    let oid = |text: &String| text.trim_start_matches('(').split_whitespace().next().map(str::to_owned);
    let syntaxes = entry.texts("ldapSyntaxes")?.iter().filter_map(oid).collect();
    Ok(Some(Subschema { dn: dn.to_owned(), attribute_types, object_classes, syntaxes }))
}

/// Returns the name that an attribute of an entry must hold.
fn name_in(entry: &Entry, attribute: &str) -> Result<Dn, LdapError> {
    let text = required(entry, attribute)?;
    Dn::parse(&text).map_err(|e| LdapError::Damaged { what: format!("{attribute} of {}: {e}", entry.dn) })
}

/// Returns the text that an attribute of an entry must hold.
fn required(entry: &Entry, attribute: &str) -> Result<String, LdapError> {
    let text = entry.text(attribute)?;
    text.ok_or_else(|| LdapError::Damaged { what: format!("{} has no {attribute}", entry.dn) })
}
