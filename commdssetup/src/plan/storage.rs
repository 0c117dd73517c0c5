//! Whether the server can store what a run changes: one that cannot write its files keeps the changes in memory only.

use super::PlanError;
use super::types::{DirectoryChange, Operation};
use crate::facts::{Storage, StorageKind};

/// Left free beyond what is written, as other files grow as well.
const RESERVE: u64 = 1 << 20;
/// What a new database takes with its first indexes.
const DATABASE: u64 = 8 << 20;

/// Refuses changes that the server cannot store, as far as its files are seen.
///
/// # Errors
/// [`PlanError::NotStorable`], [`PlanError::NoSpace`].
pub fn check_storable(storage: &Storage, changes: &[DirectoryChange]) -> Result<(), PlanError> {
    for kind in [StorageKind::Schema, StorageKind::Configuration, StorageKind::Databases] {
        let of_kind = || changes.iter().filter(|change| is_of(change, kind));
        let Some(place) = storage.place(kind).filter(|_| of_kind().next().is_some()) else { continue };
        if let Some(refused) = &place.refused {
            return Err(PlanError::NotStorable { path: place.path.clone(), why: refused.clone() });
        }
        // The whole file is written anew beside the old one.
        let new = of_kind().fold(0_u64, |sum, change| sum.saturating_add(bytes(change, kind)));
        let needed = place.size.saturating_add(new).saturating_add(RESERVE);
        if let Some(free) = place.free.filter(|free| *free < needed) {
            return Err(PlanError::NoSpace {
                path: place.path.clone(),
                free: free >> 10,
                needed: needed.div_ceil(1 << 10),
            });
        }
    }
    Ok(())
}

fn is_of(change: &DirectoryChange, kind: StorageKind) -> bool {
    match kind {
        StorageKind::Databases => change.adds_database(),
        kind => StorageKind::of(change) == Some(kind),
    }
}

/// Returns about how many bytes a change adds to a file. The server writes more about each entry and definition than it is sent.
fn bytes(change: &DirectoryChange, kind: StorageKind) -> u64 {
    if kind == StorageKind::Databases {
        return DATABASE;
    }
    let values: usize = match &change.operation {
        Operation::Add { attributes } => attributes.iter().flat_map(|values| &values.values).map(String::len).sum(),
        Operation::Modify { edits } => edits.iter().flat_map(|edit| &edit.values).map(String::len).sum(),
        Operation::Delete { .. } => 0,
    };
    // A database has some twenty entries of its own there.
    let more: u64 = if change.adds_database() { 32 << 10 } else { 1 << 10 };
    (values as u64).saturating_mul(2).saturating_add(more)
}
