//! The life of a run: refused while another one is in the way, shown by a dry run, applied, resumed, undone, listed, deleted.

mod handler;
mod listing;
mod resume;
mod undo;

use serde_json::Value;
use upgrade_engine::engine::{Done, EngineError, Pending, Resources, Session, StateAfter};
use upgrade_engine::fs::Name;
use upgrade_engine::plan::{Plan, Undone};
use upgrade_engine::run_list::{list_all, unfinished, unreadable_in_the_way};
use upgrade_engine::scope::Scope;
use upgrade_engine::step::{Observer, Producer, Service};
use upgrade_engine::{AllRuns, Identity, Run, UnreadableRun, shown};

pub use handler::{AfterUndo, Announcement, Providers, RunHandler, Work};

use crate::context::{Completion, Context};
use crate::error::Error;
use crate::options::RunRequest;
use crate::report::{Report, ReportStatus};
use crate::terminal::{Progress, Terminal};

/// The runs of a tool, for one call of a program.
pub struct Runs<'a, H> {
    context: &'a Context<'a>,
    handler: &'a H,
}

/// What a run touches, by name: paths below the product root as [`upgrade_engine::fs::RootPath`] prints them, or what is no path, such
/// as the address of a server. An unfinished run is in the way of those that touch the same, and of no others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// What is changed.
    pub changes: Vec<String>,
    /// What is read and not changed.
    pub reads: Vec<String>,
}

/// What becomes of a request.
pub enum Start<'a, H> {
    /// A run with the same request was unfinished; it was resumed and is done.
    Resumed(Box<Completion>),
    /// There is none: survey, plan, and apply.
    New(NewRun<'a, H>),
}

/// A run that is not planned yet. It holds the lock of the runs that there are.
pub struct NewRun<'a, H> {
    runs: &'a Runs<'a, H>,
    session: Option<Session>,
    scope: Scope,
}

impl<'a, H: RunHandler> Runs<'a, H> {
    /// Returns the runs of a tool.
    pub fn new(context: &'a Context<'a>, handler: &'a H) -> Self {
        Self { context, handler }
    }

    /// Does what `--list-runs`, `--prune`, `--resume` or `--undo` ask for; nothing when none of them was given.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn requested(&self) -> Result<Option<Completion>, H::Error> {
        match self.context.options.request().map_err(Error::Usage)? {
            None => Ok(None),
            Some(RunRequest::List) => self.list().map(Some),
            Some(RunRequest::Prune(run)) => self.prune(&run).map(Some),
            Some(RunRequest::Resume) => self.resume_unfinished().map(Some),
            Some(RunRequest::Undo(run)) => self.undo(run.as_deref()).map(Some),
        }
    }

    /// Begins with a request: a run with an equal one that is unfinished is resumed, another one that touches the same is in the way.
    /// A dry run changes nothing, not even the lock.
    ///
    /// # Errors
    /// [`Error::Unfinished`]; with `--resume`, [`Error::NothingToResume`].
    pub fn start(&'a self, request: &Value, touched: Touched) -> Result<Start<'a, H>, H::Error> {
        let options = self.context.options;
        let scope = Scope { root: Some(options.real_root()), changes: touched.changes, reads: touched.reads };
        if options.dry_run {
            let AllRuns { runs, unreadable } = self.all()?;
            self.warn_of(&unreadable);
            if let Some(bad) = unreadable_in_the_way(&unreadable, scope.root.as_deref()) {
                return Err(Error::from(bad.in_the_way()).into());
            }
            let in_the_way = unfinished(&runs).into_iter().rfind(|run| run.plan.scope.overlaps(&scope));
            return match in_the_way {
                Some(run) => Err(self.in_the_way(run)),
                None => Ok(Start::New(NewRun { runs: self, session: None, scope })),
            };
        }
        let session = self.existing_session()?;
        let pending = match &session {
            Some(session) => {
                let all = session.all().map_err(Error::from)?;
                self.warn_of(&all.unreadable);
                Session::pending_in(all, request, &scope).map_err(Error::from)?
            }
            None => Pending::Nothing,
        };
        match (pending, session) {
            (Pending::Same(run), Some(session)) => Ok(Start::Resumed(Box::new(self.resume(&session, &run)?))),
            (Pending::Same(run) | Pending::Other(run), _) => Err(self.in_the_way(&run)),
            (Pending::Nothing, _) if options.resume => Err(Error::NothingToResume.into()),
            (Pending::Nothing, session) => Ok(Start::New(NewRun { runs: self, session, scope })),
        }
    }

    /// Prints how a run is undone, and where its backup is.
    pub fn say_ways_back(&self, report: &Report) {
        if let Some(backup) = &report.backup {
            self.context.say(&format!("Backup: {backup}"));
        }
        if let Some(undo) = &report.undo {
            self.context.say(&format!("Undo:   {undo}"));
        }
    }

    /// Prints what to do next after a plan was applied.
    pub fn say_next(&self, plan: &Plan) {
        self.handler.next(plan).iter().for_each(|line| self.context.say(line));
    }

    /// Opens the state directory, making it when it is not there.
    ///
    /// # Errors
    /// [`Error::Active`]; as `open` and `mkdir`.
    pub fn session(&self) -> Result<Session, Error> {
        let context = self.context;
        Ok(Session::open(&*context.state.fs, &context.state.path, context.tool, self.identity())?)
    }

    /// Opens the state directory without making one: a refused run leaves nothing behind.
    fn existing_session(&self) -> Result<Option<Session>, Error> {
        let context = self.context;
        // A dry run does not even note who holds the lock.
        let open = if context.options.dry_run { Session::look } else { Session::open_existing };
        Ok(open(&*context.state.fs, &context.state.path, context.tool, self.identity())?)
    }

    fn identity(&self) -> Identity {
        Identity { now: self.context.now, ..Identity::current() }
    }

    /// Returns all runs, without taking the lock.
    fn all(&self) -> Result<AllRuns, Error> {
        Ok(list_all(&*self.context.state.fs, &self.context.state.path, self.context.tool)?)
    }

    /// Warns of runs that cannot be read and of which nobody knows on which product root they were.
    fn warn_of(&self, unreadable: &[UnreadableRun]) {
        for bad in unreadable.iter().filter(|bad| bad.root.is_none()) {
            let (run, why, program) = (&bad.id, bad.why(), &self.context.program);
            self.context
                .warn(&format!("run {run} cannot be read: {why}; {program} --prune {run} deletes what is kept of it"));
        }
    }

    /// Returns the error for a run that nobody finds because it cannot be read, where there is one on this product root.
    fn unreadable_here(&self, session: &Session) -> Result<Option<Error>, Error> {
        let here = self.context.options.real_root();
        let unreadable = session.all()?.unreadable;
        let bad = unreadable.iter().rfind(|bad| bad.root.as_ref().is_none_or(|root| *root == here));
        Ok(bad.map(|bad| bad.in_the_way().into()))
    }

    fn in_the_way(&self, run: &Run) -> H::Error {
        Error::Unfinished { run: run.id.clone(), what: self.describe(&run.plan) }.into()
    }

    fn describe(&self, plan: &Plan) -> String {
        match plan.undoes.as_ref().map(Undone::runs) {
            Some([run]) => format!("undo of run {run}"),
            Some(runs) => format!("undo of runs {}", runs.join(", ")),
            None => self.handler.describe(plan),
        }
    }

    fn is_here(&self, run: &Run) -> bool {
        run.plan.scope.may_be_on(&self.context.options.real_root())
    }

    /// Shows a plan after the checks that a run makes before its first change. Only an undo needs the session.
    fn say_dry_run(&self, plan: &Plan, providers: &Providers<'_>, session: Option<&Session>) -> Result<Report, Error> {
        let foreseen = self.work(plan, providers, |resources| upgrade_engine::check(plan, resources, session))?;
        foreseen.iter().for_each(|line| self.context.warn(line));
        self.context.say("Dry run: this would be done, and nothing was written:");
        plan.lines().iter().for_each(|line| self.context.say(&format!("  {line}")));
        Ok(Report {
            plan: Some(plan.clone()),
            warnings: [plan.warnings.clone(), foreseen].concat(),
            findings: plan.findings.clone(),
            ..self.context.report(ReportStatus::DryRun)
        })
    }

    /// Has the engine work on a plan.
    fn work<T>(
        &self,
        plan: &Plan,
        providers: &Providers<'_>,
        work: impl FnOnce(&Resources<'_>) -> Result<T, EngineError>,
    ) -> Result<T, Error> {
        let progress = self.context.progress(self.handler.bytes(plan))?;
        let announcements = (0..plan.steps.len()).map(|number| self.handler.announcement(plan, number)).collect();
        let observer =
            StepPrinter { terminal: self.context.terminal, log: self.context.log, progress: &progress, announcements };
        let producers: Vec<&dyn Producer> = providers.producers.iter().map(|producer| &**producer).collect();
        let services: Vec<&dyn Service> = providers.services.iter().map(|service| &**service).collect();
        let resources = Resources {
            fs: self.context.fs,
            producers: &producers,
            services: &services,
            observer: &observer,
            workers: providers.workers,
        };
        let result = work(&resources);
        progress.finish();
        Ok(result?)
    }

    /// Undoes a run whose step failed, where the tool has that done, and returns the error to print.
    fn undone_at_once(&self, session: &Session, providers: &Providers<'_>, error: Error) -> H::Error {
        let Error::Engine(failure) = &error else { return error.into() };
        let EngineError::Step { run: Some(run), state_after: StateAfter::Unfinished, .. } = failure else {
            return error.into();
        };
        let Some(told) = self.handler.undone_at_once(failure) else { return error.into() };
        let undo = || -> Result<bool, Error> {
            let run = session.run(run)?;
            if run.plan.undoes.is_some() {
                return Ok(false);
            }
            let undo =
                self.work(&Plan::new("", Value::Null), providers, |resources| session.plan_undo(run, resources))?;
            if !undo.kept.is_empty() {
                return Ok(false);
            }
            self.work(&undo.plan, providers, |resources| session.apply(&undo.plan, resources))?;
            Ok(true)
        };
        if matches!(undo(), Ok(true)) { told } else { error.into() }
    }

    /// Returns the report of a run that is done, and keeps it with the run.
    fn keep_report(&self, session: &Session, plan: &Plan, done: Done, status: ReportStatus) -> Report {
        let report = Report { findings: done.findings, ..self.report_of(plan, &done.run, status) };
        let report = Report { findings: [report.findings, plan.findings.clone()].concat(), ..report };
        report.findings.iter().for_each(|line| self.context.warn(line));
        // The report is for people: that it cannot be kept is worth a warning, not a failure.
        if let Err(e) = session.store_report(&done.run, report.redacted_json().as_bytes()) {
            self.context.warn(&format!("the report of the run cannot be kept: {e}"));
        }
        report
    }

    /// Returns the report of a run, without findings.
    fn report_of(&self, plan: &Plan, run: &Name, status: ReportStatus) -> Report {
        let command = self.context.invocation().command;
        Report {
            run: Some(run.to_string()),
            backup: self.handler.backup(plan),
            undo: Some(format!("{command} {}", self.handler.undo_arguments(plan, run))),
            warnings: plan.warnings.clone(),
            ..self.context.report(status)
        }
    }
}

impl<H: RunHandler> NewRun<'_, H> {
    /// Returns the runs that there are; nothing where there is no state directory, and in a dry run.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Shows a plan in a dry run; else asks `question`, when there is one, applies the plan and prints how it is undone.
    ///
    /// # Errors
    /// [`Error::NotConfirmed`], [`Error::NoTerminal`]; as the step that failed.
    pub fn carry_out(self, plan: Plan, question: Option<&str>) -> Result<Completion, H::Error> {
        if plan.steps.is_empty() {
            self.runs.context.say("There is nothing to do");
            return Ok(Completion::of(self.runs.context.report(ReportStatus::NothingToDo)));
        }
        if self.runs.context.options.dry_run {
            return Ok(Completion::of(self.dry_run(plan)?));
        }
        if let Some(question) = question {
            self.runs.context.confirm(question)?;
        }
        let (runs, applied) = (self.runs, plan.clone());
        let report = self.apply(plan, &[])?;
        runs.say_ways_back(&report);
        runs.say_next(&applied);
        Ok(Completion::of(report))
    }

    /// Checks a plan as a run would before its first change, prints it, and returns it in a report.
    ///
    /// # Errors
    /// As the step that could not be done.
    pub fn dry_run(&self, plan: Plan) -> Result<Report, H::Error> {
        let plan = self.planned(plan);
        let providers = self.runs.handler.providers(&Work::Apply(&plan))?;
        // Only what an earlier run saved needs the runs.
        let session = if plan.takes_saved() { self.runs.existing_session()? } else { None };
        Ok(self.runs.say_dry_run(&plan, &providers, session.as_ref())?)
    }

    /// Returns a plan as [`NewRun::apply`] would keep it.
    pub fn planned(&self, plan: Plan) -> Plan {
        Plan { scope: self.scope.clone(), ..plan }
    }

    /// Applies a plan, and returns its report. `kept` are files for people that are kept beside the saved originals.
    ///
    /// # Errors
    /// As the step that failed.
    pub fn apply(self, plan: Plan, kept: &[(Name, Vec<u8>)]) -> Result<Report, H::Error> {
        let plan = Plan { scope: self.scope, ..plan };
        let session = match self.session {
            Some(session) => session,
            None => self.runs.session()?,
        };
        let providers = self.runs.handler.providers(&Work::Apply(&plan))?;
        let done = self
            .runs
            .work(&plan, &providers, |resources| session.apply_keeping(&plan, resources, kept))
            .map_err(|error| self.runs.undone_at_once(&session, &providers, error))?;
        Ok(self.runs.keep_report(&session, &plan, done, ReportStatus::Done))
    }

    /// Returns the report of a finished run with this request whose result is still as the run left it, and that `still_holds`.
    ///
    /// # Errors
    /// As [`RunHandler::providers`].
    pub fn already_done(
        &self,
        request: &Value,
        still_holds: impl FnOnce(&Plan) -> bool,
    ) -> Result<Option<Report>, H::Error> {
        let Some(session) = &self.session else { return Ok(None) };
        let is_same = |run: &Run| run.plan.request == *request && run.status == upgrade_engine::Status::Finished;
        let Ok(run) = session.newest("", |run| is_same(run) && run.plan.scope.overlaps(&self.scope)) else {
            return Ok(None);
        };
        let (id, plan) = (run.id.clone(), run.plan.clone());
        let providers = self.runs.handler.providers(&Work::Undo(session, &run))?;
        let undo =
            self.runs.work(&Plan::new("", Value::Null), &providers, |resources| session.plan_undo(run, resources));
        let is_untouched = undo.is_ok_and(|undo| undo.kept.is_empty());
        if !is_untouched || !still_holds(&plan) {
            return Ok(None);
        }
        let report = self.runs.report_of(&plan, &id, ReportStatus::NothingToDo);
        Ok(Some(Report { findings: plan.findings, ..report }))
    }
}

/// Prints what begins, passes progress on, and watches for Ctrl-C.
struct StepPrinter<'a> {
    terminal: Terminal,
    log: Option<&'a (dyn Fn(&str) + Sync)>,
    progress: &'a Progress,
    announcements: Vec<Announcement>,
}

impl Observer for StepPrinter<'_> {
    fn step_begins(&self, number: usize, total: usize, line: &str) {
        match self.announcements.get(number) {
            Some(Announcement::Result(line)) => self.progress.result(&self.terminal, line),
            Some(Announcement::Nothing) => {}
            Some(Announcement::Step) | None => {
                let number = number.saturating_add(1);
                self.progress.message(&self.terminal, &format!("  {number} of {total}: {line}"));
            }
        }
        if let Some(log) = self.log {
            log(&shown::line(line));
        }
    }

    fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }

    fn stop_requested(&self) -> bool {
        self.progress.stop_requested()
    }
}
