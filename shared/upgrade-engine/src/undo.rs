//! Takes runs back: the inverse of each step that was done, last first, and at the end every directory's time as it was.
//!
//! A chain of runs is undone by one plan. The undo of an older run is planned for the disk as the undo of the newer ones will leave it.
//!
//! The result is a plan like any other: it can be printed, applied, killed, resumed, and itself undone. What somebody
//! changed since the run is left as it is, and said.

mod anchors;

use std::collections::BTreeSet;

use crate::engine::{Resources, Session};
use crate::error::{EngineError, StateAfter, StepError};
use crate::fs::{Name, Time};
use crate::journal::Record;
use crate::place::{Devices, OpenAnchors, Place};
use crate::plan::{Plan, Undone};
use crate::run::{AllRuns, Run, Status};
use crate::run_list::{in_effect, unreadable_since};
use crate::scope::Scope;
use crate::step::{Ahead, Inverse, Known, Recovered, SetModified, Step, StepContext};
use anchors::Merged;

/// A plan that undoes a run, or a chain of runs.
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
    /// [`EngineError::Overtaken`] when a newer run in effect acts in the same directories; [`EngineError::Unreadable`] when nobody
    /// knows what a newer run on the same root changed;
    /// [`StepError::Changed`] when an interrupted step cannot be told done from not done.
    pub fn plan_undo(&self, run: Run, resources: &Resources<'_>) -> Result<Undo, EngineError> {
        self.plan_undo_all(vec![run], resources)
    }

    /// Plans the undo of a chain of runs as one plan, newest first. Each is undone on the disk as the undo of the newer ones will
    /// leave it; all of them count as undone when the undo is finished.
    ///
    /// # Errors
    /// As [`Session::plan_undo`]; [`EngineError::NoSuchRun`] for an empty chain.
    pub fn plan_undo_all(&self, mut runs: Vec<Run>, resources: &Resources<'_>) -> Result<Undo, EngineError> {
        runs.sort_by(|one, other| other.id.cmp(&one.id));
        let chain: Vec<Name> = runs.iter().map(|run| run.id.clone()).collect();
        for run in &runs {
            self.refuse_overtaken(run, &chain)?;
        }
        let finished = runs.into_iter().map(|run| self.finish_interrupted_step(run, resources));
        let runs: Vec<Run> = finished.collect::<Result<_, _>>()?;
        let newest = runs.first().ok_or_else(|| EngineError::NoSuchRun(String::new()))?;
        let merged = match runs.as_slice() {
            [run] => Merged::of_one(run),
            several => Merged::of(resources.fs, several).map_err(EngineError::before_any_change)?,
        };
        let mut plan = empty_undo(&runs, &merged, newest);
        let anchors = OpenAnchors::open(resources.fs, &plan.anchors, Devices::MayHaveChanged)
            .map_err(EngineError::before_any_change)?;
        let mut world = self.world_of(newest, anchors, resources);
        let mut kept = Vec::new();
        let mut disk = Ahead::new(&world).map_err(EngineError::before_any_change)?;
        for (number, run) in runs.iter().enumerate() {
            world.undone_run = Some(run.id.clone());
            let home = |place: &Place| merged.home(number, place);
            let inverse = undo_of(run, &home, &world, &mut disk).map_err(EngineError::before_any_change)?;
            plan.steps.extend(inverse.steps);
            kept.extend(inverse.kept);
        }
        let times = earliest_times(&runs, &merged);
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
        let world = self.world_of(&run, anchors, resources);
        let step = run.plan.steps.get(interrupted.step).ok_or_else(|| EngineError::state(&run.id, "no such step"))?;
        if let Recovered::Done(report) = step.action().recover(&world, interrupted.prepared).map_err(failed)? {
            let done = Record::Done { step: interrupted.step, report };
            let appended = run.journal(self.runs_dir())?.append(&done);
            appended.map_err(|problem| EngineError::Journal { run: run.id.clone(), problem })?;
        }
        self.run(&run.id)
    }

    /// `chain` holds the names of all runs that are undone together.
    fn refuse_overtaken(&self, run: &Run, chain: &[Name]) -> Result<(), EngineError> {
        let AllRuns { runs, unreadable } = self.all()?;
        if let Some(bad) = unreadable_since(&unreadable, run.plan.scope.root.as_deref(), &run.id) {
            return Err(bad.in_the_way());
        }
        let effective = in_effect(&runs);
        if !effective.iter().any(|other| other.id == run.id) {
            return Err(EngineError::NoSuchRun(run.id.to_string()));
        }
        // A finished undo of newer runs leaves everything as it was before them, so it is not in the way either.
        let newer_ids: Vec<String> =
            runs.iter().rev().take_while(|other| other.id != run.id).map(|other| other.id.to_string()).collect();
        let newer = effective.into_iter().rev().take_while(|other| other.id != run.id);
        for other in newer.filter(|other| !chain.contains(&other.id) && !other.plan.takes_back(&run.id)) {
            let unfinished = matches!(other.status, Status::Unfinished { .. });
            let takes_back_newer = |undone: &Undone| undone.runs().iter().all(|undone| newer_ids.contains(undone));
            if !unfinished && other.plan.undoes.as_ref().is_some_and(takes_back_newer) {
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

/// Returns the undo of runs, without its steps. `runs` are newest first.
fn empty_undo(runs: &[Run], merged: &Merged, newest: &Run) -> Plan {
    let ids: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
    let (request, undoes) = match ids.as_slice() {
        [run] => (serde_json::json!({ "undo": run }), Undone::One(run.clone())),
        _ => (serde_json::json!({ "undo": ids }), Undone::Chain(ids)),
    };
    let scope = match runs {
        [run] => run.plan.scope.clone(),
        _ => Scope::of_all(runs.iter().map(|run| &run.plan.scope)),
    };
    let mut plan = Plan::new(&newest.plan.tool, request);
    plan.undoes = Some(undoes);
    plan.anchors = merged.anchors.clone();
    plan.scope = scope;
    plan
}

/// Returns how one run is undone on `disk`, which then is as that leaves it. `home` spells a place of the run as the undo does.
fn undo_of(
    run: &Run,
    home: &dyn Fn(&Place) -> Place,
    world: &StepContext<'_>,
    disk: &mut Ahead,
) -> Result<Inverse, StepError> {
    let mut known = Known::default();
    let mut done = Vec::new();
    for record in run.steps() {
        let (Some(step), Some(report)) = (run.plan.steps.get(record.step), record.report) else { continue };
        let step = step.moved(home);
        step.action().learn(report, &mut known)?;
        done.push((step, record.prepared, report));
    }
    let mut undo = Inverse::default();
    for (step, prepared, report) in done.iter().rev() {
        let inverse = step.action().inverse(world, prepared, report, &known, disk)?;
        for step in &inverse.steps {
            step.action().check(world, disk)?;
        }
        undo.steps.extend(inverse.steps);
        undo.kept.extend(inverse.kept);
    }
    Ok(undo)
}

/// Returns what the time of each touched directory was before the oldest run, in the order to set them.
///
/// One directory may be reachable from two anchors; the time that was noted first is the right one, so it is set last.
fn earliest_times(runs: &[Run], merged: &Merged) -> Vec<(Place, Time)> {
    let mut times: Vec<(Place, Time)> = Vec::new();
    let mut known = BTreeSet::new();
    for (number, run) in runs.iter().enumerate().rev() {
        let steps = run.steps();
        for (place, time) in steps.iter().flat_map(|step| step.touched) {
            let place = merged.home(number, place);
            if known.insert(place.clone()) {
                times.push((place, *time));
            }
        }
    }
    times.reverse();
    times
}
