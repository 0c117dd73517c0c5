//! Copies a file of the tree to a free name: bytes, owner, mode, extended attributes and time. The copy is written beside its name,
//! read back, synced, and takes the name in one rename.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Look, Seen};
use super::copy::copy;
use super::new_file::{beside, digest_of, finish_new, inverse_of_new, recover_new, refuse_taken};
use super::{Action, Attributes, Inverse, Known, Recovered, StepContext, StepError};
use crate::digest::Digest;
use crate::fs::{Durable, Existing};
use crate::place::Place;

/// Copies a file to a free name. A file is at most 64 MiB long, so that the undo can save the copy before it removes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFile {
    /// The file.
    pub from: Place,
    /// The free name.
    pub at: Place,
    /// Digest of the content.
    pub digest: Digest,
    /// The attributes of the copy: those of the file.
    pub attributes: Attributes,
}

impl CopyFile {
    fn refuse_changed(&self, world: &StepContext<'_>, now: Digest) -> Result<(), StepError> {
        if now == self.digest {
            return Ok(());
        }
        Err(world.changed(&self.from, "its content has changed since it was read"))
    }

    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.at)?;
        world.dir(&parent)?.sync(&parent.path, Durable::CopiedFile).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for CopyFile {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("copy {} to {}", show(&self.from), show(&self.at))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.from, &mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        let size = match ahead.look(world, &self.from)? {
            Look::Disk(now, stat) => {
                self.refuse_changed(world, digest_of(world, &now)?)?;
                stat.size.min(stat.allocated)
            }
            Look::Planned(Seen::File(digest)) => {
                self.refuse_changed(world, digest.unwrap_or(self.digest))?;
                0
            }
            Look::Planned(_) => return Err(world.changed(&self.from, "it is not a file")),
            Look::Nothing => return Err(world.changed(&self.from, "it is gone")),
        };
        ahead.expect_free(world, &self.at)?;
        ahead.expect_free(world, &beside(world, &self.at)?)?;
        ahead.gives(world, &self.at, &self.attributes)?;
        ahead.takes(world, &self.at, size)?;
        ahead.put(&self.at, Seen::File(Some(self.digest)));
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        self.refuse_changed(world, digest_of(world, &self.from)?)?;
        refuse_taken(world, &self.at)?;
        refuse_taken(world, &beside(world, &self.at)?)
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<Vec<String>, StepError> {
        let temporary = beside(world, &self.at)?;
        let dir = world.dir(&self.at)?;
        let file = dir.create(&temporary.path).map_err(|e| world.error("create", &temporary, e))?;
        let original = world.open(&self.from)?;
        let size = original.stat().map_err(|e| world.error("look at", &self.from, e))?.size;
        copy(world, (&self.from, &*original), size, &self.digest, (&temporary, &*file))?;
        let unset = finish_new(world, &temporary, &*file, &self.attributes, Durable::ReplacementFile)?;
        dir.rename(&temporary.path, &self.at.path, Existing::Refuse)
            .map_err(|e| world.error("move into place", &self.at, e))?;
        self.sync_parent(world)?;
        Ok(unset)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Vec<String>>, StepError> {
        let made = recover_new(world, &self.at, &self.digest, "it is not the copy that the run made")?;
        if matches!(made, Recovered::Done(_)) {
            self.sync_parent(world)?;
        }
        Ok(made)
    }

    fn learn(&self, _: &Vec<String>, known: &mut Known) {
        known.contents.insert(self.at.clone(), self.digest);
    }

    /// A copy that somebody changed since is kept.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        (): &(),
        _: &Vec<String>,
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let kept = format!("{} was changed since the run copied it and is kept", world.show(&self.at));
        inverse_of_new(world, (&self.at, self.digest), disk, kept)
    }
}
