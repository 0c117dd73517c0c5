//! `--list-runs` and `--prune`.

use serde_json::json;
use upgrade_engine::fs::Name;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::{AllRuns, Status};

use super::{RunHandler, Runs};
use crate::context::Completion;
use crate::error::Error;
use crate::report::{Report, ReportStatus};

impl<H: RunHandler> Runs<'_, H> {
    pub(super) fn list(&self) -> Result<Completion, H::Error> {
        let AllRuns { runs, unreadable } = self.all()?;
        let effective: Vec<&Name> = in_effect(&runs).into_iter().map(|run| &run.id).collect();
        let mut details = Vec::new();
        for run in &runs {
            let state = match run.status {
                Status::Abandoned => "failed, nothing was changed".to_owned(),
                _ if !effective.contains(&&run.id) => "undone".to_owned(),
                Status::Finished => "finished".to_owned(),
                Status::Unfinished { done } => format!("unfinished, {done} of {} steps done", run.plan.steps.len()),
            };
            let what = self.describe(&run.plan);
            let elsewhere = run.plan.scope.root.as_ref().filter(|_| !self.is_here(run));
            let root = elsewhere.map(|root| format!(" (root {root})")).unwrap_or_default();
            self.context.terminal.result(&format!("{}  {what}{root}: {state}", run.id));
            details.push(json!({ "run": run.id, "what": what, "state": state }));
        }
        for bad in &unreadable {
            let why = bad.why();
            self.context.terminal.result(&format!("{}  cannot be read: {why}", bad.id));
            details.push(json!({ "run": bad.id, "what": why, "state": "cannot be read" }));
        }
        if runs.is_empty() && unreadable.is_empty() {
            self.context.terminal.result("There are no runs");
        }
        let report = Report { details: details.into(), ..self.context.report(ReportStatus::Inspected) };
        Ok(Completion::of(report))
    }

    pub(super) fn prune(&self, typed: &str) -> Result<Completion, H::Error> {
        let missing = || Error::NoSuchRun(typed.to_owned());
        let session = self.existing_session()?.ok_or_else(missing)?;
        let run = Name::new(typed).map_err(|_| missing())?;
        session.prune(&run).map_err(Error::from)?;
        self.context.say(&format!("Run {typed} was deleted; it can no longer be undone"));
        Ok(Completion::of(self.context.report(ReportStatus::Done)))
    }
}
