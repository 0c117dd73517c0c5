//! A tree on the disk: its produced files checked, compared with what they should be, removed.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};

use super::after_stop::AfterStop;
use super::ahead::{Ahead, Held};
use super::{BuildTree, Content, Node, StepContext, StepError, TreeEntry, saved};
use crate::digest::Digest;
use crate::fs::{File, RelPath};
use crate::place::Place;
use crate::removal::let_owner_change;

/// Whether an entry that is not there makes a tree another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    IsDifferent,
    IsTolerated,
}

/// Checks a produced file and digests it, side by side when two files may be worked on at a time.
pub(super) fn verify(
    world: &StepContext<'_>,
    at: &Place,
    file: &dyn File,
    check: impl Fn() -> Result<(), String> + Sync,
) -> Result<Digest, StepError> {
    let (digest, checked) = side_by_side(world, || world.digest(at, file), check);
    checked.map_err(|message| produce_error(world, at, message))?;
    digest
}

/// Does two things, at the same time where two files may be worked on at a time.
pub(super) fn side_by_side<A: Send, B>(
    world: &StepContext<'_>,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if world.workers.get() == 1 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

pub(super) fn produce_error(world: &StepContext<'_>, at: &Place, message: String) -> StepError {
    if world.observer.stop_requested() {
        return StepError::Interrupted;
    }
    StepError::Produce { path: world.show(at), message }
}

/// Returns the first original that is no longer there as it was copied: then the copy may be the last one.
pub(super) fn lost_original(
    world: &StepContext<'_>,
    disk: &Ahead,
    tree: &BuildTree,
) -> Result<Option<String>, StepError> {
    for entry in &tree.entries {
        let Node::File(Content::CopyOf { from, digest, .. }) = &entry.node else { continue };
        let is_there = match disk.held(world, from)? {
            Held::File(now, _) => now.is_none_or(|now| now == *digest),
            _ => false,
        };
        if !is_there {
            return Ok(Some(format!("it holds the only copy of the old {}", world.show(from))));
        }
    }
    Ok(None)
}

/// Checks the produced files of a tree that is in place against their sources; returns their digests.
pub(super) fn verify_produced(
    world: &StepContext<'_>,
    tree: &BuildTree,
) -> Result<BTreeMap<RelPath, Digest>, StepError> {
    let mut digests = BTreeMap::new();
    for entry in &tree.entries {
        if let Node::File(Content::Produced { by, request, .. }) = &entry.node {
            let place = tree.at.below(&entry.path);
            let file = world.open(&place)?;
            let producer = world.producer(by)?;
            let digest = verify(world, &place, &*file, || producer.verify(world, request, &*file, None))?;
            digests.insert(entry.path.clone(), digest);
        }
    }
    Ok(digests)
}

/// Returns the first difference between a tree on the disk and what it should be; attributes do not count.
pub(super) fn compare(
    world: &StepContext<'_>,
    disk: &Ahead,
    tree: &BuildTree,
    produced: &BTreeMap<RelPath, Digest>,
    missing: Missing,
) -> Result<Option<String>, StepError> {
    let nodes: BTreeMap<&RelPath, &Node> = tree.entries.iter().map(|entry| (&entry.path, &entry.node)).collect();
    let mut expected = nodes.clone();
    let mut pending = vec![RelPath::here()];
    while let Some(directory) = pending.pop() {
        let place = tree.at.below(&directory);
        for name in disk.list(world, &place)? {
            let path = directory.join(&name);
            let Some(node) = expected.remove(&path) else { return Ok(Some(format!("{path} was added to it"))) };
            if *node == Node::Directory {
                pending.push(path.clone());
            }
            if !is_as_made(world, disk, tree, &nodes, &path, node, produced)? {
                return Ok(Some(format!("{path} was changed since the run")));
            }
        }
    }
    match (expected.keys().next(), missing) {
        (Some(path), Missing::IsDifferent) => Ok(Some(format!("{path} is gone"))),
        _ => Ok(None),
    }
}

fn is_as_made(
    world: &StepContext<'_>,
    disk: &Ahead,
    tree: &BuildTree,
    nodes: &BTreeMap<&RelPath, &Node>,
    path: &RelPath,
    node: &Node,
    produced: &BTreeMap<RelPath, Digest>,
) -> Result<bool, StepError> {
    let expected = match node {
        Node::HardLink(to) => {
            // A link to a link would be no file of this tree.
            let Some(node) = nodes.get(to).filter(|node| matches!(node, Node::File(_))) else { return Ok(false) };
            return is_as_made(world, disk, tree, nodes, path, node, &relabel(produced, to, path));
        }
        Node::File(Content::CopyOf { digest, .. }) => Some(digest),
        Node::File(Content::Produced { .. }) => produced.get(path),
        Node::Directory | Node::Symlink(_) | Node::Fifo => None,
    };
    Ok(match (node, disk.held(world, &tree.at.below(path))?) {
        (Node::Directory, Held::Directory) => true,
        (Node::Symlink(target), Held::Link(now)) => now == *target,
        (Node::Fifo, Held::Fifo) => true,
        (Node::File(_), Held::File(now, _)) => now.is_none() || now.as_ref() == expected,
        _ => false,
    })
}

/// A hard link has the digest of the file it names.
fn relabel(produced: &BTreeMap<RelPath, Digest>, from: &RelPath, to: &RelPath) -> BTreeMap<RelPath, Digest> {
    produced.get(from).map(|digest| (to.clone(), *digest)).into_iter().collect()
}

/// Removes what lies at a place of a tree that a run made, and nothing else: somebody who can write there may have put a directory of
/// others in its place. One that this run did not note as its own goes only when it is empty.
pub(super) fn remove(world: &StepContext<'_>, at: &Place, tree: &BuildTree) -> Result<(), StepError> {
    let top = world.dir(at)?.open_dir(&at.path).map_err(|e| world.error("open", at, e))?;
    let here = RelPath::here();
    if !saved::is_own(world, at, &*top)? {
        return removed_or_gone(world, at, world.dir(at)?.remove_dir(&at.path));
    }
    let mut after_stop = AfterStop::new(world);
    let directories = tree.entries.iter().filter(|entry| entry.node == Node::Directory).map(|entry| &entry.path);
    for path in std::iter::once(&here).chain(directories) {
        match top.open_dir(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            dir => dir
                .and_then(|dir| let_owner_change(&*dir))
                .map_err(|e| world.error("set the attributes of", &at.below(path), e))?,
        }
    }
    for TreeEntry { path, node, .. } in tree.entries.iter().rev() {
        after_stop.go_on()?;
        let removed = match node {
            Node::Directory => top.remove_dir(path),
            Node::File(_) | Node::HardLink(_) | Node::Symlink(_) | Node::Fifo => top.remove_file(path),
        };
        removed_or_gone(world, &at.below(path), removed)?;
    }
    drop(top);
    removed_or_gone(world, at, world.dir(at)?.remove_dir(&at.path))
}

fn removed_or_gone(world: &StepContext<'_>, place: &Place, removed: io::Result<()>) -> Result<(), StepError> {
    match removed {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => {
            Err(world.changed(place, "it holds something that the run did not make; move that elsewhere"))
        }
        other => other.map_err(|e| world.error("remove", place, e)),
    }
}
