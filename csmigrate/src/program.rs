//! What each command does, from the survey to the last line.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use upgrade_engine::engine::{EngineError, Means, Pending, Session, Standing};
use upgrade_engine::fs::{Dir, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::options::{StateLocation, quoted};
use upgrade_engine::plan::Plan;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::run_list::{Listing, in_effect, list_runs};
use upgrade_engine::step::{Content, Node, NotEmpty, Observer, Step, StepError};
use upgrade_engine::terminal::{Progress, Terminal};
use upgrade_engine::{Identity, Run, Status};

use crate::cli::{Args, Command, Depth};
use crate::db_config::StripDirectories;
use crate::detect::config::{self, Wanted};
use crate::detect::destination::some_of;
use crate::detect::{self, Directories, Facts, data_directory, log_places, source};
use crate::error::Error;
use crate::logs::Logs;
use crate::migrate::Migrate;
use crate::plan::{self, TOOL};
use crate::{inspect, report, salvage, workers};

/// One call of csmigrate, on whatever file systems it is given.
pub struct Program<'a> {
    /// What was said.
    pub args: &'a Args,
    /// What that means.
    pub command: Command,
    /// Where it is shown.
    pub terminal: Terminal,
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// Where runs are kept.
    pub state: &'a StateLocation,
    /// Nothing for commands that only look.
    pub logs: Option<Logs>,
    /// Ctrl-C.
    pub interrupt: Interrupt,
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Report, Error> {
        match &self.command {
            Command::Migrate { source, target } => self.migrate(source, target),
            Command::EditConfig => self.edit_config(),
            Command::Inspect(dir, depth) => self.inspect(dir, *depth),
            Command::Undo(what) => self.undo(what),
            Command::Resume => self.resume_any(),
            Command::ListRuns => self.list_runs(),
            Command::Prune(run) => self.prune(run),
        }
    }

    /// Logs an error.
    pub fn log_error(&self, error: &Error) {
        if let Some(logs) = &self.logs {
            logs.error(&error.lines(&self.args.common.invocation(TOOL)));
        }
    }

    /// Says a line, and logs it.
    fn say(&self, line: &str) {
        self.terminal.result(line);
        if let Some(logs) = &self.logs {
            logs.line(line);
        }
    }

    fn warn(&self, line: &str) {
        self.terminal.warning(TOOL, line);
        if let Some(logs) = &self.logs {
            logs.line(&format!("warning: {line}"));
        }
    }

    fn migrate(&self, source: &Path, target: &Path) -> Result<Report, Error> {
        let directories = self.directories(source, target)?;
        let request = plan::request(self.args, Some(&directories));
        if self.args.dry_run {
            self.refuse_unfinished()?;
        }
        let session = self.existing_session()?;
        if let Some(session) = &session {
            match session.pending(&request)? {
                Pending::Nothing if self.args.common.resume => return Err(Error::NothingToResume),
                Pending::Same(run) => return self.resume(session, &run),
                Pending::Other(run) => return Err(other_run(&run)),
                Pending::Nothing => {}
            }
            if let Some(report) = self.already_done(session, &request)? {
                return Ok(report);
            }
        } else if self.args.common.resume {
            return Err(Error::NothingToResume);
        }
        let progress = self.terminal.progress(survey_bytes(self.fs, &directories.source), self.interrupt.clone());
        let facts = detect::survey(self.fs, self.args, &directories, &progress);
        progress.finish();
        let facts = match facts {
            Err(_) if self.interrupt.is_requested() => return Err(Error::Interrupted),
            other => other?,
        };
        let plan = plan::plan(&facts, self.args, request).map_err(|e| Error::Usage(e.to_string()))?;
        self.say_survey(&facts, &plan);
        self.log_losses(&facts);
        let details = report::json(&facts);
        let mut report = if self.args.dry_run {
            self.dry_run(&plan)
        } else {
            let session = match session {
                Some(session) => session,
                None => self.session()?,
            };
            let report = self.apply(&session, &plan)?;
            self.say(match plan.findings.as_slice() {
                [] => "Calendar database has been migrated",
                _ => "Calendar database has been migrated as far as it can be read",
            });
            self.say_ways_back(&report);
            report
        };
        report.details = details;
        Ok(report)
    }

    /// Refuses when a run is unfinished, without taking the lock: a dry run leaves no trace.
    fn refuse_unfinished(&self) -> Result<(), Error> {
        let runs = list_runs(&*self.state.fs, &self.state.path, TOOL)?;
        let unfinished = in_effect(&runs).into_iter().rfind(|run| matches!(run.status, Status::Unfinished { .. }));
        unfinished.map_or(Ok(()), |run| Err(other_run(run)))
    }

    fn say_survey(&self, facts: &Facts, plan: &Plan) {
        for line in report::scanned(facts) {
            self.say(&line);
        }
        if let Some(logs) = &self.logs {
            report::details(facts).iter().for_each(|line| logs.detail(line));
        }
        if self.args.level == crate::cli::LogLevel::Max {
            report::details(facts).iter().for_each(|line| self.terminal.result(line));
        }
        plan.warnings.iter().chain(&plan.findings).for_each(|line| self.warn(line));
    }

    /// Every lost page goes to the logs before anything is changed, whatever becomes of the run.
    fn log_losses(&self, facts: &Facts) {
        let lines = salvage::lines(facts);
        if let (Some(logs), false) = (&self.logs, lines.is_empty()) {
            logs.error(&lines);
        }
    }

    fn directories(&self, source: &Path, target: &Path) -> Result<Directories, Error> {
        let resolve =
            |path: &Path| self.args.common.product_path(path).map_err(|e| Error::io("use", path.display(), e));
        let home = resolve(source)?;
        let elsewhere = data_directory::elsewhere(self.fs, &home)?;
        let backup = match &self.args.backup {
            Some(backup) => resolve(backup)?,
            None => home.resolve(b"backup").map_err(|e| Error::Usage(e.to_string()))?,
        };
        let mut logs = self.args.log_files.as_deref().map(resolve).transpose()?;
        let source = match elsewhere {
            Some(data) => {
                let found = || log_places::of_environment(self.fs, &home).transpose();
                logs = logs.map(Ok).or_else(found).transpose()?;
                data
            }
            None => home,
        };
        Ok(Directories { source, target: resolve(target)?, backup, logs })
    }

    fn dry_run(&self, plan: &Plan) -> Report {
        self.say("Dry run: this would be done, and nothing was written:");
        for line in plan.lines() {
            self.say(&format!("  {line}"));
        }
        Report {
            plan: Some(plan.clone()),
            warnings: plan.warnings.clone(),
            findings: plan.findings.clone(),
            ..Report::new(TOOL, ReportOutcome::DryRun)
        }
    }

    /// Returns a report when the same migration was done before and nobody changed its result.
    fn already_done(&self, session: &Session, request: &serde_json::Value) -> Result<Option<Report>, Error> {
        let done = session.newest("", |run| run.status == Status::Finished && run.plan.request == *request);
        let Ok(run) = done else { return Ok(None) };
        let progress = self.terminal.progress(0, self.interrupt.clone());
        let id = run.id.clone();
        let plan = run.plan.clone();
        let untouched = session.plan_undo(run, &self.means(&progress)).is_ok_and(|undo| undo.kept.is_empty());
        if !untouched || !self.source_is_as_migrated(&plan) {
            return Ok(None);
        }
        self.say(&format!("Already migrated by run {id}, and nothing was changed since: there is nothing to do"));
        let report = self.report(&plan, &id, ReportOutcome::NothingToDo, Vec::new());
        report.findings.iter().for_each(|line| self.warn(line));
        self.say_ways_back(&report);
        Ok(Some(report))
    }

    fn source_is_as_migrated(&self, plan: &Plan) -> bool {
        let Some(anchor) = plan.anchors.get("source") else { return true };
        let holds = |dir: Box<dyn Dir>| source::holds_exactly(&*dir, &plan::source_files(plan));
        self.fs.open_dir(&anchor.path).and_then(holds).unwrap_or(false)
    }

    fn edit_config(&self) -> Result<Report, Error> {
        let Some(path) = &self.args.ics_conf else {
            return Err(Error::Usage("--read-only needs --ics-conf".to_owned()));
        };
        let wanted = Wanted { database: None, read_only: self.args.read_only };
        let facts = config::survey(self.fs, &self.args.common, path, wanted)?;
        let plan = plan::plan_edit(&facts, plan::request(self.args, None));
        if plan.steps.is_empty() {
            self.say(&format!("{} already says so: there is nothing to do", path.display()));
            return Ok(Report::new(TOOL, ReportOutcome::NothingToDo));
        }
        if self.args.dry_run {
            return Ok(self.dry_run(&plan));
        }
        let report = self.apply(&self.session()?, &plan)?;
        self.say_ways_back(&report);
        Ok(report)
    }

    fn inspect(&self, dir: &Path, depth: Depth) -> Result<Report, Error> {
        let path = self.args.common.product_path(dir).map_err(|e| Error::io("use", dir.display(), e))?;
        let inspection = inspect::inspect(self.fs, &*source::open(self.fs, &path)?, &path, depth)?;
        inspection.lines().iter().for_each(|line| self.terminal.result(line));
        let findings = inspection.damage();
        let details = serde_json::to_value(inspection).unwrap_or_default();
        Ok(Report { details, findings, ..Report::new(TOOL, ReportOutcome::Inspected) })
    }

    fn undo(&self, what: &Path) -> Result<Report, Error> {
        let session = self.existing_session()?;
        let none = || Error::from(EngineError::NoSuchRun(format!("for {}", what.display())));
        let session = session.ok_or_else(none)?;
        let progress = self.terminal.progress(0, self.interrupt.clone());
        let run = self.find_run(&session, what)?;
        // An undo that was itself interrupted is gone on with.
        let runs = session.runs()?;
        let begun = in_effect(&runs).into_iter().rfind(|other| {
            other.plan.undoes.as_deref() == Some(&run.id.to_string())
                && matches!(other.status, Status::Unfinished { .. })
        });
        if self.args.dry_run {
            // What an interrupted step left is found out by finishing or cleaning it up, which a dry run must not do.
            let unfinished = begun.or(Some(&run).filter(|run| matches!(run.status, Status::Unfinished { .. })));
            if let Some(unfinished) = unfinished {
                return Err(other_run(unfinished));
            }
        } else if let Some(begun) = begun {
            return self.resume(&session, begun);
        }
        let before = match run.plan.request.get("target") {
            Some(serde_json::Value::String(_)) => "the migration".to_owned(),
            _ => format!("run {}", run.id),
        };
        let undo = session.plan_undo(run, &self.means(&progress))?;
        undo.kept.iter().for_each(|line| self.warn(line));
        let mut report = if self.args.dry_run { self.dry_run(&undo.plan) } else { self.apply(&session, &undo.plan)? };
        report.findings.extend(undo.kept);
        if !self.args.dry_run {
            report.findings.extend(self.left_behind(&undo.plan));
            let all = if report.findings.is_empty() { "Everything" } else { "Everything else" };
            self.say(&format!("{all} is as it was before {before}"));
        }
        Ok(report)
    }

    /// Returns, and says, which directories an undo left because somebody had put something there.
    fn left_behind(&self, undo: &Plan) -> Vec<String> {
        let may_stay = undo.steps.iter().filter_map(|step| match step {
            Step::RemoveDir(dir) if undo.undoes.is_some() && dir.not_empty == NotEmpty::Keep => Some(&dir.at),
            _ => None,
        });
        let left = may_stay.filter_map(|place| {
            let above = undo.anchors.get(&place.anchor)?.path.clone();
            let path = place.path.names().iter().fold(above, |path, name| path.join(name));
            let names = self.fs.open_dir(&path).and_then(|dir| dir.list(&RelPath::here())).ok()?;
            Some(format!("{path} stays: it holds {}", some_of(&names)))
        });
        let left: Vec<String> = left.collect();
        left.iter().for_each(|line| self.warn(line));
        left
    }

    /// Finds a run by its name or by the directory that it migrated into.
    fn find_run(&self, session: &Session, what: &Path) -> Result<Run, Error> {
        if let Ok(name) = Name::new(what.as_os_str().as_bytes())
            && let Ok(run) = session.run(&name)
        {
            return Ok(run);
        }
        let path = self.args.common.product_path(what).map_err(|e| Error::io("use", what.display(), e))?;
        let wanted = serde_json::Value::String(path.to_string());
        let found = session.newest(&format!("for {path}"), |run| run.plan.request.get("target") == Some(&wanted))?;
        Ok(found)
    }

    fn resume_any(&self) -> Result<Report, Error> {
        let session = self.existing_session()?.ok_or(Error::NothingToResume)?;
        match session.pending(&serde_json::Value::Null)? {
            Pending::Same(run) | Pending::Other(run) => self.resume(&session, &run),
            Pending::Nothing => Err(Error::NothingToResume),
        }
    }

    fn resume(&self, session: &Session, run: &Run) -> Result<Report, Error> {
        self.say(&format!("Going on with run {}", run.id));
        let progress = self.terminal.progress(apply_bytes(&run.plan), self.interrupt.clone());
        let watcher = Watcher { program: self, progress: &progress, plan: &run.plan };
        let done = session.resume(run, &self.means(&watcher));
        progress.finish();
        let done = done.map_err(|error| self.take_back(session, error))?;
        let mut report = self.report(&run.plan, &done.run, ReportOutcome::Done, done.findings);
        report.findings.iter().for_each(|line| self.warn(line));
        report.findings.extend(self.left_behind(&run.plan));
        self.store(session, &done.run, &report);
        self.say("The run is finished");
        self.say_ways_back(&report);
        Ok(report)
    }

    fn apply(&self, session: &Session, plan: &Plan) -> Result<Report, Error> {
        let progress = self.terminal.progress(apply_bytes(plan), self.interrupt.clone());
        let watcher = Watcher { program: self, progress: &progress, plan };
        let done = session.apply(plan, &self.means(&watcher));
        progress.finish();
        let done = done.map_err(|error| self.take_back(session, error))?;
        let report = self.report(plan, &done.run, ReportOutcome::Done, done.findings);
        report.findings.iter().for_each(|line| self.warn(line));
        self.store(session, &done.run, &report);
        Ok(report)
    }

    /// A new file that is not what it should be is no reason to leave the administrator with half a migration: nothing was moved
    /// into place yet, so what was made is removed. Where that fails too, the run stays unfinished.
    fn take_back(&self, session: &Session, error: EngineError) -> Error {
        let EngineError::Step { error: StepError::Produce { .. }, run: Some(run), standing: Standing::Unfinished } =
            &error
        else {
            return error.into();
        };
        let undone = || -> Result<bool, EngineError> {
            let run = session.run(run)?;
            if run.plan.undoes.is_some() {
                return Ok(false);
            }
            let progress = self.terminal.progress(0, self.interrupt.clone());
            let undo = session.plan_undo(run, &self.means(&progress))?;
            if !undo.kept.is_empty() {
                return Ok(false);
            }
            session.apply(&undo.plan, &self.means(&progress))?;
            Ok(true)
        };
        match undone() {
            Ok(true) => Error::Verification(error.to_string()),
            Ok(false) | Err(_) => error.into(),
        }
    }

    /// The report is for people: that it cannot be kept is worth a warning, not a failure.
    fn store(&self, session: &Session, run: &Name, report: &Report) {
        let json = serde_json::to_vec_pretty(report).unwrap_or_default();
        if let Err(e) = session.store_report(run, &json) {
            self.warn(&format!("the report of the run cannot be kept: {e}"));
        }
    }

    fn report(&self, plan: &Plan, run: &Name, outcome: ReportOutcome, mut findings: Vec<String>) -> Report {
        findings.extend(plan.findings.iter().cloned());
        let request = |key: &str| plan.request.get(key).and_then(|value| value.as_str());
        let invocation = self.args.common.invocation(TOOL);
        Report {
            run: Some(run.to_string()),
            backup: request("backup").map(str::to_owned).filter(|_| plan.undoes.is_none()),
            // A name that is shown escaped cannot be typed; the run's can.
            undo: Some(match request("target").filter(|target| !target.contains('\\')) {
                Some(target) => format!("{invocation} --undo {}", quoted(target)),
                None => format!("{invocation} --undo {run}"),
            }),
            warnings: plan.warnings.clone(),
            findings,
            ..Report::new(TOOL, outcome)
        }
    }

    fn say_ways_back(&self, report: &Report) {
        if let Some(backup) = &report.backup {
            self.say(&format!("Backup: {backup}"));
        }
        if let Some(undo) = &report.undo {
            self.say(&format!("Undo:   {undo}"));
        }
    }

    fn list_runs(&self) -> Result<Report, Error> {
        let runs = list_runs(&*self.state.fs, &self.state.path, TOOL)?;
        let listing = Listing::of(&runs, describe);
        listing.lines.iter().for_each(|line| self.terminal.result(line));
        Ok(Report { details: listing.details, ..Report::new(TOOL, ReportOutcome::Inspected) })
    }

    fn prune(&self, run: &str) -> Result<Report, Error> {
        let missing = || Error::from(EngineError::NoSuchRun(run.to_owned()));
        let session = self.existing_session()?.ok_or_else(missing)?;
        let name = Name::new(run).map_err(|_| missing())?;
        session.prune(&name)?;
        self.say(&format!("Run {run} was deleted; it can no longer be undone"));
        Ok(Report::new(TOOL, ReportOutcome::Done))
    }

    fn session(&self) -> Result<Session, Error> {
        Ok(Session::open(&*self.state.fs, &self.state.path, TOOL, Identity::current())?)
    }

    /// Opens the state directory without making one: a refused run is to leave nothing behind.
    fn existing_session(&self) -> Result<Option<Session>, Error> {
        if self.args.dry_run && !matches!(self.command, Command::Undo(_)) {
            return Ok(None);
        }
        let open = if self.args.dry_run { Session::look } else { Session::open_existing };
        Ok(open(&*self.state.fs, &self.state.path, TOOL, Identity::current())?)
    }

    fn means<'m>(&'m self, observer: &'m dyn Observer) -> Means<'m> {
        Means {
            fs: self.fs,
            producers: &[&Migrate, &StripDirectories],
            services: &[],
            observer,
            workers: workers::count(),
        }
    }
}

/// Says what begins, and passes progress on.
struct Watcher<'a> {
    program: &'a Program<'a>,
    progress: &'a Progress,
    plan: &'a Plan,
}

impl Observer for Watcher<'_> {
    fn step_begins(&self, number: usize, _: usize, line: &str) {
        if let Some(announcement) = report::announcement(self.plan, number) {
            self.progress.result(&self.program.terminal, &announcement);
        }
        if let Some(logs) = &self.program.logs {
            logs.line(line);
        }
    }

    fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }

    fn stop_requested(&self) -> bool {
        self.progress.stop_requested()
    }
}

fn other_run(run: &Run) -> Error {
    Error::OtherRun { run: run.id.clone(), what: describe(&run.plan) }
}

/// Returns what a plan is about, in a few words.
fn describe(plan: &Plan) -> String {
    let request = |key: &str| plan.request.get(key).and_then(|value| value.as_str());
    match (&plan.undoes, request("source"), request("target"), request("ics_conf")) {
        (Some(run), ..) => format!("undo of run {run}"),
        (None, Some(source), Some(target), _) => format!("migration from {source} to {target}"),
        (None, _, _, Some(file)) => format!("edit of {file}"),
        _ => "run".to_owned(),
    }
}

/// Returns about how many bytes the survey will read.
fn survey_bytes(fs: &dyn FileSystem, source: &RootPath) -> u64 {
    let Ok(dir) = fs.open_dir(source) else { return 0 };
    let names = dir.list(&RelPath::here()).unwrap_or_default();
    names.into_iter().filter_map(|name| dir.stat(&name.into()).ok()).map(|stat| stat.size).sum()
}

/// Returns about how many bytes a plan reads and writes: copies once, new databases twice.
fn apply_bytes(plan: &Plan) -> u64 {
    let trees = plan.steps.iter().filter_map(|step| match step {
        Step::BuildTree(tree) => Some(&tree.entries),
        _ => None,
    });
    trees
        .flatten()
        .map(|entry| match &entry.node {
            Node::File(Content::CopyOf { size, .. }) => *size,
            Node::File(Content::Produced { size, .. }) => size.saturating_mul(2),
            Node::Directory | Node::Symlink(_) | Node::HardLink(_) => 0,
        })
        .sum()
}
