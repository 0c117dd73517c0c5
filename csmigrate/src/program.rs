//! What each command does, from the survey to the last line.

use std::ffi::OsStr;
use std::path::Path;

use command::{
    AfterUndo, Announcement, Completion, Context, Providers, RunHandler, Runs, Start, ToolError, Touched, Work,
};
use command::{Report, ReportStatus, quoted};
use upgrade_engine::Run;
use upgrade_engine::engine::EngineError;
use upgrade_engine::fs::{Dir, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Content, Node, Observer, Step, StepError};

use crate::cli::{Args, Command, Depth};
use crate::db_config::StripDirectories;
use crate::detect::config::{self, RequestedSettings};
use crate::detect::{self, Directories, Facts, data_directory, log_places, source};
use crate::error::Error;
use crate::logs::Logs;
use crate::migrate::Migrate;
use crate::plan;
use crate::{inspect, report, salvage, undone, workers};

/// One call of csmigrate.
pub struct Program<'a> {
    /// What was typed.
    pub args: &'a Args,
    /// What it works with.
    pub context: &'a Context<'a>,
    /// Nothing for commands that only look.
    pub logs: Option<&'a Logs>,
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self, command: &Command) -> Result<Completion, Error> {
        match command {
            Command::Migrate { source, target } => self.migrate(source, target),
            Command::EditConfig => self.edit_config(),
            Command::Inspect(dir, depth) => self.inspect(dir, *depth),
            Command::Runs(_) => {
                let completion = Runs::new(self.context, self).requested()?;
                completion.ok_or_else(|| Error::usage("source_dbdir and target_dbdir are missing"))
            }
        }
    }

    /// Logs an error.
    pub fn log_error(&self, error: &Error) {
        if let Some(logs) = self.logs {
            logs.error(&error.lines(&self.context.invocation()));
        }
    }

    fn say(&self, line: &str) {
        self.context.say(line);
    }

    fn warn(&self, line: &str) {
        self.context.warn(line);
    }

    fn migrate(&self, source: &Path, target: &Path) -> Result<Completion, Error> {
        let directories = self.directories(source, target)?;
        let request = plan::request(self.args, Some(&directories));
        let runs = Runs::new(self.context, self);
        let new_run = match runs.start(&request, self.touched(Some(&directories))?)? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        if let Some(report) = new_run.already_done(&request, |plan| self.source_is_as_migrated(plan))? {
            let run = report.run.as_deref().unwrap_or_default();
            self.say(&format!("Already migrated by run {run}, and nothing was changed since: there is nothing to do"));
            report.findings.iter().for_each(|line| self.warn(line));
            runs.say_ways_back(&report);
            return Ok(Completion::of(report));
        }
        let progress = self.context.progress(survey_bytes(self.context.fs, &directories.source))?;
        let facts = detect::survey(self.context.fs, self.args, &directories, &progress);
        progress.finish();
        let facts = match facts {
            Err(_) if progress.stop_requested() => return Err(command::Error::Interrupted.into()),
            other => other?,
        };
        let plan = plan::plan(&facts, self.args, request).map_err(|e| Error::usage(e.to_string()))?;
        self.say_survey(&facts, &plan);
        self.log_losses(&facts);
        let next = plan.clone();
        let mut report = if self.args.common.dry_run {
            new_run.dry_run(plan)?
        } else {
            let done = match plan.findings.as_slice() {
                [] => "Calendar database has been migrated",
                _ => "Calendar database has been migrated as far as it can be read",
            };
            let report = new_run.apply(plan, &[])?;
            self.say(done);
            runs.say_ways_back(&report);
            runs.say_next(&next);
            report
        };
        report.details = report::json(&facts);
        Ok(Completion::of(report))
    }

    /// Returns what a migration, or an edit alone, touches.
    fn touched(&self, directories: Option<&Directories>) -> Result<Touched, Error> {
        let of = |path: &RootPath| path.to_string();
        let config = self.args.ics_conf.as_deref().map(|path| self.product_path(path)).transpose()?;
        let changes = directories.iter().flat_map(|d| [of(&d.target), of(&d.backup)]).chain(config.as_ref().map(of));
        Ok(Touched { changes: changes.collect(), reads: directories.map(|d| of(&d.source)).into_iter().collect() })
    }

    fn product_path(&self, typed: &Path) -> Result<RootPath, Error> {
        self.args.common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))
    }

    fn say_survey(&self, facts: &Facts, plan: &Plan) {
        for line in report::scanned(facts) {
            self.say(&line);
        }
        if let Some(logs) = self.logs {
            report::details(facts).iter().for_each(|line| logs.detail(line));
        }
        if self.args.level == crate::cli::LogLevel::Max {
            report::details(facts).iter().for_each(|line| self.context.terminal.result(line));
        }
        plan.warnings.iter().chain(&plan.findings).for_each(|line| self.warn(line));
    }

    /// Every lost page goes to the logs before anything is changed, whatever becomes of the run.
    fn log_losses(&self, facts: &Facts) {
        let lines = salvage::lines(facts);
        if let (Some(logs), false) = (self.logs, lines.is_empty()) {
            logs.error(&lines);
        }
    }

    fn directories(&self, source: &Path, target: &Path) -> Result<Directories, Error> {
        let home = self.product_path(source)?;
        let elsewhere = data_directory::elsewhere(self.context.fs, &home)?;
        let backup = match &self.args.backup {
            Some(backup) => self.product_path(backup)?,
            None => home.resolve(b"backup").map_err(|e| Error::usage(e.to_string()))?,
        };
        let mut logs = self.args.log_files.as_deref().map(|path| self.product_path(path)).transpose()?;
        let source = match elsewhere {
            Some(data) => {
                let found = || log_places::of_environment(self.context.fs, &home).transpose();
                logs = logs.map(Ok).or_else(found).transpose()?;
                data
            }
            None => home,
        };
        Ok(Directories { source, target: self.product_path(target)?, backup, logs })
    }

    fn source_is_as_migrated(&self, plan: &Plan) -> bool {
        let Some(anchor) = plan.anchors.get("source") else { return true };
        let holds = |dir: Box<dyn Dir>| source::holds_exactly(&*dir, &plan::source_files(plan));
        self.context.fs.open_dir(&anchor.path).and_then(holds).unwrap_or(false)
    }

    fn edit_config(&self) -> Result<Completion, Error> {
        let Some(path) = &self.args.ics_conf else {
            return Err(Error::usage("--read-only needs --ics-conf"));
        };
        let request = plan::request(self.args, None);
        let runs = Runs::new(self.context, self);
        let new_run = match runs.start(&request, self.touched(None)?)? {
            Start::Resumed(completion) => return Ok(*completion),
            Start::New(new_run) => new_run,
        };
        let wanted = RequestedSettings { database: None, read_only: self.args.read_only };
        let facts = config::survey_edit(self.context.fs, &self.args.common, path, wanted)?;
        let plan = plan::plan_edit(&facts, request);
        if plan.steps.is_empty() {
            self.say(&format!("{} has these settings already: there is nothing to do", path.display()));
            return Ok(Completion::of(self.context.report(ReportStatus::NothingToDo)));
        }
        new_run.carry_out(plan, None)
    }

    fn inspect(&self, dir: &Path, depth: Depth) -> Result<Completion, Error> {
        let path = self.product_path(dir)?;
        let inspection = inspect::inspect(self.context.fs, &*source::open(self.context.fs, &path)?, &path, depth)?;
        inspection.lines().iter().for_each(|line| self.context.terminal.result(line));
        let findings = inspection.damage();
        let details = serde_json::to_value(inspection).unwrap_or_default();
        Ok(Completion::of(Report { details, findings, ..self.context.report(ReportStatus::Inspected) }))
    }
}

impl RunHandler for Program<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        match (requested(plan, "source"), requested(plan, "target"), requested(plan, "ics_conf")) {
            (Some(source), Some(target), _) => format!("migration from {source} to {target}"),
            (_, _, Some(file)) => format!("edit of {file}"),
            _ => "run".to_owned(),
        }
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        Ok(Providers {
            producers: vec![Box::new(Migrate), Box::new(StripDirectories)],
            workers: workers::count(),
            ..Providers::default()
        })
    }

    fn announcement(&self, plan: &Plan, step: usize) -> Announcement {
        report::announcement(plan, step).map_or(Announcement::Nothing, Announcement::Result)
    }

    fn bytes(&self, plan: &Plan) -> u64 {
        apply_bytes(plan)
    }

    fn backup(&self, plan: &Plan) -> Option<String> {
        requested(plan, "backup").map(str::to_owned)
    }

    fn undo_arguments(&self, plan: &Plan, run: &Name) -> String {
        match requested(plan, "target").filter(|target| !target.contains('\\')) {
            Some(target) => format!("--undo {}", quoted(target)),
            // A name that is shown escaped cannot be typed; the run's can.
            None => format!("--undo {run}"),
        }
    }

    fn is_meant(&self, run: &Run, typed: &OsStr) -> bool {
        let path = self.product_path(Path::new(typed)).map(|path| path.to_string());
        path.is_ok_and(|path| requested(&run.plan, "target") == Some(&path))
    }

    /// A new file that is not what it should be is no reason to leave the administrator with half a migration: nothing was moved
    /// into place yet, so what was made is removed.
    fn undone_at_once(&self, error: &EngineError) -> Option<Error> {
        let is_wrong = matches!(error, EngineError::Step { error: StepError::Produce { .. }, .. });
        is_wrong.then(|| Error::Verification(error.to_string()))
    }

    /// The server reads ics.conf when it starts, so an edit has no effect before.
    fn next(&self, plan: &Plan) -> Vec<String> {
        let edits = plan.steps.iter().any(|step| matches!(step, Step::ReplaceFile(_)));
        let restart =
            "Next:   restart the Calendar Server services (stop-cal, start-cal): they read ics.conf when they start";
        edits.then(|| restart.to_owned()).into_iter().collect()
    }

    /// It never asks: the documented command did not.
    fn confirms_undo(&self) -> bool {
        false
    }

    fn after_undo(&self, undone: &Run, undo: &Plan) -> Result<AfterUndo, Error> {
        let target = requested(&undone.plan, "target");
        Ok(AfterUndo {
            before: target.map(|_| "the migration".to_owned()),
            findings: undone::left_behind(self.context.fs, undo),
            next: undone::where_the_database_is(self.context, &undone.plan),
        })
    }
}

/// Returns what was asked for, by its name in the request of a plan.
pub(crate) fn requested<'p>(plan: &'p Plan, key: &str) -> Option<&'p str> {
    plan.request.get(key).and_then(|value| value.as_str())
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
            Node::Directory | Node::Symlink(_) | Node::Fifo | Node::HardLink(_) => 0,
        })
        .sum()
}
