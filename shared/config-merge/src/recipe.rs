//! The plan of a merge: each changed file is replaced by what the producer makes of its versions. The plan names files and
//! digests only, so that no password gets into it.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, Name, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{
    Attributes, MakeDir, NewContent, Producer, RemoveFile, ReplaceFile, Step, StepContext, WriteFile,
};
use upgrade_engine::survey::{self, SurveyError};

use crate::error::Error;
use crate::files::{FileSystems, Source, Versions};
use crate::merges::{Live, Merger, Merges};
use crate::resolutions::Resolutions;

/// The producer's name in plans.
const PRODUCER: &str = "keyed-merge";

/// How a merged file is made: the producer's request in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe<M> {
    file: String,
    method: M,
    versions: Versions<Source>,
    resolutions: Resolutions,
}

impl<'d, M: Deserialize<'d>> Recipe<M> {
    fn read(request: &'d Value) -> Result<Self, String> {
        Self::deserialize(request).map_err(|e| format!("the plan cannot be understood: {e}"))
    }
}

/// One file of a plan: what is there, and what is to be there.
pub(crate) struct Change<'a> {
    /// The name of its anchor.
    pub(crate) name: &'a str,
    /// Where.
    pub(crate) target: &'a RootPath,
    /// What is there now.
    pub(crate) live: &'a Live,
    /// Digest of the new content; nothing when the file is to go.
    pub(crate) after: Option<Digest>,
    /// The new content.
    pub(crate) content: NewContent,
}

/// Adds the step that brings a change about, unless there is nothing to do. The other names of a hard-linked file are looked for
/// in its directory, then `within` these.
pub(crate) fn add(plan: &mut Plan, fs: &dyn FileSystem, within: &[RootPath], change: Change<'_>) -> Result<(), Error> {
    let Change { name, target, live, after, content } = change;
    if live.digest() == after {
        return Ok(());
    }
    let step = match (live, after) {
        (Live::File(before) | Live::Overwritten(before, _), Some(after)) => {
            let names = survey::names_of(fs, target, within)?;
            let (at, links) = names.places(name);
            plan.anchors.insert(name.to_owned(), names.anchor);
            let attributes = match live {
                Live::Overwritten(_, attributes) => Some(attributes.clone()),
                _ => None,
            };
            Step::ReplaceFile(ReplaceFile { at, links, before: *before, after, content, attributes })
        }
        (Live::Nothing(attributes), Some(digest)) => {
            let at = new_place(plan, fs, (name, target), attributes)?;
            Step::WriteFile(WriteFile { at, digest, content, attributes: attributes.clone() })
        }
        (Live::File(digest) | Live::Overwritten(digest, _), None) => {
            let at = place(plan, fs, name, target)?;
            Step::RemoveFile(RemoveFile { at, digest: *digest })
        }
        (Live::Nothing(_), None) => return Ok(()),
    };
    plan.steps.push(step);
    Ok(())
}

/// Returns the place of a new file. Directories that are missing above it are made first, like the file: for its owner, and open to
/// others where it is.
fn new_place(
    plan: &mut Plan,
    fs: &dyn FileSystem,
    (name, target): (&str, &RootPath),
    attributes: &Attributes,
) -> Result<Place, Error> {
    let mut missing: Vec<Name> = Vec::new();
    let mut parent = survey::open_parent(fs, target);
    let mut at = target.clone();
    while let Err(SurveyError::Io { source, .. }) = &parent
        && source.kind() == io::ErrorKind::NotFound
        && let Some((above, last)) = at.split_last()
    {
        missing.push(last);
        at = above;
        parent = survey::open_parent(fs, &at);
    }
    let parent = parent?;
    plan.anchors.insert(name.to_owned(), survey::anchor(&*parent.dir, &parent.path)?);
    let mut place = Place::anchor(name).join(&parent.name);
    for name in missing.iter().rev() {
        let mode = if attributes.mode & 0o004 == 0 { 0o700 } else { 0o755 };
        let attributes = Attributes { mode, extended: Vec::new(), ..attributes.clone() };
        let is_made = |step: &Step| matches!(step, Step::MakeDir(made) if plan.show(&made.at) == plan.show(&place));
        if !plan.steps.iter().any(is_made) {
            plan.steps.push(Step::MakeDir(MakeDir { at: place.clone(), attributes }));
        }
        place = place.join(name);
    }
    Ok(place)
}

fn place(plan: &mut Plan, fs: &dyn FileSystem, name: &str, target: &RootPath) -> Result<Place, Error> {
    let parent = survey::open_parent(fs, target)?;
    plan.anchors.insert(name.to_owned(), survey::anchor(&*parent.dir, &parent.path)?);
    Ok(Place::anchor(name).join(&parent.name))
}

impl<M: Clone + Serialize> Merges<'_, M> {
    /// Plans the replacement of every file that the merge changes. The other names of a hard-linked file are looked for in its
    /// directory, then `within` these.
    ///
    /// # Errors
    /// [`command::Error::Io`] when a directory cannot be looked at; [`command::Error::Survey`] when not all names of a file can
    /// be found.
    pub fn plan_replacements(&self, plan: &mut Plan, fs: &dyn FileSystem, within: &[RootPath]) -> Result<(), Error> {
        for merged in &self.merged {
            let file = merged.file;
            let recipe = Recipe {
                file: file.name.clone(),
                method: file.method.clone(),
                versions: file.versions.try_map(|version| Ok(version.source.clone()))?,
                resolutions: self.resolutions.clone(),
            };
            let change = Change {
                name: &file.name,
                target: &file.target,
                live: &file.live,
                after: merged.result().map(Digest::of),
                content: NewContent::Produced { by: PRODUCER.to_owned(), request: json!(recipe) },
            };
            add(plan, fs, within, change)?;
        }
        Ok(())
    }
}

/// Merges files anew from what a plan names.
pub struct MergeProducer<'a, M> {
    /// Knows how they merge.
    pub merger: M,
    /// Where they are.
    pub files: FileSystems<'a>,
}

impl<M: Merger> MergeProducer<'_, M> {
    fn made(&self, recipe: &Recipe<M::Method>) -> Result<Vec<u8>, Error> {
        let versions = recipe.versions.try_map(|source| self.files.version(source))?;
        let lines = recipe.resolutions.read(&self.files)?;
        let lines = lines.of(|typed| self.merger.reported_name(typed) == recipe.file);
        Ok(self.merger.merge(&recipe.file, &recipe.method, &versions, &lines)?.merge.bytes)
    }
}

impl<M: Merger> Producer for MergeProducer<'_, M> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn check(&self, request: &Value) -> Result<(), String> {
        let recipe = Recipe::<M::Method>::read(request)?;
        let is_as_surveyed = |source: &Source| self.files.read_as_surveyed(source).map(drop);
        recipe.versions.try_map(is_as_surveyed).map(drop).map_err(|e| e.to_string())
    }

    fn produce(&self, _: &StepContext<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let recipe = Recipe::read(request)?;
        let merged = self.made(&recipe).map_err(|e| e.to_string())?;
        made.write_all_at(&merged, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    /// The step compares the digest with the planned one.
    fn verify(&self, _: &StepContext<'_>, _: &Value, _: &dyn File, _: Option<&Value>) -> Result<(), String> {
        Ok(())
    }
}
