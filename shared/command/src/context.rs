//! What one call of a program works with: options, file systems, terminal, somebody to ask.

use jiff::Timestamp;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::shown;

use crate::error::Error;
use crate::exit::Exit;
use crate::interrupt::{Interrupt, Signals};
use crate::options::{CommonOptions, Invocation, StateLocation};
use crate::prompt::{Console, ask_yes_no};
use crate::report::{Report, ReportStatus};
use crate::terminal::{Progress, Terminal, Verbosity};

/// One call of a program. Tests make one with [`Context::new`] on a file system in memory.
#[derive(Clone)]
pub struct Context<'a> {
    /// The name that the program was called by.
    pub program: String,
    /// The directory of its runs in the state directory.
    pub tool: &'static str,
    /// The common options.
    pub options: &'a CommonOptions,
    /// Where results, messages and progress go.
    pub terminal: Terminal,
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// Real paths: the administrator's own files.
    pub own_files: &'a dyn FileSystem,
    /// Where runs are kept.
    pub state: &'a StateLocation,
    /// Who can be asked; nothing without a terminal.
    pub console: Option<&'a dyn Console>,
    /// Ctrl-C and its like.
    pub signals: Signals,
    /// When the call began.
    pub now: Timestamp,
    /// A log of the tool's own, for every line of the result and every warning.
    pub log: Option<&'a (dyn Fn(&str) + Sync)>,
}

impl<'a> Context<'a> {
    /// Returns a call that prints nothing, asks nobody and is never interrupted.
    pub fn new(
        tool: &'static str,
        options: &'a CommonOptions,
        fs: &'a dyn FileSystem,
        own_files: &'a dyn FileSystem,
        state: &'a StateLocation,
    ) -> Self {
        Self {
            program: tool.to_owned(),
            tool,
            options,
            terminal: Terminal::new(options.color, Verbosity::Quiet),
            fs,
            own_files,
            state,
            console: None,
            signals: Signals::ignored(),
            now: Timestamp::now(),
            log: None,
        }
    }

    /// Prints a line of the result.
    pub fn say(&self, line: &str) {
        self.terminal.result(line);
        self.note(line);
    }

    /// Prints text of several lines that are our own; the values in it must be on one line already.
    pub fn say_lines(&self, lines: &str) {
        self.terminal.result_lines(lines);
        lines.split('\n').for_each(|line| self.note(line));
    }

    /// Prints a warning.
    pub fn warn(&self, line: &str) {
        self.terminal.warning(&self.program, line);
        self.note(&format!("warning: {line}"));
    }

    fn note(&self, line: &str) {
        if let Some(log) = self.log {
            log(&shown::line(line));
        }
    }

    /// Asks for a yes, unless `--yes` was given.
    ///
    /// # Errors
    /// [`Error::NotConfirmed`]; [`Error::NoTerminal`], which names `--yes`.
    pub fn confirm(&self, question: &str) -> Result<(), Error> {
        if self.options.yes {
            return Ok(());
        }
        let Some(console) = self.console else {
            return Err(Error::NoTerminal { question: question.to_owned(), option: "--yes" });
        };
        if ask_yes_no(console, question, "n")? { Ok(()) } else { Err(Error::NotConfirmed) }
    }

    /// Begins to catch Ctrl-C: from now on it stops at the next safe point. Before, it ends the program.
    ///
    /// # Errors
    /// As `sigaction`.
    pub fn interrupt(&self) -> Result<Interrupt, Error> {
        self.signals.catch().map_err(|e| Error::io("catch", "signals", e))
    }

    /// Returns progress over `bytes` that also watches for Ctrl-C.
    ///
    /// # Errors
    /// As [`Context::interrupt`].
    pub fn progress(&self, bytes: u64) -> Result<Progress, Error> {
        Ok(self.terminal.progress(bytes, self.interrupt()?))
    }

    /// Returns an empty report of this tool.
    pub fn report(&self, status: ReportStatus) -> Report {
        Report::new(self.tool, status)
    }

    /// Returns how the program must be called to find the same runs.
    pub fn invocation(&self) -> Invocation {
        self.options.invocation(&self.program)
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Completion {
    /// How the program ends.
    pub exit: Exit,
    /// The report.
    pub report: Report,
    /// What `--json` prints instead of the report, such as the CHANGES contract of a merge.
    pub json: Option<String>,
}

impl Completion {
    /// Returns a success, which needs review where there are findings.
    pub fn of(report: Report) -> Self {
        let exit = if report.findings.is_empty() { Exit::Done } else { Exit::NeedsReview };
        Self { exit, report, json: None }
    }
}
