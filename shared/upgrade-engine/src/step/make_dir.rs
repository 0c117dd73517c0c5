//! Makes a directory. Taken back by removing it, unless something else lies in it by then.

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::{Action, Attributes, Inverse, Known, NotEmpty, Recovered, RemoveDir, Step, StepContext, StepError};
use crate::fs::{Durable, FileKind};
use crate::place::Place;

/// Makes a directory at a free name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeDir {
    /// Where.
    pub at: Place,
    /// Its owner, mode and time.
    pub attributes: Attributes,
}

impl MakeDir {
    fn finish(&self, world: &StepContext<'_>) -> Result<Vec<String>, StepError> {
        let dir = world.dir(&self.at)?;
        let path = world.show(&self.at);
        let unset = self
            .attributes
            .set_on_entry(dir, &self.at.path, &path)
            .map_err(|e| world.error("set the attributes of", &self.at, e))?;
        dir.sync(&self.at.path, Durable::MadeAttributes).map_err(|e| world.error("sync", &self.at, e))?;
        let (parent, _) = world.parent(&self.at)?;
        dir.sync(&parent.path, Durable::MadeDirectory).map_err(|e| world.error("sync", &parent, e))?;
        Ok(unset)
    }
}

impl Action for MakeDir {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("make the directory {}", show(&self.at))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        ahead.expect_free(world, &self.at)?;
        ahead.gives(world, &self.at, &self.attributes)?;
        ahead.put(&self.at, Seen::Directory);
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        if world.exists(&self.at)? { Err(world.changed(&self.at, "it exists already")) } else { Ok(()) }
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<Self::Done, StepError> {
        world.dir(&self.at)?.make_dir(&self.at.path).map_err(|e| world.error("make the directory", &self.at, e))?;
        self.finish(world)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Self::Done>, StepError> {
        match world.dir(&self.at)?.stat(&self.at.path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Recovered::NotDone),
            Err(e) => Err(world.error("look at", &self.at, e)),
            Ok(stat) if stat.kind == FileKind::Directory => Ok(Recovered::Done(self.finish(world)?)),
            Ok(_) => Err(world.changed(&self.at, "it is not the directory that the run made")),
        }
    }

    fn learn(&self, _: &Self::Done, _: &mut Known) {}

    fn inverse(
        &self,
        _: &StepContext<'_>,
        (): &(),
        _: &Self::Done,
        _: &Known,
        _: &Ahead,
    ) -> Result<Inverse, StepError> {
        Ok(Inverse::of(Step::RemoveDir(RemoveDir {
            at: self.at.clone(),
            attributes: self.attributes.clone(),
            not_empty: NotEmpty::Keep,
        })))
    }
}
