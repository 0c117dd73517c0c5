//! Indexes: entries that are missing, and types that are missing in those that are there.

use std::collections::{BTreeMap, BTreeSet};

use super::index_table::TABLE;
use super::marker;
use super::suffixes::Holder;
use super::types::{Area, DirectoryChange, EditKind, IndexedAttribute, Operation, ReindexTask, ValueEdit};
use crate::choices::{Answer, Choices};
use crate::facts::{Facts, IndexEntry, Values};

/// What the index part of a plan decides.
#[derive(Debug, Default)]
pub(super) struct IndexPart {
    pub(super) changes: Vec<DirectoryChange>,
    /// What has to be built for it: what changes, and with `-R yes` what an earlier run or somebody's `ldapmodify` left.
    pub(super) tasks: Vec<ReindexTask>,
}

/// An index that is wanted on a database.
struct RequiredIndex {
    attribute: &'static str,
    types: Vec<&'static str>,
}

/// Returns the attributes that are to be indexed.
pub(super) fn attributes(choices: &Choices) -> BTreeSet<String> {
    if choices.indexes == Answer::No {
        return BTreeSet::new();
    }
    let rows = TABLE.iter().filter(|(_, layouts, ..)| layouts.includes(choices.schema_type));
    rows.map(|(_, _, attribute, _)| (*attribute).to_owned()).collect()
}

pub(super) fn plan(facts: &Facts, choices: &Choices, holders: &[Holder]) -> IndexPart {
    let mut part = IndexPart::default();
    let mut done = BTreeSet::new();
    for holder in holders {
        // Several suffixes may lie in one database.
        if !done.insert(holder.dn.to_ascii_lowercase()) {
            continue;
        }
        let entries = entries(facts, holder);
        let mut changed = Vec::new();
        for wanted in wanted(choices, holders, &holder.dn) {
            let existing = entries.iter().find(|entry| entry.attribute.eq_ignore_ascii_case(wanted.attribute));
            let has =
                |kind: &str| existing.is_some_and(|entry| types(entry).any(|known| known.eq_ignore_ascii_case(kind)));
            let missing: Vec<_> = wanted.types.iter().copied().filter(|kind| !has(kind)).collect();
            let was_left = choices.reindex == Answer::Yes
                && marker::notes_unbuilt(facts.marker.as_ref(), &holder.backend, wanted.attribute);
            if missing.is_empty() && !was_left {
                continue;
            }
            changed.push(IndexedAttribute {
                attribute: wanted.attribute.to_owned(),
                types: if was_left { &wanted.types } else { &missing }.iter().map(|kind| (*kind).to_owned()).collect(),
            });
            if missing.is_empty() {
                continue;
            }
            part.changes.push(change(holder, existing, wanted.attribute, &missing));
        }
        // Also of a database that the run makes: 389 DS uses no index that was added until it was built (measured: searches
        // are logged with `notes=U` before; once the server has started again, it uses it and finds nothing).
        if !changed.is_empty() {
            part.tasks.push(ReindexTask { backend: holder.backend.clone(), attributes: changed });
        }
    }
    part
}

/// Returns the index entries that a database has, or will have once it is made.
fn entries<'a>(facts: &'a Facts, holder: &Holder) -> &'a [IndexEntry] {
    if holder.is_new {
        return &facts.default_indexes;
    }
    let backend = facts.backends.iter().find(|backend| backend.dn.eq_ignore_ascii_case(&holder.dn));
    backend.map_or(&[], |backend| backend.indexes.as_slice())
}

fn types(entry: &IndexEntry) -> impl Iterator<Item = &str> {
    entry.types.iter().flat_map(|value| value.split(',')).map(str::trim)
}

/// Returns the rows of the table for a database, in order, types of one attribute together.
fn wanted(choices: &Choices, holders: &[Holder], dn: &str) -> Vec<RequiredIndex> {
    let mut places = BTreeMap::new();
    let mut all: Vec<RequiredIndex> = Vec::new();
    for (purpose, layouts, attribute, types) in TABLE {
        let is_here = holders.iter().any(|holder| holder.purpose == purpose && holder.dn.eq_ignore_ascii_case(dn));
        if !is_here || !layouts.includes(choices.schema_type) {
            continue;
        }
        let at = *places.entry(attribute.to_ascii_lowercase()).or_insert(all.len());
        match all.get_mut(at) {
            Some(wanted) => {
                for kind in types {
                    if !wanted.types.contains(kind) {
                        wanted.types.push(kind);
                    }
                }
            }
            None => all.push(RequiredIndex { attribute, types: types.to_vec() }),
        }
    }
    all
}

fn change(holder: &Holder, existing: Option<&IndexEntry>, attribute: &str, missing: &[&str]) -> DirectoryChange {
    let values: Vec<String> = missing.iter().map(|kind| (*kind).to_owned()).collect();
    let of_database = format!("cn=index,{}", holder.dn);
    let (dn, operation) = match existing {
        // The entry of a new database is a copy of the default one, under the database's own name.
        Some(entry) => {
            let dn = if holder.is_new { format!("cn={},{of_database}", entry.attribute) } else { entry.dn.clone() };
            let edit = ValueEdit { kind: EditKind::Add, attribute: "nsIndexType".to_owned(), values };
            (dn, Operation::Modify { edits: vec![edit] })
        }
        None => {
            let attributes = vec![
                Values::new("objectClass", ["top", "nsIndex"]),
                Values::new("cn", [attribute]),
                Values::new("nsSystemIndex", ["false"]),
                Values { attribute: "nsIndexType".to_owned(), values },
            ];
            (format!("cn={attribute},{of_database}"), Operation::Add { attributes })
        }
    };
    let reason = format!("{} is not indexed by {} in {}", attribute, missing.join(", "), holder.backend);
    DirectoryChange { dn, operation, part: Area::Indexes, reason }
}
