//! What a plan will have done by the time that one of its steps is due, so that every step is checked before the first one
//! changes anything.
//!
//! A step is due on a disk that the steps before it have changed. [`Ahead`] keeps what they will have made, moved and removed;
//! everything else is looked up on the disk as it is. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;

use super::{Attributes, Step, StepContext, StepError};
use crate::digest::Digest;
use crate::fs::path::escape;
use crate::fs::{Dir, FileId, FileKind, Name, RelPath, RootPath, Stat};
use crate::place::Place;

/// What will be at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing.
    Nothing,
    /// A directory that a step makes; what it holds is noted place by place.
    Directory,
    /// A file that a step writes; its digest, unless only its producer knows it.
    File(Option<Digest>),
    /// A symbolic link that a step makes, with its target as escaped text.
    Link(String),
    /// A named pipe that a step makes.
    Fifo,
    /// What is at this place of the disk now, with everything below it.
    Disk(Place),
}

/// What will be at a place, with what the disk says of it.
pub(crate) enum Look {
    /// Nothing.
    Nothing,
    /// As [`Seen`].
    Planned(Seen),
    /// An entry of the disk.
    Disk(Place, Stat),
}

impl Look {
    /// Returns what kind of entry it is.
    pub(crate) fn kind(&self) -> Option<FileKind> {
        match self {
            Self::Nothing | Self::Planned(Seen::Nothing | Seen::Disk(_)) => None,
            Self::Planned(Seen::Directory) => Some(FileKind::Directory),
            Self::Planned(Seen::File(_)) => Some(FileKind::Regular),
            Self::Planned(Seen::Link(_)) => Some(FileKind::Symlink),
            Self::Planned(Seen::Fifo) => Some(FileKind::Fifo),
            Self::Disk(_, stat) => Some(stat.kind),
        }
    }
}

/// What a place will hold, to tell whether somebody changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nothing.
    Nothing,
    /// A file; its digest, unless only its producer knows it, and how many names it has.
    File(Option<Digest>, u64),
    /// A directory.
    Directory,
    /// A symbolic link, with its target as escaped text.
    Link(String),
    /// A named pipe.
    Fifo,
    /// Something else.
    Other,
}

/// The disk as the steps that were checked so far will leave it.
pub(crate) struct Ahead {
    /// One way to write each place: the same directory may have several anchors, and an anchor may lie below another.
    homes: BTreeMap<String, Place>,
    seen: BTreeMap<Place, Seen>,
    space: BTreeMap<u64, Space>,
    /// What the run will leave for a human.
    pub(crate) findings: Vec<String>,
}

/// The space of one file system.
struct Space {
    /// A directory on it, for messages.
    path: String,
    free: u64,
    /// Bytes taken after the steps so far; below zero when they freed some.
    taken: i128,
}

impl Ahead {
    /// Begins with the disk as it is.
    pub(crate) fn new(world: &StepContext<'_>) -> Result<Self, StepError> {
        Ok(Self { homes: homes(world)?, seen: BTreeMap::new(), space: BTreeMap::new(), findings: Vec::new() })
    }

    /// Returns the one way to write a place.
    fn home(&self, place: &Place) -> Place {
        self.homes.get(&place.anchor).map_or_else(|| place.clone(), |home| home.below(&place.path))
    }

    fn resolve(&self, place: &Place) -> Seen {
        let home = self.home(place);
        let mut at = home.clone();
        let mut below = Vec::new();
        loop {
            match self.seen.get(&at) {
                Some(Seen::Disk(real)) => {
                    return Seen::Disk(below.iter().rev().fold(real.clone(), |place, name| place.join(name)));
                }
                Some(seen) if below.is_empty() => return seen.clone(),
                Some(_) => return Seen::Nothing,
                None => {}
            }
            let Some((parent, name)) = at.split_last() else { return Seen::Disk(home) };
            below.push(name);
            at = parent;
        }
    }

    /// Looks at a place, unless somebody asked to stop: a plan may have millions of them.
    pub(crate) fn look(&self, world: &StepContext<'_>, place: &Place) -> Result<Look, StepError> {
        world.go_on()?;
        let real = match self.resolve(place) {
            Seen::Nothing => return Ok(Look::Nothing),
            Seen::Disk(real) => real,
            planned => return Ok(Look::Planned(planned)),
        };
        match world.dir(&real)?.stat(&real.path) {
            Ok(stat) => Ok(Look::Disk(real, stat)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Look::Nothing),
            Err(e) => Err(world.error("look at", place, e)),
        }
    }

    /// Returns what a place will hold; a file of the disk is read.
    pub(crate) fn held(&self, world: &StepContext<'_>, place: &Place) -> Result<Held, StepError> {
        Ok(match self.look(world, place)? {
            Look::Nothing => Held::Nothing,
            Look::Planned(Seen::File(digest)) => Held::File(digest, 1),
            Look::Disk(real, stat) if stat.kind == FileKind::Regular => {
                let file = world.open(&real)?;
                let digest = world.digest(&real, &*file)?;
                let links = file.stat().map_err(|e| world.error("look at", place, e))?.links;
                Held::File(Some(digest), links)
            }
            Look::Disk(real, stat) if stat.kind == FileKind::Symlink => {
                let target = world.dir(&real)?.read_link(&real.path);
                Held::Link(escape(&target.map_err(|e| world.error("read the link", place, e))?))
            }
            Look::Planned(Seen::Link(target)) => Held::Link(target),
            Look::Planned(Seen::Directory) => Held::Directory,
            Look::Disk(_, stat) if stat.kind == FileKind::Directory => Held::Directory,
            Look::Planned(Seen::Fifo) => Held::Fifo,
            Look::Disk(_, stat) if stat.kind == FileKind::Fifo => Held::Fifo,
            Look::Planned(_) | Look::Disk(..) => Held::Other,
        })
    }

    /// Notes what a step puts at a place; whatever was there goes.
    pub(crate) fn put(&mut self, place: &Place, seen: Seen) {
        let home = self.home(place);
        self.take_below(&home);
        self.seen.insert(home, seen);
    }

    /// Notes that an entry moves with everything below it.
    pub(crate) fn rename(&mut self, from: &Place, to: &Place) {
        let top = self.resolve(from);
        let (from, to) = (self.home(from), self.home(to));
        self.take_below(&to);
        let depth = from.path.names().len();
        for (place, seen) in self.take_below(&from) {
            let below = place.path.names().iter().skip(depth);
            self.seen.insert(below.fold(to.clone(), |place, name| place.join(name)), seen);
        }
        self.seen.insert(to, top);
        self.seen.insert(from, Seen::Nothing);
    }

    /// Takes out what is noted of a place and of everything below it.
    fn take_below(&mut self, home: &Place) -> Vec<(Place, Seen)> {
        let within = self.seen.range(home..).take_while(|(place, _)| place.is_within(home));
        let places: Vec<Place> = within.map(|(place, _)| place.clone()).collect();
        places.into_iter().filter_map(|place| self.seen.remove_entry(&place)).collect()
    }

    /// Returns the names that a directory will hold.
    pub(crate) fn list(&self, world: &StepContext<'_>, place: &Place) -> Result<BTreeSet<Name>, StepError> {
        let mut names = BTreeSet::new();
        if let Seen::Disk(real) = self.resolve(place) {
            let listed = world.dir(&real)?.list(&real.path).map_err(|e| world.error("read", place, e))?;
            names.extend(listed);
        }
        let home = self.home(place);
        let depth = home.path.names().len();
        for (below, seen) in self.seen.range(&home..).take_while(|(below, _)| below.is_within(&home)) {
            let [name] = below.path.names().get(depth..).unwrap_or_default() else { continue };
            if *seen == Seen::Nothing {
                names.remove(name);
            } else {
                names.insert(name.clone());
            }
        }
        Ok(names)
    }

    /// Refuses a name that will be taken, or that will have no directory above it.
    pub(crate) fn expect_free(&self, world: &StepContext<'_>, place: &Place) -> Result<(), StepError> {
        if !matches!(self.look(world, place)?, Look::Nothing) {
            return Err(world.changed(place, "it exists already"));
        }
        let (parent, _) = world.parent(place)?;
        self.expect_directory(world, &parent)
    }

    /// Refuses a place that will be no directory.
    pub(crate) fn expect_directory(&self, world: &StepContext<'_>, place: &Place) -> Result<(), StepError> {
        match self.look(world, place)? {
            Look::Planned(Seen::Directory) => Ok(()),
            Look::Disk(_, stat) if stat.kind == FileKind::Directory => Ok(()),
            Look::Nothing => Err(world.changed(place, "it is gone")),
            Look::Planned(_) | Look::Disk(..) => Err(world.changed(place, "it is not a directory")),
        }
    }

    /// Returns how much space a copy takes, and refuses one whose original will not be there as it was surveyed. Its content is
    /// compared when it is copied, which ends before anything that exists is changed.
    pub(crate) fn copied_size(
        &self,
        world: &StepContext<'_>,
        from: &Place,
        digest: &Digest,
        size: u64,
    ) -> Result<u64, StepError> {
        match self.look(world, from)? {
            Look::Disk(_, stat) if stat.kind == FileKind::Regular && stat.size == size => Ok(size.min(stat.allocated)),
            Look::Planned(Seen::File(None)) => Ok(size),
            Look::Planned(Seen::File(Some(planned))) if planned == *digest => Ok(size),
            Look::Nothing => Err(world.changed(from, "it is gone")),
            Look::Disk(..) | Look::Planned(_) => Err(world.changed(from, "its content has changed since it was read")),
        }
    }

    /// Notes which owner a new entry will not get from this user.
    pub(crate) fn gives(
        &mut self,
        world: &StepContext<'_>,
        place: &Place,
        attributes: &Attributes,
    ) -> Result<(), StepError> {
        let Attributes { uid, gid, .. } = *attributes;
        if !world.dir(place)?.can_give(uid, gid) {
            self.findings
                .push(format!("{} will not get the owner {uid}:{gid}: only root can set it", world.show(place)));
        }
        Ok(())
    }

    /// Notes that a step takes space where a place is.
    pub(crate) fn takes(&mut self, world: &StepContext<'_>, place: &Place, bytes: u64) -> Result<(), StepError> {
        let mut at = place.clone();
        loop {
            if let Look::Disk(real, stat) = self.look(world, &at)?
                && stat.kind == FileKind::Directory
            {
                let path = world.show(&at);
                let failed = |e| world.error("look at", &at, e);
                let free = || world.dir(&real)?.open_dir(&real.path).and_then(|dir| dir.free_space()).map_err(failed);
                return self.charge(stat.id.device, path, free, bytes);
            }
            // Below the anchor there is always a directory of the disk: the anchor itself.
            let Some((parent, _)) = at.split_last() else { return Ok(()) };
            at = parent;
        }
    }

    /// Notes that a run saves an original.
    pub(crate) fn saves(&mut self, world: &StepContext<'_>, bytes: u64) -> Result<(), StepError> {
        // A dry run has no state directory, and makes none.
        let Ok(runs) = world.runs() else { return Ok(()) };
        let path = "the state directory";
        let stat = runs.stat(&RelPath::here()).map_err(|e| StepError::io("look at", path, e))?;
        let free = || runs.free_space().map_err(|e| StepError::io("look at", path, e));
        self.charge(stat.id.device, path.to_owned(), free, bytes)
    }

    /// Notes that a step frees space where a place is.
    pub(crate) fn frees(&mut self, world: &StepContext<'_>, place: &Place, bytes: u64) -> Result<(), StepError> {
        if let Look::Disk(_, stat) = self.look(world, place)?
            && let Some(space) = self.space.get_mut(&stat.id.device)
        {
            space.taken = space.taken.saturating_sub(bytes.into());
        }
        Ok(())
    }

    fn charge(
        &mut self,
        device: u64,
        path: String,
        free: impl FnOnce() -> Result<u64, StepError>,
        bytes: u64,
    ) -> Result<(), StepError> {
        let space = match self.space.entry(device) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(Space { path, free: free()?, taken: 0 }),
        };
        space.taken = space.taken.saturating_add(bytes.into());
        if space.taken <= i128::from(space.free) {
            return Ok(());
        }
        let needed = u64::try_from(space.taken).unwrap_or(u64::MAX).div_ceil(1 << 20);
        Err(StepError::NoSpace { path: space.path.clone(), needed, free: space.free >> 20 })
    }
}

/// Checks steps in their order; returns what they will leave for a human.
pub(crate) fn check_steps(steps: &[Step], world: &StepContext<'_>) -> Result<Vec<String>, StepError> {
    let mut ahead = Ahead::new(world)?;
    for step in steps {
        step.action().check(world, &mut ahead)?;
    }
    Ok(ahead.findings)
}

/// Returns where each anchor's directory is below the first anchor that holds it.
fn homes(world: &StepContext<'_>) -> Result<BTreeMap<String, Place>, StepError> {
    let mut anchors: Vec<(&str, &RootPath, &dyn Dir)> = world.anchors.named().collect();
    anchors.sort_by_key(|(_, path, _)| path.components().count());
    let mut homes = BTreeMap::new();
    let mut by_id: BTreeMap<FileId, Place> = BTreeMap::new();
    let mut by_path: BTreeMap<&RootPath, (&dyn Dir, Place)> = BTreeMap::new();
    for (name, path, dir) in anchors {
        let id = dir.stat(&RelPath::here()).map_err(|e| StepError::io("look at", &path.to_string(), e))?.id;
        let home = by_id.get(&id).cloned().or_else(|| above(path, id, &by_path)).unwrap_or_else(|| Place::anchor(name));
        by_id.insert(id, home.clone());
        by_path.insert(path, (dir, home.clone()));
        homes.insert(name.to_owned(), home);
    }
    Ok(homes)
}

/// Returns the place of a directory below an anchor whose path leads to it without passing through a link.
fn above(path: &RootPath, id: FileId, anchors: &BTreeMap<&RootPath, (&dyn Dir, Place)>) -> Option<Place> {
    let mut at = path.clone();
    let mut names = Vec::new();
    while let Some((parent, name)) = at.split_last() {
        names.push(name);
        if let Some((dir, home)) = anchors.get(&parent) {
            let below = names.iter().rev().fold(RelPath::here(), |path, name| path.join(name));
            return dir.stat(&below).is_ok_and(|stat| stat.id == id).then(|| home.below(&below));
        }
        at = parent;
    }
    None
}
