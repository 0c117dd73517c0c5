//! The steps of a move: missing directories, new pages, replaced pages.

use std::collections::{BTreeMap, BTreeSet};

use upgrade_engine::fs::{FileSystem, RelPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, CopyFile, MakeDir, ReplaceFile, Step};
use upgrade_engine::survey::{anchor, names_of};

use super::content::content;
use super::decide::{Action, Decided};
use super::facts::{Facts, Look, Trees};
use crate::error::Error;

/// The anchors of a plan.
const SAVED: &str = "saved";
const WEBMAIL: &str = "webmail";

/// Adds the steps for what was decided. What is new belongs to the owner of the deployed pages, and others may read it where they may
/// read the saved page.
///
/// # Errors
/// [`upgrade_engine::survey::SurveyError::Names`] for a deployed page with names elsewhere; as `open` and `stat`.
pub(super) fn add(
    plan: &mut Plan,
    fs: &dyn FileSystem,
    trees: &Trees,
    facts: &Facts,
    decided: &BTreeMap<RelPath, Decided>,
) -> Result<(), Error> {
    let Trees { saved, webmail, .. } = trees;
    let top = Attributes::of(&*webmail.dir, &RelPath::here()).map_err(|e| Error::io("look at", &webmail.path, e))?;
    let owned = |attributes: &Attributes| Attributes {
        mode: attributes.mode & 0o755,
        extended: Vec::new(),
        ..attributes.clone().owned_by(top.uid, top.gid)
    };
    plan.anchors.insert(SAVED.to_owned(), anchor(&*saved.dir, &saved.path).map_err(command::Error::from)?);
    plan.anchors.insert(WEBMAIL.to_owned(), anchor(&*webmail.dir, &webmail.path).map_err(command::Error::from)?);
    let mut made: BTreeSet<RelPath> = BTreeSet::new();
    for (path, Decided { action, .. }) in decided {
        let Some(page) = facts.pages.get(path) else { continue };
        match (action, &page.deployed) {
            (Action::Copy, _) => {
                for directory in missing(trees, path, &made)? {
                    let attributes = Attributes::of(&*saved.dir, &directory)
                        .map_err(|e| Error::io("look at", saved.below(&directory), e))?;
                    let attributes = Attributes { mode: attributes.mode | 0o700, ..owned(&attributes) };
                    let at = Place::anchor(WEBMAIL).below(&directory);
                    plan.steps.push(Step::MakeDir(MakeDir { at, attributes }));
                    made.insert(directory);
                }
                plan.steps.push(Step::CopyFile(CopyFile {
                    from: Place::anchor(SAVED).below(path),
                    at: Place::anchor(WEBMAIL).below(path),
                    digest: page.saved.digest,
                    attributes: owned(&page.saved.attributes),
                }));
            }
            (Action::Replace, Look::File(live)) => {
                let (at, links) = if live.links > 1 {
                    let names = names_of(fs, &webmail.below(path), std::slice::from_ref(&webmail.path));
                    let names = names.map_err(command::Error::from)?;
                    let anchor = format!("{WEBMAIL}/{path}");
                    let places = names.places(&anchor);
                    plan.anchors.insert(anchor, names.anchor);
                    places
                } else {
                    (Place::anchor(WEBMAIL).below(path), Vec::new())
                };
                // A browser asks by the time whether its copy is still good.
                plan.warnings.extend(live.not_taken_over.clone());
                let attributes = Attributes { modified: page.saved.attributes.modified, ..live.attributes.clone() };
                plan.steps.push(Step::ReplaceFile(ReplaceFile {
                    at,
                    links,
                    before: live.digest,
                    after: page.saved.digest,
                    content: content(saved.below(path), page.saved.digest),
                    attributes: Some(attributes),
                }));
            }
            (Action::Replace | Action::Nothing | Action::Conflict, _) => {}
        }
    }
    if plan.steps.is_empty() {
        plan.anchors.clear();
    }
    Ok(())
}

/// Returns the directories above a new page that are not there, the uppermost first.
fn missing(trees: &Trees, path: &RelPath, made: &BTreeSet<RelPath>) -> Result<Vec<RelPath>, Error> {
    let mut missing = Vec::new();
    let mut at = path.split_last().map(|(parent, _)| parent);
    while let Some(directory) = at.filter(|directory| *directory != RelPath::here() && !made.contains(directory)) {
        if trees.webmail.file(&directory)? != Look::Nothing {
            break;
        }
        at = directory.split_last().map(|(parent, _)| parent);
        missing.push(directory);
    }
    missing.reverse();
    Ok(missing)
}

/// Returns how many pages are copied and how many replaced.
pub(super) fn counts(decided: &BTreeMap<RelPath, Decided>) -> (usize, usize) {
    let count = |action| decided.values().filter(|decided| decided.action == action).count();
    (count(Action::Copy), count(Action::Replace))
}
