//! Where a plan acts: a named directory that is opened once and held, and a path beneath it.
//!
//! An administrator's operand may contain symbolic links; they are followed once, when the anchor is opened. Beneath the
//! anchor none is ever followed. The plan records which directory (device and inode) each anchor was when it was surveyed,
//! so that a directory swapped between survey and apply is noticed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::fs::{Dir, FileSystem, Name, RelPath, RootPath};

/// A path beneath an anchor of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of the anchor.
    #[serde(rename = "in")]
    pub anchor: String,
    /// Path beneath it; empty for the anchor itself.
    pub path: RelPath,
}

impl Place {
    /// Returns the anchor's own directory.
    pub fn anchor(name: &str) -> Self {
        Self { anchor: name.to_owned(), path: RelPath::here() }
    }

    /// Returns the place of an entry in this directory.
    #[must_use]
    pub fn join(&self, name: &Name) -> Self {
        Self { anchor: self.anchor.clone(), path: self.path.join(name) }
    }

    /// Returns the place of `path` below this directory.
    #[must_use]
    pub fn below(&self, path: &RelPath) -> Self {
        Self { anchor: self.anchor.clone(), path: self.path.below(path) }
    }

    /// Returns the directory that holds this place and its name there; nothing for an anchor itself.
    pub fn split_last(&self) -> Option<(Self, Name)> {
        let (parent, name) = self.path.split_last()?;
        Some((Self { anchor: self.anchor.clone(), path: parent }, name.clone()))
    }

    /// Returns true when this is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.anchor == other.anchor && self.path.starts_with(&other.path)
    }
}

/// A directory as the administrator named it, and which one it was when it was surveyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Path below the product root.
    pub path: RootPath,
    /// Device number at the survey.
    pub device: u64,
    /// Inode number at the survey.
    pub inode: u64,
}

/// The anchors of a plan, by name.
pub type Anchors = BTreeMap<String, Anchor>;

/// Whether a device has the number that it had at the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    /// The survey was a moment ago.
    AsSurveyed,
    /// The machine may have been started since: many file systems get another number then.
    MayHaveChanged,
}

/// The anchors of a plan, opened and held.
pub struct OpenAnchors {
    opened: BTreeMap<String, (RootPath, Box<dyn Dir>)>,
}

impl OpenAnchors {
    /// Opens every anchor and checks that it is still the directory that was surveyed.
    ///
    /// # Errors
    /// [`StepError::Io`] when one cannot be opened, [`StepError::Changed`] when it is another directory now.
    pub fn open(fs: &dyn FileSystem, anchors: &Anchors, devices: Devices) -> Result<Self, StepError> {
        let mut opened = BTreeMap::new();
        for (name, anchor) in anchors {
            let path = anchor.path.to_string();
            let dir = fs.open_dir(&anchor.path).map_err(|e| StepError::io("open", &path, e))?;
            let now = dir.stat(&RelPath::here()).map_err(|e| StepError::io("look at", &path, e))?.id;
            let same_device = devices == Devices::MayHaveChanged || now.device == anchor.device;
            if !same_device || now.inode != anchor.inode {
                return Err(StepError::Changed {
                    path,
                    what: "it is no longer the directory that was surveyed".into(),
                });
            }
            opened.insert(name.clone(), (anchor.path.clone(), dir));
        }
        Ok(Self { opened })
    }

    /// Returns the directory handle of a place's anchor.
    ///
    /// # Errors
    /// [`StepError::Broken`] when the plan has no such anchor.
    pub fn dir(&self, place: &Place) -> Result<&dyn Dir, StepError> {
        match self.opened.get(&place.anchor) {
            Some((_, dir)) => Ok(dir.as_ref()),
            None => Err(StepError::Broken(format!("the plan has no anchor `{}`", place.anchor))),
        }
    }

    /// Returns the handles of all anchors.
    pub fn dirs(&self) -> impl Iterator<Item = (&RootPath, &dyn Dir)> {
        self.opened.values().map(|(path, dir)| (path, dir.as_ref()))
    }

    /// Returns the anchors with their names and handles.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &RootPath, &dyn Dir)> {
        self.opened.iter().map(|(name, (path, dir))| (name.as_str(), path, dir.as_ref()))
    }

    /// Returns a place as an administrator would write it.
    pub fn show(&self, place: &Place) -> String {
        match self.opened.get(&place.anchor) {
            Some((path, _)) => show(path, place),
            None => place.to_string(),
        }
    }
}

/// Returns a place as a path below the product root.
pub fn show(anchor: &RootPath, place: &Place) -> String {
    place.path.names().iter().fold(anchor.clone(), |path, name| path.join(name)).to_string()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.anchor, self.path)
    }
}
