//! The plan of a merge: each changed file is replaced by what the producer makes of its three versions. The plan names
//! files and digests only, so that no password gets into it.

use std::path::Path;

use documents::Document;
use documents::merge::Merge;
use install_root::delegated_administrator::ConfigFile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{File, FileSystem, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{NewContent, Producer, ReplaceFile, Step, World, read_whole};
use upgrade_engine::survey;

use crate::cli;
use crate::detect::Found;
use crate::error::Error;
use crate::merging;
use crate::own_files::{self, OwnFile};
use crate::resolutions::Resolutions;
use crate::saved::{SavedFile, Where};

/// The tool's name in plans and state directories.
pub const TOOL: &str = "config-commda-merge";
/// The producer's name in plans.
const PRODUCER: &str = "keyed-merge";

/// How a merged file is made: the producer's request in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// Name of the file.
    file: String,
    /// The new file, which is replaced.
    new: Place,
    /// The site's file.
    site: OwnFile,
    /// Which file system that is on.
    site_on: Where,
    /// The stock file; nothing for the documented defaults.
    base: Option<OwnFile>,
    /// Which file system that is on.
    base_on: Where,
    /// What was said about conflicts.
    resolutions: Resolutions,
}

/// A file that is merged.
pub struct Merged<'a> {
    /// The new file.
    pub new: &'a Found,
    /// The site's file.
    pub site: &'a SavedFile,
    /// The stock file.
    pub base: Option<&'a SavedFile>,
    /// The result.
    pub merge: &'a Merge,
}

/// Where the files of a merge come from.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// The site's files.
    pub site: Where,
    /// The stock files.
    pub base: Where,
}

/// Returns what a merge was asked for: an equal request goes on with an unfinished run.
pub fn request(args: &cli::Merge, base: &RootPath, saved: &RootPath) -> Value {
    let typed = |path: &Option<std::path::PathBuf>| path.as_deref().map(|path: &Path| path.display().to_string());
    json!({
        "command": "merge",
        "da_base": base,
        "saved": saved,
        "base": typed(&args.base),
        "resolve": args.resolve.resolve,
        "resolutions": typed(&args.resolve.resolutions),
    })
}

/// Plans the replacement of every file that the merge changes. The other names of a hard-linked file are looked for in its
/// directory, then `within` these.
///
/// # Errors
/// [`Error::Io`] when a directory cannot be looked at; [`Error::Survey`] when not all names of a file can be found.
pub fn plan(
    fs: &dyn FileSystem,
    within: &[RootPath],
    merged: &[Merged<'_>],
    sources: Sources,
    resolutions: &Resolutions,
    request: Value,
) -> Result<Plan, Error> {
    let mut plan = Plan::new(TOOL, request);
    for Merged { new, site, base, merge } in merged {
        if merge.bytes == new.content {
            continue;
        }
        let names = survey::names_of(fs, &new.path, within)?;
        let anchor = new.file.name();
        let (at, links) = names.places(anchor);
        plan.anchors.insert(anchor.to_owned(), names.anchor);
        let recipe = Recipe {
            file: anchor.to_owned(),
            new: at.clone(),
            site: site.at.clone(),
            site_on: sources.site,
            base: base.map(|base| base.at.clone()),
            base_on: sources.base,
            resolutions: resolutions.clone(),
        };
        plan.steps.push(Step::ReplaceFile(ReplaceFile {
            at,
            links,
            before: Digest::of(&new.content),
            after: Digest::of(&merge.bytes),
            content: NewContent::Produced { by: PRODUCER.to_owned(), request: json!(recipe) },
        }));
    }
    Ok(plan)
}

/// Merges files anew from what a plan names.
pub struct KeyedMerge<'a> {
    /// Real paths.
    pub own: &'a dyn FileSystem,
    /// Where the runs are kept.
    pub state: &'a dyn FileSystem,
}

impl KeyedMerge<'_> {
    fn on(&self, place: Where) -> &dyn FileSystem {
        match place {
            Where::Own => self.own,
            Where::State => self.state,
        }
    }

    fn merge(&self, recipe: &Recipe, new: Vec<u8>) -> Result<Vec<u8>, Error> {
        let file = ConfigFile::of_name(&recipe.file);
        let site = own_files::read_as_surveyed(self.on(recipe.site_on), &recipe.site)?;
        let site = merging::parse(&recipe.site.path, site)?;
        let base = match &recipe.base {
            Some(base) => {
                let bytes = own_files::read_as_surveyed(self.on(recipe.base_on), base)?;
                Some(merging::parse(&base.path, bytes)?)
            }
            None => None,
        };
        let new = merging::parse(&recipe.file, new)?;
        let resolutions = recipe.resolutions.by_file(self.own)?;
        let resolutions = resolutions.into_iter().filter(|(of, _)| Some(*of) == file).map(|(_, text)| text);
        let merge = merging::merge(file, base.as_ref(), &site, &new, &resolutions.collect::<Vec<_>>())?;
        debug_assert!(merge.bytes == new.to_bytes() || !merge.edits.is_empty());
        Ok(merge.bytes)
    }
}

impl Producer for KeyedMerge<'_> {
    fn name(&self) -> &str {
        PRODUCER
    }

    fn produce(&self, world: &World<'_>, request: &Value, made: &dyn File) -> Result<Value, String> {
        let recipe: Recipe =
            serde_json::from_value(request.clone()).map_err(|e| format!("the plan cannot be understood: {e}"))?;
        let new = world.open(&recipe.new).map_err(|e| e.to_string())?;
        let new = read_whole(&*new).map_err(|e| e.to_string())?;
        let merged = self.merge(&recipe, new).map_err(|e| e.to_string())?;
        made.write_all_at(&merged, 0).map_err(|e| e.to_string())?;
        Ok(Value::Null)
    }

    /// The step compares the digest with the planned one.
    fn verify(&self, _: &World<'_>, _: &Value, _: &dyn File, _: Option<&Value>) -> Result<(), String> {
        Ok(())
    }
}
