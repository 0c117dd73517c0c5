//! The steps that put the files of 7.2 back under their names.

use std::collections::BTreeMap;

use upgrade_engine::fs::{FileSystem, Name, RootPath, Time};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, CopyFile, RemoveFile, Rename, SetModified, Step, WriteFile};

use super::look;
use super::places::Places;
use super::refusal::Refusal;
use super::set::{SavedFile, Source};
use crate::error::Error;

/// Adds the steps for some files. `directories` gives the attributes of directories that are no longer there.
///
/// # Errors
/// [`Refusal::Incomplete`], [`Refusal::InTheWay`]; as `open` and `read`.
pub(super) fn steps<'f>(
    fs: &dyn FileSystem,
    plan: &mut Plan,
    places: &mut Places<'_>,
    files: impl Iterator<Item = &'f SavedFile>,
    directories: &dyn Fn(&RootPath) -> Attributes,
) -> Result<(), Error> {
    let mut missing = Vec::new();
    for file in files {
        let SavedFile { live, digest, attributes, source } = file;
        let now = look::file(fs, live)?;
        if let Source::InRun { .. } = source
            && now.as_ref().is_some_and(|now| now.digest == *digest && now.attributes == *attributes)
        {
            continue;
        }
        for path in [Some(live), source.beside()].into_iter().flatten() {
            if let Some((parent, _)) = path.split_last() {
                places.make(plan, &parent, directories)?;
            }
        }
        if let Source::CopiedOut { copy, beside } = source {
            match fetched(fs, file, copy, beside)? {
                Fetched::IsBeside => {}
                Fetched::FromCopy => {
                    let (from, at) = (places.of(plan, copy)?, places.of(plan, beside)?);
                    let (digest, attributes) = (*digest, attributes.clone());
                    plan.steps.push(Step::CopyFile(CopyFile { from, at, digest, attributes }));
                }
                Fetched::Missing(why) => missing.push(why),
            }
        }
        let to = places.of(plan, live)?;
        let consumed = put(plan, places, file)?;
        let at = match &consumed {
            Some(beside) if parent(beside) == parent(&to) => beside.clone(),
            _ => places.of(plan, &hidden(live)?)?,
        };
        let replaces = now.map(|now| now.digest);
        plan.steps.push(Step::Rename(Rename { at: at.clone(), to, digest: *digest, replaces }));
        if let Some(beside) = consumed.filter(|beside| *beside != at) {
            plan.steps.push(Step::RemoveFile(RemoveFile { at: beside, digest: *digest }));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(missing).into()) }
}

/// Adds the steps that give directories the times that they had before the upgrade; one that is neither there nor made has none.
///
/// # Errors
/// As `open`.
pub(super) fn times(
    fs: &dyn FileSystem,
    plan: &mut Plan,
    places: &mut Places<'_>,
    times: BTreeMap<RootPath, Time>,
) -> Result<(), Error> {
    for (directory, to) in times {
        if places.makes(&directory) || look::directory(fs, &directory)?.is_some() {
            let at = places.of(plan, &directory)?;
            plan.steps.push(Step::SetModified(SetModified { at, to }));
        }
    }
    Ok(())
}

/// Where a file that was copied out comes from.
enum Fetched {
    IsBeside,
    FromCopy,
    Missing(String),
}

fn fetched(fs: &dyn FileSystem, file: &SavedFile, copy: &RootPath, beside: &RootPath) -> Result<Fetched, Error> {
    let is_it = |found: &look::Found| found.digest == file.digest;
    Ok(match (look::file(fs, beside)?, look::file(fs, copy)?) {
        (Some(found), _) if is_it(&found) => Fetched::IsBeside,
        (Some(_), _) => Fetched::Missing(format!("  {beside} was changed since it was copied to {copy}")),
        (None, Some(found)) if is_it(&found) => Fetched::FromCopy,
        (None, Some(_)) => Fetched::Missing(format!("  {copy} was changed since the rollback was begun")),
        (None, None) => Fetched::Missing(format!("  {beside} and its copy {copy} are gone")),
    })
}

/// Adds the step that writes a file under a hidden name of its directory, where it is not there already. Returns the place of the file
/// that the rename, or a removal, consumes.
fn put(plan: &mut Plan, places: &mut Places<'_>, file: &SavedFile) -> Result<Option<Place>, Error> {
    let SavedFile { live, digest, attributes, source } = file;
    let (digest, attributes) = (*digest, attributes.clone());
    match source {
        Source::InRun { saved, .. } => {
            let (at, content) = (places.of(plan, &hidden(live)?)?, saved.clone());
            plan.steps.push(Step::WriteFile(WriteFile { at, digest, content, attributes }));
            Ok(None)
        }
        Source::Beside(beside) | Source::CopiedOut { beside, .. } => {
            let from = places.of(plan, beside)?;
            // The file itself is reached through a link: a rename may not lead from one file system to another.
            if parent(&from) != parent(&places.of(plan, live)?) {
                let at = places.of(plan, &hidden(live)?)?;
                plan.steps.push(Step::CopyFile(CopyFile { from: from.clone(), at, digest, attributes }));
            }
            Ok(Some(from))
        }
    }
}

fn parent(place: &Place) -> Option<Place> {
    place.split_last().map(|(parent, _)| parent)
}

/// Returns the name under which a file is written before it takes its own name.
fn hidden(live: &RootPath) -> Result<RootPath, Error> {
    let Some((parent, name)) = live.split_last() else { return Err(Error::usage(format!("{live} is no file"))) };
    let hidden = Name::new([b".", name.as_bytes(), b".7.2"].concat());
    Ok(parent.join(&hidden.map_err(|e| Error::io("use", live, std::io::Error::other(e)))?))
}
