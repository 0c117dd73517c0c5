//! The steps that put the files of 7.2 back under their names.

use upgrade_engine::fs::{FileSystem, Name, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, CopyFile, Rename, Step, WriteFile};

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
        if let Some((parent, _)) = live.split_last() {
            places.make(plan, &parent, directories)?;
        }
        let to = places.of(plan, live)?;
        let at = match source {
            Source::Beside(path) => places.of(plan, path)?,
            Source::CopiedOut { copy, beside } => {
                let at = places.of(plan, beside)?;
                match (look::file(fs, beside)?, look::file(fs, copy)?) {
                    (Some(found), _) if found.digest == *digest => {}
                    (Some(_), _) => missing.push(format!("  {beside} was changed since it was copied to {copy}")),
                    (None, Some(found)) if found.digest == *digest => {
                        let (digest, attributes) = (*digest, attributes.clone());
                        let from = places.of(plan, copy)?;
                        plan.steps.push(Step::CopyFile(CopyFile { from, at: at.clone(), digest, attributes }));
                    }
                    (None, Some(_)) => missing.push(format!("  {copy} was changed since the rollback was begun")),
                    (None, None) => missing.push(format!("  {beside} and its copy {copy} are gone")),
                }
                at
            }
            Source::InRun(content) => {
                if now.as_ref().is_some_and(|now| now.digest == *digest && now.attributes == *attributes) {
                    continue;
                }
                let at = places.of(plan, &hidden(live)?)?;
                let (content, attributes) = (content.clone(), attributes.clone());
                plan.steps.push(Step::WriteFile(WriteFile { at: at.clone(), digest: *digest, content, attributes }));
                at
            }
        };
        let replaces = now.map(|now| now.digest);
        plan.steps.push(Step::Rename(Rename { at, to, digest: *digest, replaces }));
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Incomplete(missing).into()) }
}

/// Returns the name under which a file is written before it takes its own name.
fn hidden(live: &RootPath) -> Result<RootPath, Error> {
    let Some((parent, name)) = live.split_last() else { return Err(Error::usage(format!("{live} is no file"))) };
    let hidden = Name::new([b".", name.as_bytes(), b".7.2"].concat());
    Ok(parent.join(&hidden.map_err(|e| Error::io("use", live, std::io::Error::other(e)))?))
}
