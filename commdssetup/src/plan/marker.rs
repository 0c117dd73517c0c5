//! Our own note in the directory that it was prepared, and by what. The vendor's way of marking is not public; this one is ours.
//!
//! It lies in the configuration of the instance, which is not replicated: every instance needs its own run. Each value of
//! its `description` names a part and the version of it that was brought about, such as `schema 1`.

use super::types::{DirectoryChange, EditKind, Operation, Part, ValueEdit};
use crate::choices::{Answer, Choices, Holds};
use crate::facts::{Marker, Values};

/// Name of the entry.
pub const DN: &str = "cn=commdssetup,cn=config";

/// The state of schema, indexes and suffixes that this program brings about. A change of the shipped schema files
/// or of the index table counts it up.
pub const VERSION: u32 = 1;

/// Returns what is noted: the word and the version of each part, as read; other values are left alone.
pub fn installed(marker: &Marker) -> impl Iterator<Item = (&str, u32)> {
    marker.descriptions.iter().filter_map(|value| {
        let (word, version) = value.split_once(' ')?;
        ["schema", "indexes", "suffixes"].contains(&word).then_some(())?;
        Some((word, version.parse().ok()?))
    })
}

/// Returns the change that notes what a run with these choices brings about; nothing when that is noted.
pub(super) fn plan(marker: Option<&Marker>, choices: &Choices) -> Option<DirectoryChange> {
    let is_for_users = choices.holds == Holds::UsersAndGroups;
    let words = [
        (choices.schema == Answer::Yes, "schema"),
        (is_for_users && choices.indexes == Answer::Yes, "indexes"),
        (is_for_users, "suffixes"),
    ];
    let words: Vec<&str> = words.into_iter().filter_map(|(is_done, word)| is_done.then_some(word)).collect();
    if words.is_empty() {
        return None;
    }
    let note = |word: &&str| format!("{word} {VERSION}");
    let operation = match marker {
        None => Operation::Add {
            attributes: vec![
                Values::new("objectClass", ["top", "extensibleObject"]),
                Values::new("cn", ["commdssetup"]),
                Values { attribute: "description".to_owned(), values: words.iter().map(note).collect() },
            ],
        },
        Some(marker) => {
            let is_noted = |word: &str| installed(marker).any(|(known, version)| known == word && version >= VERSION);
            let new: Vec<_> = words.into_iter().filter(|word| !is_noted(word)).collect();
            if new.is_empty() {
                return None;
            }
            let is_old =
                |value: &&String| new.iter().any(|word| value.split_once(' ').is_some_and(|(known, _)| known == *word));
            let old: Vec<String> = marker.descriptions.iter().filter(is_old).cloned().collect();
            let edit = |kind, values| ValueEdit { kind, attribute: "description".to_owned(), values };
            let mut edits = Vec::new();
            if !old.is_empty() {
                edits.push(edit(EditKind::Delete, old));
            }
            edits.push(edit(EditKind::Add, new.iter().map(note).collect()));
            Operation::Modify { edits }
        }
    };
    let reason = "a note of what was prepared, for later runs".to_owned();
    Some(DirectoryChange { dn: DN.to_owned(), operation, part: Part::Marker, reason })
}
