//! Decides what a run does. Pure: no reading, no writing, no clock.

pub mod marker;
mod types;

use ldif::Dn;

use crate::choices::Choices;

pub use types::{
    Conflict, ConflictKind, DirectoryChange, EditKind, ElementKind, IndexedAttribute, LeftOut, Operation, Part, Plan,
    ReindexTask, Scope, Severity, Skipped, ValueEdit,
};

/// Returns the entries that detection looks for: the roots of the suffixes that these choices ask for.
#[must_use]
pub fn entries_to_look_for(choices: &Choices) -> Vec<Dn> {
    crate::plan::suffixes::wanted(choices).into_iter().map(|suffix| suffix.dn).collect()
}

mod suffixes;
