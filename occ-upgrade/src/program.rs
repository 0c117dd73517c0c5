//! What each command does, on whatever file systems it is given.

mod check;
mod new;
mod package;
mod prf;
mod requirements;
mod upgrade;
mod vlv;

use command::{Completion, Context, Exit, Report, ReportStatus};
use serde_json::json;

use crate::check::{Finding, Severity};
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
    /// Why it was not done.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        self.refuse_options_of_runs()?;
        match &self.args.command {
            Command::New(args) => self.new_file(args),
            Command::Upgrade(args) => self.upgrade(args),
            Command::Check(args) => self.check(args),
            Command::Requirements(args) => self.requirements(args),
            Command::Package(args) => self.package(args),
            Command::Prf(args) => self.prf(args),
            Command::Vlv(args) => self.vlv(args),
        }
    }

    /// This tool writes new files only: there is nothing to resume, undo, list or delete, and no product root.
    fn refuse_options_of_runs(&self) -> Result<(), Error> {
        let common = &self.args.common;
        if let Some(request) = common.request().map_err(Error::usage)? {
            let what = "occ-upgrade keeps no runs: what it replaces is kept beside the new one";
            return Err(Error::usage(format!("there is no {} here; {what}", request.option())));
        }
        let given = [("--root", &common.root), ("--state-dir", &common.state_dir)];
        match given.into_iter().find(|(_, value)| value.is_some()) {
            Some((option, _)) => Err(Error::usage(format!("there is no {option} here: all paths are real ones"))),
            None => Ok(()),
        }
    }

    fn say(&self, line: &str) {
        self.context.say(line);
    }

    /// Returns how a command that writes ends.
    fn written(&self, details: serde_json::Value) -> Completion {
        let is_dry_run = self.context.options.dry_run;
        let mut report = self.context.report(if is_dry_run { ReportStatus::DryRun } else { ReportStatus::Done });
        report.details = details;
        Completion::of(report)
    }

    /// Prints findings, and returns how a check ends.
    fn checked(&self, findings: &[Finding], mut report: Report) -> Completion {
        for finding in findings {
            let word = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            self.say(&format!("{word}: {} [{}]", finding.text, finding.rule));
        }
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let exit = match (errors, findings.len()) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::NeedsReview,
            _ => Exit::ChecksFailed,
        };
        self.say(&format!(
            "{}, {}",
            counted(errors, "error"),
            counted(findings.len().saturating_sub(errors), "warning")
        ));
        report.findings = findings.iter().map(|finding| finding.text.clone()).collect();
        report.details = json!({ "findings": findings });
        Completion { exit, report, json: None }
    }
}

/// Returns `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
