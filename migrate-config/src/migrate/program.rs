//! What each command does, on whatever file systems it is given.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use command::{AfterUndo, Announcement, Completion, Context, Providers, Report, ReportStatus, RunHandler, Runs, Work};
use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::list_runs;
use upgrade_engine::step::Step;
use upgrade_engine::{Run, survey};

use super::cli::{Args, Command};
use super::detect::roots;
use super::report;
use crate::error::Error;
use crate::handler::{self, AnyRun};
use crate::install::Activation;
use crate::request::{Move, Request};

/// With more steps, not each is announced.
const ANNOUNCED: usize = 60;

/// One call of the program.
pub struct Program<'a> {
    /// What was typed.
    pub args: &'a Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        match self.args.command().map_err(Error::usage)? {
            Command::Forward(root) => self.forward(&roots::typed(&root)?),
            Command::Back(root) => self.back(&roots::typed(&root)?),
            Command::References(root) => self.references(&roots::typed(&root)?),
            Command::Runs(_) => {
                let completion = Runs::new(self.context, self).requested()?;
                completion.ok_or_else(|| Error::usage("OLDROOT is missing"))
            }
        }
    }

    /// Prints a line of the result, wrapped.
    pub(super) fn say(&self, line: &str) {
        self.context.say_lines(&command::layout::wrapped(line));
    }

    pub(super) fn warn(&self, line: &str) {
        self.context.warn(line);
    }

    /// Returns whether a run is named that may be another program's.
    fn is_about_runs(&self) -> bool {
        matches!(self.args.command(), Ok(Command::Runs(_)))
    }

    /// Returns the line about what the old MTA compiles of its configuration, where an installation that changed such files is undone
    /// with the move and the old program is there.
    fn build_of_the_old_server(&self, undo: &Plan, request: &Move) -> Result<Option<String>, Error> {
        // The configuration of a copy is not the old server's.
        if request.data_root.is_some() || !is_there(self.context.fs, &request.old_root, "sbin/imsimta") {
            return Ok(None);
        }
        let state = self.context.state;
        let runs = list_runs(&*state.fs, &state.path, crate::TOOL).map_err(command::Error::from)?;
        let mut undone = runs.iter().filter(|run| undo.takes_back(&run.id));
        let was_built = undone.any(|run| match Request::of(&run.plan) {
            Some(Request::InstallNewconfig(_)) => Activation::of(&run.plan, &request.old_root).builds(),
            _ => false,
        });
        let build = Activation::of(undo, &request.old_root).build();
        Ok(was_built.then(|| format!("To build what the old MTA compiles of its configuration: {build}")))
    }

    fn references(&self, old: &RootPath) -> Result<Completion, Error> {
        let spellings = match roots::real_path(self.context.fs, old) {
            Ok(real) if real != *old => vec![old.clone(), real],
            Ok(_) => vec![old.clone()],
            // The references outlive the root.
            Err(e) if survey::is_absent(&e) => vec![old.clone()],
            Err(e) => return Err(Error::io("look at", old, e)),
        };
        let (lines, details) = report::references(self.context.fs, &spellings);
        lines.iter().for_each(|line| self.context.say(line));
        Ok(Completion::of(Report { details, ..self.context.report(ReportStatus::Inspected) }))
    }
}

fn is_there(fs: &dyn FileSystem, root: &RootPath, name: &str) -> bool {
    let Ok(path) = RelPath::new(name) else { return false };
    fs.open_dir(root).and_then(|root| root.stat(&path)).is_ok()
}

impl RunHandler for Program<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        Request::of(plan).map_or_else(|| "run".to_owned(), |request| request.describe())
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        let workers = std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN);
        Ok(Providers { workers, ..handler::providers(self.context) })
    }

    fn announcement(&self, plan: &Plan, step: usize) -> Announcement {
        let is_edit = matches!(plan.steps.get(step), Some(Step::ReplaceFile(_)));
        if is_edit && plan.steps.len() > ANNOUNCED { Announcement::Nothing } else { Announcement::Step }
    }

    fn undo_arguments(&self, plan: &Plan, run: &Name) -> String {
        match Request::of(plan) {
            Some(Request::MigrateConfig(request)) if !request.old_root.to_string().contains('\\') => {
                let new_root = match &self.args.new_root {
                    Some(_) => format!("--new-root {} ", command::quoted(&request.new_root.to_string())),
                    None => String::new(),
                };
                format!("{new_root}-u {}", command::quoted(&request.old_root.to_string()))
            }
            _ => format!("--undo {run}"),
        }
    }

    fn is_meant(&self, run: &Run, typed: &OsStr) -> bool {
        let Some(Request::MigrateConfig(request)) = Request::of(&run.plan) else { return false };
        RootPath::new(typed.as_bytes()).is_ok_and(|typed| typed == request.old_root)
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        let Some(Request::MigrateConfig(request)) = Request::of(plan) else {
            return if self.is_about_runs() { AnyRun::new(self.context).next(plan) } else { Vec::new() };
        };
        report::next(self.context.fs, &request).iter().flat_map(|line| wrapped_lines(line)).collect()
    }

    fn check_undo(&self, _: &[Run], run: &Run) -> Result<(), Error> {
        match Request::of(&run.plan) {
            Some(Request::MigrateConfig(request)) => self.refuse_used(run, &request),
            _ => Ok(()),
        }
    }

    fn after_undo(&self, undone: &Run, undo: &Plan) -> Result<AfterUndo, Error> {
        let Some(Request::MigrateConfig(request)) = Request::of(&undone.plan) else {
            // With the move everything on the new root is undone: nothing of it is built or started again. What the old server needs
            // is told with the move.
            let any = AnyRun::new(self.context);
            return if self.is_about_runs() { any.after_undo(undone, undo) } else { Ok(AfterUndo::default()) };
        };
        let build = self.build_of_the_old_server(undo, &request)?;
        Ok(AfterUndo {
            before: Some("the move".to_owned()),
            next: build
                .into_iter()
                .chain(report::after_undo(&request))
                .collect::<Vec<_>>()
                .iter()
                .flat_map(|line| wrapped_lines(line))
                .collect(),
            ..AfterUndo::default()
        })
    }
}

fn wrapped_lines(line: &str) -> Vec<String> {
    command::layout::wrapped(line).lines().map(str::to_owned).collect()
}
