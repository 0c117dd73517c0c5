//! Our own note in the directory that it was prepared, and by what. The vendor's way of marking is not public; this one is ours.
//!
//! It lies in the configuration of the instance, which is not replicated: every instance needs its own run. Each value of
//! its `description` names a part and the version of it that was brought about, such as `schema 1`, or an index whose entry was
//! added and which was not built: once the server has started again, it answers from such an index as if it were whole.

use super::types::{Area, DirectoryChange, EditKind, Operation, ReindexTask, ValueEdit};
use crate::choices::{Answer, Choices, Holds};
use crate::facts::{Marker, Values};

/// Name of the entry.
pub const DN: &str = "cn=commdssetup,cn=config";

/// The state of schema, indexes and suffixes that this program brings about. A change of the shipped schema files
/// or of the index table counts it up.
pub const VERSION: u32 = 2;

/// Returns what is noted of indexes until they are built.
pub fn unbuilt(tasks: &[ReindexTask]) -> Vec<String> {
    let of = |task: &ReindexTask| {
        task.attributes.iter().map(|index| unbuilt_index(&task.backend, &index.attribute)).collect::<Vec<_>>()
    };
    tasks.iter().flat_map(of).collect()
}

fn unbuilt_index(backend: &str, attribute: &str) -> String {
    format!("unbuilt {backend} {attribute}")
}

/// Returns whether a value notes an index that was not built.
pub fn is_unbuilt(value: &str) -> bool {
    value.starts_with("unbuilt ")
}

/// Returns whether an index is noted as not built.
pub(super) fn notes_unbuilt(marker: Option<&Marker>, backend: &str, attribute: &str) -> bool {
    let note = unbuilt_index(backend, attribute);
    marker.is_some_and(|marker| marker.descriptions.iter().any(|value| value.eq_ignore_ascii_case(&note)))
}

/// Returns what is noted: the word and the version of each part, as read; other values are left alone.
pub fn installed(marker: &Marker) -> impl Iterator<Item = (&str, u32)> {
    marker.descriptions.iter().filter_map(|value| {
        let (word, version) = value.split_once(' ')?;
        ["schema", "indexes", "suffixes"].contains(&word).then_some(())?;
        Some((word, version.parse().ok()?))
    })
}

/// Returns the change that notes what a run with these choices brings about; nothing when that is noted. `built` are the indexes that it
/// builds, `unbuilt` those that it leaves to be built.
pub(super) fn plan(
    marker: Option<&Marker>,
    choices: &Choices,
    built: &[ReindexTask],
    unbuilt: &[ReindexTask],
) -> Option<DirectoryChange> {
    let is_for_users = choices.holds == Holds::UsersAndGroups;
    let words = [
        (choices.schema == Answer::Yes, "schema"),
        (is_for_users && choices.indexes == Answer::Yes, "indexes"),
        (is_for_users, "suffixes"),
    ];
    let words = words.into_iter().filter_map(|(is_done, word)| is_done.then_some(word));
    let is_noted = |word: &str| {
        marker.iter().copied().flat_map(installed).any(|(known, version)| known == word && version >= VERSION)
    };
    let words: Vec<&str> = words.filter(|word| !is_noted(word)).collect();
    let there: &[String] = marker.map_or(&[], |marker| &marker.descriptions);
    let is_there = |value: &String| there.iter().any(|known| known.eq_ignore_ascii_case(value));
    let new = words.iter().map(|word| format!("{word} {VERSION}"));
    let new: Vec<String> = new.chain(self::unbuilt(unbuilt).into_iter().filter(|note| !is_there(note))).collect();
    let built = self::unbuilt(built);
    let is_old = |value: &&String| {
        let is_counted_up = value.split_once(' ').is_some_and(|(known, _)| words.contains(&known));
        is_counted_up || built.iter().any(|note| note.eq_ignore_ascii_case(value))
    };
    let old: Vec<String> = there.iter().filter(is_old).cloned().collect();
    if new.is_empty() && old.is_empty() {
        return None;
    }
    let operation = match marker {
        None => Operation::Add { attributes: entry(new) },
        Some(_) => Operation::Modify { edits: edits([(EditKind::Delete, old), (EditKind::Add, new)]) },
    };
    Some(change(operation))
}

fn entry(descriptions: Vec<String>) -> Vec<Values> {
    vec![
        Values::new("objectClass", ["top", "extensibleObject"]),
        Values::new("cn", ["commdssetup"]),
        Values { attribute: "description".to_owned(), values: descriptions },
    ]
}

fn edits<const N: usize>(all: [(EditKind, Vec<String>); N]) -> Vec<ValueEdit> {
    let all = all.into_iter().filter(|(_, values)| !values.is_empty());
    all.map(|(kind, values)| ValueEdit { kind, attribute: "description".to_owned(), values }).collect()
}

fn change(operation: Operation) -> DirectoryChange {
    let reason = "a note of what was prepared, for later runs".to_owned();
    DirectoryChange { dn: DN.to_owned(), operation, part: Area::Marker, reason }
}

/// Returns the changes as they are to be done by hand, where indexes are built after all of them: those are noted as not built before their
/// entries come, and whoever has built them takes the notes away ([`unbuilt`]).
#[must_use]
pub fn by_hand(changes: &[DirectoryChange], tasks: &[ReindexTask]) -> Vec<DirectoryChange> {
    let notes = unbuilt(tasks);
    if notes.is_empty() {
        return changes.to_vec();
    }
    let (last, mut all): (Vec<_>, Vec<_>) = changes.iter().cloned().partition(|change| change.part == Area::Marker);
    let (first, mut last) = match last.into_iter().next().map(|note| note.operation) {
        Some(Operation::Add { attributes }) => {
            let words = attributes.into_iter().filter(|values| values.attribute == "description");
            let words = words.flat_map(|values| values.values).collect();
            (Operation::Add { attributes: entry(notes) }, edits([(EditKind::Add, words)]))
        }
        other => {
            let mut known = Vec::new();
            let mut last = if let Some(Operation::Modify { edits }) = other { edits } else { Vec::new() };
            for edit in last.iter_mut().filter(|edit| edit.kind == EditKind::Delete) {
                known.extend(edit.values.iter().filter(|value| is_unbuilt(value)).cloned());
                edit.values.retain(|value| !is_unbuilt(value));
            }
            let new = notes.into_iter().filter(|note| !known.iter().any(|value| value.eq_ignore_ascii_case(note)));
            (Operation::Modify { edits: edits([(EditKind::Add, new.collect())]) }, last)
        }
    };
    last.retain(|edit| !edit.values.is_empty());
    if !matches!(&first, Operation::Modify { edits } if edits.is_empty()) {
        let reason = "a note of the indexes that are not built yet".to_owned();
        all.insert(0, DirectoryChange { reason, ..change(first) });
    }
    if !last.is_empty() {
        all.push(change(Operation::Modify { edits: last }));
    }
    all
}
