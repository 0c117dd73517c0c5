//! Takes a run back: the inverse of each step that was done, last first, and at the end every directory's time as it was.
//!
//! The result is a plan like any other: it can be printed, applied, killed, resumed, and itself undone. What somebody
//! changed since the run is left as it is, and said.

use std::collections::BTreeSet;

use crate::engine::{Resources, Session};
use crate::error::{EngineError, StateAfter, StepError};
use crate::fs::{Name, Time};
use crate::journal::Record;
use crate::place::{Devices, OpenAnchors, Place};
use crate::plan::Plan;
use crate::run::{Run, Status, StepRecord};
use crate::run_list::in_effect;
use crate::step::{Known, Recovered, SetModified, Step};

/// A plan that undoes a run.
#[derive(Debug)]
pub struct Undo {
    /// What will be done.
    pub plan: Plan,
    /// What will be left as it is, because somebody changed it since.
    pub kept: Vec<String>,
}

impl Session {
    /// Plans the undo of a run. An interrupted step of it is finished or cleaned up first.
    ///
    /// # Errors
    /// [`EngineError::Overtaken`] when a newer run in effect acts in the same directories;
    /// [`StepError::Changed`] when an interrupted step cannot be told done from not done.
    pub fn plan_undo(&self, run: Run, resources: &Resources<'_>) -> Result<Undo, EngineError> {
        self.refuse_overtaken(&run)?;
        let run = self.finish_interrupted_step(run, resources)?;
        let anchors = OpenAnchors::open(resources.fs, &run.plan.anchors, Devices::MayHaveChanged)
            .map_err(EngineError::before_any_change)?;
        let mut world = self.world_of(&run, anchors, resources)?;
        world.undone_run = Some(run.id.clone());
        let mut plan = Plan::new(&run.plan.tool, serde_json::json!({ "undo": run.id }));
        plan.undoes = Some(run.id.to_string());
        plan.anchors = run.plan.anchors.clone();
        plan.scope = run.plan.scope.clone();

        let steps = run.steps();
        let done: Vec<(&Step, &StepRecord<'_>, &serde_json::Value)> = steps
            .iter()
            .filter_map(|record| Some((run.plan.steps.get(record.step)?, record, record.report?)))
            .collect();
        let mut known = Known::default();
        for (step, _, report) in &done {
            step.action().learn(report, &mut known).map_err(EngineError::before_any_change)?;
        }
        let mut kept = Vec::new();
        for (step, record, report) in done.iter().rev() {
            let inverse = step
                .action()
                .inverse(&world, record.prepared, report, &known)
                .map_err(EngineError::before_any_change)?;
            known.remade.extend(inverse.steps.iter().filter_map(|step| match step {
                Step::BuildTree(tree) => Some(tree.at.clone()),
                _ => None,
            }));
            plan.steps.extend(inverse.steps);
            kept.extend(inverse.kept);
        }
        let times = earliest_times(&steps);
        plan.steps.extend(times.into_iter().map(|(at, to)| Step::SetModified(SetModified { at, to })));
        Ok(Undo { plan, kept })
    }

    /// Finds out what became of an interrupted step.
    fn finish_interrupted_step(&self, run: Run, resources: &Resources<'_>) -> Result<Run, EngineError> {
        let steps = run.steps();
        let Some(interrupted) = steps.iter().find(|step| step.report.is_none()) else { return Ok(run) };
        let failed = |error: StepError| EngineError::Step {
            error,
            run: Some(run.id.clone()),
            state_after: StateAfter::Unfinished,
        };
        let anchors = OpenAnchors::open(resources.fs, &run.plan.anchors, Devices::MayHaveChanged).map_err(failed)?;
        let world = self.world_of(&run, anchors, resources)?;
        let step = run.plan.steps.get(interrupted.step).ok_or_else(|| EngineError::state(&run.id, "no such step"))?;
        if let Recovered::Done(report) = step.action().recover(&world, interrupted.prepared).map_err(failed)? {
            let done = Record::Done { step: interrupted.step, report };
            let appended = run.journal(self.runs_dir())?.append(&done);
            appended.map_err(|problem| EngineError::Journal { run: run.id.clone(), problem })?;
        }
        self.run(&run.id)
    }

    fn refuse_overtaken(&self, run: &Run) -> Result<(), EngineError> {
        let runs = self.runs()?;
        let effective = in_effect(&runs);
        if !effective.iter().any(|other| other.id == run.id) {
            return Err(EngineError::NoSuchRun(run.id.to_string()));
        }
        // A finished undo of a newer run leaves everything as it was before that run, so it is not in the way either.
        let newer_ids: Vec<String> =
            runs.iter().rev().take_while(|other| other.id != run.id).map(|other| other.id.to_string()).collect();
        let newer = effective.into_iter().rev().take_while(|other| other.id != run.id);
        for other in newer.filter(|other| other.plan.undoes.as_deref() != Some(&run.id.to_string())) {
            let unfinished = matches!(other.status, Status::Unfinished { .. });
            if !unfinished && other.plan.undoes.as_ref().is_some_and(|undone| newer_ids.contains(undone)) {
                continue;
            }
            let in_the_way = unfinished && run.plan.scope.overlaps(&other.plan.scope);
            if in_the_way || shares_a_directory(run, other) {
                return Err(EngineError::Overtaken { run: run.id.clone(), newer: other.id.clone() });
            }
        }
        Ok(())
    }

    /// Returns the newest run in effect that is not itself an undo and that `wanted` accepts.
    ///
    /// # Errors
    /// [`EngineError::NoSuchRun`] with `what` when there is none.
    pub fn newest(&self, what: &str, wanted: impl Fn(&Run) -> bool) -> Result<Run, EngineError> {
        let runs = self.runs()?;
        let found = in_effect(&runs).into_iter().rfind(|run| run.plan.undoes.is_none() && wanted(run));
        let id: Option<Name> = found.map(|run| run.id.clone());
        let found = runs.into_iter().find(|run| Some(&run.id) == id.as_ref());
        found.ok_or_else(|| EngineError::NoSuchRun(what.to_owned()))
    }
}

/// Returns true when two runs act in the same directory, as far as their anchors tell.
fn shares_a_directory(one: &Run, other: &Run) -> bool {
    let identity = |run: &Run| -> BTreeSet<u64> {
        let touched: BTreeSet<&String> =
            run.steps().iter().flat_map(|s| s.touched).map(|(place, _)| &place.anchor).collect();
        let anchors = run.plan.anchors.iter().filter(|(name, _)| touched.contains(name));
        anchors.map(|(_, anchor)| anchor.inode).collect()
    };
    !identity(one).is_disjoint(&identity(other))
}

/// Returns what the time of each touched directory was before the run, in the order to set them.
///
/// One directory may be reachable from two anchors; the time that was noted first is the right one, so it is set last.
fn earliest_times(steps: &[StepRecord<'_>]) -> Vec<(Place, Time)> {
    let mut times: Vec<(Place, Time)> = Vec::new();
    let mut known = BTreeSet::new();
    for (place, time) in steps.iter().flat_map(|step| step.touched) {
        if known.insert(place) {
            times.push((place.clone(), *time));
        }
    }
    times.reverse();
    times
}
