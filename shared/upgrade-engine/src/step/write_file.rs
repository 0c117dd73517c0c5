//! Writes a saved file at a free name.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::new_file::{beside, digest_of, refuse_taken, write_new};
use super::saved::read_saved;
use super::{Action, Attributes, Inverse, Known, NewContent, Recovered, RemoveFile, Step, StepError, World};
use crate::digest::Digest;
use crate::fs::{Durable, Existing};
use crate::place::Place;

/// Writes a saved file at a free name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteFile {
    /// Where.
    pub at: Place,
    /// Digest of the content.
    pub digest: Digest,
    /// The content.
    pub content: NewContent,
    /// Its attributes.
    pub attributes: Attributes,
}

impl WriteFile {
    fn saved_content(&self, world: &World<'_>) -> Result<Vec<u8>, StepError> {
        let NewContent::Saved { run, name } = &self.content else {
            return Err(StepError::Broken(format!("{} has no saved content to write", self.at)));
        };
        let content = read_saved(world, run, name)?;
        if Digest::of(&content) == self.digest {
            return Ok(content);
        }
        Err(StepError::Broken(format!("the saved content for {} was changed", self.at)))
    }
}

impl Action for WriteFile {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("write the old content to {}", show(&self.at))
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &World<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        ahead.expect_free(world, &self.at)?;
        ahead.expect_free(world, &beside(world, &self.at)?)?;
        let size = self.saved_content(world)?.len() as u64;
        ahead.takes(world, &self.at, size)?;
        ahead.put(&self.at, Seen::File(Some(self.digest)));
        Ok(())
    }

    fn prepare(&self, world: &World<'_>) -> Result<(), StepError> {
        refuse_taken(world, &self.at)?;
        refuse_taken(world, &beside(world, &self.at)?)
    }

    fn apply(&self, world: &World<'_>, (): &()) -> Result<Vec<String>, StepError> {
        let content = self.saved_content(world)?;
        let temporary = beside(world, &self.at)?;
        let unset = write_new(world, &temporary, &content, &self.attributes, Durable::ReplacementFile)?;
        world
            .dir(&self.at)?
            .rename(&temporary.path, &self.at.path, Existing::Refuse)
            .map_err(|e| world.error("move into place", &self.at, e))?;
        sync_parent(world, &self.at)?;
        Ok(unset)
    }

    fn recover(&self, world: &World<'_>, (): &()) -> Result<Recovered<Vec<String>>, StepError> {
        let temporary = beside(world, &self.at)?;
        if world.exists(&temporary)? {
            let removed = world.dir(&temporary)?.remove_file(&temporary.path);
            removed.map_err(|e| world.error("remove", &temporary, e))?;
        }
        if !world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        if digest_of(world, &self.at)? != self.digest {
            return Err(world.changed(&self.at, "it is not the file that the run wrote"));
        }
        sync_parent(world, &self.at)?;
        Ok(Recovered::Done(Vec::new()))
    }

    fn learn(&self, _: &Vec<String>, known: &mut Known) {
        known.contents.insert(self.at.clone(), self.digest);
    }

    fn inverse(&self, _: &World<'_>, (): &(), _: &Vec<String>, _: &Known) -> Result<Inverse, StepError> {
        Ok(Inverse::of(Step::RemoveFile(RemoveFile { at: self.at.clone(), digest: self.digest })))
    }
}

fn sync_parent(world: &World<'_>, at: &Place) -> Result<(), StepError> {
    let (parent, _) = world.parent(at)?;
    world.dir(at)?.sync(&parent.path, Durable::WrittenFile).map_err(|e| world.error("sync", &parent, e))
}
