//! Decides what a run does. Pure: no reading, no writing, no clock.

mod attributes;
mod candidates;
mod classes;
mod index_table;
mod indexes;
pub mod marker;
mod named;
mod schema;
mod schema_requests;
mod server_schema;
mod shared_oids;
mod suffixes;
mod types;

use ldif::Dn;
use ldif::schema::SchemaError;

use self::attributes::Sendable;
pub(crate) use self::server_schema::ServerSchema;
use crate::choices::{Answer, Choices};
use crate::facts::{Facts, ReplicaRole, SchemaUpdates, Vendor};
use crate::schema_files::{self, Definitions, SchemaFileError};

pub use suffixes::DATABASES;
pub use types::{
    Area, Conflict, ConflictKind, DirectoryChange, EditKind, ElementKind, IndexedAttribute, LeftOut, Operation, Plan,
    ReindexTask, Scope, Severity, Skipped, ValueEdit,
};

/// Told with `-R no`.
const NOT_BUILT: &str = "The new indexes are not built. After the next start of the server, searches by them may find nothing. To build them, use `-R yes`.";

/// Why there is no plan. Nothing was changed when one of these comes up.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file of `-S` is malformed.
    #[error(transparent)]
    SchemaFile(#[from] SchemaFileError),
    /// A definition of the server that could contradict ours cannot be read.
    #[error("the server's definition `{value}` cannot be understood ({error}), and it seems to be of {element}")]
    ServerSchema {
        /// Our element.
        element: String,
        /// The value.
        value: String,
        /// What is wrong.
        error: SchemaError,
    },
    /// The schema has to change and may not.
    #[error(
        "{url}: schema updates are switched off (nsslapd-schemamod in cn=config), and {missing} definitions are missing"
    )]
    SchemaUpdatesOff {
        /// The server.
        url: String,
        /// How many are missing.
        missing: usize,
    },
    /// A suffix lies within a database, below an entry that does not exist.
    #[error("{dn} cannot be made: there is no entry {parent}")]
    MissingParent {
        /// The suffix.
        dn: String,
        /// The entry above it.
        parent: String,
    },
    /// A suffix is in the mapping tree, but is not served from a database of this instance.
    #[error("{suffix} is not served from a database of this instance: {dn} has `{says}`")]
    SuffixElsewhere {
        /// The suffix.
        suffix: String,
        /// The node of the mapping tree.
        dn: String,
        /// `nsslapd-state`, and what it names.
        says: String,
    },
    /// A suffix lies where the server keeps itself.
    #[error("{dn} cannot be a suffix for users: the server uses it itself")]
    SuffixOfTheServer {
        /// The suffix.
        dn: String,
    },
    /// A database is there that no node of the mapping tree names.
    #[error("{suffix} is not served from its database {database}: no entry of cn=mapping tree,cn=config names it")]
    SuffixUnmapped {
        /// The suffix.
        suffix: String,
        /// Its database.
        database: String,
    },
    /// No entry can be made for a suffix of this name.
    #[error(
        "{dn} does not exist, and no entry can be made from its name alone, such as o=usergroup or dc=example,dc=com: create it first"
    )]
    RootEntry {
        /// The suffix.
        dn: String,
    },
}

/// Returns the entries that detection looks for: the roots of the suffixes that these choices ask for, and those above.
#[must_use]
pub fn entries_to_look_for(choices: &Choices) -> Vec<Dn> {
    suffixes::wanted(choices).into_iter().flat_map(|suffix| suffixes::with_ancestors(&suffix.dn)).collect()
}

/// Decides what a run does.
///
/// A plan with refusals ([`Plan::refusals`]) has no changes.
///
/// # Errors
/// [`PlanError`].
pub fn plan(facts: &Facts, choices: &Choices) -> Result<Plan, PlanError> {
    let mut plan = Plan {
        version: 1,
        schema_type: choices.schema_type,
        changes: Vec::new(),
        reindex: Vec::new(),
        skipped: Vec::new(),
        conflicts: Vec::new(),
        left_out: Vec::new(),
        notices: Vec::new(),
    };
    if let Some(marker) = &facts.marker {
        let parts: Vec<_> = marker::installed(marker).map(|(word, version)| format!("{word} {version}")).collect();
        if !parts.is_empty() {
            plan.notices.push(format!("Installed by an earlier run: {}.", parts.join(", ")));
        }
    }
    // A malformed file is an error even where the schema is not to be updated: the administrator named it.
    let site = schema_files::of_site(&choices.site_schema)?;
    if choices.schema == Answer::Yes {
        plan_schema(facts, choices, site, &mut plan)?;
    }
    if let Vendor::Other(name) = &facts.server.vendor {
        plan.notices.push(format!("{name} is neither a Sun directory server nor 389 DS: only the schema is prepared."));
    } else {
        let suffixes = suffixes::plan(facts, choices)?;
        plan.notices.extend(suffixes.notices);
        plan.changes.extend(suffixes.changes);
        let mut unbuilt = Vec::new();
        if choices.indexes == Answer::Yes {
            let indexes = indexes::plan(facts, choices, &suffixes.holders);
            plan.changes.extend(indexes.changes);
            match choices.reindex {
                Answer::Yes => plan.reindex = indexes.tasks,
                Answer::No => unbuilt = indexes.tasks,
            }
        }
        if !unbuilt.is_empty()
            || facts.marker.iter().flat_map(|marker| &marker.descriptions).any(|value| marker::is_unbuilt(value))
                && plan.reindex.is_empty()
        {
            plan.notices.push(NOT_BUILT.to_owned());
        }
        plan.changes.extend(marker::plan(facts.marker.as_ref(), choices, &plan.reindex, &unbuilt));
    }
    replication(facts, &mut plan.notices);
    if plan.refusals().next().is_some() {
        plan.changes.clear();
        plan.reindex.clear();
    }
    Ok(plan)
}

fn plan_schema(facts: &Facts, choices: &Choices, site: Definitions, plan: &mut Plan) -> Result<(), PlanError> {
    let definitions = candidates::choose(schema_files::built_in()?, site, &mut plan.notices);
    let server = ServerSchema::new(&facts.subschema);
    for (kind, value, error) in &server.unreadable {
        if let Some(element) = mentioned(&definitions, *kind, value) {
            return Err(PlanError::ServerSchema { element, value: value.clone(), error: error.clone() });
        }
        plan.notices.push(format!("The server's definition `{value}` cannot be understood: {error}."));
    }
    let wish = schema::Wish {
        definitions: &definitions,
        sendable: Sendable {
            unpublished: choices.unpublished_oids,
            textual_oids: !matches!(facts.server.vendor, Vendor::Other(_)),
        },
        old_ics_oids: choices.old_ics_oids,
        indexed: indexes::attributes(choices),
        dn: facts.subschema.dn.clone(),
        syntaxes: &facts.subschema.syntaxes,
    };
    let part = schema::plan(&server, &wish);
    if facts.server.schema_updates == SchemaUpdates::Off && !part.changes.is_empty() {
        let count = |change: &DirectoryChange| match &change.operation {
            Operation::Modify { edits } => {
                edits.iter().filter(|edit| edit.kind == EditKind::Add).map(|edit| edit.values.len()).sum()
            }
            Operation::Add { .. } | Operation::Delete { .. } => 0,
        };
        let missing = part.changes.iter().map(count).sum();
        return Err(PlanError::SchemaUpdatesOff { url: facts.server.url.clone(), missing });
    }
    plan.skipped = part.skipped;
    plan.conflicts = part.conflicts;
    plan.left_out = part.left_out;
    plan.changes = part.changes;
    Ok(())
}

/// Returns the element of ours, of this kind, whose identifier or name a text mentions.
fn mentioned(definitions: &Definitions, kind: ElementKind, text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    // The element that a description is of stands at its beginning; what it refers to stands later.
    let later = ["desc", "sup", "must", "may", "syntax", "equality", "abstract", "structural", "auxiliary"];
    let words = text.split(|c| !is_part(c)).map(str::to_ascii_lowercase);
    let words: Vec<String> = words.take_while(|word| !later.contains(&word.as_str())).collect();
    let has = |word: &String| words.contains(&word.to_ascii_lowercase());
    let is_it = |(oid, names): &(&String, &Vec<String>)| has(oid) || names.iter().any(has);
    let attributes = definitions.attributes.iter().map(|e| (&e.definition.oid, &e.definition.names));
    let classes = definitions.classes.iter().map(|e| (&e.definition.oid, &e.definition.names));
    let found = match kind {
        ElementKind::Attribute => attributes.into_iter().find(is_it),
        ElementKind::Class => classes.into_iter().find(is_it),
    };
    found.map(|(oid, names)| names.first().unwrap_or(oid).clone())
}

fn replication(facts: &Facts, notices: &mut Vec<String>) {
    for replica in &facts.replicas {
        let (role, suppliers) = match replica.role {
            ReplicaRole::Supplier => ("a supplier", ""),
            ReplicaRole::Hub => ("a hub", ": run commdssetup on its suppliers first"),
            ReplicaRole::Consumer => ("a read-only replica", ": run commdssetup on its suppliers first"),
        };
        let mut others = replica.suppliers.clone();
        others.extend(replica.consumers.iter().filter(|server| !replica.suppliers.contains(server)).cloned());
        let others = if others.is_empty() {
            "run commdssetup on every other server of the suffix as well".to_owned()
        } else {
            format!("run commdssetup on these as well: {}", others.join(", "))
        };
        notices.push(format!("This instance is {role} of {}{suppliers}; {others}.", replica.suffix));
    }
}
