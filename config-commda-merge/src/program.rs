//! What each command does, on whatever file systems it is given.

mod deploy;
mod file;
mod merge;
mod runs;
mod service_packages;
mod snapshot;
mod status;

use command::{Completion, Context, Report, ReportStatus, RunRequest};
use config_merge::FileSystems;

use crate::cli::{Args, Command};
use crate::error::Error;

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
        let request = self.args.common.request().map_err(Error::usage)?;
        match (&self.args.command, request) {
            (Some(Command::Merge(_)), Some(RunRequest::Resume)) | (None, Some(_)) => self.requested(),
            (Some(_), Some(request)) => Err(Error::usage(format!("{} is used without a command", request.option()))),
            (None, None) => Err(Error::usage("a command is missing")),
            (Some(Command::Merge(args)), None) => self.merge(args),
            (Some(Command::Deploy(args)), None) => self.deploy(args),
            (Some(Command::Undo(args)), None) => self.undo(args),
            (Some(Command::Status(args)), None) => self.status(args),
            (Some(_), None) if self.args.common.dry_run => {
                Err(Error::usage("--dry-run is used with merge, deploy, status and undo only"))
            }
            (Some(Command::Snapshot(args)), None) => self.snapshot(args),
            (Some(Command::File(args)), None) => self.file(args),
            (Some(Command::ServicePackages(args)), None) => self.service_packages(args),
        }
    }

    fn say(&self, line: &str) {
        self.context.say(line);
    }

    fn warn(&self, line: &str) {
        self.context.warn(line);
    }

    fn files(&self) -> FileSystems<'_> {
        FileSystems::of(self.context)
    }

    fn report(&self, status: ReportStatus) -> Report {
        self.context.report(status)
    }
}

/// Returns `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
