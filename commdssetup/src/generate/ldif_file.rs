//! The LDIF file: the changes of a plan, or those that undo them, with their reasons.

use ldif::{
    Action, Attribute, Control, Dn, DnError, Modification, ModificationKind, Record, write_comment, write_record,
};

use crate::facts::Values;
use crate::plan::{DirectoryChange, EditKind, Operation, ReindexTask, Scope};

/// For the subtree of a database: 389 DS 2.3 refuses the control with 12 (measured) and wants the entries deleted one by one.
const NO_TREE_DELETE: &str = "A server without the tree delete control answers with error 12: use `ldapdelete -r` for this entry, then continue with the rest.";

/// Deletes a subtree.
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";

/// Why changes cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LdifFileError {
    /// A name of an entry is none.
    #[error(transparent)]
    Dn(#[from] DnError),
}

/// Returns changes as LDIF records, one each, in order.
///
/// # Errors
/// [`LdifFileError`].
pub fn records(changes: &[DirectoryChange]) -> Result<Vec<Record>, LdifFileError> {
    changes.iter().map(record).collect()
}

/// Returns changes as an LDIF file. `title` says in a line or several what the file is for.
///
/// # Errors
/// [`LdifFileError`].
pub fn ldif_file(title: &str, changes: &[DirectoryChange]) -> Result<Vec<u8>, LdifFileError> {
    // A comment may not stand before `version:` for every reader, so it goes behind it.
    let mut file = b"version: 1\n\n".to_vec();
    write_comment(&mut file, title);
    for change in changes {
        file.push(b'\n');
        write_comment(&mut file, &change.reason);
        if matches!(change.operation, Operation::Delete { scope: Scope::Subtree }) {
            write_comment(&mut file, NO_TREE_DELETE);
        }
        write_record(&mut file, &record(change)?);
    }
    Ok(file)
}

fn record(change: &DirectoryChange) -> Result<Record, LdifFileError> {
    let dn = Dn::parse(&change.dn)?;
    let mut controls = Vec::new();
    let action = match &change.operation {
        Operation::Add { attributes } => Action::Add(attributes.iter().flat_map(pairs).collect()),
        Operation::Modify { edits } => Action::Modify(
            edits
                .iter()
                .map(|edit| Modification {
                    kind: match edit.kind {
                        EditKind::Add => ModificationKind::Add,
                        EditKind::Delete => ModificationKind::Delete,
                    },
                    attribute: edit.attribute.clone(),
                    values: edit.values.iter().map(|value| value.clone().into_bytes()).collect(),
                })
                .collect(),
        ),
        Operation::Delete { scope } => {
            if *scope == Scope::Subtree {
                controls.push(Control { oid: TREE_DELETE.to_owned(), critical: true, value: None });
            }
            Action::Delete
        }
    };
    Ok(Record { dn, controls, action, line: 0 })
}

fn pairs(values: &Values) -> impl Iterator<Item = Attribute> {
    values.values.iter().map(|value| Attribute { name: values.attribute.clone(), value: value.clone().into_bytes() })
}

/// Returns the name of the entry that starts building indexes: `id` tells runs apart, such as `dssetup_20260101120000`.
#[must_use]
pub fn task_dn(id: &str, task: &ReindexTask) -> String {
    format!("cn={id}_{},cn=index,cn=tasks,cn=config", escaped(&task.backend))
}

/// Returns a value as it stands in a name: what has a meaning there, and control characters, are escaped.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => text.extend(['\\', c]),
            c if c.is_ascii_control() => text.push_str(&format!("\\{:02x}", u32::from(c))),
            c => text.push(c),
        }
    }
    match text.strip_suffix(' ') {
        Some(rest) => format!("{rest}\\20"),
        None => text,
    }
}
