//! The directory in which a new tree grows, under a hidden name beside its place. It stays open from when it is made, and everything in
//! it is made through that handle. Until its own attributes are set, at the end, only the user of this process can enter it: whatever is
//! given away inside it is out of reach of an account that can write where it lies.

use super::context::for_each_in_parallel;
use super::copy::{SMALL, copy};
use super::tree_content::{produce_error, side_by_side, verify};
use super::{Attributes, Content, StepContext, StepError, saved, set_link};
use crate::digest::Digest;
use crate::fs::{Dir, Durable, RelPath};
use crate::place::Place;

/// What the owner needs to open a file again.
const OWNER_MAY_READ: u32 = 0o400;
/// Files that are worked on by one thread in a row.
pub(super) const BATCH: usize = 64;
/// From so many files on, the whole file system is asked to begin writing.
const WORTH_A_HINT: usize = 64;

/// A tree that grows.
pub(super) struct Staging {
    top: Box<dyn Dir>,
    at: Place,
}

/// A file that was made.
pub(super) struct Made {
    pub(super) digest: Digest,
    /// Whether it is durable; else it is synced together with others.
    pub(super) is_synced: bool,
    pub(super) unset: Vec<String>,
}

/// Directories that stay open while files are made in them, so that their paths are not walked for each file.
#[derive(Default)]
pub(super) struct OpenDirs {
    to: Option<(Place, Box<dyn Dir>)>,
    from: Option<(Place, Box<dyn Dir>)>,
}

/// Returns the open directory that holds a place, and the name there. `path` leads from `top` to the place.
fn held<'o>(
    world: &StepContext<'_>,
    open: &'o mut Option<(Place, Box<dyn Dir>)>,
    place: &Place,
    (top, path): (&dyn Dir, &RelPath),
) -> Result<(&'o dyn Dir, RelPath), StepError> {
    let (parent, name) = world.parent(place)?;
    let known = open.take().filter(|(known, _)| *known == parent);
    let dir = match known {
        Some((_, dir)) => dir,
        None => {
            let above = path.split_last().map(|(above, _)| above).unwrap_or_default();
            top.open_dir(&above).map_err(|e| world.error("open", &parent, e))?
        }
    };
    let (_, dir) = open.insert((parent, dir));
    Ok((&**dir, name.into()))
}

impl Staging {
    /// Makes the directory, and notes which one it is.
    pub(super) fn make(world: &StepContext<'_>, at: &Place) -> Result<Self, StepError> {
        let top = world.dir(at)?.make_dir(&at.path).map_err(|e| world.error("make the directory", at, e))?;
        saved::note_own(world, at, &*top)?;
        Ok(Self { top, at: at.clone() })
    }

    fn place(&self, path: &RelPath) -> Place {
        self.at.below(path)
    }

    pub(super) fn make_dir(&self, world: &StepContext<'_>, path: &RelPath) -> Result<(), StepError> {
        let made = self.top.make_dir(path);
        made.map(drop).map_err(|e| world.error("make the directory", &self.place(path), e))
    }

    pub(super) fn make_link(
        &self,
        world: &StepContext<'_>,
        path: &RelPath,
        target: &str,
        attributes: &Attributes,
    ) -> Result<Vec<String>, StepError> {
        set_link::make(world, (&*self.top, path), &self.place(path), target, attributes)
    }

    pub(super) fn make_fifo(
        &self,
        world: &StepContext<'_>,
        path: &RelPath,
        attributes: &Attributes,
    ) -> Result<Vec<String>, StepError> {
        let at = self.place(path);
        let made = self.top.make_fifo(path).map_err(|e| world.error("make the pipe", &at, e))?;
        let set = attributes.set_on_held(&*made, &world.show(&at));
        set.map_err(|e| world.error("set the attributes of", &at, e))
    }

    /// Makes a file. A small copy is not synced: thousands of them would wait for the disk one by one.
    pub(super) fn make_file(
        &self,
        world: &StepContext<'_>,
        open: &mut OpenDirs,
        path: &RelPath,
        content: &Content,
        attributes: &Attributes,
    ) -> Result<Made, StepError> {
        // An empty file is copied without another look at whether to stop.
        world.go_on()?;
        let at = &self.place(path);
        let set = |file| {
            let set = attributes.set_on_file(file, &world.show(at));
            set.map_err(|e| world.error("set the attributes of", at, e))
        };
        let (dir, name) = held(world, &mut open.to, at, (&*self.top, path))?;
        let file = dir.create(&name).map_err(|e| world.error("create", at, e))?;
        match content {
            Content::CopyOf { from, digest, size } => {
                let (dir, name) = held(world, &mut open.from, from, (world.dir(from)?, &from.path))?;
                let original = dir.open(&name).map_err(|e| world.error("open", from, e))?;
                copy(world, (from, &*original), *size, digest, (at, &*file))?;
                let unset = set(&*file)?;
                // To be synced later it is opened again, which its owner must be allowed to.
                let is_synced = *size > SMALL || attributes.mode & OWNER_MAY_READ == 0;
                if is_synced {
                    file.sync(Durable::StagedFile).map_err(|e| world.error("sync", at, e))?;
                }
                Ok(Made { digest: *digest, unset, is_synced })
            }
            Content::Produced { by, request, .. } => {
                let producer = world.producer(by)?;
                let failed = |message| produce_error(world, at, message);
                let produced = producer.produce(world, request, &*file).map_err(failed)?;
                let unset = set(&*file)?;
                let check = || producer.verify(world, request, &*file, Some(&produced));
                let (synced, digest) =
                    side_by_side(world, || file.sync(Durable::StagedFile), || verify(world, at, &*file, check));
                synced.map_err(|e| world.error("sync", at, e))?;
                Ok(Made { digest: digest?, unset, is_synced: true })
            }
        }
    }

    /// Makes files durable that were made without. The disk is given all its work at once; what counts is the `fsync` of each file,
    /// which tells of write errors and then has little left to wait for.
    pub(super) fn sync_files(&self, world: &StepContext<'_>, files: &[&RelPath]) -> Result<(), StepError> {
        if files.len() > WORTH_A_HINT {
            self.top.begin_sync();
        }
        let batches: Vec<&[&RelPath]> = files.chunks(BATCH).collect();
        for_each_in_parallel(world.workers, &batches, |batch| {
            let mut open = None;
            for path in *batch {
                world.go_on()?;
                let at = self.place(path);
                let (dir, name) = held(world, &mut open, &at, (&*self.top, path))?;
                let synced = dir.open(&name).and_then(|file| file.sync(Durable::StagedFile));
                synced.map_err(|e| world.error("sync", &at, e))?;
            }
            Ok(())
        })
        .map(drop)
    }

    /// Gives a file of the tree another name in it.
    pub(super) fn link(&self, world: &StepContext<'_>, existing: &RelPath, path: &RelPath) -> Result<(), StepError> {
        world.go_on()?;
        self.top.hard_link(existing, path).map_err(|e| world.error("link", &self.place(path), e))
    }

    /// Gives a directory of the tree its attributes, and makes it durable.
    pub(super) fn seal(
        &self,
        world: &StepContext<'_>,
        path: &RelPath,
        attributes: &Attributes,
    ) -> Result<Vec<String>, StepError> {
        world.go_on()?;
        let at = self.place(path);
        let dir = self.top.open_dir(path).map_err(|e| world.error("open", &at, e))?;
        let set = attributes.set_on_dir(&*dir, &world.show(&at));
        let unset = set.map_err(|e| world.error("set the attributes of", &at, e))?;
        dir.sync(&RelPath::here(), Durable::StagedDirectory).map_err(|e| world.error("sync", &at, e))?;
        Ok(unset)
    }

    /// Checks that the tree, and no other, is at a place.
    pub(super) fn check_is_at(&self, world: &StepContext<'_>, place: &Place) -> Result<(), StepError> {
        let failed = |e| world.error("look at", place, e);
        let made = self.top.stat(&RelPath::here()).map_err(failed)?.id;
        if world.dir(place)?.stat(&place.path).map_err(failed)?.id == made {
            return Ok(());
        }
        Err(world.changed(place, "somebody put something else there while the run made it"))
    }
}
