//! What the program does, on whatever file systems and directory it is given.

mod prepare;
mod runs;
mod servers;

use serde::{Deserialize, Serialize};
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::options::StateLocation;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::terminal::Terminal;

use crate::cli::Args;
use crate::console::Console;
use crate::error::Error;
use crate::ldap::{Directory, LdapError, Password, Target};

/// Name of the program.
pub const TOOL: &str = "commdssetup";

/// Opens a connection to a server.
pub type Connect<'a> = dyn Fn(&Target, Option<&Password>) -> Result<Box<dyn Directory>, LdapError> + 'a;

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
    /// Begins to catch Ctrl-C. Until then it ends the program at once: nothing is changed by then.
    pub interrupt: &'a dyn Fn() -> std::io::Result<Interrupt>,
    /// Who can be asked; nothing where there is nobody.
    pub console: Option<&'a dyn Console>,
    /// Opens connections.
    pub connect: &'a Connect<'a>,
    /// When the run begins.
    pub now: jiff::Timestamp,
}

/// What was asked for: a later call with the same goes on with an unfinished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The server.
    pub target: Target,
    /// The choices, in words.
    pub choices: serde_json::Value,
}

/// What the program came to.
#[derive(Debug)]
pub struct Outcome {
    /// How it ends.
    pub exit: Exit,
    /// The report.
    pub report: Report,
}

impl Outcome {
    /// Returns an outcome: something to look at where there are findings.
    fn of(report: Report) -> Self {
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Self { exit, report }
    }
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the directory is.
    pub fn carry_out(&self) -> Result<Outcome, Error> {
        let common = &self.args.common;
        let flags = [
            ("--list-runs", common.list_runs),
            ("--prune", common.prune.is_some()),
            ("--resume", common.resume),
            ("--undo", self.args.undo.is_some()),
        ];
        let mut given = flags.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
        let flag = given.next();
        if let (Some(one), Some(other)) = (flag, given.next()) {
            return Err(Error::Usage(format!("{one} and {other} cannot be used together")));
        }
        if self.args.check && flag.is_some_and(|flag| flag != "--undo") {
            return Err(Error::Usage(format!("--check and {} cannot be used together", flag.unwrap_or_default())));
        }
        match flag {
            Some("--list-runs") => self.list_runs(),
            Some("--prune") => self.prune(common.prune.as_deref().unwrap_or_default()),
            Some("--resume") => self.resume(),
            Some(_) => self.undo(self.args.undo.iter().flatten().next().map(String::as_str)),
            None => self.prepare(),
        }
    }

    fn say(&self, line: &str) {
        self.terminal.result(line);
    }

    fn warn(&self, line: &str) {
        self.terminal.warning(TOOL, line);
    }

    fn report(&self, outcome: ReportOutcome) -> Report {
        Report::new(TOOL, outcome)
    }

    /// Returns what the product root is called outside; nothing for the real one.
    fn root(&self) -> Option<String> {
        let root = self.args.common.root.as_deref()?;
        Some(std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf()).display().to_string())
    }
}
