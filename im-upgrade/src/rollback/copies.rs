//! The copies of the saved files that survive the removal of packages.
//!
//! The guide has the saved files fetched before packages are removed and does not say where to; that they lie below `/var/opt`, in a
//! directory that no package owns, is our choice. They hold passwords: the directory is for its owner only.

use std::collections::BTreeMap;

use upgrade_engine::fs::{FileSystem, RelPath, RootPath, Time};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, BuildTree, Content, Node, Step, TreeEntry};

use super::look;
use super::places::Places;
use super::refusal::Refusal;
use super::set::{self, SavedFile, Source};
use crate::error::Error;
use crate::server::path;

/// The directory that holds them.
const ABOVE: &str = "/var/opt/im-upgrade";
/// Their own directory in it; a number follows where there is one already.
const NAME: &str = "7.2-configuration";

/// What was copied.
#[derive(Debug)]
pub(super) struct Copies {
    /// The files.
    pub files: Vec<SavedFile>,
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

/// Adds the steps that make the copies, each below its whole path; none where no file needs one.
///
/// # Errors
/// [`Refusal::OpenToOthers`]; as `open` and `read`.
pub(super) fn steps<'f>(
    fs: &dyn FileSystem,
    plan: &mut Plan,
    places: &mut Places<'_>,
    files: impl Iterator<Item = &'f SavedFile>,
) -> Result<(), Error> {
    let mut entries: BTreeMap<RelPath, TreeEntry> = BTreeMap::new();
    for file in files {
        let Source::Beside(beside) = &file.source else { continue };
        let mut above = beside.split_last();
        while let Some((directory, _)) = above {
            let path = below_top(&directory)?;
            if path != RelPath::here()
                && let Some(attributes) = look::directory(fs, &directory)?
            {
                entries.entry(path.clone()).or_insert(TreeEntry { path, node: Node::Directory, attributes });
            }
            above = directory.split_last();
        }
        let size = look::file(fs, beside)?.map_or(0, |found| found.size);
        let content = Content::CopyOf { from: places.of(plan, beside)?, digest: file.digest, size };
        let path = below_top(beside)?;
        let entry = TreeEntry { path: path.clone(), node: Node::File(content), attributes: file.attributes.clone() };
        entries.insert(path, entry);
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

/// Returns the path of a copy below the directory of the copies.
fn below_top(path: &RootPath) -> Result<RelPath, Error> {
    let names: Vec<&[u8]> = path.components().collect();
    RelPath::new(names.join(&b'/')).map_err(|e| Error::io("use", path, std::io::Error::other(e)))
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
    let top = set::path_of(plan, &tree.at)?;
    let mut copies = Copies { files: Vec::new(), directories: BTreeMap::new() };
    for TreeEntry { path, node, attributes } in &tree.entries {
        let under = |top: RootPath| path.names().iter().fold(top, |path, name| path.join(name));
        let Node::File(Content::CopyOf { from, digest, .. }) = node else {
            copies.directories.insert(under(RootPath::new("/").ok()?), attributes.clone());
            continue;
        };
        let (copy, beside) = (under(top.clone()), set::path_of(plan, from)?);
        let live = belongs.get(&beside).cloned().or_else(|| set::without_suffix(&beside))?;
        let source = Source::CopiedOut { copy, beside };
        copies.files.push(SavedFile { live, digest: *digest, attributes: attributes.clone(), source });
    }
    Some(copies)
}
