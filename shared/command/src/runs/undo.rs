//! `--undo [RUN]`: finds the run, plans its undo, and applies that like any plan. An interrupted undo is resumed.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use upgrade_engine::engine::{EngineError, Session};
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::{Run, Status};

use super::{RunHandler, Runs, Work};
use crate::context::Completion;
use crate::error::Error;
use crate::report::{Report, ReportStatus};

impl<H: RunHandler> Runs<'_, H> {
    pub(super) fn undo(&self, typed: Option<&OsStr>) -> Result<Completion, H::Error> {
        let session = self.existing_session()?.ok_or_else(|| missing(typed))?;
        let run = self.find(&session, typed)?;
        let runs = session.runs().map_err(Error::from)?;
        let begun = in_effect(&runs)
            .into_iter()
            .rfind(|other| other.plan.undoes.as_deref() == Some(&run.id.to_string()) && is_unfinished(other));
        if self.context.options.dry_run {
            // What became of an interrupted step is found out by finishing it or cleaning it up, which a dry run must not do.
            if let Some(unfinished) = begun.or(Some(&run).filter(|run| is_unfinished(run))) {
                return Err(self.in_the_way(unfinished));
            }
        } else if let Some(begun) = begun {
            return self.resume(&session, begun);
        }
        self.handler.check_undo(&runs, &run)?;
        let providers = self.handler.providers(&Work::Undo(&session, &run))?;
        let id = run.id.clone();
        // Asked before an interrupted step is finished or cleaned up.
        if !self.context.options.dry_run && self.handler.confirms_undo() {
            self.context.confirm(&format!("Undo run {id} ({})?", self.describe(&run.plan)))?;
        }
        let undo = self
            .work(&Plan::new("", serde_json::Value::Null), &providers, |resources| session.plan_undo(run, resources))?;
        undo.kept.iter().for_each(|line| self.context.warn(line));
        if self.context.options.dry_run {
            let mut report = self.say_dry_run(&undo.plan, &providers, Some(&session))?;
            report.findings.extend(undo.kept);
            return Ok(Completion::of(report));
        }
        let done = self.work(&undo.plan, &providers, |resources| session.apply(&undo.plan, resources))?;
        let mut report = self.keep_report(&session, &undo.plan, done, ReportStatus::Done);
        report.findings.extend(undo.kept);
        let undone = session.run(&id).map_err(Error::from)?;
        self.say_undone(&undone, &undo.plan, &mut report)?;
        Ok(Completion::of(report))
    }

    /// Finds the run that was named; without a name, the newest one on this product root.
    fn find(&self, session: &Session, typed: Option<&OsStr>) -> Result<Run, Error> {
        let Some(typed) = typed else {
            return session.newest("", |run| self.is_here(run)).map_err(|error| or_missing(error, None));
        };
        let named = Name::new(typed.as_bytes()).ok().map(|name| session.run(&name));
        match named {
            Some(Ok(run)) => with_effect(session, run),
            None | Some(Err(EngineError::NoSuchRun(_))) => session
                .newest("", |run| self.is_here(run) && self.handler.is_meant(run, typed))
                .map_err(|error| or_missing(error, Some(typed))),
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Prints what became of an undo.
    pub(super) fn say_undone(&self, undone: &Run, undo: &Plan, report: &mut Report) -> Result<(), H::Error> {
        let after = self.handler.after_undo(undone, undo)?;
        after.findings.iter().for_each(|line| self.context.warn(line));
        report.findings.extend(after.findings);
        let all = if report.findings.is_empty() { "Everything" } else { "Everything else" };
        let before = after.before.unwrap_or_else(|| format!("run {}", undone.id));
        let line = format!("{all} is as it was before {before}");
        self.context.say(&self.handler.legacy_last_line(&line).unwrap_or(line));
        after.next.iter().for_each(|line| self.context.say(line));
        self.say_next(undo);
        Ok(())
    }
}

/// Refuses a run that is listed but has no effect: `--list-runs` shows undone runs, and runs that failed at once.
fn with_effect(session: &Session, run: Run) -> Result<Run, Error> {
    if run.status == Status::Abandoned {
        return Err(Error::WithoutEffect { run: run.id, why: "failed before it changed anything" });
    }
    let runs = session.runs()?;
    if in_effect(&runs).iter().any(|other| other.id == run.id) {
        return Ok(run);
    }
    Err(Error::WithoutEffect { run: run.id, why: "is undone already" })
}

fn is_unfinished(run: &Run) -> bool {
    matches!(run.status, Status::Unfinished { .. })
}

fn missing(typed: Option<&OsStr>) -> Error {
    typed.map_or(Error::NothingToUndo, |typed| Error::NoSuchRun(typed.to_string_lossy().into_owned()))
}

fn or_missing(error: EngineError, typed: Option<&OsStr>) -> Error {
    match error {
        EngineError::NoSuchRun(_) => missing(typed),
        other => other.into(),
    }
}
