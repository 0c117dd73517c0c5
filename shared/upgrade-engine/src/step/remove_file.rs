//! Removes a file that still has the expected content and no other name, after saving it. Taken back by writing the saved
//! bytes again.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Look, Seen};
use super::new_file::before_run;
use super::saved::{Original, save, saved_attributes};
use super::{Action, Inverse, Known, NewContent, Recovered, Step, StepContext, StepError, WriteFile};
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
    fn refuse_changed(&self, world: &StepContext<'_>, now: Digest, links: u64) -> Result<(), StepError> {
        if now != self.digest {
            return Err(world.changed(&self.at, "its content has changed since it was read"));
        }
        if links != 1 {
            // Written back it would be a file of its own.
            return Err(world.changed(&self.at, format!("it has {links} names")));
        }
        Ok(())
    }

    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
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

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        match ahead.look(world, &self.at)? {
            Look::Disk(now, _) => {
                let original = Original::read(world, &now)?;
                let stat = original.stat;
                self.refuse_changed(world, original.digest(), stat.links)?;
                ahead.saves(world, stat.size)?;
                ahead.frees(world, &self.at, stat.size)?;
            }
            Look::Planned(Seen::File(digest)) => self.refuse_changed(world, digest.unwrap_or(self.digest), 1)?,
            Look::Planned(_) => return Err(world.changed(&self.at, "it is not a file")),
            Look::Nothing => return Err(world.changed(&self.at, "it is gone")),
        }
        ahead.put(&self.at, Seen::Nothing);
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<Name, StepError> {
        let original = Original::read(world, &self.at)?;
        self.refuse_changed(world, original.digest(), original.stat.links)?;
        save(world, &self.at, &original)
    }

    fn apply(&self, world: &StepContext<'_>, _: &Name) -> Result<(), StepError> {
        world.dir(&self.at)?.remove_file(&self.at.path).map_err(|e| world.error("remove", &self.at, e))?;
        self.sync_parent(world)
    }

    fn recover(&self, world: &StepContext<'_>, _: &Name) -> Result<Recovered<()>, StepError> {
        if world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(()))
    }

    fn learn(&self, (): &(), known: &mut Known) {
        known.contents.remove(&self.at);
    }

    /// What somebody put there since is kept, and the old file is written beside it.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        saved: &Name,
        (): &(),
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let is_taken = !matches!(disk.look(world, &self.at)?, Look::Nothing);
        let at = if is_taken { before_run(world, &self.at)? } else { self.at.clone() };
        let path = world.show(&self.at);
        let kept = is_taken.then(|| format!("{path} is there again and is kept; the old file is {}", world.show(&at)));
        let write = WriteFile {
            at,
            digest: self.digest,
            content: NewContent::Saved { run: world.undone_run()?.clone(), name: saved.clone() },
            attributes: saved_attributes(world, world.undone_run()?, saved)?,
        };
        Ok(Inverse { steps: vec![Step::WriteFile(write)], kept: kept.into_iter().collect() })
    }
}
