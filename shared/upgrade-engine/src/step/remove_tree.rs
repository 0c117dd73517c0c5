//! Removes a tree that [`BuildTree`] made, as long as nobody changed it: moved aside under a hidden name in one rename,
//! then taken apart. Taken back by making it again in the same way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Seen};
use super::tree_content::{self, Missing};
use super::{Action, BuildTree, Inverse, Known, Node, Recovered, Step, StepContext, StepError, saved};
use crate::digest::Digest;
use crate::fs::{Durable, Existing, FileKind, Name, RelPath};
use crate::place::Place;

/// Removes a tree that was made; parts of it may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveTree {
    /// How it was made.
    pub tree: BuildTree,
    /// Digests of the files that were not copies.
    pub produced: BTreeMap<RelPath, Digest>,
}

impl RemoveTree {
    fn aside(&self, world: &StepContext<'_>) -> Result<Place, StepError> {
        let (parent, name) = world.parent(&self.tree.at)?;
        let hidden =
            Name::new([b".", name.as_bytes(), b".removal"].concat()).map_err(|e| StepError::Broken(e.to_string()))?;
        Ok(parent.join(&hidden))
    }

    fn take_apart(&self, world: &StepContext<'_>, aside: &Place) -> Result<(), StepError> {
        tree_content::remove(world, aside, &self.tree)?;
        self.sync_parent(world)
    }

    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.tree.at)?;
        world.dir(&parent)?.sync(&parent.path, Durable::TreeRemoved).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for RemoveTree {
    type Prepared = ();
    type Done = ();

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("remove {} with its {} entries", show(&self.tree.at), self.tree.entries.len())
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        Action::places_mut(&mut self.tree)
    }

    fn touches(&self) -> Vec<Place> {
        Action::touches(&self.tree)
    }

    /// Contents are compared when the tree is due, not now: that means reading all of it, and the plan has just done so.
    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        let at = &self.tree.at;
        ahead.expect_free(world, &self.aside(world)?)?;
        ahead.expect_directory(world, at)?;
        let expected: BTreeMap<&RelPath, &Node> = self.tree.entries.iter().map(|e| (&e.path, &e.node)).collect();
        let mut pending = vec![RelPath::here()];
        while let Some(directory) = pending.pop() {
            for name in ahead.list(world, &at.below(&directory))? {
                let path = directory.join(&name);
                let Some(node) = expected.get(&path) else {
                    return Err(world.changed(at, format!("{path} was added to it")));
                };
                let kind = ahead.look(world, &at.below(&path))?.kind();
                let wanted = match node {
                    Node::Directory => FileKind::Directory,
                    Node::Symlink(_) => FileKind::Symlink,
                    Node::Fifo => FileKind::Fifo,
                    Node::File(_) | Node::HardLink(_) => FileKind::Regular,
                };
                if kind != Some(wanted) {
                    return Err(world.changed(at, format!("{path} was changed since the run")));
                }
                if wanted == FileKind::Directory {
                    pending.push(path);
                }
            }
        }
        ahead.put(at, Seen::Nothing);
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let aside = self.aside(world)?;
        if world.exists(&aside)? {
            return Err(world.changed(&aside, "it exists already"));
        }
        let at = &self.tree.at;
        let top = world.dir(at)?.open_dir(&at.path).map_err(|e| world.error("open", at, e))?;
        match tree_content::compare(world, &Ahead::new(world)?, &self.tree, &self.produced, Missing::IsTolerated)? {
            Some(difference) => Err(world.changed(at, difference)),
            // The directory that was opened before it was compared, and no other.
            None => saved::note_own(world, at, &*top),
        }
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<(), StepError> {
        let aside = self.aside(world)?;
        let at = &self.tree.at;
        let dir = world.dir(at)?;
        dir.rename(&at.path, &aside.path, Existing::Refuse).map_err(|e| world.error("move aside", at, e))?;
        let moved = dir.open_dir(&aside.path).map_err(|e| world.error("open", &aside, e))?;
        if !saved::is_own(world, &aside, &*moved)? {
            dir.rename(&aside.path, &at.path, Existing::Refuse).map_err(|e| world.error("move back to", at, e))?;
            return Err(world.changed(at, "somebody put something else there while it was compared"));
        }
        // Not synced yet: should a power failure bring the name back with half of its entries, recovery removes the rest.
        self.take_apart(world, &aside)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<()>, StepError> {
        let aside = self.aside(world)?;
        if world.exists(&aside)? {
            self.take_apart(world, &aside)?;
            return Ok(Recovered::Done(()));
        }
        if world.exists(&self.tree.at)? {
            return Ok(Recovered::NotDone);
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(()))
    }

    fn learn(&self, (): &(), known: &mut Known) {
        known.contents.retain(|place, _| !place.is_within(&self.tree.at));
    }

    fn inverse(&self, _: &StepContext<'_>, (): &(), (): &(), _: &Known, _: &Ahead) -> Result<Inverse, StepError> {
        Ok(Inverse::of(Step::BuildTree(self.tree.clone())))
    }
}
