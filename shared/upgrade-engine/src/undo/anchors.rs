//! The anchors of several runs as those of one undo.
//!
//! A newer run may act in a directory that an older one made. Such a directory has no anchor of its own in the undo of both: its
//! places are spelled below the anchor that holds it, and stay valid when the directory is gone.

use std::collections::BTreeMap;

use crate::error::StepError;
use crate::fs::{FileSystem, RelPath, RootPath};
use crate::place::{Anchor, Anchors, Devices, OpenAnchors, Place};
use crate::run::Run;
use crate::survey::real_path;

/// The anchors of runs, merged.
pub(super) struct Merged {
    pub(super) anchors: Anchors,
    /// Where each anchor of each run is now; runs in the order given.
    homes: Vec<BTreeMap<String, Place>>,
}

/// An anchor of one of the runs.
struct Given<'a> {
    run: usize,
    name: &'a str,
    anchor: &'a Anchor,
    /// Its path without any link in it.
    real: RootPath,
}

impl Merged {
    /// Takes the anchors of a single run as they are.
    pub(super) fn of_one(run: &Run) -> Self {
        let homes = run.plan.anchors.keys().map(|name| (name.clone(), Place::anchor(name))).collect();
        Self { anchors: run.plan.anchors.clone(), homes: vec![homes] }
    }

    /// Merges the anchors of runs. Each must still be the directory that was surveyed.
    pub(super) fn of(fs: &dyn FileSystem, runs: &[Run]) -> Result<Self, StepError> {
        let mut given = Vec::new();
        for (number, run) in runs.iter().enumerate() {
            OpenAnchors::open(fs, &run.plan.anchors, Devices::MayHaveChanged)?;
            for (name, anchor) in &run.plan.anchors {
                let failed = |e| StepError::io("open", &anchor.path.to_string(), e);
                let real = real_path(fs, &anchor.path).map_err(failed)?;
                given.push(Given { run: number, name, anchor, real });
            }
        }
        // Directories before what they hold; a stable sort keeps the newest run's spelling of a directory.
        given.sort_by_key(|given| given.real.components().count());
        let mut merged = Self { anchors: Anchors::new(), homes: vec![BTreeMap::new(); runs.len()] };
        let mut tops: Vec<(RootPath, String)> = Vec::new();
        for Given { run, name, anchor, real } in given {
            let above = tops.iter().find_map(|(top, name)| Some((below(&real, top)?, name)));
            let home = match above {
                Some((below, top)) => Place::anchor(top).below(&below),
                None => {
                    let free = merged.free_name(name);
                    // A link on the way may be undone, too.
                    merged.anchors.insert(free.clone(), Anchor { path: real.clone(), ..anchor.clone() });
                    tops.push((real, free.clone()));
                    Place::anchor(&free)
                }
            };
            if let Some(homes) = merged.homes.get_mut(run) {
                homes.insert(name.to_owned(), home);
            }
        }
        Ok(merged)
    }

    fn free_name(&self, wanted: &str) -> String {
        let numbered = (2_usize..).map(|number| format!("{wanted}-{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        names.find(|name| !self.anchors.contains_key(name)).unwrap_or_else(|| wanted.to_owned())
    }

    /// Returns a place of a run as the undo spells it.
    pub(super) fn home(&self, run: usize, place: &Place) -> Place {
        let home = self.homes.get(run).and_then(|homes| homes.get(&place.anchor));
        home.map_or_else(|| place.clone(), |home| home.below(&place.path))
    }
}

/// Returns the path of a directory below another one, or nothing when it lies elsewhere.
fn below(path: &RootPath, top: &RootPath) -> Option<RelPath> {
    let mut names = path.components();
    if !top.components().all(|name| names.next() == Some(name)) {
        return None;
    }
    let names: Vec<&[u8]> = names.collect();
    RelPath::new(names.join(&b'/')).ok()
}
