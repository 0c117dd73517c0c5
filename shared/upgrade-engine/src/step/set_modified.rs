//! Sets a directory's modification time, where a change inside it is not to show (a backup made beside the originals,
//! an undo). A directory that is gone has no time to set.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::ahead::Ahead;
use super::{Action, Inverse, Known, Recovered, StepContext, StepError};
use crate::fs::{Attribute, Durable, RelPath, Time};
use crate::place::Place;

/// Sets a directory's modification time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetModified {
    /// The directory.
    pub at: Place,
    /// Its new time.
    pub to: Time,
}

impl Action for SetModified {
    type Prepared = ();
    type Done = ();

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("restore the modification time of {}", show(&self.at))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        vec![self.at.clone()]
    }

    /// A directory that is gone by then has no time to set, so that nothing can stand in the way.
    fn check(&self, _: &StepContext<'_>, _: &mut Ahead) -> Result<(), StepError> {
        Ok(())
    }

    fn prepare(&self, _: &StepContext<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<(), StepError> {
        let failed = |e| world.error("set the time of", &self.at, e);
        let dir = match world.dir(&self.at)?.open_dir(&self.at.path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            other => other.map_err(failed)?,
        };
        let here = RelPath::here();
        // A directory that others own may be touched in vain; its time cannot be set, and need not be.
        if !dir.stat(&here).is_ok_and(|stat| stat.modified == self.to) {
            dir.hold(&here).and_then(|held| held.set(&Attribute::Modified(self.to))).map_err(failed)?;
        }
        dir.sync(&here, Durable::ModifiedTime).map_err(|e| world.error("sync", &self.at, e))
    }

    fn recover(&self, _: &StepContext<'_>, (): &()) -> Result<Recovered<()>, StepError> {
        Ok(Recovered::NotDone)
    }

    fn learn(&self, (): &(), _: &mut Known) {}

    /// The times of all directories that a run touched are given back together, at the end of its undo.
    fn inverse(&self, _: &StepContext<'_>, (): &(), (): &(), _: &Known, _: &Ahead) -> Result<Inverse, StepError> {
        Ok(Inverse::default())
    }
}
