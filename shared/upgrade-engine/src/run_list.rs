//! The runs of a tool: which there are, and which of them count.

use std::io;

use crate::error::EngineError;
use crate::fs::{FileSystem, RootPath};
use crate::run::{Run, Status, name};

/// Opens the runs of a tool for reading only; nothing when there never was one.
///
/// # Errors
/// [`EngineError::Io`].
pub fn list_runs(state: &dyn FileSystem, path: &RootPath, tool: &str) -> Result<Vec<Run>, EngineError> {
    match state.open_dir(&path.join(&name(tool)?)) {
        Ok(runs) => Run::all(&*runs),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(EngineError::io("open", path, e)),
    }
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
