//! Makes a directory. Taken back by removing it, unless something else lies in it by then.

use std::io;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::{Action, Attributes, Inverse, Known, NotEmpty, Recovered, RemoveDir, Step, StepContext, StepError, saved};
use crate::fs::{Dir, Durable, RelPath};
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
    fn finish(&self, world: &StepContext<'_>, made: &dyn Dir) -> Result<Vec<String>, StepError> {
        let set = self.attributes.set_on_dir(made, &world.show(&self.at));
        let unset = set.map_err(|e| world.error("set the attributes of", &self.at, e))?;
        made.sync(&RelPath::here(), Durable::MadeAttributes).map_err(|e| world.error("sync", &self.at, e))?;
        let (parent, _) = world.parent(&self.at)?;
        let parents = world.dir(&parent)?.sync(&parent.path, Durable::MadeDirectory);
        parents.map_err(|e| world.error("sync", &parent, e))?;
        Ok(unset)
    }

    /// Returns whether a directory that an interrupted run left here is the one that it made: it noted which one that is, before anything
    /// could be put into it. Another one may have been moved here, to be given away.
    fn is_own(&self, world: &StepContext<'_>, made: &dyn Dir) -> Result<bool, StepError> {
        let names = made.list(&RelPath::here()).map_err(|e| world.error("read", &self.at, e))?;
        if names.is_empty() { Ok(true) } else { saved::is_own(world, &self.at, made) }
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
        let made = world.dir(&self.at)?.make_dir(&self.at.path);
        let made = made.map_err(|e| world.error("make the directory", &self.at, e))?;
        saved::note_own(world, &self.at, &*made)?;
        self.finish(world, &*made)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Self::Done>, StepError> {
        let failed = |e| world.error("look at", &self.at, e);
        match world.dir(&self.at)?.open_dir(&self.at.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Recovered::NotDone),
            Ok(made) if self.is_own(world, &*made)? => Ok(Recovered::Done(self.finish(world, &*made)?)),
            Err(e) if e.kind() != io::ErrorKind::NotADirectory => Err(failed(e)),
            _ => Err(world.changed(&self.at, "it is not the directory that the run made")),
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
