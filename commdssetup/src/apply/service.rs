//! What carries the steps out that change the directory.

use serde_json::Value;
use upgrade_engine::step::{Observer, Service, StepError};

use super::compare::{self, change_state};
use super::compare_schema;
use super::requests::DirectoryRequest;
use super::state::ChangeState;
use super::tasks;
use crate::ldap::{Depth, Directory, LdapError, Search};
use crate::plan::{DirectoryChange, Operation, Scope, ValueEdit};
use crate::stored::{Expected, Files, Stored, unseen};

/// Name of the service in plans.
pub const SERVICE: &str = "directory";

/// A directory, for the steps of a run.
pub struct DirectoryService<'a> {
    /// The directory.
    pub directory: &'a dyn Directory,
    /// All changes of the run that is applied or undone.
    pub changes: Vec<DirectoryChange>,
    /// Where the server stores them.
    pub files: Files<'a>,
    /// Shows how far the building of indexes is.
    pub say: Box<dyn Fn(&str) + Sync + 'a>,
}

fn changed(dn: &str, how: String) -> StepError {
    StepError::Changed { path: dn.to_owned(), what: how }
}

fn parse(request: &Value) -> Result<DirectoryRequest, StepError> {
    serde_json::from_value(request.clone())
        .map_err(|e| StepError::Broken(format!("the request of a step is unknown: {e}")))
}

impl Service for DirectoryService<'_> {
    fn name(&self) -> &str {
        SERVICE
    }

    fn prepare(&self, request: &Value) -> Result<Value, StepError> {
        if let DirectoryRequest::Change(change) = parse(request)? {
            match change_state(self.directory, &change)? {
                ChangeState::Before => {}
                ChangeState::After => {
                    return Err(changed(&change.dn, "the planned change is already there".to_owned()));
                }
                ChangeState::Neither(how) => return Err(changed(&change.dn, how)),
            }
        }
        Ok(Value::Null)
    }

    fn apply(&self, request: &Value, _: &Value, observer: &dyn Observer) -> Result<Value, StepError> {
        match parse(request)? {
            DirectoryRequest::Change(change) => self.change(&change)?,
            DirectoryRequest::Reindex(task) => tasks::run(self.directory, &task, observer, &*self.say)?,
            DirectoryRequest::LeaveIndexes(_) => {}
            DirectoryRequest::Verify => self.verify()?,
            DirectoryRequest::CompareStored => return Ok(Value::from(self.not_stored()?)),
        }
        Ok(Value::Null)
    }

    fn recover(&self, request: &Value, _: &Value) -> Result<Option<Value>, StepError> {
        let is_done = match parse(request)? {
            DirectoryRequest::Change(change) => match change_state(self.directory, &change)? {
                ChangeState::Before => false,
                ChangeState::After => true,
                ChangeState::Neither(how) => return Err(changed(&change.dn, how)),
            },
            // Building an index once more does no harm.
            DirectoryRequest::Reindex(task) => tasks::is_done(self.directory, &task)?,
            DirectoryRequest::LeaveIndexes(_) | DirectoryRequest::Verify | DirectoryRequest::CompareStored => false,
        };
        Ok(is_done.then_some(Value::Null))
    }

    fn check_undo(&self, request: &Value, _: &Value) -> Result<(), StepError> {
        let DirectoryRequest::Change(change) = parse(request)? else { return Ok(()) };
        match compare::check_undo(self.directory, &change, &self.changes)? {
            None => Ok(()),
            Some(how) => Err(changed(&change.dn, how)),
        }
    }
}

impl DirectoryService<'_> {
    fn change(&self, change: &DirectoryChange) -> Result<(), LdapError> {
        match &change.operation {
            Operation::Add { attributes } => self.directory.add(&change.dn, attributes),
            Operation::Modify { edits } => {
                let done = self.directory.modify(&change.dn, edits);
                if done.as_ref().is_err_and(|error| error.code().is_some()) && change.is_of_schema() {
                    self.take_back_part(&change.dn, edits)?;
                }
                done
            }
            Operation::Delete { scope: Scope::Entry } => self.directory.delete(&change.dn),
            Operation::Delete { scope: Scope::Subtree } => self.delete_subtree(&change.dn),
        }
    }

    /// Takes back what a server did of a change of its schema that it refused: 389 DS keeps in memory what came before the
    /// definition that is wrong (measured), and would be neither as it was nor as it was to be.
    fn take_back_part(&self, dn: &str, edits: &[ValueEdit]) -> Result<(), LdapError> {
        let back = compare_schema::back_from_part(&compare::schema(self.directory, dn)?, edits);
        if back.is_empty() { Ok(()) } else { self.directory.modify(dn, &back) }
    }

    /// Deletes entries one by one, those below first: 389 DS refuses the control for subtrees.
    fn delete_subtree(&self, dn: &str) -> Result<(), LdapError> {
        let found = self.directory.search(&Search::below(dn, Depth::Subtree, "(objectClass=*)", &["1.1"]))?;
        let mut names: Vec<String> = found.into_iter().map(|entry| entry.dn).collect();
        let depth = |name: &String| ldif::Dn::parse(name).map_or(0, |dn| depth(&dn));
        names.sort_by_key(|name| std::cmp::Reverse(depth(name)));
        names.iter().try_for_each(|name| match self.directory.delete(name) {
            // The server deletes some of its own entries with the one above them.
            Err(error) if error.code() == Some(32) => Ok(()),
            other => other,
        })
    }

    /// Returns what the server has not stored.
    fn not_stored(&self) -> Result<Vec<String>, LdapError> {
        Ok(match self.files.compare(self.directory, &self.changes, Expected::Done)? {
            Stored::Compared(findings) => findings,
            Stored::Unseen(why) => {
                (self.say)(&unseen(&why));
                Vec::new()
            }
        })
    }

    /// Reads everything again. Our note is not there yet.
    fn verify(&self) -> Result<(), StepError> {
        for change in self.changes.iter().filter(|change| change.part != crate::plan::Area::Marker) {
            match change_state(self.directory, change)? {
                ChangeState::After => {}
                ChangeState::Before => {
                    let how = "the server reported success, but the change is missing".to_owned();
                    return Err(changed(&change.dn, how));
                }
                ChangeState::Neither(how) => return Err(changed(&change.dn, how)),
            }
        }
        Ok(())
    }
}

fn depth(dn: &ldif::Dn) -> usize {
    let mut depth = 0_usize;
    let mut current = dn.clone();
    while let Some((_, above)) = current.split_first() {
        depth = depth.saturating_add(1);
        current = above;
    }
    depth
}
