//! Removes an empty directory. Taken back by making it again with the same owner, mode and time.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::{Action, Attributes, Inverse, Known, MakeDir, Recovered, Step, StepContext, StepError};
use crate::fs::Durable;
use crate::place::Place;

/// What to do with a directory that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotEmpty {
    /// Stop: it was to be empty.
    Fail,
    /// Leave it, and say so.
    Keep,
}

/// Removes an empty directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveDir {
    /// Which.
    pub at: Place,
    /// Its owner, mode and time, for the way back.
    pub attributes: Attributes,
    /// What to do when it holds something.
    pub not_empty: NotEmpty,
}

/// What became of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Removal {
    /// It is gone.
    Removed,
    /// It was not empty and stays.
    Kept,
}

impl RemoveDir {
    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.at)?;
        world.dir(&parent)?.sync(&parent.path, Durable::RemovedDirectory).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for RemoveDir {
    type Prepared = ();
    type Done = Removal;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        let unless = match self.not_empty {
            NotEmpty::Fail => "",
            NotEmpty::Keep => " if it is empty then",
        };
        format!("remove the directory {}{unless}", show(&self.at))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        ahead.expect_directory(world, &self.at)?;
        match (ahead.list(world, &self.at)?.first(), self.not_empty) {
            (None, _) => ahead.put(&self.at, Seen::Nothing),
            (Some(_), NotEmpty::Keep) => {}
            (Some(name), NotEmpty::Fail) => return Err(world.changed(&self.at, format!("it holds {name}"))),
        }
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let dir = world.dir(&self.at)?;
        let names = dir.list(&self.at.path).map_err(|e| world.error("read", &self.at, e))?;
        match (names.first(), self.not_empty) {
            (Some(name), NotEmpty::Fail) => Err(world.changed(&self.at, format!("it holds {name}"))),
            _ => Ok(()),
        }
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<Self::Done, StepError> {
        match (world.dir(&self.at)?.remove_dir(&self.at.path), self.not_empty) {
            (Ok(()), _) => {
                self.sync_parent(world)?;
                Ok(Removal::Removed)
            }
            (Err(e), NotEmpty::Keep) if e.kind() == ErrorKind::DirectoryNotEmpty => Ok(Removal::Kept),
            (Err(e), _) => Err(world.error("remove the directory", &self.at, e)),
        }
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Self::Done>, StepError> {
        if world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(Removal::Removed))
    }

    fn learn(&self, _: &Self::Done, _: &mut Known) {}

    fn inverse(
        &self,
        _: &StepContext<'_>,
        (): &(),
        done: &Removal,
        _: &Known,
        _: &Ahead,
    ) -> Result<Inverse, StepError> {
        Ok(match done {
            Removal::Kept => Inverse::default(),
            Removal::Removed => {
                Inverse::of(Step::MakeDir(MakeDir { at: self.at.clone(), attributes: self.attributes.clone() }))
            }
        })
    }
}
