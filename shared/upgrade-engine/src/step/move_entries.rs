//! Moves entries from one directory of an anchor into another, as one batch: all renames, then one sync of each directory.
//!
//! The intent records which file (inode) each name was, so that after an interruption each one is found again
//! wherever it is.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Held, Look};
use super::{Action, Inverse, Known, Recovered, Step, StepContext, StepError};
use crate::fs::{Durable, Existing, Name};
use crate::place::Place;

/// Moves entries between two directories of one anchor; none may be there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveEntries {
    /// The directory that holds them.
    pub from: Place,
    /// The directory that shall hold them.
    pub to: Place,
    /// Their names.
    pub names: Vec<Name>,
}

/// Inode of each entry. Its device is that of the anchor, and may get another number when the machine starts again.
type Identities = BTreeMap<Name, u64>;

impl MoveEntries {
    fn refuse_two_anchors(&self) -> Result<(), StepError> {
        if self.from.anchor == self.to.anchor {
            return Ok(());
        }
        Err(StepError::Broken(format!("{} and {} are not below one directory", self.from, self.to)))
    }

    fn identity(&self, world: &StepContext<'_>, place: &Place) -> Result<Option<u64>, StepError> {
        match world.dir(place)?.stat(&place.path) {
            Ok(stat) => Ok(Some(stat.id.inode)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(world.error("look at", place, e)),
        }
    }

    fn sync(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        for (place, what) in [(&self.to, Durable::MovedIn), (&self.from, Durable::MovedOut)] {
            world.dir(place)?.sync(&place.path, what).map_err(|e| world.error("sync", place, e))?;
        }
        Ok(())
    }
}

impl Action for MoveEntries {
    type Prepared = Identities;
    type Done = ();

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("move {} entries from {} to {}", self.names.len(), show(&self.from), show(&self.to))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.from, &mut self.to]
    }

    fn touches(&self) -> Vec<Place> {
        vec![self.from.clone(), self.to.clone()]
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        self.refuse_two_anchors()?;
        ahead.expect_directory(world, &self.to)?;
        for name in &self.names {
            let (from, to) = (self.from.join(name), self.to.join(name));
            if matches!(ahead.look(world, &from)?, Look::Nothing) {
                return Err(world.changed(&from, "it is gone"));
            }
            ahead.expect_free(world, &to)?;
            ahead.rename(&from, &to);
        }
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<Identities, StepError> {
        self.refuse_two_anchors()?;
        let mut identities = Identities::new();
        for name in &self.names {
            let (from, to) = (self.from.join(name), self.to.join(name));
            let identity = self.identity(world, &from)?.ok_or_else(|| world.changed(&from, "it is gone"))?;
            if self.identity(world, &to)?.is_some() {
                return Err(world.changed(&to, "it exists already"));
            }
            identities.insert(name.clone(), identity);
        }
        Ok(identities)
    }

    fn apply(&self, world: &StepContext<'_>, _: &Identities) -> Result<(), StepError> {
        for name in &self.names {
            let (from, to) = (self.from.join(name), self.to.join(name));
            world
                .dir(&from)?
                .rename(&from.path, &to.path, Existing::Refuse)
                .map_err(|e| world.error("move to", &to, e))?;
        }
        self.sync(world)
    }

    /// Finishes what was begun: every entry is moved, or in both places after a power failure, or still to be moved.
    fn recover(&self, world: &StepContext<'_>, identities: &Identities) -> Result<Recovered<()>, StepError> {
        for (name, identity) in identities {
            let (from, to) = (self.from.join(name), self.to.join(name));
            let dir = world.dir(&from)?;
            match (self.identity(world, &from)?, self.identity(world, &to)?) {
                (None, Some(there)) if there == *identity => {}
                (Some(here), None) if here == *identity => {
                    dir.rename(&from.path, &to.path, Existing::Refuse).map_err(|e| world.error("move to", &to, e))?
                }
                (Some(here), Some(there)) if here == *identity && there == *identity => {
                    dir.remove_file(&from.path).map_err(|e| world.error("remove", &from, e))?;
                }
                _ => return Err(world.changed(&to, "neither it nor its source is the file to be moved")),
            }
        }
        self.sync(world)?;
        Ok(Recovered::Done(()))
    }

    fn learn(&self, (): &(), known: &mut Known) {
        for name in &self.names {
            if let Some(digest) = known.contents.remove(&self.from.join(name)) {
                known.contents.insert(self.to.join(name), digest);
            }
        }
    }

    fn inverse(
        &self,
        world: &StepContext<'_>,
        _: &Identities,
        (): &(),
        known: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let mut inverse = Inverse::default();
        let mut names = Vec::new();
        for name in &self.names {
            let now = self.to.join(name);
            match disk.held(world, &now)? {
                Held::Nothing => {
                    inverse.kept.push(format!("{} is gone; somebody removed it", world.show(&now)));
                    continue;
                }
                // What the undo itself puts there is not compared.
                Held::File(Some(digest), _)
                    if !matches!(disk.look(world, &now)?, Look::Planned(_))
                        && known.contents.get(&now).is_some_and(|expected| *expected != digest) =>
                {
                    let path = world.show(&now);
                    inverse.kept.push(format!("{path} was changed since the run; it is kept"));
                    continue;
                }
                _ => {}
            }
            names.push(name.clone());
        }
        if !names.is_empty() {
            inverse.steps.push(Step::MoveEntries(Self { from: self.to.clone(), to: self.from.clone(), names }));
        }
        Ok(inverse)
    }
}
