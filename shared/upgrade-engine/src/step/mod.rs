//! The kinds of steps, one file each, and what every kind must be able to do.
//!
//! A new kind is a file with an `Action` and one line in [`Step`]. Each step is idempotent: its `recover` finds out
//! from the disk alone whether an interrupted step was done, finishes or cleans up what it left, and refuses to touch
//! anything when somebody else changed it.

mod after_stop;
mod ahead;
mod attributes;
mod build_tree;
mod context;
mod copy;
mod copy_file;
mod make_dir;
mod move_entries;
mod new_file;
mod privileges;
mod remove_dir;
mod remove_file;
mod remove_tree;
mod rename;
mod replace_file;
mod request;
mod saved;
mod set_link;
mod set_modified;
mod staging;
mod tree_content;
mod write_file;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use attributes::Attributes;
pub use build_tree::{BuildTree, Content, Node, TreeEntry};
pub use context::{Observer, Producer, Quiet, Service, StepContext};
pub use copy_file::CopyFile;
pub use make_dir::MakeDir;
pub use move_entries::MoveEntries;
pub use remove_dir::{NotEmpty, RemoveDir};
pub use remove_file::RemoveFile;
pub use remove_tree::RemoveTree;
pub use rename::Rename;
pub use replace_file::{NewContent, ReplaceFile, SpanEdit};
pub use request::Request;
pub use set_link::{LinkState, SetLink};
pub use set_modified::SetModified;
pub use write_file::WriteFile;

pub(crate) use ahead::{Ahead, check_steps};
pub(crate) use new_file::read_at_most;
pub use new_file::read_whole;
pub(crate) use privileges::not_taken_over;
pub(crate) use saved::{Saves, read_original, read_original_attributes};

use crate::digest::Digest;
pub use crate::error::StepError;
use crate::place::Place;

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes a directory.
    MakeDir(MakeDir),
    /// Removes an empty directory.
    RemoveDir(RemoveDir),
    /// Makes a new tree: staged, synced, checked, one rename.
    BuildTree(BuildTree),
    /// Removes a tree that [`Step::BuildTree`] made.
    RemoveTree(RemoveTree),
    /// Moves entries from one directory into another.
    MoveEntries(MoveEntries),
    /// Gives a live file new content.
    ReplaceFile(ReplaceFile),
    /// Writes a file at a free name.
    WriteFile(WriteFile),
    /// Removes a file, after saving it.
    RemoveFile(RemoveFile),
    /// Copies a file to a free name.
    CopyFile(CopyFile),
    /// Renames a file, to a free name or over another one.
    Rename(Rename),
    /// Makes, re-points or removes a symbolic link.
    SetLink(SetLink),
    /// Sets a directory's modification time.
    SetModified(SetModified),
    /// Has a service of the tool change what is no file.
    Request(Request),
}

impl Step {
    /// Returns what the step can do.
    pub(crate) fn action(&self) -> &dyn AnyAction {
        match self {
            Self::MakeDir(step) => step,
            Self::RemoveDir(step) => step,
            Self::BuildTree(step) => step,
            Self::RemoveTree(step) => step,
            Self::MoveEntries(step) => step,
            Self::ReplaceFile(step) => step,
            Self::WriteFile(step) => step,
            Self::RemoveFile(step) => step,
            Self::CopyFile(step) => step,
            Self::Rename(step) => step,
            Self::SetLink(step) => step,
            Self::SetModified(step) => step,
            Self::Request(step) => step,
        }
    }

    /// Returns the same step with its places below other anchors.
    pub(crate) fn moved(&self, to: &dyn Fn(&Place) -> Place) -> Self {
        let mut moved = self.clone();
        let action: &mut dyn AnyAction = match &mut moved {
            Self::MakeDir(step) => step,
            Self::RemoveDir(step) => step,
            Self::BuildTree(step) => step,
            Self::RemoveTree(step) => step,
            Self::MoveEntries(step) => step,
            Self::ReplaceFile(step) => step,
            Self::WriteFile(step) => step,
            Self::RemoveFile(step) => step,
            Self::CopyFile(step) => step,
            Self::Rename(step) => step,
            Self::SetLink(step) => step,
            Self::SetModified(step) => step,
            Self::Request(step) => step,
        };
        for place in action.places_mut() {
            *place = to(place);
        }
        moved
    }
}

/// What recovery found.
#[derive(Debug)]
pub(crate) enum Recovered<D> {
    /// The step was not done, and nothing of it is left.
    NotDone,
    /// The step is done.
    Done(D),
}

/// What is known of a run that is undone.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Contents that lie at a place after the run, from what its steps reported.
    pub(crate) contents: BTreeMap<Place, Digest>,
}

/// How a step is undone.
#[derive(Debug, Default)]
pub(crate) struct Inverse {
    /// Steps, in order.
    pub steps: Vec<Step>,
    /// What is left as it is because somebody changed it since, for the administrator to look at.
    pub kept: Vec<String>,
}

impl Inverse {
    fn of(step: Step) -> Self {
        Self { steps: vec![step], kept: Vec::new() }
    }
}

/// What every kind of step can do.
pub(crate) trait Action {
    /// Recorded in the intent, before anything changes.
    type Prepared: Serialize + DeserializeOwned;
    /// Recorded when the step is done.
    type Done: Serialize + DeserializeOwned;

    /// Returns one line for a dry run.
    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String;
    /// Returns the places that the step names.
    fn places_mut(&mut self) -> Vec<&mut Place>;
    /// Returns the directories whose modification time the step changes.
    fn touches(&self) -> Vec<Place>;
    /// Checks, before the first step of a plan, that this one can be done once the steps before it are; then notes in `ahead` what
    /// it does. Changes nothing.
    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError>;
    /// Checks that everything is as planned, and saves what the inverse needs. Changes nothing in the product.
    fn prepare(&self, world: &StepContext<'_>) -> Result<Self::Prepared, StepError>;
    /// Does it.
    fn apply(&self, world: &StepContext<'_>, prepared: &Self::Prepared) -> Result<Self::Done, StepError>;
    /// After an interruption: finishes it, or removes what it left.
    fn recover(&self, world: &StepContext<'_>, prepared: &Self::Prepared) -> Result<Recovered<Self::Done>, StepError>;
    /// Notes which contents lie where now.
    fn learn(&self, done: &Self::Done, known: &mut Known);
    /// Returns how to undo the step on `disk`, which is as the undo of all later steps will leave it.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        prepared: &Self::Prepared,
        done: &Self::Done,
        known: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError>;
}

/// [`Action`] with what it records as JSON, for the journal.
pub(crate) trait AnyAction {
    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String;
    fn places_mut(&mut self) -> Vec<&mut Place>;
    fn touches(&self) -> Vec<Place>;
    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError>;
    fn prepare(&self, world: &StepContext<'_>) -> Result<Value, StepError>;
    fn apply(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Value, StepError>;
    fn recover(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Recovered<Value>, StepError>;
    fn learn(&self, done: &Value, known: &mut Known) -> Result<(), StepError>;
    fn inverse(
        &self,
        world: &StepContext<'_>,
        prepared: &Value,
        done: &Value,
        known: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError>;
}

impl<A: Action> AnyAction for A {
    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        Action::describe(self, show)
    }
    fn places_mut(&mut self) -> Vec<&mut Place> {
        Action::places_mut(self)
    }
    fn touches(&self) -> Vec<Place> {
        Action::touches(self)
    }
    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        Action::check(self, world, ahead)
    }
    fn prepare(&self, world: &StepContext<'_>) -> Result<Value, StepError> {
        to_json(&Action::prepare(self, world)?)
    }
    fn apply(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Value, StepError> {
        to_json(&Action::apply(self, world, &from_json(prepared)?)?)
    }
    fn recover(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Recovered<Value>, StepError> {
        Ok(match Action::recover(self, world, &from_json(prepared)?)? {
            Recovered::NotDone => Recovered::NotDone,
            Recovered::Done(done) => Recovered::Done(to_json(&done)?),
        })
    }
    fn learn(&self, done: &Value, known: &mut Known) -> Result<(), StepError> {
        Action::learn(self, &from_json(done)?, known);
        Ok(())
    }
    fn inverse(
        &self,
        world: &StepContext<'_>,
        prepared: &Value,
        done: &Value,
        known: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        Action::inverse(self, world, &from_json(prepared)?, &from_json(done)?, known, disk)
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(|e| StepError::Broken(format!("cannot record a step: {e}")))
}

fn from_json<T: DeserializeOwned>(value: &Value) -> Result<T, StepError> {
    T::deserialize(value).map_err(|e| StepError::Broken(format!("the journal does not fit the plan: {e}")))
}
