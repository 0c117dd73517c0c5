//! The copies of the saved files that survive the removal of packages.
//!
//! The guide has the saved files fetched before packages are removed and does not say where to; that they lie below `/var/opt`, in a
//! directory that no package owns, is our choice. They hold passwords: the directory is for its owner only.

use std::collections::BTreeMap;

use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath, Time};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, BuildTree, Content, Node, Step, TreeEntry};

use super::look;
use super::places::Places;
use super::refusal::Refusal;
use super::set::{self, SavedFile, Source};
use crate::error::Error;
use crate::server::{Instance, path};

/// The directory that holds them.
const ABOVE: &str = "/var/opt/im-upgrade";
/// Their own directory in it; a number follows where there is one already.
const NAME: &str = "7.2-configuration";

/// What was copied.
#[derive(Debug)]
pub(super) struct Copies {
    /// Where the copies are.
    pub top: RootPath,
    /// The files, by instance.
    pub files: Vec<(String, SavedFile)>,
    /// The directories that held them.
    pub directories: BTreeMap<RootPath, Attributes>,
}

/// Returns the attributes of directories that this program makes for itself.
pub(super) fn own_directory(mode: u32) -> Attributes {
    Attributes {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        mode,
        // The same in a dry run and in the run.
        modified: Time { seconds: 0, nanoseconds: 0 },
        extended: Vec::new(),
    }
}

/// Adds the steps that make the copies; none where no file needs one.
///
/// # Errors
/// [`Refusal::OpenToOthers`]; as `open` and `read`.
pub(super) fn steps(
    fs: &dyn FileSystem,
    plan: &mut Plan,
    places: &mut Places<'_>,
    instances: &[Instance],
    files: &[(String, SavedFile)],
) -> Result<(), Error> {
    let mut entries: BTreeMap<RelPath, TreeEntry> = BTreeMap::new();
    for (name, file) in files {
        let (Source::Beside(beside), Some(instance)) =
            (&file.source, instances.iter().find(|instance| instance.name == *name))
        else {
            continue;
        };
        let top =
            RelPath::from(Name::new(name.as_str()).map_err(|e| Error::io("use", beside, std::io::Error::other(e)))?);
        // The copy is below the directory of the instance even where the file itself is reached through a link.
        let depth = instance.config.components().count();
        let below: Vec<&[u8]> = beside.components().skip(depth).collect();
        let mut directory = (top, instance.config.clone());
        for (number, component) in below.iter().enumerate() {
            let (at, live) = directory.clone();
            if let Some(attributes) = look::directory(fs, &live)? {
                let entry = TreeEntry { path: at.clone(), node: Node::Directory, attributes };
                entries.entry(at.clone()).or_insert(entry);
            }
            let component = Name::new(*component).map_err(|e| Error::io("use", &live, std::io::Error::other(e)))?;
            directory = (at.join(&component), live.join(&component));
            if number.saturating_add(1) == below.len() {
                let size = look::file(fs, beside)?.map_or(0, |found| found.size);
                let content = Content::CopyOf { from: places.of(plan, beside)?, digest: file.digest, size };
                let entry = TreeEntry {
                    path: directory.0.clone(),
                    node: Node::File(content),
                    attributes: file.attributes.clone(),
                };
                entries.insert(directory.0.clone(), entry);
            }
        }
    }
    if entries.is_empty() {
        return Ok(());
    }
    let above = path(ABOVE)?;
    if let Some(Attributes { uid, mode, .. }) = look::directory(fs, &above)?
        && (mode & 0o022 != 0 || !(uid == 0 || uid == rustix::process::geteuid().as_raw()))
    {
        return Err(Refusal::OpenToOthers(above).into());
    }
    places.make(plan, &above, &|directory| own_directory(if *directory == above { 0o700 } else { 0o755 }))?;
    let at = places.of(plan, &free_name(fs, &above)?)?;
    let entries = entries.into_values().collect();
    plan.steps.push(Step::BuildTree(BuildTree { at, attributes: own_directory(0o700), entries }));
    Ok(())
}

fn free_name(fs: &dyn FileSystem, above: &RootPath) -> Result<RootPath, Error> {
    let mut number = 1_usize;
    loop {
        let name = if number == 1 { NAME.to_owned() } else { format!("{NAME}-{number}") };
        let wanted = above.resolve(name.as_bytes()).map_err(|e| Error::io("use", above, std::io::Error::other(e)))?;
        if crate::server::kind(fs, &wanted)?.is_none() {
            return Ok(wanted);
        }
        number = number.saturating_add(1);
    }
}

/// Returns where the copies of a plan are; nothing where it makes none.
pub(super) fn top(plan: &Plan) -> Option<RootPath> {
    plan.steps.iter().find_map(|step| match step {
        Step::BuildTree(tree) => set::path_of(plan, &tree.at),
        _ => None,
    })
}

/// Returns what a finished plan of [`steps`] copied. `belongs` says where copies of our own runs belong.
pub(super) fn of_plan(plan: &Plan, belongs: &BTreeMap<RootPath, RootPath>) -> Option<Copies> {
    let tree = plan.steps.iter().find_map(|step| match step {
        Step::BuildTree(tree) => Some(tree),
        _ => None,
    })?;
    let mut copies = Copies { top: set::path_of(plan, &tree.at)?, files: Vec::new(), directories: BTreeMap::new() };
    let held: BTreeMap<&RelPath, &Attributes> = tree
        .entries
        .iter()
        .filter(|entry| entry.node == Node::Directory)
        .map(|entry| (&entry.path, &entry.attributes))
        .collect();
    for entry in &tree.entries {
        let Node::File(Content::CopyOf { from, digest, .. }) = &entry.node else { continue };
        let beside = set::path_of(plan, from)?;
        let live = belongs.get(&beside).cloned().or_else(|| set::without_suffix(&beside))?;
        let instance = entry.path.names().first()?.to_string();
        let copy = entry.path.names().iter().fold(copies.top.clone(), |path, name| path.join(name));
        let parents = |path: &RelPath, directory: &RootPath| Some((path.split_last()?.0, directory.split_last()?.0));
        let mut above = parents(&entry.path, &beside);
        while let Some((path, directory)) = above {
            let Some(attributes) = held.get(&path) else { break };
            copies.directories.insert(directory.clone(), (*attributes).clone());
            above = parents(&path, &directory);
        }
        let file = SavedFile {
            live,
            digest: *digest,
            attributes: entry.attributes.clone(),
            source: Source::CopiedOut { copy, beside },
        };
        copies.files.push((instance, file));
    }
    Some(copies)
}
