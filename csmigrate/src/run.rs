//! One call of the program: opens what it needs, has the command carried out, delivers the result.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, RelPath, RootPath};
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::new_files;
use upgrade_engine::report::{Report, ReportOutcome};
use upgrade_engine::terminal::{Talk, Terminal};

use crate::FAILURE;
use crate::cli::{Args, Command};
use crate::detect::config;
use crate::error::Error;
use crate::logs::Logs;
use crate::plan::TOOL;
use crate::program::Program;

/// The command failed, and that was said.
pub struct Reported;

/// Carries out what the arguments ask for.
///
/// # Errors
/// [`Reported`], whatever it was.
pub fn run(args: &Args) -> Result<(), Reported> {
    // With --json the only thing on standard output is the report.
    let talk = if args.quiet || args.common.json { Talk::Quiet } else { Talk::Normal };
    let terminal = Terminal::new(args.common.color, talk);
    match carry_out(args, terminal) {
        Ok(report) => {
            deliver(args, terminal, &report)?;
            if report.findings.is_empty() {
                return Ok(());
            }
            // Something is left for a human: that is not success, and so it is said even with -q.
            if talk == Talk::Quiet {
                terminal.error(TOOL, &report.findings);
            }
            Err(Reported)
        }
        Err(error) => {
            let lines = error.lines(&args.common.invocation(TOOL));
            terminal.error(TOOL, &lines);
            deliver(args, terminal, &Report::of_failure(TOOL, lines, error.standing()))?;
            Err(Reported)
        }
    }
}

fn carry_out(args: &Args, terminal: Terminal) -> Result<Report, Error> {
    let command = args.command().map_err(Error::Usage)?;
    let fs = args.common.product_root().map_err(|e| Error::io("open", "the root directory", e))?;
    let state = args.common.state().map_err(|e| Error::io("find", "the state directory", e))?;
    let interrupt = Interrupt::install(FAILURE.into()).map_err(|e| Error::io("catch", "signals", e))?;
    let logs = match &command {
        Command::Inspect(..) | Command::ListRuns => None,
        _ => Some(begin_logs(args, terminal, &fs, &command)?),
    };
    let program = Program { args, command, terminal, fs: &fs, state: &state, logs, interrupt };
    program.carry_out().inspect_err(|error| program.log_error(error))
}

/// Prints and writes the report as JSON where that was asked for.
fn deliver(args: &Args, terminal: Terminal, report: &Report) -> Result<(), Reported> {
    let json = report.redacted_json();
    if args.common.json {
        terminal.json(&json);
    }
    args.common.write_report(json.as_bytes()).map_err(|e| {
        let standing = match report.outcome {
            ReportOutcome::Done => "What was asked for is done.",
            ReportOutcome::Unfinished => "The run is unfinished.",
            _ => "Nothing was changed.",
        };
        terminal.error(TOOL, &[format!("the report cannot be written: {e}"), standing.to_owned()]);
        Reported
    })
}

fn begin_logs(args: &Args, terminal: Terminal, fs: &RealFs, command: &Command) -> Result<Logs, Error> {
    let what = match command {
        Command::Migrate { source, target } => format!("migrate {} to {}", source.display(), target.display()),
        Command::EditConfig => "edit ics.conf".to_owned(),
        Command::Undo(what) => format!("undo {}", what.display()),
        Command::Resume => "resume".to_owned(),
        Command::Prune(run) => format!("prune {run}"),
        Command::Inspect(..) | Command::ListRuns => "look".to_owned(),
    };
    let at = |dir: std::io::Result<Box<dyn Dir>>, path: String| {
        let dir =
            dir.map_err(|e| Error::io("open", format!("the logs directory {path} (--log-dir names another)"), e))?;
        Logs::begin(dir, path, args.level, &what)
    };
    let real = |path: &Path| -> std::io::Result<Box<dyn Dir>> {
        let path = std::path::absolute(path)?;
        let path = RootPath::new(path.as_os_str().as_bytes()).map_err(std::io::Error::other)?;
        RealFs::open(Path::new("/"))?.open_dir(&path)
    };
    if let Some(dir) = &args.log_dir {
        let found = match real(dir) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && new_files::make_directory(dir).is_ok() => {
                terminal.result(&format!("Made the logs directory {}", dir.display()));
                real(dir)
            }
            found => found,
        };
        return at(found, dir.display().to_string());
    }
    if let Some(path) = config::logs_directory(fs)? {
        match fs.open_dir(&path) {
            // A host with only part of an installation: as one without.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            dir => return at(dir, path.to_string()),
        }
    }
    let here = real(Path::new("."));
    if let Ok(here) = &here {
        refuse_logs_among_the_data(args, fs, &**here)?;
    }
    at(here, ".".to_owned())
}

/// Without a logs directory the logs go to the current directory, but never among the files that are surveyed.
fn refuse_logs_among_the_data(args: &Args, fs: &RealFs, here: &dyn Dir) -> Result<(), Error> {
    let Ok(here) = here.stat(&RelPath::here()).map(|stat| stat.id) else { return Ok(()) };
    for operand in [&args.source, &args.target, &args.backup].into_iter().flatten() {
        let dir = args.common.product_path(operand).and_then(|path| fs.open_dir(&path));
        if dir.and_then(|dir| dir.stat(&RelPath::here())).is_ok_and(|stat| stat.id == here) {
            let operand = operand.display();
            return Err(Error::Usage(format!(
                "the logs would be written into {operand}: name a directory with --log-dir"
            )));
        }
    }
    Ok(())
}
