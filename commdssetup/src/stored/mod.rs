//! What a server has on its disk: `dse.ldif` and the schema files of the instance. Only reads.
//!
//! Where 389 DS cannot write these files, it keeps a change in memory, answers that it succeeded, and logs the failure (measured):
//! the change is gone after the next start. So a run looks first whether the server's account can write there and whether there is space,
//! and compares at the end what is stored with what was changed. The files are read through handles of their directories, which
//! follow no link, and only up to a limit.

mod account;
mod files;
mod places;
mod shipped;

use ldif::schema::{AttributeType, ObjectClass};
use upgrade_engine::fs::{FileSystem, RootPath};

use self::files::StoredFiles;
use self::places::Instance;
use crate::apply::{ChangeState, state_in};
use crate::detect::subschema;
use crate::facts::{Facts, Storage, StorageKind, Values};
use crate::ldap::{Directory, LdapError, Target};
use crate::plan::{Area, DirectoryChange, EditKind, ElementKind, Operation, Plan, ValueEdit, is_user_defined, marker};

/// The side of a run that the files are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// After a run.
    Done,
    /// After an undo.
    Undone,
}

/// Where to look for the files of a server.
pub struct Files<'a> {
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// The server.
    pub target: Target,
    /// Its instance directory, where it was given.
    pub instance: Option<RootPath>,
}

/// What the files say after a run or an undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// They were compared; holds what is missing or still there, a sentence for each file.
    Compared(Vec<String>),
    /// They cannot be seen, and why.
    Unseen(String),
}

/// Says that the files could not be compared.
#[must_use]
pub fn unseen(why: &str) -> String {
    format!("Whether the server has stored the changes on its disk was not seen: {why}.")
}

impl Files<'_> {
    /// Looks where the server keeps its files, who owns them, and how much space is left.
    ///
    /// # Errors
    /// [`LdapError`].
    pub fn storage(&self, directory: &dyn Directory) -> Result<Storage, LdapError> {
        Ok(match self.find(directory)? {
            Ok(instance) => instance.storage(self.fs),
            Err(why) => Storage::Unseen(why),
        })
    }

    /// Compares the changes of a run with what the server has stored.
    ///
    /// # Errors
    /// [`LdapError`].
    pub fn compare(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
        expected: Expected,
    ) -> Result<Stored, LdapError> {
        let instance = match self.find(directory)? {
            Ok(instance) => instance,
            Err(why) => return Ok(Stored::Unseen(why)),
        };
        let files = match StoredFiles::read(self.fs, directory, &instance, changes)? {
            Ok(files) => files,
            Err(why) => return Ok(Stored::Unseen(why)),
        };
        let storage = instance.storage(self.fs);
        let mut findings = Vec::new();
        for kind in [StorageKind::Schema, StorageKind::Configuration] {
            let of_kind = changes.iter().filter(|change| StorageKind::of(change) == Some(kind));
            let mut different = Vec::new();
            for change in of_kind {
                if !is_as_expected(&files, change, expected)? {
                    different.extend(files.named(change, expected));
                }
            }
            if !different.is_empty() {
                findings.push(finding(&instance, &storage, kind, &different, expected));
            }
        }
        Ok(Stored::Compared(findings))
    }

    /// Returns which classes of the server are wider than shipped, a sentence for each, where its files are seen. `changes` are those of
    /// the run, about whose classes nothing is said.
    ///
    /// # Errors
    /// [`LdapError`].
    pub fn widened(&self, directory: &dyn Directory, changes: &[DirectoryChange]) -> Result<Vec<String>, LdapError> {
        let Some(change) = changes.iter().find(|change| change.is_of_schema()) else { return Ok(Vec::new()) };
        if self.find(directory)?.is_err() {
            return Ok(Vec::new());
        }
        let schema = subschema(directory, &change.dn)?.unwrap_or_default();
        Ok(shipped::widened(self.fs, &schema, changes))
    }

    fn find(&self, directory: &dyn Directory) -> Result<Result<Instance, String>, LdapError> {
        places::find(self.fs, directory, &self.target, self.instance.as_ref())
    }
}

fn is_as_expected(files: &StoredFiles, change: &DirectoryChange, expected: Expected) -> Result<bool, LdapError> {
    let state = state_in(files, change)?;
    Ok(match expected {
        Expected::Done => state == ChangeState::After,
        // The entry of a change may be one that the run made.
        Expected::Undone => state == ChangeState::Before || !change.is_of_schema() && files.has_no(&change.dn),
    })
}

fn finding(
    instance: &Instance,
    storage: &Storage,
    kind: StorageKind,
    different: &[String],
    expected: Expected,
) -> String {
    let file = instance.shown(kind);
    let thing = if kind == StorageKind::Schema { "definition" } else { "entry" };
    let what = match different {
        [one] => format!("the {thing} {one}"),
        [first, rest @ ..] => format!("{first} and {}", counted_more(rest.len(), thing)),
        [] => String::new(),
    };
    let (state, remedy) = match expected {
        Expected::Done => (
            format!("Not stored: {file} lacks {what}, which the server loses at its next start."),
            "Correct that, undo the run, and repeat the command.",
        ),
        Expected::Undone => (
            format!("Not stored: {file} still has {what}, which the server brings back at its next start."),
            "Correct that, repeat the run, and undo it again.",
        ),
    };
    format!("{state} {} {remedy}", storage.why_not(kind))
}

fn counted_more(count: usize, thing: &str) -> String {
    match (count, thing) {
        (1, _) => format!("1 more {thing}"),
        (_, "entry") => format!("{count} more entries"),
        _ => format!("{count} more {thing}s"),
    }
}

/// Returns what a server has of an earlier run, as the changes that would have made it: the definitions that it marks as added by its
/// users among those that were looked for, and our note.
#[must_use]
pub fn of_earlier_runs(facts: &Facts, plan: &Plan) -> Vec<DirectoryChange> {
    let is_ours = |kind: ElementKind, name: &str| {
        plan.skipped.iter().any(|skipped| skipped.kind == kind && skipped.name.eq_ignore_ascii_case(name))
    };
    let attributes = facts.subschema.attribute_types.iter().filter(|value| {
        let parsed = AttributeType::parse(value);
        parsed.is_ok_and(|of| {
            is_user_defined(of.extension("X-ORIGIN")) && of.names.iter().any(|n| is_ours(ElementKind::Attribute, n))
        })
    });
    let classes = facts.subschema.object_classes.iter().filter(|value| {
        let parsed = ObjectClass::parse(value);
        parsed.is_ok_and(|of| {
            is_user_defined(of.extension("X-ORIGIN")) && of.names.iter().any(|n| is_ours(ElementKind::Class, n))
        })
    });
    let edit = |attribute: &str, values: Vec<String>| ValueEdit {
        kind: EditKind::Add,
        attribute: attribute.to_owned(),
        values,
    };
    let edits =
        [edit("attributeTypes", attributes.cloned().collect()), edit("objectClasses", classes.cloned().collect())];
    let change =
        |dn: &str, operation, part| DirectoryChange { dn: dn.to_owned(), operation, part, reason: String::new() };
    let schema = edits
        .iter()
        .any(|edit| !edit.values.is_empty())
        .then(|| change(&facts.subschema.dn, Operation::Modify { edits: edits.to_vec() }, Area::Schema));
    let note = facts.marker.as_ref().map(|marker| {
        let values = Values { attribute: "description".to_owned(), values: marker.descriptions.clone() };
        change(marker::DN, Operation::Add { attributes: vec![values] }, Area::Marker)
    });
    schema.into_iter().chain(note).collect()
}
