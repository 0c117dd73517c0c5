//! The runs of a tool: which there are, and which of them count.

use crate::error::EngineError;
use crate::fs::{FileSystem, Name, RootPath};
use crate::journal::RunEnd;
use crate::run::{AllRuns, Run, Status, UnreadableRun, name};
use crate::state_directory;

/// Returns the runs of a tool that can be read, without taking the lock; none when there never was one.
///
/// # Errors
/// [`EngineError::Io`]; [`EngineError::OpenToOthers`].
pub fn list_runs(state: &dyn FileSystem, path: &RootPath, tool: &str) -> Result<Vec<Run>, EngineError> {
    Ok(list_all(state, path, tool)?.runs)
}

/// As [`list_runs`], with the runs that cannot be read.
///
/// # Errors
/// As [`list_runs`].
pub fn list_all(state: &dyn FileSystem, path: &RootPath, tool: &str) -> Result<AllRuns, EngineError> {
    let Some(dir) = state_directory::open(state, path)? else { return Ok(AllRuns::default()) };
    match state_directory::runs_of(&*dir, path, &name(tool)?)? {
        Some(runs) => Run::all(&*runs),
        None => Ok(AllRuns::default()),
    }
}

/// Returns the run that cannot be read and is in the way of a new run on a product root: unfinished, as far as is known, and on that root.
/// One whose root is not known is in nobody's way, and should be reported.
pub fn unreadable_in_the_way<'r>(unreadable: &'r [UnreadableRun], root: Option<&str>) -> Option<&'r UnreadableRun> {
    unreadable.iter().rfind(|run| run.end.is_none() && is_on(run, root))
}

/// Returns the run that cannot be read and that may have changed what an older run on the same root made.
pub(crate) fn unreadable_since<'r>(
    unreadable: &'r [UnreadableRun],
    root: Option<&str>,
    run: &Name,
) -> Option<&'r UnreadableRun> {
    unreadable.iter().rfind(|bad| bad.end != Some(RunEnd::Abandoned) && bad.id > *run && is_on(bad, root))
}

fn is_on(run: &UnreadableRun, root: Option<&str>) -> bool {
    matches!((run.root.as_deref(), root), (Some(own), Some(root)) if own == root)
}

/// Returns the runs whose effect is on the disk: finished or not, and not undone by a finished undo.
pub fn in_effect(runs: &[Run]) -> Vec<&Run> {
    let mut effective: Vec<&Run> = Vec::new();
    let mut undone: Vec<String> = Vec::new();
    for run in runs.iter().rev().filter(|run| run.status != Status::Abandoned) {
        if undone.contains(&run.id.to_string()) {
            continue;
        }
        if run.status == Status::Finished {
            undone.extend(run.plan.undoes.iter().flat_map(|undone| undone.runs().iter().cloned()));
        }
        effective.push(run);
    }
    effective.reverse();
    effective
}

/// Returns the runs that are to be resumed or undone, oldest first; of a run and its unfinished undo both.
pub fn unfinished(runs: &[Run]) -> Vec<&Run> {
    in_effect(runs).into_iter().filter(|run| matches!(run.status, Status::Unfinished { .. })).collect()
}
