//! What is done with runs: applied, gone on with, taken back, listed, deleted.

use std::num::NonZeroUsize;

use upgrade_engine::engine::{Done, EngineError, Means, Pending, Session};
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::run_list::{Listing, in_effect, list_runs};
use upgrade_engine::step::Producer;
use upgrade_engine::{Identity, Run, Status};

use super::{Outcome, Program};
use crate::cli;
use crate::error::Error;
use crate::plan::{KeyedMerge, TOOL};

impl Program<'_> {
    pub(super) fn session(&self) -> Result<Session, Error> {
        Ok(Session::open(&*self.state.fs, &self.state.path, TOOL, Identity::current())?)
    }

    /// Opens the state directory without making one: a refused run is to leave nothing behind.
    pub(super) fn existing_session(&self) -> Result<Option<Session>, Error> {
        Ok(Session::open_existing(&*self.state.fs, &self.state.path, TOOL, Identity::current())?)
    }

    /// Refuses when a run is unfinished, without taking the lock: a dry run leaves no trace.
    pub(super) fn refuse_unfinished(&self) -> Result<(), Error> {
        let runs = list_runs(&*self.state.fs, &self.state.path, TOOL)?;
        let unfinished = in_effect(&runs).into_iter().rfind(|run| matches!(run.status, Status::Unfinished { .. }));
        unfinished.map_or(Ok(()), |run| Err(other_run(run)))
    }

    /// Shows a plan after the checks that a run makes before its first change.
    pub(super) fn dry_run(&self, plan: &Plan, session: Option<&Session>) -> Result<Report, Error> {
        let foreseen = self.with_means(|means| upgrade_engine::check(plan, means, session))?;
        foreseen.iter().for_each(|line| self.warn(line));
        self.say("Dry run: this would be done, and nothing was written:");
        for line in plan.lines() {
            self.say(&format!("  {line}"));
        }
        Ok(Report { plan: Some(plan.clone()), warnings: foreseen, ..self.report(ReportOutcome::DryRun) })
    }

    pub(super) fn apply(&self, session: &Session, plan: &Plan) -> Result<Report, Error> {
        let done = self.with_means(|means| session.apply(plan, means))?;
        let report = self.report_of(plan, &done);
        for line in plan.lines() {
            self.say(&format!("Done: {line}"));
        }
        self.store(session, &done.run, &report);
        Ok(report)
    }

    pub(super) fn go_on(&self, session: &Session, run: &Run) -> Result<Outcome, Error> {
        self.say(&format!("Going on with run {}", run.id));
        let done = self.with_means(|means| session.resume(run, means))?;
        let report = self.report_of(&run.plan, &done);
        self.store(session, &done.run, &report);
        self.say("The run is finished");
        if let Some(undo) = &report.undo {
            self.say(&format!("Undo: {undo}"));
        }
        Ok(Outcome::of(report))
    }

    pub(super) fn resume(&self) -> Result<Outcome, Error> {
        let session = self.existing_session()?.ok_or(Error::NothingToResume)?;
        match session.pending(&serde_json::Value::Null)? {
            Pending::Same(run) | Pending::Other(run) => self.go_on(&session, &run),
            Pending::Nothing => Err(Error::NothingToResume),
        }
    }

    pub(super) fn undo(&self, args: &cli::Undo) -> Result<Outcome, Error> {
        let none = || Error::from(EngineError::NoSuchRun(args.run.clone().unwrap_or_else(|| "at all".to_owned())));
        let open = if args.dry_run { Session::look } else { Session::open_existing };
        let session = open(&*self.state.fs, &self.state.path, TOOL, Identity::current())?.ok_or_else(none)?;
        let run = match &args.run {
            Some(run) => session.run(&Name::new(run.as_str()).map_err(|_| none())?)?,
            None => session.newest("at all", |run| run.plan.undoes.is_none())?,
        };
        // An undo that was itself interrupted is gone on with.
        let runs = session.runs()?;
        let begun = in_effect(&runs).into_iter().rfind(|other| {
            other.plan.undoes.as_deref() == Some(&run.id.to_string())
                && matches!(other.status, Status::Unfinished { .. })
        });
        if args.dry_run {
            // What an interrupted step left is found out by finishing or cleaning it up, which a dry run must not do.
            let unfinished = begun.or(Some(&run).filter(|run| matches!(run.status, Status::Unfinished { .. })));
            if let Some(unfinished) = unfinished {
                return Err(other_run(unfinished));
            }
        } else if let Some(begun) = begun {
            return self.go_on(&session, begun);
        }
        let id = run.id.clone();
        let undo = self.with_means(|means| session.plan_undo(run, means))?;
        let mut report = if args.dry_run {
            self.dry_run(&undo.plan, Some(&session))?
        } else {
            self.confirm(&format!("Take back run {id}?"))?;
            self.apply(&session, &undo.plan)?
        };
        undo.kept.iter().for_each(|line| self.warn(line));
        report.findings.extend(undo.kept);
        if !args.dry_run {
            let all = if report.findings.is_empty() { "Everything" } else { "Everything else" };
            self.say(&format!("{all} is as it was before run {id}"));
            self.say("Next: `config-commda-merge deploy`, if the merged files were deployed");
        }
        Ok(Outcome::of(report))
    }

    pub(super) fn list_runs(&self) -> Result<Outcome, Error> {
        let runs = list_runs(&*self.state.fs, &self.state.path, TOOL)?;
        let listing = Listing::of(&runs, describe);
        listing.lines.iter().for_each(|line| self.say(line));
        Ok(Outcome::of(Report { details: listing.details, ..self.report(ReportOutcome::Inspected) }))
    }

    pub(super) fn prune(&self, run: &str) -> Result<Outcome, Error> {
        let missing = || Error::from(EngineError::NoSuchRun(run.to_owned()));
        let session = self.existing_session()?.ok_or_else(missing)?;
        session.prune(&Name::new(run).map_err(|_| missing())?)?;
        self.say(&format!("Run {run} was deleted; it can no longer be undone"));
        Ok(Outcome::of(self.report(ReportOutcome::Done)))
    }

    fn with_means<T>(&self, work: impl FnOnce(&Means<'_>) -> Result<T, EngineError>) -> Result<T, Error> {
        let merge = KeyedMerge { own: self.own, state: &*self.state.fs };
        let producers: [&dyn Producer; 1] = [&merge];
        let progress = self.terminal.progress(0, self.interrupt.clone());
        let result = work(&Means {
            fs: self.fs,
            producers: &producers,
            services: &[],
            observer: &progress,
            workers: NonZeroUsize::MIN,
        });
        progress.finish();
        Ok(result?)
    }

    fn report_of(&self, plan: &Plan, done: &Done) -> Report {
        done.findings.iter().for_each(|line| self.warn(line));
        Report {
            run: Some(done.run.to_string()),
            undo: Some(format!("{} undo {}", self.args.common.invocation(TOOL), done.run)),
            warnings: plan.warnings.clone(),
            findings: done.findings.clone(),
            ..self.report(ReportOutcome::Done)
        }
    }

    /// The report is for people: that it cannot be kept is worth a warning, not a failure.
    fn store(&self, session: &Session, run: &Name, report: &Report) {
        let json = serde_json::to_vec_pretty(report).unwrap_or_default();
        if let Err(e) = session.store_report(run, &json) {
            self.warn(&format!("the report of the run cannot be kept: {e}"));
        }
    }
}

pub(super) fn other_run(run: &Run) -> Error {
    Error::OtherRun { run: run.id.clone(), what: describe(&run.plan) }
}

/// Returns what a plan is about, in a few words.
fn describe(plan: &Plan) -> String {
    match (&plan.undoes, plan.request.get("saved").and_then(|saved| saved.as_str())) {
        (Some(run), _) => format!("undo of run {run}"),
        (None, Some(saved)) => format!("merge from {saved}"),
        (None, None) => "run".to_owned(),
    }
}
