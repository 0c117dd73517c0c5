//! The way back: what undoes a list of changes, computed from the changes alone.
//!
//! A plan names every value that it adds or deletes and replaces none, so nothing else is needed. Whether somebody changed the same
//! values since is for the one who applies it to find out.

use crate::plan::{DirectoryChange, EditKind, Operation, Scope, ValueEdit};

/// Returns what undoes changes, in the order in which it is to be done.
///
/// Undoing the addition of a database deletes what the server made below its entry, and the database with it: the
/// root entry, which goes first, must have no entries below it, or nothing may be undone.
#[must_use]
pub fn reverse(changes: &[DirectoryChange]) -> Vec<DirectoryChange> {
    changes.iter().rev().map(reversed).collect()
}

fn reversed(change: &DirectoryChange) -> DirectoryChange {
    let operation = match &change.operation {
        Operation::Add { .. } => {
            Operation::Delete { scope: if change.adds_database() { Scope::Subtree } else { Scope::Entry } }
        }
        Operation::Modify { edits } => Operation::Modify { edits: edits.iter().rev().map(reversed_edit).collect() },
        // A plan has no deletions; a reversal is not reversed.
        Operation::Delete { scope } => Operation::Delete { scope: *scope },
    };
    DirectoryChange {
        dn: change.dn.clone(),
        operation,
        part: change.part,
        reason: format!("undoes: {}", change.reason),
    }
}

pub(crate) fn reversed_edit(edit: &ValueEdit) -> ValueEdit {
    let kind = match edit.kind {
        EditKind::Add => EditKind::Delete,
        EditKind::Delete => EditKind::Add,
    };
    // A definition goes before those that it needs.
    let values = edit.values.iter().rev().cloned().collect();
    ValueEdit { kind, attribute: edit.attribute.clone(), values }
}
