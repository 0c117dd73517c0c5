//! Writes a file at a free name: one that a run saved, or one that a producer makes.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::new_file::{beside, finish_new, inverse_of_new, recover_new, refuse_taken, write_new};
use super::saved::read_saved;
use super::tree_content::produce_error;
use super::{Action, Attributes, Inverse, Known, NewContent, Recovered, StepContext, StepError};
use crate::digest::Digest;
use crate::fs::{Durable, Existing};
use crate::place::Place;

/// Writes a file at a free name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteFile {
    /// Where.
    pub at: Place,
    /// Digest of the content.
    pub digest: Digest,
    /// The content: saved or produced.
    pub content: NewContent,
    /// Its attributes.
    pub attributes: Attributes,
}

impl WriteFile {
    /// Returns the content; nothing when a producer is to make it.
    fn content(&self, world: &StepContext<'_>) -> Result<Option<Vec<u8>>, StepError> {
        let content = match &self.content {
            NewContent::Saved { run, name } => read_saved(world, run, name)?,
            NewContent::Produced { by, request } => return world.check_producer(by, request, &self.at).map(|()| None),
            NewContent::Edits(_) => {
                return Err(StepError::Broken(format!("{} has no old content to edit", self.at)));
            }
        };
        if Digest::of(&content) == self.digest {
            return Ok(Some(content));
        }
        Err(StepError::Broken(format!("the saved content for {} was changed", self.at)))
    }

    /// Writes the file under the temporary name.
    fn write(&self, world: &StepContext<'_>, temporary: &Place) -> Result<Vec<String>, StepError> {
        let NewContent::Produced { by, request } = &self.content else {
            let content = self.content(world)?.unwrap_or_default();
            return write_new(world, temporary, &content, &self.attributes, Durable::ReplacementFile);
        };
        let file = world.dir(temporary)?.create(&temporary.path).map_err(|e| world.error("create", temporary, e))?;
        let made = world.producer(by)?.produce(world, request, &*file);
        made.map_err(|message| produce_error(world, &self.at, message))?;
        let made = world.digest(temporary, &*file)?;
        if made != self.digest {
            return Err(StepError::Broken(format!("the content of {} is not what was planned", world.show(&self.at))));
        }
        finish_new(world, temporary, &*file, &self.attributes, Durable::ReplacementFile)
    }
}

impl Action for WriteFile {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        match &self.content {
            NewContent::Produced { by, .. } => format!("write {} ({by})", show(&self.at)),
            NewContent::Saved { .. } | NewContent::Edits(_) => format!("write the old content to {}", show(&self.at)),
        }
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        ahead.expect_free(world, &self.at)?;
        ahead.expect_free(world, &beside(world, &self.at)?)?;
        let size = self.content(world)?.map_or(0, |content| content.len() as u64);
        ahead.gives(world, &self.at, &self.attributes)?;
        ahead.takes(world, &self.at, size)?;
        ahead.put(&self.at, Seen::File(Some(self.digest)));
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        refuse_taken(world, &self.at)?;
        refuse_taken(world, &beside(world, &self.at)?)
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<Vec<String>, StepError> {
        let temporary = beside(world, &self.at)?;
        let unset = self.write(world, &temporary)?;
        world
            .dir(&self.at)?
            .rename(&temporary.path, &self.at.path, Existing::Refuse)
            .map_err(|e| world.error("move into place", &self.at, e))?;
        sync_parent(world, &self.at)?;
        Ok(unset)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Vec<String>>, StepError> {
        let made = recover_new(world, &self.at, &self.digest, "it is not the file that the run wrote")?;
        if matches!(made, Recovered::Done(_)) {
            sync_parent(world, &self.at)?;
        }
        Ok(made)
    }

    fn learn(&self, _: &Vec<String>, known: &mut Known) {
        known.contents.insert(self.at.clone(), self.digest);
    }

    /// A file that somebody changed since is kept.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        (): &(),
        _: &Vec<String>,
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let kept = format!("{} was changed since and is kept", world.show(&self.at));
        inverse_of_new(world, (&self.at, self.digest), disk, kept)
    }
}

fn sync_parent(world: &StepContext<'_>, at: &Place) -> Result<(), StepError> {
    let (parent, _) = world.parent(at)?;
    world.dir(at)?.sync(&parent.path, Durable::WrittenFile).map_err(|e| world.error("sync", &parent, e))
}
