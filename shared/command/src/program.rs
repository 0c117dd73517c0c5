//! One call of a program, from its arguments to its exit code.

use std::any::Any;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};
use jiff::Timestamp;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::shown;

use crate::context::{Completion, Context};
use crate::core_dumps::CoreDumps;
use crate::error::{Error, SystemState, ToolError};
use crate::exit::Exit;
use crate::interrupt::{self, Signals, Unexpected};
use crate::options::{Color, CommonOptions};
use crate::prompt::{self, Console, TerminalConsole};
use crate::report::{Report, ReportStatus};
use crate::terminal::{Terminal, Verbosity};

/// A program, as [`main()`] runs it. It is a type without values: several programs may share a crate, each with arguments of its own.
pub trait Program {
    /// What is typed.
    type Args: Parser;
    /// Why it stops.
    type Error: ToolError;

    /// Name of the program.
    const NAME: &'static str;
    /// Other names of the same program. Called by one of them (`argv[0]`), it uses that name in everything it prints.
    const OTHER_NAMES: &'static [&'static str] = &[];
    /// The directory of its runs. Programs that share one see each other's runs.
    const TOOL: &'static str = Self::NAME;
    /// The sentence for "nothing was changed".
    const UNCHANGED: &'static str = "Nothing was changed.";
    /// A sentence that is true whatever happens, such as that the source is as it was. It is printed after an internal error.
    const UNTOUCHED: Option<&'static str> = None;
    /// Threads whose panics the program turns into errors of its own.
    const ISOLATED_THREADS: &'static [&'static str] = &[];
    /// What becomes of a core of it.
    const CORE_DUMPS: CoreDumps = CoreDumps::NotOfThisProgram;

    /// Returns the common options among the arguments.
    fn options(args: &Self::Args) -> &CommonOptions;

    /// Returns the arguments as the grammar expects them, the program's name first. A program with legacy spellings that no grammar
    /// can have, such as typographic dashes, replaces them here.
    fn spelled_as_expected(arguments: Vec<OsString>) -> Vec<OsString> {
        arguments
    }

    /// Returns whether only errors are printed. With `--json` nothing but the report is on standard output.
    fn verbosity(args: &Self::Args) -> Verbosity {
        if Self::options(args).json { Verbosity::Quiet } else { Verbosity::Normal }
    }

    /// Returns the exit code, where a legacy one is documented.
    fn exit_code(exit: Exit) -> u8 {
        exit as u8
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done. It is printed with its hint and the state of the system.
    fn run(args: &Self::Args, context: &Context<'_>) -> Result<Completion, Self::Error>;
}

/// Runs a program with the arguments of this process.
pub fn main<P: Program>() -> ExitCode {
    P::CORE_DUMPS.turn_off();
    let called = called_as().unwrap_or_default();
    let name = P::OTHER_NAMES.iter().copied().find(|name| *name == called).unwrap_or(P::NAME);
    report_panics::<P>(name);
    report_signals::<P>(name);
    let exit = std::panic::catch_unwind(|| parse_and_run::<P>(name)).unwrap_or(Exit::Internal);
    ExitCode::from(P::exit_code(exit))
}

/// Returns the name that this process was called by, without its directory: one binary may choose its program by it.
pub fn called_as() -> Option<String> {
    let path = std::env::args_os().next()?;
    Some(Path::new(&path).file_name()?.to_string_lossy().into_owned())
}

fn report_panics<P: Program>(name: &'static str) {
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some_and(|thread| P::ISOLATED_THREADS.contains(&thread)) {
            return;
        }
        let what = reason_of(panic.payload());
        let at = panic.location().map(|at| format!(" ({at})")).unwrap_or_default();
        Terminal::new(Color::Auto, Verbosity::Normal)
            .error(name, &[format!("internal error: {what}{at}"), note_of_runs::<P>(name)]);
    }));
}

fn reason_of(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason is known")
}

fn note_of_runs<P: Program>(name: &str) -> String {
    let list = format!("{name} --list-runs shows whether a run is unfinished.");
    P::UNTOUCHED.map_or_else(|| list.clone(), |untouched| format!("{untouched} {list}"))
}

fn report_signals<P: Program>(name: &'static str) {
    let end = move |signal: &str, what: Unexpected| {
        let terminal = Terminal::new(Color::Auto, Verbosity::Normal);
        if what == Unexpected::Stops {
            terminal.error(name, &[format!("{signal} was received: stopping at the next safe point")]);
        } else {
            prompt::give_back();
            terminal.error(name, &[format!("ended by {signal}"), note_of_runs::<P>(name)]);
        }
        P::exit_code(Exit::NothingChanged)
    };
    // Without it the signals end the process as they would anyway.
    let _ = interrupt::expect_the_unexpected(P::exit_code(Exit::Unfinished), end);
}

fn parse_and_run<P: Program>(name: &'static str) -> Exit {
    let args = match parse::<P>(name, P::spelled_as_expected(std::env::args_os().collect())) {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    let options = P::options(&args);
    let terminal = Terminal::new(options.color, P::verbosity(&args));
    let completion = open_and_run::<P>(name, &args, terminal).unwrap_or_else(|error| {
        let lines = error.lines(&options.invocation(name));
        terminal.error(name, &lines);
        Completion { exit: error.exit(), report: Report::of_failure(P::TOOL, lines, &error.state()), json: None }
    });
    deliver::<P>(name, &args, terminal, completion)
}

/// Reads the command line. What is wrong with it is printed as every error is.
fn parse<P: Program>(name: &'static str, arguments: Vec<OsString>) -> Result<P::Args, Exit> {
    let parsed = try_parse::<P>(name, arguments.clone());
    parsed.map_err(|error| {
        if !error.use_stderr() {
            // A closed pipe is no failure.
            let _ = error.print();
            return Exit::Done;
        }
        // The lines are those of the grammar. An argument that has line breaks of its own must not add any.
        let on_one_line: Vec<OsString> =
            arguments.iter().map(|word| shown::line(&word.to_string_lossy()).into_owned().into()).collect();
        let text = match try_parse::<P>(name, on_one_line) {
            Err(error) => error.to_string(),
            Ok(_) => shown::line(&error.to_string()).into_owned(),
        };
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let lines = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.chain([P::UNCHANGED.to_owned()]).collect();
        let terminal = Terminal::new(Color::Auto, Verbosity::Normal);
        terminal.error(name, &lines);
        let before_operands = arguments.iter().skip(1).take_while(|word| *word != "--");
        if before_operands.into_iter().any(|word| word == "--json") {
            let report = Report::of_failure(P::TOOL, lines, &SystemState::Unchanged);
            // It ends as a failure anyway.
            let _ = terminal.json(&report.redacted_json());
        }
        Exit::Usage
    })
}

fn try_parse<P: Program>(name: &'static str, arguments: Vec<OsString>) -> Result<P::Args, clap::Error> {
    let mut command = P::Args::command();
    if name != P::NAME {
        command = command.name(name).bin_name(name);
    }
    command.try_get_matches_from(arguments).and_then(|matches| P::Args::from_arg_matches(&matches))
}

fn open_and_run<P: Program>(name: &str, args: &P::Args, terminal: Terminal) -> Result<Completion, P::Error> {
    let options = P::options(args);
    let fs = options.product_root().map_err(|e| Error::io("open", "the root directory", e))?;
    let own_files = RealFs::open(Path::new("/")).map_err(|e| Error::io("open", "/", e))?;
    let state = options.state().map_err(|e| Error::io("find", "the state directory", e))?;
    let console = TerminalConsole::open(name, P::UNCHANGED);
    let context = Context {
        program: name.to_owned(),
        terminal,
        console: console.as_ref().map(|console| -> &dyn Console { console }),
        signals: Signals::of_process(P::exit_code(Exit::Unfinished)),
        now: Timestamp::now(),
        ..Context::new(P::TOOL, options, &fs, &own_files, &state)
    };
    P::run(args, &context)
}

/// Prints and writes the report as JSON where that was asked for.
fn deliver<P: Program>(name: &str, args: &P::Args, terminal: Terminal, completion: Completion) -> Exit {
    let Completion { exit, report, json } = completion;
    let options = P::options(args);
    let mut missing = Vec::new();
    if options.json
        && let Err(e) = terminal.json(&json.unwrap_or_else(|| report.redacted_json()))
    {
        missing.push(format!("the result cannot be printed: {e}"));
    }
    if terminal.has_lost() {
        missing.push("the result cannot be printed: standard output takes no more".to_owned());
    }
    // Whoever reads only the errors is to see what needs a human.
    if P::verbosity(args) == Verbosity::Quiet && !report.findings.is_empty() {
        terminal.error(name, &report.findings);
    }
    if let Err(e) = options.write_report(&report) {
        missing.push(format!("the report cannot be written: {e}"));
    }
    if missing.is_empty() {
        return exit;
    }
    let state = match report.outcome {
        ReportStatus::Done => "The run is done; only the report is missing.",
        ReportStatus::Unfinished => "The run is unfinished.",
        _ => P::UNCHANGED,
    };
    missing.push(state.to_owned());
    terminal.error(name, &missing);
    if exit == Exit::Done { Exit::NeedsReview } else { exit }
}
