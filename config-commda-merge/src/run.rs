//! One call of the program: opens what it needs, has the command carried out, delivers the result.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use upgrade_engine::exit::Exit;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::terminal::{Talk, Terminal};

use crate::cli::Args;
use crate::error::Error;
use crate::plan::TOOL;
use crate::program::{Outcome, Program};

/// Carries out what the arguments ask for, and says what came of it.
pub fn run(args: &Args) -> Exit {
    // With --json the only thing on standard output is the report.
    let talk = if args.common.json { Talk::Quiet } else { Talk::Normal };
    let terminal = Terminal::new(args.common.color, talk);
    let outcome = carry_out(args, terminal).unwrap_or_else(|error| {
        let lines = error.lines(&args.common.invocation(TOOL));
        terminal.error(TOOL, &lines);
        Outcome { exit: error.exit(), report: Report::of_failure(TOOL, lines, error.standing()), json: None }
    });
    deliver(args, terminal, outcome)
}

fn carry_out(args: &Args, terminal: Terminal) -> Result<Outcome, Error> {
    let fs = args.common.product_root().map_err(|e| Error::io("open", "the root directory", e))?;
    let own = RealFs::open(Path::new("/")).map_err(|e| Error::io("open", "/", e))?;
    let state = args.common.state().map_err(|e| Error::io("find", "the state directory", e))?;
    let interrupt = Interrupt::install(Exit::Unfinished as i32).map_err(|e| Error::io("catch", "signals", e))?;
    let is_attended = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let ask: Option<&dyn Fn(&str) -> bool> = if is_attended { Some(&ask) } else { None };
    Program { args, terminal, fs: &fs, own: &own, state: &state, interrupt, ask }.carry_out()
}

/// Asks on the terminal; everything but a yes is a no.
fn ask(question: &str) -> bool {
    let mut stderr = std::io::stderr().lock();
    let mut answer = String::new();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let answered = asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    answered.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Prints and writes the report as JSON where that was asked for.
fn deliver(args: &Args, terminal: Terminal, outcome: Outcome) -> Exit {
    let Outcome { exit, report, json } = outcome;
    if args.common.json {
        terminal.json(&json.unwrap_or_else(|| report.redacted_json()));
        // Whoever reads only the messages is to see what needs a human.
        if !report.findings.is_empty() {
            terminal.error(TOOL, &report.findings);
        }
    }
    let written = match &args.common.report {
        Some(_) => args.common.write_report(report.redacted_json().as_bytes()),
        None => Ok(()),
    };
    match written {
        Ok(()) => exit,
        Err(e) => {
            let standing = match report.outcome {
                ReportOutcome::Done => "What was asked for is done.",
                ReportOutcome::Unfinished => "The run is unfinished.",
                _ => "Nothing was changed.",
            };
            terminal.error(TOOL, &[format!("the report cannot be written: {e}"), standing.to_owned()]);
            if exit == Exit::Done { Exit::NeedsReview } else { exit }
        }
    }
}
