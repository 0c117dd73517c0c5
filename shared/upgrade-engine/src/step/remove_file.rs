//! Removes a file that still has the expected content and no other name, after saving it. Taken back by writing the saved
//! bytes again.

use serde::{Deserialize, Serialize};

use super::write_file::{read_all, save, saved_attributes};
use super::{Action, Inverse, Known, NewContent, Recovered, Step, StepError, World, WriteFile};
use crate::digest::Digest;
use crate::fs::{Durable, Name};
use crate::place::Place;

/// Removes a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveFile {
    /// Which.
    pub at: Place,
    /// The content it must have.
    pub digest: Digest,
}

impl RemoveFile {
    fn sync_parent(&self, world: &World<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.at)?;
        world.dir(&parent)?.sync(&parent.path, Durable::RemovedFile).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for RemoveFile {
    type Prepared = Name;
    type Done = ();

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("remove {}", show(&self.at))
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn prepare(&self, world: &World<'_>) -> Result<Name, StepError> {
        if Digest::of(&read_all(world, &self.at)?) != self.digest {
            return Err(world.changed(&self.at, "its content is not what was surveyed"));
        }
        let stat = world.dir(&self.at)?.stat(&self.at.path).map_err(|e| world.error("look at", &self.at, e))?;
        if stat.links != 1 {
            // Written back it would be a file of its own.
            return Err(world.changed(&self.at, format!("it has {} names", stat.links)));
        }
        save(world, &self.at)
    }

    fn apply(&self, world: &World<'_>, _: &Name) -> Result<(), StepError> {
        world.dir(&self.at)?.remove_file(&self.at.path).map_err(|e| world.error("remove", &self.at, e))?;
        self.sync_parent(world)
    }

    fn recover(&self, world: &World<'_>, _: &Name) -> Result<Recovered<()>, StepError> {
        if world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(()))
    }

    fn learn(&self, (): &(), known: &mut Known) {
        known.contents.remove(&self.at);
    }

    fn inverse(&self, world: &World<'_>, saved: &Name, (): &(), _: &Known) -> Result<Inverse, StepError> {
        Ok(Inverse::of(Step::WriteFile(WriteFile {
            at: self.at.clone(),
            digest: self.digest,
            content: NewContent::Saved { run: world.undone_run.clone(), name: saved.clone() },
            attributes: saved_attributes(world, &world.undone_run, saved)?,
        })))
    }
}
