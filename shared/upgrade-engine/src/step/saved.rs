//! Saved originals: what a run keeps in `before/` of its directory before it changes a file.

use std::sync::{Mutex, PoisonError};

use super::new_file::read_whole;
use super::{Attributes, StepContext, StepError};
use crate::digest::Digest;
use crate::fs::{Dir, Durable, Name, RelPath, Stat};
use crate::place::Place;

/// Where a run saves originals, and under which names.
pub(crate) struct Saves {
    run: Option<Name>,
    /// The next free name; unknown before the first one is asked for.
    next: Mutex<Option<usize>>,
}

impl Saves {
    /// Nothing can be saved: no run has begun.
    pub(crate) fn nowhere() -> Self {
        Self { run: None, next: Mutex::new(None) }
    }

    /// Originals are saved in this run.
    pub(crate) fn of(run: &Name) -> Self {
        Self { run: Some(run.clone()), next: Mutex::new(None) }
    }

    fn run(&self) -> Result<&Name, StepError> {
        self.run.as_ref().ok_or_else(|| StepError::Broken("no run has begun".into()))
    }

    /// Returns a free name in `before`. The directory is listed once only: else many files would take the square of the time.
    fn free_name(&self, runs: &dyn Dir, before: &RelPath) -> std::io::Result<String> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever taken out: the count is above every name that is in use.
        let number = match *next {
            Some(number) => number,
            None => runs.list(before)?.len(),
        };
        *next = Some(number.saturating_add(1));
        Ok(format!("{number:06}"))
    }
}

/// A file of the product, everything of it from one handle: what is judged is what is saved.
pub(super) struct Original {
    pub(super) content: Vec<u8>,
    pub(super) stat: Stat,
    attributes: Attributes,
}

impl Original {
    /// Reads a file that is small enough to be held.
    pub(super) fn read(world: &StepContext<'_>, at: &Place) -> Result<Self, StepError> {
        let file = world.open(at)?;
        let content = read_whole(&*file).map_err(|e| world.error("read", at, e))?;
        let looked = |e| world.error("look at", at, e);
        let attributes = Attributes::of_file(&*file).map_err(looked)?;
        Ok(Self { content, stat: file.stat().map_err(looked)?, attributes })
    }

    /// Returns the digest of its content.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.content)
    }
}

/// Saves a file of the product in this run, with its attributes, durably; returns the name it is saved under.
pub(super) fn save(world: &StepContext<'_>, at: &Place, original: &Original) -> Result<Name, StepError> {
    let Original { content, attributes, .. } = original;
    let failed = |e| StepError::io("save", &world.show(at), e);
    let (runs, run) = (world.runs()?, world.saves.run()?);
    let before = before(run)?;
    let saved = name(&world.saves.free_name(runs, &before).map_err(failed)?)?;
    let described = serde_json::to_vec(attributes).map_err(|e| StepError::Broken(e.to_string()))?;
    for (name, bytes) in [(saved.clone(), content), (attributes_name(&saved)?, &described)] {
        let file = runs.create(&before.join(&name)).map_err(failed)?;
        file.write_all_at(bytes, 0).map_err(failed)?;
        file.sync(Durable::SavedOriginal).map_err(failed)?;
    }
    runs.sync(&before, Durable::SavedName).map_err(failed)?;
    Ok(saved)
}

/// Notes durably that this run made a directory, or may remove it. Its name alone would not tell: who can write where it lies can put another
/// directory there.
pub(super) fn note_own(world: &StepContext<'_>, at: &Place, dir: &dyn Dir) -> Result<(), StepError> {
    let inode = dir.stat(&RelPath::here()).map_err(|e| world.error("look at", at, e))?.id.inode;
    let failed = |e| StepError::io("note", &world.show(at), e);
    let (runs, before) = (world.runs()?, before(world.saves.run()?)?);
    let note = before.join(&own_name(inode)?);
    match runs.create(&note) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        other => other.and_then(|file| file.sync(Durable::SavedOriginal)).map_err(failed)?,
    }
    runs.sync(&before, Durable::SavedName).map_err(failed)
}

/// Returns whether this run noted a directory as its own. The device may have got another number since.
pub(super) fn is_own(world: &StepContext<'_>, at: &Place, dir: &dyn Dir) -> Result<bool, StepError> {
    let inode = dir.stat(&RelPath::here()).map_err(|e| world.error("look at", at, e))?.id.inode;
    let note = before(world.saves.run()?)?.join(&own_name(inode)?);
    match world.runs()?.stat(&note) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(StepError::io("look at", &note.to_string(), e)),
    }
}

fn own_name(inode: u64) -> Result<Name, StepError> {
    name(&format!("own-{inode}"))
}

/// Returns the attributes of a file that this run saved.
pub(super) fn attributes_before(world: &StepContext<'_>, saved: &Name) -> Result<Attributes, StepError> {
    read_original_attributes(world.runs()?, world.saves.run()?, saved)
}

/// Returns the content of a file that this run saved.
pub(super) fn content_before(world: &StepContext<'_>, saved: &Name) -> Result<Vec<u8>, StepError> {
    read_original(world.runs()?, world.saves.run()?, saved)
}

/// Returns bytes that a run saved.
pub(super) fn read_saved(world: &StepContext<'_>, run: &Name, saved: &Name) -> Result<Vec<u8>, StepError> {
    read_original(world.runs()?, run, saved)
}

/// As [`read_saved`], from the directory of a tool's runs.
pub(crate) fn read_original(runs: &dyn Dir, run: &Name, saved: &Name) -> Result<Vec<u8>, StepError> {
    read_saved_file(runs, &before(run)?.join(saved))
}

/// Returns the attributes of a file that a run saved.
pub(super) fn saved_attributes(world: &StepContext<'_>, run: &Name, saved: &Name) -> Result<Attributes, StepError> {
    read_original_attributes(world.runs()?, run, saved)
}

/// As [`saved_attributes`], from the directory of a tool's runs.
pub(crate) fn read_original_attributes(runs: &dyn Dir, run: &Name, saved: &Name) -> Result<Attributes, StepError> {
    let json = read_saved_file(runs, &before(run)?.join(&attributes_name(saved)?))?;
    serde_json::from_slice(&json).map_err(|e| StepError::Broken(format!("the saved attributes cannot be read: {e}")))
}

fn read_saved_file(runs: &dyn Dir, path: &RelPath) -> Result<Vec<u8>, StepError> {
    let failed = |e| StepError::io("read the saved file", &path.to_string(), e);
    read_whole(&*runs.open(path).map_err(failed)?).map_err(failed)
}

/// Returns where a run keeps saved originals.
fn before(run: &Name) -> Result<RelPath, StepError> {
    Ok(RelPath::from(run.clone()).join(&name("before")?))
}

fn attributes_name(saved: &Name) -> Result<Name, StepError> {
    name(&format!("{saved}.json"))
}

fn name(text: &str) -> Result<Name, StepError> {
    Name::new(text).map_err(|e| StepError::Broken(e.to_string()))
}
