//! Writes a saved file at a free name; and the saving, reading and writing that the other file steps share.

use serde::{Deserialize, Serialize};

use super::{Action, Attributes, Inverse, Known, NewContent, Recovered, RemoveFile, Step, StepError, World};
use crate::digest::{self, Digest};
use crate::fs::{Dir, Durable, Existing, File, Name, RelPath};
use crate::place::Place;

/// The longest file that is edited or saved whole.
const LARGEST_WHOLE_FILE: u64 = 64 << 20;

/// Writes a saved file at a free name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteFile {
    /// Where.
    pub at: Place,
    /// Digest of the content.
    pub digest: Digest,
    /// The content.
    pub content: NewContent,
    /// Its attributes.
    pub attributes: Attributes,
}

impl Action for WriteFile {
    type Prepared = ();
    type Done = Vec<String>;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        format!("write the old content to {}", show(&self.at))
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn prepare(&self, world: &World<'_>) -> Result<(), StepError> {
        refuse_taken(world, &self.at)?;
        refuse_taken(world, &beside(world, &self.at)?)
    }

    fn apply(&self, world: &World<'_>, (): &()) -> Result<Vec<String>, StepError> {
        let NewContent::Saved { run, name } = &self.content else {
            return Err(StepError::Broken(format!("{} has no saved content to write", self.at)));
        };
        let content = read_saved(world, run, name)?;
        if Digest::of(&content) != self.digest {
            return Err(StepError::Broken(format!("the saved content for {} was changed", self.at)));
        }
        let temporary = beside(world, &self.at)?;
        let unset = write_new(world, &temporary, &content, &self.attributes, Durable::ReplacementFile)?;
        world
            .dir(&self.at)?
            .rename(&temporary.path, &self.at.path, Existing::Refuse)
            .map_err(|e| world.error("move into place", &self.at, e))?;
        sync_parent(world, &self.at)?;
        Ok(unset)
    }

    fn recover(&self, world: &World<'_>, (): &()) -> Result<Recovered<Vec<String>>, StepError> {
        let temporary = beside(world, &self.at)?;
        if world.exists(&temporary)? {
            let removed = world.dir(&temporary)?.remove_file(&temporary.path);
            removed.map_err(|e| world.error("remove", &temporary, e))?;
        }
        if !world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        if Digest::of(&read_all(world, &self.at)?) != self.digest {
            return Err(world.changed(&self.at, "it is not the file that was to be written"));
        }
        sync_parent(world, &self.at)?;
        Ok(Recovered::Done(Vec::new()))
    }

    fn learn(&self, _: &Vec<String>, known: &mut Known) {
        known.contents.insert(self.at.clone(), self.digest);
    }

    fn inverse(&self, _: &World<'_>, (): &(), _: &Vec<String>, _: &Known) -> Result<Inverse, StepError> {
        Ok(Inverse::of(Step::RemoveFile(RemoveFile { at: self.at.clone(), digest: self.digest })))
    }
}

/// Returns the hidden name beside a file under which its replacement is written.
pub(super) fn beside(world: &World<'_>, at: &Place) -> Result<Place, StepError> {
    let (parent, name) = world.parent(at)?;
    let hidden = [b".", name.as_bytes(), b".new"].concat();
    Ok(parent.join(&Name::new(hidden).map_err(|e| StepError::Broken(e.to_string()))?))
}

/// Refuses a name that is taken: what lies there is not ours, and recovery must never take it for ours.
pub(super) fn refuse_taken(world: &World<'_>, at: &Place) -> Result<(), StepError> {
    if world.exists(at)? { Err(world.changed(at, "it exists already")) } else { Ok(()) }
}

/// Writes a new file with its attributes and makes it durable.
pub(super) fn write_new(
    world: &World<'_>,
    at: &Place,
    content: &[u8],
    attributes: &Attributes,
    what: Durable,
) -> Result<Vec<String>, StepError> {
    let file = world.dir(at)?.create(&at.path).map_err(|e| world.error("create", at, e))?;
    file.write_all_at(content, 0).map_err(|e| world.error("write", at, e))?;
    finish_new(world, at, &*file, attributes, what)
}

/// Gives a written file its attributes and makes it durable.
pub(super) fn finish_new(
    world: &World<'_>,
    at: &Place,
    file: &dyn File,
    attributes: &Attributes,
    what: Durable,
) -> Result<Vec<String>, StepError> {
    let unset =
        attributes.set_on_file(file, &world.show(at)).map_err(|e| world.error("set the attributes of", at, e))?;
    file.sync(what).map_err(|e| world.error("sync", at, e))?;
    Ok(unset)
}

/// Returns the content of a file that is small enough to be held.
pub(super) fn read_all(world: &World<'_>, at: &Place) -> Result<Vec<u8>, StepError> {
    read_whole(&*world.open(at)?).map_err(|e| world.error("read", at, e))
}

/// Returns a file's content, at most 64 MiB.
///
/// # Errors
/// [`std::io::ErrorKind::FileTooLarge`] beyond that; else as reading.
pub fn read_whole(file: &dyn File) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    digest::for_each_chunk(file, |chunk| {
        content.extend_from_slice(chunk);
        if content.len() as u64 > LARGEST_WHOLE_FILE { Err(std::io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
    })?;
    Ok(content)
}

/// Saves a file of the product in this run, with its attributes, durably; returns the name it is saved under.
pub(super) fn save(world: &World<'_>, at: &Place) -> Result<Name, StepError> {
    let content = read_all(world, at)?;
    let attributes = Attributes::of(world.dir(at)?, &at.path).map_err(|e| world.error("look at", at, e))?;
    let failed = |e| StepError::io("save", &world.show(at), e);
    let before = World::saved_path(&world.run, &name("x")?)?;
    let (before, _) = before.split_last().ok_or_else(|| StepError::Broken("no place for saved files".into()))?;
    let taken = world.runs.list(&before).map_err(failed)?;
    // Two files for each original, and nothing is ever taken out: the count is a free name.
    let saved = name(&format!("{:06}", taken.len()))?;
    let described = serde_json::to_vec(&attributes).map_err(|e| StepError::Broken(e.to_string()))?;
    for (name, bytes) in [(saved.clone(), &content), (attributes_name(&saved)?, &described)] {
        let file = world.runs.create(&World::saved_path(&world.run, &name)?).map_err(failed)?;
        file.write_all_at(bytes, 0).map_err(failed)?;
        file.sync(Durable::SavedOriginal).map_err(failed)?;
    }
    world.runs.sync(&before, Durable::SavedName).map_err(failed)?;
    Ok(saved)
}

/// Returns bytes that a run saved.
pub(super) fn read_saved(world: &World<'_>, run: &Name, saved: &Name) -> Result<Vec<u8>, StepError> {
    read_saved_file(world.runs, &World::saved_path(run, saved)?)
}

/// Returns the attributes of a file that a run saved.
pub(super) fn saved_attributes(world: &World<'_>, run: &Name, saved: &Name) -> Result<Attributes, StepError> {
    let json = read_saved_file(world.runs, &World::saved_path(run, &attributes_name(saved)?)?)?;
    serde_json::from_slice(&json).map_err(|e| StepError::Broken(format!("the saved attributes cannot be read: {e}")))
}

fn read_saved_file(runs: &dyn Dir, path: &RelPath) -> Result<Vec<u8>, StepError> {
    let failed = |e| StepError::io("read the saved file", &path.to_string(), e);
    read_whole(&*runs.open(path).map_err(failed)?).map_err(failed)
}

fn attributes_name(saved: &Name) -> Result<Name, StepError> {
    name(&format!("{saved}.json"))
}

fn name(text: &str) -> Result<Name, StepError> {
    Name::new(text).map_err(|e| StepError::Broken(e.to_string()))
}

fn sync_parent(world: &World<'_>, at: &Place) -> Result<(), StepError> {
    let (parent, _) = world.parent(at)?;
    world.dir(at)?.sync(&parent.path, Durable::WrittenFile).map_err(|e| world.error("sync", &parent, e))
}
