//! One call of the program: opens what it needs, has the work done, delivers the result.

use std::path::Path;

use upgrade_engine::exit::Exit;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::terminal::{Talk, Terminal};

use crate::cli::Args;
use crate::console::{Console, TerminalConsole};
use crate::error::Error;
use crate::ldap::{Connection, Directory};
use crate::program::{Outcome, Program, TOOL};

/// Carries out what the arguments ask for, and says what came of it.
#[must_use]
pub fn run(args: &Args) -> Exit {
    // With --json the only thing on standard output is the report.
    let talk = if args.common.json { Talk::Quiet } else { Talk::Normal };
    let terminal = Terminal::new(args.common.color, talk);
    let outcome = carry_out(args, terminal).unwrap_or_else(|error| {
        let lines = error.lines(&args.common.invocation(TOOL));
        terminal.error(TOOL, &lines);
        Outcome { exit: error.exit(), report: Report::of_failure(TOOL, lines, error.standing()) }
    });
    deliver(args, terminal, outcome)
}

fn carry_out(args: &Args, terminal: Terminal) -> Result<Outcome, Error> {
    let fs = args.common.product_root().map_err(|e| Error::io("open", "the root directory", e))?;
    let own = RealFs::open(Path::new("/")).map_err(|e| Error::io("open", "/", e))?;
    let state = args.common.state().map_err(|e| Error::io("find", "the state directory", e))?;
    let console = TerminalConsole::open();
    Program {
        args,
        terminal,
        fs: &fs,
        own: &own,
        state: &state,
        interrupt: &|| Interrupt::install(Exit::Unfinished as i32),
        console: console.as_ref().map(|console| -> &dyn Console { console }),
        connect: &|target, password| {
            Connection::open(target, password).map(|connection| -> Box<dyn Directory> { Box::new(connection) })
        },
        now: jiff::Timestamp::now(),
    }
    .carry_out()
}

/// Prints and writes the report as JSON where that was asked for.
fn deliver(args: &Args, terminal: Terminal, outcome: Outcome) -> Exit {
    let Outcome { exit, report } = outcome;
    let json = report.redacted_json();
    if args.common.json {
        terminal.json(&json);
        // Whoever reads only the messages is to see what needs a human.
        if !report.findings.is_empty() {
            terminal.error(TOOL, &report.findings);
        }
    }
    match args.common.write_report(json.as_bytes()) {
        Ok(()) => exit,
        Err(e) => {
            let standing = match report.outcome {
                ReportOutcome::Done => "What was asked for is done.",
                ReportOutcome::Unfinished => "The run is unfinished.",
                _ => "Nothing was changed in the directory.",
            };
            terminal.error(TOOL, &[format!("the report cannot be written: {e}"), standing.to_owned()]);
            if exit == Exit::Done { Exit::NeedsReview } else { exit }
        }
    }
}
