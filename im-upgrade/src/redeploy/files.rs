//! Steps that give files of a redeployment their content.

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileKind, RootPath, Time};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, CopyFile, ReplaceFile, Step, WriteFile};
use upgrade_engine::survey;

use super::archive::ASIDE;
use super::content::Recipe;
use super::sources::Sources;
use crate::error::Error;
use crate::rollback::places::Places;
use crate::server::{below, kind};
use crate::upgrade::attributes;

/// Adds the step that gives a file its content, unless it has it. Returns whether it is changed.
///
/// # Errors
/// As `open` and `read`; [`Error::InTheWay`] where there is something else than a file.
pub(super) fn write(
    (plan, places): (&mut Plan, &mut Places<'_>),
    sources: &mut Sources<'_>,
    path: &RootPath,
    recipe: &Recipe,
    like: &Attributes,
) -> Result<bool, Error> {
    let content = recipe.make(sources)?;
    let after = Digest::of(&content);
    match sources.kind(path)? {
        None => {
            if let Some((directory, _)) = path.split_last() {
                places.make(plan, &directory, &|_| own(0o755))?;
            }
            let at = places.of(plan, path)?;
            plan.steps.push(Step::WriteFile(WriteFile {
                at,
                digest: after,
                content: recipe.content(),
                attributes: like.clone(),
            }));
        }
        Some(FileKind::Regular) => {
            let before = Digest::of(&sources.read(path)?.unwrap_or_default());
            if before == after {
                return Ok(false);
            }
            // A file that a step before makes has one name.
            let (at, links) = if kind(sources.fs(), path)?.is_none() {
                (places.of(plan, path)?, Vec::new())
            } else {
                let names = survey::names_of(sources.fs(), path, &[]).map_err(command::Error::from)?;
                let anchor = path.to_string();
                let places = names.places(&anchor);
                plan.anchors.insert(anchor, names.anchor);
                places
            };
            let content = recipe.content();
            plan.steps.push(Step::ReplaceFile(ReplaceFile { at, links, before, after, content, attributes: None }));
        }
        Some(_) => return Err(Error::InTheWay(path.clone())),
    }
    sources.plan(path, Some(content));
    Ok(true)
}

/// Adds the step that copies a file to a free name beside it. Returns that name.
///
/// # Errors
/// As `open` and `read`.
pub(super) fn keep_aside(
    (plan, places): (&mut Plan, &mut Places<'_>),
    sources: &Sources<'_>,
    path: &RootPath,
) -> Result<RootPath, Error> {
    let mut number = 0_u32;
    let copy = loop {
        let suffix = if number == 0 { String::new() } else { format!(".{number}") };
        let copy = beside(path, &format!("{ASIDE}{suffix}"))?;
        if sources.kind(&copy)?.is_none() {
            break copy;
        }
        number = number.saturating_add(1);
    };
    let from = places.of(plan, path)?;
    let at = places.of(plan, &copy)?;
    let (content, attributes) = match sources.to_copy(path)? {
        Some(copied) => copied,
        None => (sources.read(path)?.unwrap_or_default(), attributes_of(sources, path)?),
    };
    plan.steps.push(Step::CopyFile(CopyFile { from, at, digest: Digest::of(&content), attributes }));
    Ok(copy)
}

/// Returns the attributes of a file, which a step may be to make.
///
/// # Errors
/// As `open`.
pub(super) fn attributes_of(sources: &Sources<'_>, path: &RootPath) -> Result<Attributes, Error> {
    match kind(sources.fs(), path)? {
        Some(_) => attributes(sources.fs(), path),
        None => Ok(own(0o644)),
    }
}

/// Returns the attributes of a file that nobody made before.
pub(crate) fn own(mode: u32) -> Attributes {
    Attributes {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        mode,
        // The same in a dry run and in the run.
        modified: Time { seconds: 0, nanoseconds: 0 },
        extended: Vec::new(),
    }
}

fn beside(path: &RootPath, suffix: &str) -> Result<RootPath, Error> {
    let (directory, name) = path.split_last().ok_or_else(|| Error::InTheWay(path.clone()))?;
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    below(&directory, &format!("{name}{suffix}"))
}
