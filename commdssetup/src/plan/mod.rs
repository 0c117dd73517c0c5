//! Decides what a run does. Pure: no reading, no writing, no clock.

mod attributes;
mod candidates;
mod classes;
mod index_table;
mod indexes;
pub mod marker;
mod moved;
mod named;
mod schema;
mod schema_requests;
mod server_schema;
mod shared_oids;
mod storage;
mod suffixes;
mod types;

use ldif::Dn;
use ldif::schema::{ObjectClass, SchemaError};

use self::attributes::Sendable;
pub(crate) use self::server_schema::{ServerSchema, is_user_defined};
use crate::choices::{Answer, Choices};
use crate::facts::{Facts, ReplicaRole, SchemaUpdates, Vendor};
use crate::schema_files::{self, Definitions, SchemaFileError};

pub use storage::check_storable;
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
    /// The database of a suffix whose entry is missing is read-only.
    #[error("{dn} does not exist and cannot be made: its database {database} is read-only (nsslapd-readonly)")]
    DatabaseReadOnly {
        /// The suffix.
        dn: String,
        /// Its database.
        database: String,
    },
    /// The server's account cannot write its files.
    #[error("the server could not store the changes in {path}: {why}. They would be lost at its next start")]
    NotStorable {
        /// The directory.
        path: String,
        /// Why not.
        why: String,
    },
    /// There is too little space for the server's files.
    #[error("the server could not store the changes in {path}: {free} KiB are free there, and {needed} KiB are needed")]
    NoSpace {
        /// The directory.
        path: String,
        /// How many KiB are free.
        free: u64,
        /// How many are needed.
        needed: u64,
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
    check_storable(&facts.storage, &plan.changes)?;
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
    widened(&part.changes, &definitions, &mut plan.notices);
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

/// Says which part this instance has in replication, and on which servers to run it as well, each once.
fn replication(facts: &Facts, notices: &mut Vec<String>) {
    let mut others: Vec<String> = Vec::new();
    for replica in &facts.replicas {
        let (role, suppliers) = match replica.role {
            ReplicaRole::Supplier => ("a supplier", ""),
            ReplicaRole::Hub => ("a hub", ": run commdssetup on its suppliers first"),
            ReplicaRole::Consumer => ("a read-only replica", ": run commdssetup on its suppliers first"),
        };
        notices.push(format!("This instance is {role} of {}{suppliers}.", replica.suffix));
        for server in replica.suppliers.iter().chain(&replica.consumers) {
            if !others.iter().any(|known| address(known) == address(server)) {
                others.push(server.clone());
            }
        }
    }
    if !others.is_empty() {
        let others = others.join(", ");
        notices.push(format!(
            "Run commdssetup on these as well, on suppliers first, then on hubs, then on read-only replicas: {others}."
        ));
    } else if !facts.replicas.is_empty() {
        notices.push("Run commdssetup on every other server of these suffixes as well.".to_owned());
    }
}

/// Returns what two spellings of a server have in common: `ldap://a:389/o=x` is `a:389`.
fn address(server: &str) -> String {
    let server = server.split_once("://").map_or(server, |(_, rest)| rest);
    server.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// Says which classes seem to come with the server although it marks them as added by users, and are widened: a consumer marks all
/// definitions so once it has got the schema of a supplier (measured with 389 DS).
fn widened(changes: &[DirectoryChange], definitions: &Definitions, notices: &mut Vec<String>) {
    for change in changes {
        let Operation::Modify { edits } = &change.operation else { continue };
        let deleted = edits.iter().filter(|edit| edit.kind == EditKind::Delete).flat_map(|edit| &edit.values);
        // The last one is the class that the change is about; those before it lie below it and come back as they are.
        let Some(Ok(class)) = deleted.last().map(|value| ObjectClass::parse(value)) else { continue };
        let of_ours = definitions.classes.iter().filter(|element| element.definition.is(class.name()));
        let ours: Vec<&String> = of_ours.flat_map(|element| element.definition.extension("X-ORIGIN")).collect();
        let mut origins = class.extension("X-ORIGIN").iter();
        let shipped = origins.find(|origin| !origin.eq_ignore_ascii_case("user defined") && !ours.contains(origin));
        if let Some(origin) = shipped {
            notices.push(format!(
                "The class {} may come with the server (its origin is `{origin}`), and is widened: {}.",
                class.name(),
                change.reason
            ));
        }
    }
}
