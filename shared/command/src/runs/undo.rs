//! `--undo [RUN]`: finds the run, plans its undo, and applies that like any plan. An interrupted undo is resumed. A tool may undo
//! several runs at once.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use upgrade_engine::engine::{EngineError, Session};
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::{Run, Status};

use super::{Providers, RunHandler, Runs, Work};
use crate::context::Completion;
use crate::error::Error;
use crate::report::{Report, ReportStatus};

impl<H: RunHandler> Runs<'_, H> {
    /// Undoes these runs, newest first, as one plan: one dry run, one question, one journal. When that was interrupted, the same call
    /// finishes it.
    ///
    /// # Errors
    /// [`Error::NothingToUndo`] without runs, [`Error::WithoutEffect`] when one is undone already, [`Error::Unfinished`] when the
    /// undo of other runs is in the way; as the step that failed.
    pub fn undo_all(&self, runs: &[Name]) -> Result<Completion, H::Error> {
        let session = self.existing_session()?.ok_or(Error::NothingToUndo)?;
        let mut named = runs.to_vec();
        named.sort();
        named.dedup();
        let found = named.iter().rev().map(|run| with_effect(&session, session.run(run)?));
        let chain: Vec<Run> = found.collect::<Result<_, _>>()?;
        if chain.is_empty() {
            return Err(Error::NothingToUndo.into());
        }
        self.undo_chain(&session, chain)
    }

    pub(super) fn undo(&self, typed: Option<&OsStr>) -> Result<Completion, H::Error> {
        let session = self.existing_session()?.ok_or_else(|| missing(typed))?;
        let run = match self.find(&session, typed) {
            Err(missing @ (Error::NoSuchRun(_) | Error::NothingToUndo)) => {
                return Err(self.unreadable_here(&session)?.unwrap_or(missing).into());
            }
            found => found?,
        };
        self.undo_chain(&session, vec![run])
    }

    /// Undoes runs, which are given newest first.
    fn undo_chain(&self, session: &Session, chain: Vec<Run>) -> Result<Completion, H::Error> {
        let ids: Vec<Name> = chain.iter().map(|run| run.id.clone()).collect();
        let runs = session.runs().map_err(Error::from)?;
        let begun = in_effect(&runs)
            .into_iter()
            .rfind(|other| is_unfinished(other) && ids.iter().any(|id| other.plan.takes_back(id)));
        if self.context.options.dry_run {
            // What became of an interrupted step is found out by finishing it or cleaning it up, which a dry run must not do.
            if let Some(unfinished) = begun.or_else(|| chain.iter().find(|run| is_unfinished(run))) {
                return Err(self.in_the_way(unfinished));
            }
        } else if let Some(begun) = begun {
            let same = begun
                .plan
                .undoes
                .as_ref()
                .is_some_and(|undone| undone.runs().len() == ids.len() && ids.iter().all(|id| undone.includes(id)));
            return if same { self.resume(session, begun) } else { Err(self.in_the_way(begun)) };
        }
        let mut providers = Providers::default();
        for run in &chain {
            self.handler.check_undo(&runs, run)?;
            providers.add(self.handler.providers(&Work::Undo(session, run))?);
        }
        // Asked before an interrupted step is finished or cleaned up.
        if !self.context.options.dry_run && self.handler.confirms_undo() {
            self.context.confirm(&self.question(&chain))?;
        }
        let undo = self.work(&Plan::new("", serde_json::Value::Null), &providers, |resources| {
            session.plan_undo_all(chain, resources)
        })?;
        undo.kept.iter().for_each(|line| self.context.warn(line));
        if self.context.options.dry_run {
            let mut report = self.say_dry_run(&undo.plan, &providers, Some(session))?;
            report.findings.extend(undo.kept);
            return Ok(Completion::of(report));
        }
        let done = self.work(&undo.plan, &providers, |resources| session.apply(&undo.plan, resources))?;
        let mut report = self.keep_report(session, &undo.plan, done, ReportStatus::Done);
        report.findings.extend(undo.kept);
        self.say_undone(session, &undo.plan, &mut report)?;
        Ok(Completion::of(report))
    }

    fn question(&self, chain: &[Run]) -> String {
        let named = |run: &Run| format!("{} ({})", run.id, self.describe(&run.plan));
        match chain {
            [run] => format!("Undo run {}?", named(run)),
            several => {
                let list: Vec<String> = several.iter().map(named).collect();
                format!("Undo {} runs, newest first: {}?", several.len(), list.join(", "))
            }
        }
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
    pub(super) fn say_undone(&self, session: &Session, undo: &Plan, report: &mut Report) -> Result<(), H::Error> {
        let mut before = String::new();
        let mut next = Vec::new();
        for undone in undo.undoes.iter().flat_map(|undone| undone.runs()) {
            let run = Name::new(undone.as_str()).map_err(|e| Error::Internal(e.to_string()))?;
            let after = self.handler.after_undo(&session.run(&run).map_err(Error::from)?, undo)?;
            after.findings.iter().for_each(|line| self.context.warn(line));
            report.findings.extend(after.findings);
            next.extend(after.next);
            // The oldest run comes last, and it is the state before it that is there now.
            before = after.before.unwrap_or_else(|| format!("run {undone}"));
        }
        let all = if report.findings.is_empty() { "Everything" } else { "Everything else" };
        let line = format!("{all} is as it was before {before}");
        self.context.say(&self.handler.legacy_last_line(&line).unwrap_or(line));
        next.iter().for_each(|line| self.context.say(line));
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
