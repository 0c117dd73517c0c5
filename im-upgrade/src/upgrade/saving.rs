//! Copies of the files of 7.2 beside them, `NAME-pre73`: bytes, mode, owner and time.
//!
//! A copy that lies there already is that of an earlier attempt, or of the package step, and stays. The run then copies to
//! `NAME-pre73.1`, and so on: what a run saved is what the `CopyFile` steps of its plan say, whatever the copies are called.

use std::collections::BTreeMap;

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, Name, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{CopyFile, Step, read_whole};
use upgrade_engine::survey::{self, ToCopy, anchor};

use super::tree::{Found, SUFFIX};
use crate::error::Error;
use crate::server::kind;

/// What a file of 7.2 was copied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The copy.
    pub copy: RootPath,
    /// Digest of its content.
    pub digest: Digest,
}

/// Adds the step that copies a file. Returns warnings: where an earlier copy stays, and what the copy does not take over.
pub(super) fn add(plan: &mut Plan, fs: &dyn FileSystem, found: &Found) -> Result<Vec<String>, Error> {
    let failed = |e: std::io::Error| Error::io("copy", &found.path, e);
    let original = ToCopy::open_at(fs, &found.target).map_err(failed)?;
    let content = read_whole(&*original.file).map_err(failed)?;
    let from = place(plan, fs, &found.target)?;
    let (directory, name) = found.path.split_last().ok_or_else(|| failed(std::io::ErrorKind::IsADirectory.into()))?;
    let first = with_suffix(&directory, &name, 0)?;
    let mut number = 0_u32;
    let mut copy = first.clone();
    while kind(fs, &copy)?.is_some() {
        number = number.saturating_add(1);
        copy = with_suffix(&directory, &name, number)?;
    }
    let at = place(plan, fs, &copy)?;
    plan.steps.push(Step::CopyFile(CopyFile {
        from,
        at,
        digest: Digest::of(&content),
        attributes: original.attributes.clone(),
    }));
    let stays = (number > 0).then(|| {
        format!("{first} is there already and is kept; this run's copy is {copy}, and a rollback uses that one")
    });
    Ok(stays.into_iter().chain(original.not_taken_over(&copy.to_string())).collect())
}

fn with_suffix(directory: &RootPath, name: &Name, number: u32) -> Result<RootPath, Error> {
    let number = if number == 0 { String::new() } else { format!(".{number}") };
    let name = [name.as_bytes(), SUFFIX.as_bytes(), number.as_bytes()].concat();
    let name = Name::new(name).map_err(|e| Error::io("use", directory, std::io::Error::other(e)))?;
    Ok(directory.join(&name))
}

/// Returns the place of a file, below an anchor for its directory.
pub(super) fn place(plan: &mut Plan, fs: &dyn FileSystem, path: &RootPath) -> Result<Place, Error> {
    let parent = survey::open_parent(fs, path).map_err(command::Error::from)?;
    let anchor_name = format!("in {}", parent.path);
    plan.anchors.insert(anchor_name.clone(), anchor(&*parent.dir, &parent.path).map_err(command::Error::from)?);
    Ok(Place::anchor(&anchor_name).join(&parent.name))
}

/// Returns what a run saved: the copy of each file, by the path of the file.
pub fn saved_by(plan: &Plan) -> BTreeMap<RootPath, Saved> {
    let path = |place: &Place| {
        let anchor = plan.anchors.get(&place.anchor)?;
        Some(place.path.names().iter().fold(anchor.path.clone(), |path, name| path.join(name)))
    };
    let saved = plan.steps.iter().filter_map(|step| {
        let Step::CopyFile(step) = step else { return None };
        Some((path(&step.from)?, Saved { copy: path(&step.at)?, digest: step.digest }))
    });
    saved.collect()
}
