//! Renames a file, to a free name or over a file whose content is known, in one rename. The file that goes is saved first.
//!
//! The intent records which file (inode) is renamed, so that after an interruption it is found under either name.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, Held, Look, Seen};
use super::new_file::{before_run, digest_of};
use super::saved::{Original, save, saved_attributes};
use super::{Action, Inverse, Known, NewContent, Recovered, Step, StepContext, StepError, WriteFile};
use crate::digest::Digest;
use crate::fs::{Durable, Existing, FileId, FileKind, Name, Stat};
use crate::place::Place;

/// Renames a file below one anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The file.
    pub at: Place,
    /// Its new name.
    pub to: Place,
    /// Digest of its content.
    pub digest: Digest,
    /// Digest of the file that has the new name now; nothing for a free name.
    pub replaces: Option<Digest>,
}

/// What is known before the rename.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prepared {
    /// Inode of the file. Its device is that of the anchor, and may get another number when the machine starts again.
    inode: u64,
    /// Name of the replaced file in the run.
    replaced: Option<Name>,
}

/// A file as it is before the rename: which it is, how many names it has, its content.
struct Now {
    id: Option<FileId>,
    links: u64,
    digest: Option<Digest>,
}

impl Now {
    fn of(original: &Original) -> Self {
        Self { id: Some(original.stat.id), links: original.stat.links, digest: Some(original.digest()) }
    }
}

impl Rename {
    fn refuse_two_anchors(&self) -> Result<(), StepError> {
        if self.at.anchor == self.to.anchor {
            return Ok(());
        }
        Err(StepError::Broken(format!("{} and {} are not below one directory", self.at, self.to)))
    }

    /// Refuses other files than the surveyed ones.
    fn refuse_changed(&self, world: &StepContext<'_>, file: &Now, replaced: Option<&Now>) -> Result<(), StepError> {
        let changed = "its content has changed since it was read";
        if file.digest.is_some_and(|digest| digest != self.digest) {
            return Err(world.changed(&self.at, changed));
        }
        let (replaced, expected) = match (replaced, self.replaces) {
            (None, None) => return Ok(()),
            (Some(_), None) => return Err(world.changed(&self.to, "it exists already")),
            (None, Some(_)) => return Err(world.changed(&self.to, "it is gone")),
            (Some(replaced), Some(expected)) => (replaced, expected),
        };
        if file.id.is_some() && file.id == replaced.id {
            // A rename between two names of one file changes nothing.
            return Err(world.changed(&self.to, "it is the same file under another name"));
        }
        if replaced.digest.is_some_and(|digest| digest != expected) {
            return Err(world.changed(&self.to, changed));
        }
        if replaced.links != 1 {
            // Written back it would be a file of its own.
            return Err(world.changed(&self.to, format!("it has {} names", replaced.links)));
        }
        Ok(())
    }

    /// The new name is durable before the old one ends: after a power failure the file has at least one.
    fn sync(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let ((from, _), (to, _)) = (world.parent(&self.at)?, world.parent(&self.to)?);
        let dir = world.dir(&to)?;
        dir.sync(&to.path, Durable::RenamedTo).map_err(|e| world.error("sync", &to, e))?;
        if from != to {
            dir.sync(&from.path, Durable::RenamedFrom).map_err(|e| world.error("sync", &from, e))?;
        }
        Ok(())
    }

    /// Returns the step that writes the replaced file again, at a place of its directory.
    fn restore(&self, world: &StepContext<'_>, saved: &Name, digest: Digest, at: Place) -> Result<Step, StepError> {
        let run = world.undone_run()?;
        let content = NewContent::Saved { run: run.clone(), name: saved.clone() };
        Ok(Step::WriteFile(WriteFile { at, digest, content, attributes: saved_attributes(world, run, saved)? }))
    }

    /// Returns what is done instead of the rename back, when somebody changed something: the replaced file is written beside.
    fn kept(
        &self,
        world: &StepContext<'_>,
        prepared: &Prepared,
        disk: &Ahead,
        why: &str,
    ) -> Result<Inverse, StepError> {
        let mut kept = why.to_owned();
        let mut steps = Vec::new();
        if let (Some(saved), Some(digest)) = (&prepared.replaced, self.replaces) {
            let is_free = matches!(disk.look(world, &self.to)?, Look::Nothing);
            let at = if is_free { self.to.clone() } else { before_run(world, &self.to)? };
            kept = format!("{kept}; the file that the run replaced is {}", world.show(&at));
            steps.push(self.restore(world, saved, digest, at)?);
        }
        Ok(Inverse { steps, kept: vec![kept] })
    }
}

impl Action for Rename {
    type Prepared = Prepared;
    type Done = ();

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        let over = if self.replaces.is_some() { ", which it replaces" } else { "" };
        format!("rename {} to {}{over}", show(&self.at), show(&self.to))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        vec![&mut self.at, &mut self.to]
    }

    fn touches(&self) -> Vec<Place> {
        let mut parents: Vec<Place> =
            [&self.at, &self.to].into_iter().filter_map(|place| Some(place.split_last()?.0)).collect();
        parents.dedup();
        parents
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        self.refuse_two_anchors()?;
        let file = left_at(world, &self.at, ahead)?.ok_or_else(|| world.changed(&self.at, "it is gone"))?;
        let replaced = left_at(world, &self.to, ahead)?;
        self.refuse_changed(world, &file, replaced.as_ref())?;
        match ahead.look(world, &self.to)? {
            Look::Disk(_, stat) => {
                ahead.saves(world, stat.size)?;
                ahead.frees(world, &self.to, stat.size)?;
            }
            Look::Planned(_) => {}
            Look::Nothing => ahead.expect_free(world, &self.to)?,
        }
        ahead.rename(&self.at, &self.to);
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<Prepared, StepError> {
        self.refuse_two_anchors()?;
        let here = stat(world, &self.at)?.ok_or_else(|| world.changed(&self.at, "it is gone"))?;
        let file = on_disk(world, &self.at, &here)?;
        let there = stat(world, &self.to)?;
        let replaced = there.map(|stat| on_disk(world, &self.to, &stat)).transpose()?;
        self.refuse_changed(world, &Now::of(&file), replaced.as_ref().map(Now::of).as_ref())?;
        let replaced = replaced.map(|original| save(world, &self.to, &original)).transpose()?;
        Ok(Prepared { inode: file.stat.id.inode, replaced })
    }

    fn apply(&self, world: &StepContext<'_>, _: &Prepared) -> Result<(), StepError> {
        let existing = if self.replaces.is_some() { Existing::Replace } else { Existing::Refuse };
        world
            .dir(&self.at)?
            .rename(&self.at.path, &self.to.path, existing)
            .map_err(|e| world.error("rename to", &self.to, e))?;
        self.sync(world)
    }

    fn recover(&self, world: &StepContext<'_>, prepared: &Prepared) -> Result<Recovered<()>, StepError> {
        let is_it = |stat: &Stat| stat.id.inode == prepared.inode;
        match (stat(world, &self.at)?, stat(world, &self.to)?) {
            (None, Some(there)) if is_it(&there) => {}
            // After a power failure a file may have both names.
            (Some(here), Some(there)) if is_it(&here) && is_it(&there) => {
                world.dir(&self.at)?.remove_file(&self.at.path).map_err(|e| world.error("remove", &self.at, e))?;
            }
            (Some(here), there) if is_it(&here) => {
                let there = there.map(|_| digest_of(world, &self.to)).transpose()?;
                if there == self.replaces {
                    return Ok(Recovered::NotDone);
                }
                return Err(world.changed(&self.to, "it is neither the renamed file nor the one that was there"));
            }
            _ => return Err(world.changed(&self.to, "neither it nor its source is the file to be renamed")),
        }
        self.sync(world)?;
        Ok(Recovered::Done(()))
    }

    fn learn(&self, (): &(), known: &mut Known) {
        known.contents.remove(&self.at);
        known.contents.insert(self.to.clone(), self.digest);
    }

    /// A file that somebody changed since keeps its new name, and the file that it replaced is written beside it.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        prepared: &Prepared,
        (): &(),
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let (at, to) = (world.show(&self.at), world.show(&self.to));
        match disk.held(world, &self.to)? {
            Held::File(digest, _) if digest.is_none_or(|digest| digest == self.digest) => {}
            Held::Nothing => {
                return self.kept(
                    world,
                    prepared,
                    disk,
                    &format!("{to} is gone and cannot get its old name {at} again"),
                );
            }
            _ => {
                let why =
                    format!("{to} was changed since the run and is kept; it does not get its old name {at} again");
                return self.kept(world, prepared, disk, &why);
            }
        }
        if !matches!(disk.look(world, &self.at)?, Look::Nothing) {
            let why = format!("{at} is there again and is kept; {to} keeps its new name");
            return self.kept(world, prepared, disk, &why);
        }
        let back = Self { at: self.to.clone(), to: self.at.clone(), digest: self.digest, replaces: None };
        let mut steps = vec![Step::Rename(back)];
        if let (Some(saved), Some(digest)) = (&prepared.replaced, self.replaces) {
            steps.push(self.restore(world, saved, digest, self.to.clone())?);
        }
        Ok(Inverse { steps, kept: Vec::new() })
    }
}

/// Returns the file that the steps before this one leave at a place; nothing at a free name. A file of the disk is read.
fn left_at(world: &StepContext<'_>, place: &Place, ahead: &Ahead) -> Result<Option<Now>, StepError> {
    Ok(match ahead.look(world, place)? {
        Look::Nothing => None,
        Look::Disk(real, stat) => Some(Now::of(&on_disk(world, &real, &stat)?)),
        Look::Planned(Seen::File(digest)) => Some(Now { id: None, links: 1, digest }),
        Look::Planned(_) => return Err(world.changed(place, "it is not a file")),
    })
}

fn stat(world: &StepContext<'_>, place: &Place) -> Result<Option<Stat>, StepError> {
    match world.dir(place)?.stat(&place.path) {
        Ok(stat) => Ok(Some(stat)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(world.error("look at", place, e)),
    }
}

/// Reads a file of the disk.
fn on_disk(world: &StepContext<'_>, at: &Place, stat: &Stat) -> Result<Original, StepError> {
    if stat.kind != FileKind::Regular {
        return Err(world.changed(at, "it is not a file"));
    }
    Original::read(world, at)
}
