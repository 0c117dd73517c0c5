//! What each command does, on whatever file systems it is given.

mod deploy;
mod file;
mod merge;
mod runs;
mod service_packages;
mod snapshot;
mod status;

use documents::changes::Changes;
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::options::StateLocation;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::terminal::Terminal;

use crate::cli::{Args, Command};
use crate::error::Error;
use crate::plan::TOOL;

/// One call of the program.
pub struct Program<'a> {
    /// What was said.
    pub args: &'a Args,
    /// Where it is shown.
    pub terminal: Terminal,
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// Real paths.
    pub own: &'a dyn FileSystem,
    /// Where runs are kept.
    pub state: &'a StateLocation,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// Asks before something is changed; nothing where there is nobody to ask.
    pub ask: Option<&'a dyn Fn(&str) -> bool>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Outcome {
    /// How the program ends.
    pub exit: Exit,
    /// The report.
    pub report: Report,
    /// What `--json` prints instead of the report.
    pub json: Option<String>,
}

impl Outcome {
    /// Returns an outcome: something to look at where there are findings.
    fn of(report: Report) -> Self {
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Self { exit, report, json: None }
    }
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Outcome, Error> {
        let common = &self.args.common;
        let flags =
            [("--list-runs", common.list_runs), ("--prune", common.prune.is_some()), ("--resume", common.resume)];
        let mut given = flags.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
        let flag = given.next();
        if let (Some(one), Some(other)) = (flag, given.next()) {
            return Err(Error::Usage(format!("{one} and {other} cannot be used together")));
        }
        match (&self.args.command, flag) {
            (Some(Command::Merge(_)), Some("--resume")) | (None, Some("--resume")) => self.resume(),
            (Some(_), Some(flag)) => Err(Error::Usage(format!("{flag} is used without a command"))),
            (None, Some("--list-runs")) => self.list_runs(),
            (None, Some(_)) => self.prune(common.prune.as_deref().unwrap_or_default()),
            (None, None) => Err(Error::Usage("a command is missing".to_owned())),
            (Some(Command::Status(args)), None) => self.status(args),
            (Some(Command::Snapshot(args)), None) => self.snapshot(args),
            (Some(Command::Merge(args)), None) => self.merge(args),
            (Some(Command::File(args)), None) => self.file(args),
            (Some(Command::Deploy(args)), None) => self.deploy(args),
            (Some(Command::ServicePackages(args)), None) => self.service_packages(args),
            (Some(Command::Undo(args)), None) => self.undo(args),
        }
    }

    fn say(&self, line: &str) {
        self.terminal.result(line);
    }

    fn warn(&self, line: &str) {
        self.terminal.warning(TOOL, line);
    }

    /// Asks on a terminal, unless `--yes`. Where nobody can be asked the answer is yes: what is done can be undone.
    fn confirm(&self, question: &str) -> Result<(), Error> {
        match self.ask {
            Some(ask) if !self.args.yes && !ask(question) => Err(Error::NotConfirmed),
            _ => Ok(()),
        }
    }

    /// Puts the decisions into the report and returns the CHANGES contract, each where somebody is going to read it.
    fn changes_as_json(
        &self,
        changes: &Changes,
        report: &mut Report,
        details: impl Fn(&Changes) -> serde_json::Value,
    ) -> Result<Option<String>, Error> {
        let common = &self.args.common;
        if common.report.is_some() {
            report.details = details(changes);
        }
        let json = common.json.then(|| changes.to_json()).transpose();
        json.map_err(|e| Error::io("write", "the report", e.into()))
    }

    fn report(&self, outcome: ReportOutcome) -> Report {
        Report::new(TOOL, outcome)
    }
}

/// Returns `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
