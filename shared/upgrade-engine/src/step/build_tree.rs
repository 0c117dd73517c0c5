//! Makes a new tree as one batch: staged beside its place under a hidden name, every file synced, read back and checked,
//! every directory synced once, one rename.
//!
//! Every file is synced by itself, not by one `syncfs` alone: only `fsync` tells of a write error on every kernel. Small copies are
//! synced after all of them are written and the disk was given its work at once. Until the rename nothing that existed has changed, so an interruption
//! before it leaves only the staging directory, which recovery removes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ahead::{Ahead, Look, Seen};
use super::context::for_each_in_parallel;
use super::staging::{self, Made, Staging};
use super::{Action, Attributes, Inverse, Known, Recovered, RemoveTree, Step, StepContext, StepError, tree_content};
use crate::digest::Digest;
use crate::fs::{Durable, Existing, Name, RelPath};
use crate::place::Place;

/// The files of a tree are worked on in at least about so many rows.
const MOST_BATCHES: usize = 64;

/// Makes a new tree at a free name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildTree {
    /// Where its top directory shall be.
    pub at: Place,
    /// The top directory's attributes.
    pub attributes: Attributes,
    /// Everything below it; directories before what they hold, files before their hard links.
    pub entries: Vec<TreeEntry>,
}

/// One entry of a new tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeEntry {
    /// Path below the top directory.
    pub path: RelPath,
    /// What it is.
    pub node: Node,
    /// Its attributes.
    pub attributes: Attributes,
}

/// What an entry of a new tree is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Node {
    /// A directory.
    Directory,
    /// A regular file.
    File(Content),
    /// A symbolic link; the target is escaped text.
    Symlink(String),
    /// A named pipe.
    Fifo,
    /// Another name of an earlier file of this tree.
    HardLink(RelPath),
}

/// Where a new file's content comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// A copy of a file that had this digest when it was surveyed.
    CopyOf {
        /// The original.
        from: Place,
        /// Its digest.
        digest: Digest,
        /// Its length in bytes.
        size: u64,
    },
    /// Made by one of the tool's [`super::Producer`]s.
    Produced {
        /// The producer's name.
        by: String,
        /// What it is asked for.
        request: Value,
        /// About how many bytes it will have; for progress only.
        size: u64,
    },
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TreeMade {
    /// Digests of the produced files.
    pub(crate) produced: BTreeMap<RelPath, Digest>,
    /// What could not be set by this user.
    pub(crate) unset: Vec<String>,
}

impl BuildTree {
    /// Returns the hidden sibling in which the tree grows.
    fn staging(&self, world: &StepContext<'_>) -> Result<Place, StepError> {
        let (parent, name) = world.parent(&self.at)?;
        let hidden =
            Name::new([b".", name.as_bytes(), b".partial"].concat()).map_err(|e| StepError::Broken(e.to_string()))?;
        Ok(parent.join(&hidden))
    }

    fn stage(&self, world: &StepContext<'_>, staging: &Staging) -> Result<TreeMade, StepError> {
        let mut unset = Vec::new();
        let mut files = Vec::new();
        for TreeEntry { path, node, attributes } in &self.entries {
            world.go_on()?;
            match node {
                Node::Directory => staging.make_dir(world, path)?,
                Node::Symlink(target) => unset.extend(staging.make_link(world, path, target, attributes)?),
                Node::Fifo => unset.extend(staging.make_fifo(world, path, attributes)?),
                Node::File(content) => files.push((path, content, attributes)),
                Node::HardLink(_) => {}
            }
        }
        // Neighbours share their directory. A few large files are still made side by side.
        let batches: Vec<_> = files.chunks(files.len().div_ceil(MOST_BATCHES).clamp(1, staging::BATCH)).collect();
        let made = for_each_in_parallel(world.workers, &batches, |batch| {
            let mut open = staging::OpenDirs::default();
            let make = |(path, content, attributes): &(&RelPath, &Content, &Attributes)| {
                staging.make_file(world, &mut open, path, content, attributes)
            };
            batch.iter().map(make).collect::<Result<Vec<_>, _>>()
        })?;
        let mut produced = BTreeMap::new();
        let mut not_synced = Vec::new();
        for (&(path, content, _), Made { digest, is_synced, unset: more }) in
            files.iter().zip(made.into_iter().flatten())
        {
            if !is_synced {
                not_synced.push(path);
            }
            if let Content::Produced { .. } = content {
                produced.insert(path.clone(), digest);
            }
            unset.extend(more);
        }
        staging.sync_files(world, &not_synced)?;
        self.link_and_seal(world, staging, &mut unset)?;
        Ok(TreeMade { produced, unset })
    }

    /// Adds the hard links, then seals the directories from the deepest to the top.
    fn link_and_seal(
        &self,
        world: &StepContext<'_>,
        staging: &Staging,
        unset: &mut Vec<String>,
    ) -> Result<(), StepError> {
        for entry in &self.entries {
            if let Node::HardLink(to) = &entry.node {
                staging.link(world, to, &entry.path)?;
            }
        }
        let directories = self.entries.iter().filter(|entry| entry.node == Node::Directory);
        for entry in directories.rev() {
            unset.extend(staging.seal(world, &entry.path, &entry.attributes)?);
        }
        unset.extend(staging.seal(world, &RelPath::here(), &self.attributes)?);
        Ok(())
    }

    fn sync_parent(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        let (parent, _) = world.parent(&self.at)?;
        world.dir(&parent)?.sync(&parent.path, Durable::PublishedTree).map_err(|e| world.error("sync", &parent, e))
    }
}

impl Action for BuildTree {
    type Prepared = ();
    type Done = TreeMade;

    fn describe(&self, show: &dyn Fn(&Place) -> String) -> String {
        let count = |wanted: fn(&Content) -> bool| {
            self.entries.iter().filter(|e| matches!(&e.node, Node::File(content) if wanted(content))).count()
        };
        let copied = count(|content| matches!(content, Content::CopyOf { .. }));
        let produced = count(|content| matches!(content, Content::Produced { .. }));
        format!("make {}: {copied} files copied, {produced} files newly written, each read back", show(&self.at))
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        let originals = self.entries.iter_mut().filter_map(|entry| match &mut entry.node {
            Node::File(Content::CopyOf { from, .. }) => Some(from),
            _ => None,
        });
        originals.chain([&mut self.at]).collect()
    }

    fn touches(&self) -> Vec<Place> {
        self.at.split_last().map(|(parent, _)| parent).into_iter().collect()
    }

    fn check(&self, world: &StepContext<'_>, ahead: &mut Ahead) -> Result<(), StepError> {
        ahead.expect_free(world, &self.at)?;
        ahead.expect_free(world, &self.staging(world)?)?;
        let mut bytes = 0_u64;
        for entry in &self.entries {
            let size = match &entry.node {
                Node::File(Content::CopyOf { from, digest, size }) => ahead.copied_size(world, from, digest, *size)?,
                Node::File(Content::Produced { by, size, .. }) => {
                    world.producer(by)?;
                    *size
                }
                Node::Directory | Node::Symlink(_) | Node::Fifo | Node::HardLink(_) => continue,
            };
            bytes = bytes.saturating_add(size);
        }
        ahead.takes(world, &self.at, bytes)?;
        ahead.gives(world, &self.at, &self.attributes)?;
        ahead.put(&self.at, Seen::Directory);
        for entry in &self.entries {
            let place = self.at.below(&entry.path);
            ahead.gives(world, &place, &entry.attributes)?;
            ahead.put(
                &place,
                match &entry.node {
                    Node::Directory => Seen::Directory,
                    Node::Symlink(target) => Seen::Link(target.clone()),
                    Node::Fifo => Seen::Fifo,
                    Node::File(Content::CopyOf { digest, .. }) => Seen::File(Some(*digest)),
                    Node::File(Content::Produced { .. }) | Node::HardLink(_) => Seen::File(None),
                },
            );
        }
        Ok(())
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<(), StepError> {
        for place in [&self.at, &self.staging(world)?] {
            if world.exists(place)? {
                return Err(world.changed(place, "it exists already"));
            }
        }
        Ok(())
    }

    fn apply(&self, world: &StepContext<'_>, (): &()) -> Result<TreeMade, StepError> {
        let hidden = self.staging(world)?;
        let staging = Staging::make(world, &hidden)?;
        let made = self.stage(world, &staging)?;
        world
            .dir(&self.at)?
            .rename(&hidden.path, &self.at.path, Existing::Refuse)
            .map_err(|e| world.error("move into place", &self.at, e))?;
        staging.check_is_at(world, &self.at)?;
        self.sync_parent(world)?;
        Ok(made)
    }

    fn recover(&self, world: &StepContext<'_>, (): &()) -> Result<Recovered<TreeMade>, StepError> {
        let staging = self.staging(world)?;
        if world.exists(&staging)? {
            tree_content::remove(world, &staging, self)?;
        }
        if !world.exists(&self.at)? {
            return Ok(Recovered::NotDone);
        }
        let produced = tree_content::verify_produced(world, self)?;
        let disk = Ahead::new(world)?;
        let missing = tree_content::Missing::IsDifferent;
        if let Some(difference) = tree_content::compare(world, &disk, self, &produced, missing)? {
            return Err(world.changed(&self.at, difference));
        }
        self.sync_parent(world)?;
        Ok(Recovered::Done(TreeMade { produced, unset: Vec::new() }))
    }

    fn learn(&self, done: &TreeMade, known: &mut Known) {
        for entry in &self.entries {
            let digest = match &entry.node {
                Node::File(Content::CopyOf { digest, .. }) => Some(*digest),
                Node::File(Content::Produced { .. }) => done.produced.get(&entry.path).copied(),
                Node::Directory | Node::Symlink(_) | Node::Fifo | Node::HardLink(_) => None,
            };
            if let Some(digest) = digest {
                known.contents.insert(self.at.below(&entry.path), digest);
            }
        }
    }

    fn inverse(
        &self,
        world: &StepContext<'_>,
        (): &(),
        done: &TreeMade,
        _: &Known,
        disk: &Ahead,
    ) -> Result<Inverse, StepError> {
        let missing = tree_content::Missing::IsTolerated;
        if !matches!(disk.look(world, &self.at)?, Look::Nothing)
            && let Some(difference) = tree_content::compare(world, disk, self, &done.produced, missing)?
        {
            let path = world.show(&self.at);
            return Ok(Inverse { steps: Vec::new(), kept: vec![format!("{path} is kept: {difference}")] });
        }
        if let Some(lost) = tree_content::lost_original(world, disk, self)? {
            let path = world.show(&self.at);
            return Ok(Inverse { steps: Vec::new(), kept: vec![format!("{path} is kept: {lost}")] });
        }
        let produced = done.produced.clone();
        Ok(Inverse::of(Step::RemoveTree(RemoveTree { tree: self.clone(), produced })))
    }
}
