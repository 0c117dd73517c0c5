//! The places of a plan: each path below the deepest directory above it that is there, and the directories that are to be made.

use std::collections::BTreeMap;

use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::place::Place;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, MakeDir, Step};
use upgrade_engine::survey;

use super::{look, set};
use crate::error::Error;

/// The places of a plan.
pub(crate) struct Places<'a> {
    fs: &'a dyn FileSystem,
    /// The anchor of each directory.
    anchors: BTreeMap<RootPath, String>,
    /// Directories that a step makes.
    made: Vec<RootPath>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(fs: &'a dyn FileSystem) -> Self {
        Self { fs, anchors: BTreeMap::new(), made: Vec::new() }
    }

    /// Returns the place of a path.
    ///
    /// # Errors
    /// As `open`.
    pub(crate) fn of(&mut self, plan: &mut Plan, path: &RootPath) -> Result<Place, Error> {
        let mut below = Vec::new();
        let mut at = path.clone();
        loop {
            let Some((parent, name)) = at.split_last() else {
                return Err(Error::usage(format!("{path} is no file")));
            };
            below.push(name);
            if look::directory(self.fs, &parent)?.is_some() {
                let path = below.iter().rev().fold(RelPath::here(), |path, name| path.join(name));
                return Ok(Place::anchor(&self.anchor(plan, &parent)?).below(&path));
            }
            at = parent;
        }
    }

    /// Returns whether a step makes a directory.
    pub(crate) fn makes(&self, directory: &RootPath) -> bool {
        self.made.contains(directory)
    }

    fn anchor(&mut self, plan: &mut Plan, directory: &RootPath) -> Result<String, Error> {
        if let Some(known) = self.anchors.get(directory) {
            return Ok(known.clone());
        }
        let mut number = self.anchors.len().saturating_add(1);
        while plan.anchors.contains_key(&format!("directory-{number}")) {
            number = number.saturating_add(1);
        }
        let name = format!("directory-{number}");
        let dir = self.fs.open_dir(directory).map_err(|e| Error::io("open", directory, e))?;
        plan.anchors.insert(name.clone(), survey::anchor(&*dir, directory).map_err(command::Error::from)?);
        self.anchors.insert(directory.clone(), name.clone());
        Ok(name)
    }

    /// Adds steps that make a directory and what is missing above it.
    ///
    /// # Errors
    /// As `open`.
    pub(crate) fn make(
        &mut self,
        plan: &mut Plan,
        directory: &RootPath,
        attributes: &dyn Fn(&RootPath) -> Attributes,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        let mut at = Some(directory.clone());
        while let Some(directory) = at
            && !self.made.contains(&directory)
            && look::directory(self.fs, &directory)?.is_none()
        {
            at = directory.split_last().map(|(parent, _)| parent);
            missing.push(directory);
        }
        let made_before = |directory: &RootPath| {
            let at = |step: &Step| if let Step::MakeDir(step) = step { set::path_of(plan, &step.at) } else { None };
            plan.steps.iter().filter_map(at).any(|made| made == *directory)
        };
        missing.retain(|directory| !made_before(directory));
        for directory in missing.into_iter().rev() {
            let at = self.of(plan, &directory)?;
            plan.steps.push(Step::MakeDir(MakeDir { at, attributes: attributes(&directory) }));
            self.made.push(directory);
        }
        Ok(())
    }
}
