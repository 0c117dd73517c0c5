//! Reads a server into [`Facts`]. Only reads.

mod databases;
mod replication;
mod server;

use ldif::Dn;

pub use self::replication::{ReplicaServer, consumers, suppliers};

use crate::choices::Choices;
use crate::facts::{ExistingEntry, Facts, Marker, Replica, Storage, Subschema, Vendor};
use crate::ldap::{Directory, Entry, LdapError, Target};
use crate::plan::{DirectoryChange, entries_to_look_for, marker};
use crate::stored::Files;

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
    /// Entries have to change in a database that is read-only.
    #[error("{dn} cannot be changed: its database {database} is read-only (nsslapd-readonly)")]
    DatabaseReadOnly {
        /// The entry.
        dn: String,
        /// The database.
        database: String,
    },
    /// Entries have to change in a suffix that takes no changes.
    #[error("{dn} cannot be changed here: {node} has `{state}`")]
    SuffixNotServed {
        /// The entry.
        dn: String,
        /// The node of the mapping tree.
        node: String,
        /// Its `nsslapd-state`.
        state: String,
    },
    /// A request is larger than the server takes.
    #[error(
        "the server takes requests of {limit} bytes at most (nsslapd-maxbersize in cn=config), and one of {size} bytes is needed"
    )]
    RequestTooLarge {
        /// The limit.
        limit: u64,
        /// What is needed.
        size: u64,
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
    let Some(largest_request) = server::check(directory, target, changes.iter().any(DirectoryChange::is_of_schema))?
    else {
        return Ok(());
    };
    let entries: Vec<Dn> = changes.iter().filter_map(DirectoryChange::entry_of_data).collect();
    if !entries.is_empty() {
        databases::check_changeable(directory, &entries)?;
    }
    check_sizes(largest_request, changes)
}

/// Refuses changes that are larger than the server takes: it would end the connection in the middle of the run.
///
/// # Errors
/// [`DetectError::RequestTooLarge`].
pub fn check_sizes(limit: u64, changes: &[DirectoryChange]) -> Result<(), DetectError> {
    let size = changes.iter().map(DirectoryChange::size).max().unwrap_or_default();
    if size > limit { Err(DetectError::RequestTooLarge { limit, size }) } else { Ok(()) }
}

/// Reads which part a server has in replication.
///
/// # Errors
/// [`LdapError`].
pub fn replicas(directory: &dyn Directory) -> Result<Vec<Replica>, LdapError> {
    replication::replicas(directory, &databases::mapping_tree(directory)?)
}

/// Reads everything that a plan depends on.
///
/// # Errors
/// [`DetectError`].
pub fn detect(directory: &dyn Directory, files: &Files<'_>, choices: &Choices) -> Result<Facts, DetectError> {
    let target = &files.target;
    let (mut server, schema_dn) = server::server(directory, target, choices)?;
    let is_known = !matches!(server.vendor, Vendor::Other(_));
    if is_known {
        (server.schema_updates, server.largest_request) = server::configuration(directory, target)?;
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
        taken_names: Vec::new(),
        default_indexes: Vec::new(),
        mapping_tree: Vec::new(),
        entries,
        marker: None,
        replicas: Vec::new(),
        storage: Storage::Unseen(String::new()),
    };
    // Another product has no such configuration; asking for it would be of no use.
    if is_known {
        facts.backends = databases::backends(directory)?;
        facts.taken_names = databases::taken_names(directory)?;
        facts.default_indexes = databases::default_indexes(directory)?;
        facts.mapping_tree = databases::mapping_tree(directory)?;
        facts.storage = files.storage(directory)?;
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
