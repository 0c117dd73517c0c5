//! A new file beside the one that it replaces, or at a free name; and reading a file whole.

use super::ahead::{Ahead, Held};
use super::{Attributes, Inverse, Recovered, RemoveFile, Step, StepContext, StepError};
use crate::digest::{self, Digest};
use crate::fs::{Durable, File, Name};
use crate::place::Place;

/// The longest file that is edited or saved whole.
const LARGEST_WHOLE_FILE: u64 = 64 << 20;

/// Returns the hidden name beside a file under which its replacement is written.
pub(super) fn beside(world: &StepContext<'_>, at: &Place) -> Result<Place, StepError> {
    let (parent, name) = world.parent(at)?;
    let hidden = [b".", name.as_bytes(), b".new"].concat();
    Ok(parent.join(&Name::new(hidden).map_err(|e| StepError::Broken(e.to_string()))?))
}

/// Returns the name under which an undo writes the old content beside a file that somebody changed since.
pub(super) fn before_run(world: &StepContext<'_>, at: &Place) -> Result<Place, StepError> {
    let (parent, name) = world.parent(at)?;
    let beside = [name.as_bytes(), b".before-", world.undone_run()?.as_bytes()].concat();
    Ok(parent.join(&Name::new(beside).map_err(|e| StepError::Broken(e.to_string()))?))
}

/// Refuses a name that is taken: what lies there is not ours, and recovery must never take it for ours.
pub(super) fn refuse_taken(world: &StepContext<'_>, at: &Place) -> Result<(), StepError> {
    if world.exists(at)? { Err(world.changed(at, "it exists already")) } else { Ok(()) }
}

/// Recovers a step that gives a free name a new file: what lies beside the name is removed, and the file is there whole or not at all.
/// `otherwise` says what a file with another content is.
pub(super) fn recover_new(
    world: &StepContext<'_>,
    at: &Place,
    digest: &Digest,
    otherwise: &str,
) -> Result<Recovered<Vec<String>>, StepError> {
    let temporary = beside(world, at)?;
    if world.exists(&temporary)? {
        let removed = world.dir(&temporary)?.remove_file(&temporary.path);
        removed.map_err(|e| world.error("remove", &temporary, e))?;
    }
    if !world.exists(at)? {
        return Ok(Recovered::NotDone);
    }
    if digest_of(world, at)? != *digest {
        return Err(world.changed(at, otherwise));
    }
    Ok(Recovered::Done(Vec::new()))
}

/// Returns the inverse of a step that gave a free name a new file. One that somebody changed since stays, and `kept` says so.
pub(super) fn inverse_of_new(
    world: &StepContext<'_>,
    (at, digest): (&Place, Digest),
    disk: &Ahead,
    kept: String,
) -> Result<Inverse, StepError> {
    match disk.held(world, at)? {
        Held::Nothing => Ok(Inverse::default()),
        Held::File(found, 1) if found.is_none_or(|found| found == digest) => {
            Ok(Inverse::of(Step::RemoveFile(RemoveFile { at: at.clone(), digest })))
        }
        _ => Ok(Inverse { steps: Vec::new(), kept: vec![kept] }),
    }
}

/// Writes a new file with its attributes and makes it durable.
pub(super) fn write_new(
    world: &StepContext<'_>,
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
    world: &StepContext<'_>,
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
pub(super) fn read_all(world: &StepContext<'_>, at: &Place) -> Result<Vec<u8>, StepError> {
    read_whole(&*world.open(at)?).map_err(|e| world.error("read", at, e))
}

/// Returns a file's content, at most 64 MiB.
///
/// # Errors
/// [`std::io::ErrorKind::FileTooLarge`] beyond that; else as reading.
pub fn read_whole(file: &dyn File) -> std::io::Result<Vec<u8>> {
    read_at_most(file, LARGEST_WHOLE_FILE)
}

/// As [`read_whole`], with a limit in bytes.
pub(crate) fn read_at_most(file: &dyn File, most: u64) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    digest::for_each_chunk(file, |chunk| {
        content.extend_from_slice(chunk);
        if content.len() as u64 > most { Err(std::io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
    })?;
    Ok(content)
}

/// Returns the digest of a file that is small enough to be held.
pub(super) fn digest_of(world: &StepContext<'_>, at: &Place) -> Result<Digest, StepError> {
    Ok(Digest::of(&read_all(world, at)?))
}
