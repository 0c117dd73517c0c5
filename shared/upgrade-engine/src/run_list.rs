//! The runs of a tool: which there are, which of them count, and how they are listed.

use std::io;

use serde_json::{Value, json};

use crate::error::EngineError;
use crate::fs::{FileSystem, Name, RootPath};
use crate::plan::Plan;
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

/// Returns the runs whose effect is on the disk: finished or not, and not taken back by a finished undo.
pub fn in_effect(runs: &[Run]) -> Vec<&Run> {
    let mut effective: Vec<&Run> = Vec::new();
    let mut undone: Vec<String> = Vec::new();
    for run in runs.iter().rev().filter(|run| run.status != Status::Abandoned) {
        if undone.contains(&run.id.to_string()) {
            continue;
        }
        if run.status == Status::Finished {
            undone.extend(run.plan.undoes.clone());
        }
        effective.push(run);
    }
    effective.reverse();
    effective
}

/// The runs as `--list-runs` shows them.
pub struct Listing {
    /// A line for each run, oldest first.
    pub lines: Vec<String>,
    /// The same as JSON.
    pub details: Value,
}

impl Listing {
    /// Lists runs; `describe` says what a plan is about, in a few words.
    pub fn of(runs: &[Run], describe: impl Fn(&Plan) -> String) -> Self {
        let effective: Vec<&Name> = in_effect(runs).into_iter().map(|run| &run.id).collect();
        let (mut lines, mut details) = (Vec::new(), Vec::new());
        for run in runs {
            let state = match run.status {
                Status::Abandoned => "failed, nothing was changed".to_owned(),
                _ if !effective.contains(&&run.id) => "undone".to_owned(),
                Status::Finished => "finished".to_owned(),
                Status::Unfinished { done } => format!("unfinished, {done} of {} steps done", run.plan.steps.len()),
            };
            let what = describe(&run.plan);
            lines.push(format!("{}  {what}: {state}", run.id));
            details.push(json!({ "run": run.id, "what": what, "state": state }));
        }
        if lines.is_empty() {
            lines.push("There are no runs".to_owned());
        }
        Self { lines, details: details.into() }
    }
}
