//! Notifications, alerts and conversations: they lie in the runtime directory of an instance, and go along where the merged
//! configuration names another one. The old directory stays as it is.

use std::collections::BTreeMap;

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileId, FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{
    Attributes, BuildTree, Content, LinkState, MakeDir, Node, NotEmpty, RemoveDir, Step, TreeEntry,
};
use upgrade_engine::survey::{self, Below, Limits, SurveyError, ToCopy, anchor, walk};

use crate::error::Error;
use crate::server::kind;

/// How large a runtime directory may be.
const LARGEST: Limits = Limits { entries: 2_000_000, depth: 64 };

/// Adds the steps that copy a runtime directory to where it is to be. Returns a line about it, or a finding where nothing is copied.
pub(super) fn carry(
    plan: &mut Plan,
    fs: &dyn FileSystem,
    (name, before, after): (&str, &RootPath, &RootPath),
) -> Result<Result<String, String>, Error> {
    if before == after || kind(fs, before)?.is_none() {
        return Ok(Ok(format!("{name}: runtime data stay in {before}")));
    }
    let is_below = |path: &RootPath, above: &RootPath| {
        path.as_bytes().strip_prefix(above.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
    };
    if is_below(after, before) || is_below(before, after) {
        return Ok(Err(format!("{name}: runtime data in {before} were not copied: {after} and it lie in one another")));
    }
    if kind(fs, after)?.is_some() && !clear(plan, fs, name, after)? {
        return Ok(Err(format!(
            "{name}: runtime data in {before} were not copied: {after} holds files already; the server uses those"
        )));
    }
    let source = format!("runtime of {name}");
    let dir = fs.open_dir(before).map_err(|e| Error::io("open", before, e))?;
    plan.anchors.insert(source.clone(), anchor(&*dir, before).map_err(command::Error::from)?);
    let attributes_of = |path: &RelPath| Attributes::of(&*dir, path).map_err(|e| Error::io("look at", before, e));
    let mut entries = Vec::new();
    let mut known: BTreeMap<FileId, RelPath> = BTreeMap::new();
    let (mut left_out, mut not_taken_over) = (Vec::new(), Vec::new());
    walk(&*dir, before, LARGEST, |path, stat| {
        let place = || path.names().iter().fold(before.clone(), |place, name| place.join(name));
        let (node, attributes) = match stat.kind {
            FileKind::Directory => (Node::Directory, attributes_of(path)?),
            FileKind::Fifo => (Node::Fifo, attributes_of(path)?),
            FileKind::Symlink => {
                let LinkState { target, attributes } =
                    LinkState::of(&*dir, path).map_err(|e| Error::io("read", place(), e))?;
                (Node::Symlink(target), attributes)
            }
            FileKind::Special => {
                left_out.push(path.to_string());
                return Ok(Below::LeaveOut);
            }
            FileKind::Regular => match known.get(&stat.id) {
                Some(first) => (Node::HardLink(first.clone()), attributes_of(path)?),
                None => {
                    known.insert(stat.id, path.clone());
                    let failed = |e| Error::io("read", place(), e);
                    let original = ToCopy::open(&*dir, path).map_err(failed)?;
                    let (digest, size) = Digest::of_file(&*original.file).map_err(failed)?;
                    not_taken_over.extend(original.not_taken_over(&place().to_string()));
                    let content = Content::CopyOf { from: Place::anchor(&source).below(path), digest, size };
                    (Node::File(content), original.attributes)
                }
            },
        };
        entries.push(TreeEntry { path: path.clone(), node, attributes });
        Ok::<_, Failed>(Below::Enter)
    })
    .map_err(|failed| failed.0)?;
    plan.warnings.extend(not_taken_over);
    // A hard link comes behind its file, which the walk has met before.
    let at = new_place(plan, fs, name, after, &attributes_of(&RelPath::here())?)?;
    plan.steps.push(Step::BuildTree(BuildTree { at, attributes: attributes_of(&RelPath::here())?, entries }));
    let left_out = if left_out.is_empty() { String::new() } else { format!(", without {}", left_out.join(", ")) };
    Ok(Ok(format!("{name}: runtime data are copied from {before} to {after}{left_out}")))
}

/// An error while a tree is walked.
struct Failed(Error);

impl From<SurveyError> for Failed {
    fn from(error: SurveyError) -> Self {
        Self(command::Error::from(error).into())
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// Adds the steps that remove a directory without any file. Returns whether it is one.
fn clear(plan: &mut Plan, fs: &dyn FileSystem, name: &str, directory: &RootPath) -> Result<bool, Error> {
    let Ok(dir) = fs.open_dir(directory) else { return Ok(false) };
    let (mut directories, mut is_empty) = (vec![RelPath::here()], true);
    walk(&*dir, directory, LARGEST, |path, stat| {
        is_empty &= stat.kind == FileKind::Directory;
        directories.push(path.clone());
        Ok::<_, Failed>(if is_empty { Below::Enter } else { Below::LeaveOut })
    })
    .map_err(|failed| failed.0)?;
    if !is_empty {
        return Ok(false);
    }
    let parent = survey::open_parent(fs, directory).map_err(command::Error::from)?;
    let above = format!("above runtime of {name}");
    plan.anchors.insert(above.clone(), anchor(&*parent.dir, &parent.path).map_err(command::Error::from)?);
    let top = Place::anchor(&above).join(&parent.name);
    for path in directories.into_iter().rev() {
        let attributes = Attributes::of(&*dir, &path).map_err(|e| Error::io("look at", directory, e))?;
        plan.steps.push(Step::RemoveDir(RemoveDir { at: top.below(&path), attributes, not_empty: NotEmpty::Fail }));
    }
    Ok(true)
}

/// Returns the place of the new directory. Directories that are missing above it are made first, like it.
fn new_place(
    plan: &mut Plan,
    fs: &dyn FileSystem,
    name: &str,
    target: &RootPath,
    attributes: &Attributes,
) -> Result<Place, Error> {
    let mut missing: Vec<Name> = Vec::new();
    let mut at = target.clone();
    while let Some((above, last)) = at.split_last() {
        missing.push(last);
        at = above;
        if kind(fs, &at)?.is_some() {
            break;
        }
    }
    let dir = fs.open_dir(&at).map_err(|e| Error::io("open", &at, e))?;
    let above = format!("above runtime of {name}");
    plan.anchors.insert(above.clone(), anchor(&*dir, &at).map_err(command::Error::from)?);
    let mut place = Place::anchor(&above);
    for (number, name) in missing.iter().rev().enumerate() {
        place = place.join(name);
        if number.saturating_add(1) < missing.len() {
            let attributes = Attributes { mode: 0o755, extended: Vec::new(), ..attributes.clone() };
            plan.steps.push(Step::MakeDir(MakeDir { at: place.clone(), attributes }));
        }
    }
    Ok(place)
}
