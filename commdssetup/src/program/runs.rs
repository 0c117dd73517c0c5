//! What is done with runs: gone on with, taken back, listed, deleted.

use std::num::NonZeroUsize;

use upgrade_engine::engine::{Done, EngineError, Means, Pending, Session};
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::Name;
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::plan::Plan;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::run_list::{Listing, in_effect, list_runs};
use upgrade_engine::step::Observer;
use upgrade_engine::{Identity, Run, Status};

use super::{Asked, Outcome, Program, TOOL};
use crate::apply::{DirectoryService, Standing, changes_of, standing};
use crate::detect::check_changeable;
use crate::error::Error;
use crate::ldap::{Directory, Password};
use crate::plan::DirectoryChange;

/// Shows each step and watches for Ctrl-C.
struct Watch<'a> {
    say: &'a (dyn Fn(&str) + Sync),
    interrupt: Interrupt,
}

impl Observer for Watch<'_> {
    fn step_begins(&self, number: usize, total: usize, line: &str) {
        (self.say)(&format!("{} of {total}: {line}", number.saturating_add(1)));
    }

    fn stop_requested(&self) -> bool {
        self.interrupt.is_requested()
    }
}

impl Program<'_> {
    pub(super) fn session(&self) -> Result<Session, Error> {
        Ok(Session::open(&*self.state.fs, &self.state.path, TOOL, self.identity())?)
    }

    /// Opens the state directory without making one: a refused run is to leave nothing behind.
    pub(super) fn existing_session(&self) -> Result<Option<Session>, Error> {
        Ok(Session::open_existing(&*self.state.fs, &self.state.path, TOOL, self.identity())?)
    }

    fn identity(&self) -> Identity {
        Identity { now: self.now, ..Identity::current() }
    }

    /// Has the engine work with a directory. `changes` are those of the run that is applied, or taken back.
    pub(super) fn with_means<T>(
        &self,
        directory: &dyn Directory,
        changes: &[DirectoryChange],
        work: impl FnOnce(&Means<'_>) -> Result<T, EngineError>,
    ) -> Result<T, Error> {
        let interrupt = (self.interrupt)().map_err(|e| Error::io("catch", "signals", e))?;
        let terminal = self.terminal;
        let say = move |line: &str| terminal.message(&format!("  {line}"));
        let service = DirectoryService { directory, changes, say: &say };
        let watch = Watch { say: &say, interrupt };
        let means =
            Means { fs: self.fs, producers: &[], services: &[&service], observer: &watch, workers: NonZeroUsize::MIN };
        Ok(work(&means)?)
    }

    pub(super) fn go_on(&self, session: &Session, run: &Run, password: Option<Password>) -> Result<Outcome, Error> {
        let changes = changes_of(&run.plan);
        let directory = self.open_for(session, run, &changes, password).map_err(|e| still_unfinished(run, e))?;
        self.say(&format!("Going on with run {}", run.id));
        let done = self.with_means(&*directory, &changes, |means| session.resume(run, means))?;
        let mut report = self.report_of(session, &run.plan, &done);
        self.say("The run is finished");
        match &run.plan.undoes {
            None => self.say_undo(&report),
            Some(undone) => {
                let undone = session.run(&Name::new(undone.as_str()).map_err(|e| Error::Internal(e.to_string()))?)?;
                report.findings.extend(self.not_taken_back(&*directory, &undone)?);
            }
        }
        self.say("Successful: the run is finished.");
        Ok(Outcome::of(report))
    }

    /// Connects to the server of a run, and sees that it takes the changes.
    fn open_for(
        &self,
        session: &Session,
        run: &Run,
        changes: &[DirectoryChange],
        password: Option<Password>,
    ) -> Result<Box<dyn Directory>, Error> {
        let target = self.target_of_run(session, run)?;
        let directory = self.open(&target, password)?;
        check_changeable(&*directory, &target, changes)?;
        Ok(directory)
    }

    pub(super) fn resume(&self) -> Result<Outcome, Error> {
        let session = self.existing_session()?.ok_or(Error::NothingToResume)?;
        match session.pending(&serde_json::Value::Null)? {
            Pending::Same(run) | Pending::Other(run) => self.go_on(&session, &run, self.given_password()?),
            Pending::Nothing => Err(Error::NothingToResume),
        }
    }

    pub(super) fn undo(&self, wanted: Option<&str>) -> Result<Outcome, Error> {
        let none = || Error::from(EngineError::NoSuchRun(wanted.unwrap_or("at all").to_owned()));
        let open = if self.args.check { Session::look } else { Session::open_existing };
        let session = open(&*self.state.fs, &self.state.path, TOOL, self.identity())?.ok_or_else(none)?;
        let run = match wanted {
            Some(run) => session.run(&Name::new(run).map_err(|_| none())?)?,
            None => session.newest("at all", |run| run.plan.undoes.is_none())?,
        };
        // An undo that was itself interrupted is gone on with.
        let runs = session.runs()?;
        let begun = in_effect(&runs)
            .into_iter()
            .rfind(|other| other.plan.undoes.as_deref() == Some(&run.id.to_string()) && is_unfinished(other));
        if self.args.check {
            // What an interrupted step left is found out by noting it, which a check must not do.
            if let Some(unfinished) = begun.or(Some(&run).filter(|run| is_unfinished(run))) {
                return Err(other_run(unfinished));
            }
        } else if let Some(begun) = begun {
            return self.go_on(&session, begun, self.given_password()?);
        }
        if let Some(later) = later_run(&runs, &run) {
            return Err(Error::LaterRun { run: run.id.clone(), later: later.id.clone() });
        }
        let (id, changes) = (run.id.clone(), changes_of(&run.plan));
        let password = self.given_password()?;
        let directory = self.open_for(&session, &run, &changes, password).map_err(|e| still_unfinished(&run, e))?;
        let undo = self.with_means(&*directory, &changes, |means| session.plan_undo(run, means))?;
        if self.args.check {
            self.say("This would be done, and nothing was written");
            undo.plan.lines().iter().for_each(|line| self.say(&format!("  {line}")));
            return Ok(Outcome::of(Report { plan: Some(undo.plan), ..self.report(ReportOutcome::DryRun) }));
        }
        if let Some(console) = self.console.filter(|_| !self.args.yes) {
            super::prepare::confirm(console, &format!("Do you want to take back run {id}"))?;
        }
        let done = self.with_means(&*directory, &changes, |means| session.apply(&undo.plan, means))?;
        let mut report = self.report_of(&session, &undo.plan, &done);
        report.findings.extend(self.not_taken_back(&*directory, &session.run(&id)?)?);
        let all = if report.findings.is_empty() { "everything" } else { "everything else" };
        self.say(&format!("Successful: {all} is as it was before run {id}."));
        Ok(Outcome::of(report))
    }

    /// Reads everything again after an undo, and says what is not as it was.
    fn not_taken_back(&self, directory: &dyn Directory, run: &Run) -> Result<Vec<String>, Error> {
        let mut findings = Vec::new();
        for change in changes_of(&run.plan) {
            if let Standing::Neither(how) = standing(directory, &change)? {
                // The entry that a change was of may be one that the run had made.
                if directory.entry(&change.dn, &["1.1"])?.is_some() {
                    findings.push(format!("{} is not as it was: {how}", change.dn));
                }
            }
        }
        findings.iter().for_each(|line| self.warn(line));
        Ok(findings)
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
        Ok(Outcome { exit: Exit::Done, report: self.report(ReportOutcome::Done) })
    }

    /// Returns the report of a run that is done, and keeps it with the run.
    pub(super) fn report_of(&self, session: &Session, plan: &Plan, done: &Done) -> Report {
        let report = Report {
            run: Some(done.run.to_string()),
            undo: Some(format!("{} --undo {}", self.args.common.invocation(TOOL), done.run)),
            warnings: plan.warnings.clone(),
            findings: done.findings.clone(),
            ..self.report(ReportOutcome::Done)
        };
        // The report is for people: that it cannot be kept is worth a warning, not a failure.
        let json = serde_json::to_vec_pretty(&report).unwrap_or_default();
        if let Err(e) = session.store_report(&done.run, &json) {
            self.warn(&format!("the report of the run cannot be kept: {e}"));
        }
        report
    }

    pub(super) fn say_undo(&self, report: &Report) {
        if let Some(undo) = &report.undo {
            self.say(&format!("Undo: {undo}"));
        }
    }
}

/// Returns a later run on the same server that is in effect.
fn later_run<'a>(runs: &'a [Run], run: &Run) -> Option<&'a Run> {
    let server = |run: &Run| {
        let asked = serde_json::from_value::<Asked>(run.plan.request.clone()).ok();
        asked.filter(|_| run.plan.undoes.is_none()).map(|asked| asked.target.url)
    };
    let of_server = server(run)?;
    let later = in_effect(runs).into_iter().rev().take_while(|other| other.id != run.id);
    later.into_iter().find(|other| server(other).as_ref() == Some(&of_server))
}

pub(super) fn is_unfinished(run: &Run) -> bool {
    matches!(run.status, Status::Unfinished { .. })
}

pub(super) fn other_run(run: &Run) -> Error {
    Error::OtherRun { run: run.id.clone(), what: describe(&run.plan) }
}

/// An unfinished run is one also when there is no connection: then it is not true that nothing was changed.
fn still_unfinished(run: &Run, error: Error) -> Error {
    if is_unfinished(run) { Error::StillUnfinished { run: run.id.clone(), error: Box::new(error) } } else { error }
}

/// Returns what a plan is about, in a few words.
fn describe(plan: &Plan) -> String {
    match (&plan.undoes, serde_json::from_value::<Asked>(plan.request.clone())) {
        (Some(run), _) => format!("undo of run {run}"),
        (None, Ok(asked)) => format!("preparing {}", asked.target.url),
        (None, Err(_)) => "run".to_owned(),
    }
}
