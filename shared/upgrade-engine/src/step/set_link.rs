//! Makes, re-points or removes a symbolic link. A link that is there is replaced by one rename, so that the name always leads to its
//! old or to its new target. Its owner and time come back on undo.

use std::io;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Held, Seen};
use super::new_file::{beside, refuse_taken};
use super::{Action, Attributes, Inverse, Known, Recovered, Step, StepContext, StepError};
use crate::fs::path::{escape, unescape};
use crate::fs::{Dir, Durable, Existing, HeldEntry, RelPath};
use crate::place::Place;

/// Makes, re-points or removes a symbolic link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetLink {
    /// Where.
    pub at: Place,
    /// The link that is there; nothing for a free name.
    pub before: Option<LinkState>,
    /// The link that shall be there; nothing to remove it.
    pub after: Option<LinkState>,
}

/// A symbolic link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkState {
    /// What it holds, as escaped text.
    pub target: String,
    /// Its owner and time.
    pub attributes: Attributes,
}

impl LinkState {
    /// Returns the link at a path.
    ///
    /// # Errors
    /// As `lstat` and `readlink`; [`io::ErrorKind::InvalidInput`] when it is no link.
    pub fn of(dir: &dyn Dir, path: &RelPath) -> io::Result<Self> {
        let link = dir.hold(path)?;
        Ok(Self { target: escape(&link.link_target()?), attributes: Attributes::of_held(&*link)? })
    }
}

/// Makes a link at a free name and gives it its attributes. `path` leads from the directory to the place.
pub(super) fn make(
    world: &StepContext<'_>,
    (dir, path): (&dyn Dir, &RelPath),
    at: &Place,
    target: &str,
    attributes: &Attributes,
) -> Result<Vec<String>, StepError> {
    let target = unescape(target).map_err(|e| StepError::Broken(e.to_string()))?;
    let made = dir.symlink(&target, path).map_err(|e| world.error("make the link", at, e))?;
    give(world, &*made, at, attributes)
}

fn give(
    world: &StepContext<'_>,
    link: &dyn HeldEntry,
    at: &Place,
    attributes: &Attributes,
) -> Result<Vec<String>, StepError> {
    let set = attributes.set_on_held(link, &world.show(at));
    set.map_err(|e| world.error("set the attributes of", at, e))
}

/// Returns whether a place holds what is said of a link.
fn is(now: &Held, state: Option<&LinkState>) -> bool {
    match (now, state) {
        (Held::Nothing, None) => true,
        (Held::Link(target), Some(state)) => *target == state.target,
        _ => false,
    }
}

fn describe(now: &Held) -> String {
    match now {
        Held::Nothing => "it is gone".to_owned(),
        Held::Link(target) => format!("it is a link to {target}"),
        Held::File(..) | Held::Directory | Held::Fifo | Held::Other => "it is not a symbolic link".to_owned(),
    }
}

impl SetLink {
    fn refuse_changed(&self, world: &StepContext<'_>, now: &Held) -> Result<(), StepError> {
        if is(now, self.before.as_ref()) { Ok(()) } else { Err(world.changed(&self.at, describe(now))) }
    }

    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.at)?;
        let what = if self.after.is_some() { Durable::SetLink } else { Durable::RemovedLink };
        world.dir(&parent)?.sync(&parent.path, what).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for SetLink {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        let at = show(&self.at);
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("make the link {at} to {}", after.target),
            (Some(before), Some(after)) => format!("point the link {at} to {} (now {})", after.target, before.target),
            (Some(before), None) => format!("remove the link {at} to {}", before.target),
            (None, None) => format!("leave {at} free"),
        }
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at]
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        if self.before.is_none() {
            ahead.expect_free(world, &self.at)?;
        }
        self.refuse_changed(world, &ahead.held(world, &self.at)?)?;
        ahead.expect_free(world, &beside(world, &self.at)?)?;
        match &self.after {
            Some(after) => {
                ahead.gives(world, &self.at, &after.attributes)?;
                ahead.put(&self.at, Seen::Link(after.target.clone()));
            }
            None => ahead.put(&self.at, Seen::Nothing),
        }
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        self.refuse_changed(world, &Ahead::new(world)?.held(world, &self.at)?)?;
        refuse_taken(world, &beside(world, &self.at)?)
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<Vec<String>, StepError> {
        let dir = world.dir(&self.at)?;
        let mut unset = Vec::new();
        match &self.after {
            Some(after) => {
                let temporary = beside(world, &self.at)?;
                unset = make(world, (dir, &temporary.path), &temporary, &after.target, &after.attributes)?;
                let existing = if self.before.is_some() { Existing::Replace } else { Existing::Refuse };
                dir.rename(&temporary.path, &self.at.path, existing)
                    .map_err(|e| world.error("move into place", &self.at, e))?;
            }
            None if self.before.is_some() => {
                dir.remove_file(&self.at.path).map_err(|e| world.error("remove", &self.at, e))?;
            }
            None => return Ok(unset),
        }
        self.sync_parent(world)?;
        Ok(unset)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<Vec<String>>, StepError> {
        let dir = world.dir(&self.at)?;
        let temporary = beside(world, &self.at)?;
        if world.exists(&temporary)? {
            dir.remove_file(&temporary.path).map_err(|e| world.error("remove", &temporary, e))?;
        }
        let now = Ahead::new(world)?.held(world, &self.at)?;
        if !is(&now, self.after.as_ref()) {
            self.refuse_changed(world, &now)?;
            return Ok(Recovered::NotDone);
        }
        let mut unset = Vec::new();
        if let Some(after) = &self.after {
            // After a power failure the name may be there and its attributes not.
            let link = dir.hold(&self.at.path).map_err(|e| world.error("look at", &self.at, e))?;
            if link.link_target().map(|target| escape(&target)).ok().as_ref() != Some(&after.target) {
                return Err(world.changed(&self.at, "it is no longer the link that the run made"));
            }
            unset = give(world, &*link, &self.at, &after.attributes)?;
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(unset))
    }

    fn learn(&self, _: &Vec<String>, _: &mut Known) {}

    /// What somebody changed since is kept. A link holds nothing that is lost with it, so nothing is written beside it.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        (): &(),
        _: &Vec<String>,
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let now = disk.held(world, &self.at)?;
        if is(&now, self.after.as_ref()) {
            let (before, after) = (self.after.clone(), self.before.clone());
            return Ok(Inverse::of(Step::SetLink(Self { at: self.at.clone(), before, after })));
        }
        if is(&now, self.before.as_ref()) {
            return Ok(Inverse::default());
        }
        let path = world.show(&self.at);
        let was = match &self.before {
            Some(before) => format!("before the run it was a link to {}", before.target),
            None => "before the run it was not there".to_owned(),
        };
        let kept = format!("{path} was changed since the run ({}) and is kept; {was}", describe(&now));
        Ok(Inverse { steps: Vec::new(), kept: vec![kept] })
    }
}
