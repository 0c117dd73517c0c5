//! `csmigrate.log` and `csmigrateError.log`, the two files that the documents name (`reference/calendar.md` section 1.3).
//!
//! The format of their lines was never published; ours is a UTC time, the process, the text. They are appended to, never
//! replaced, and a link at their place is not followed.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use command::{RunRequest, Terminal};
use jiff::Timestamp;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::{new_files, redact, shown};

use crate::cli::{Args, Command, LogLevel};
use crate::detect::config;
use crate::error::Error;

const LOG: &str = "csmigrate.log";
const ERROR_LOG: &str = "csmigrateError.log";

/// The two logs of a run.
pub struct Logs {
    dir: Box<dyn Dir>,
    path: String,
    level: LogLevel,
}

impl Logs {
    /// Begins to log in a directory.
    ///
    /// # Errors
    /// [`Error::Common`] when a line cannot be added there.
    pub fn begin(dir: Box<dyn Dir>, path: String, level: LogLevel, command: &str) -> Result<Self, Error> {
        let logs = Self { dir, path, level };
        logs.append(LOG, &[format!("begin: {command}")])
            .map_err(|e| Error::io("write", format!("{}/{LOG}", logs.path), e))?;
        Ok(logs)
    }

    /// Logs a line.
    pub fn line(&self, line: &str) {
        self.try_append(LOG, &[line.to_owned()]);
    }

    /// Logs a line that only `-l max` wants.
    pub fn detail(&self, line: &str) {
        if self.level == LogLevel::Max {
            self.line(line);
        }
    }

    /// Logs an error, in both files.
    pub fn error(&self, lines: &[String]) {
        self.try_append(LOG, lines);
        self.try_append(ERROR_LOG, lines);
    }

    /// A run is not stopped halfway because its log cannot be written any more: the journal has all that matters.
    fn try_append(&self, file: &str, lines: &[String]) {
        let _ = self.append(file, lines);
    }

    fn append(&self, file: &str, lines: &[String]) -> std::io::Result<()> {
        let name = Name::new(file).map_err(std::io::Error::other)?;
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let process = std::process::id();
        let text: String = lines
            .iter()
            .map(|line| format!("{now} csmigrate[{process}] {}\n", shown::line(&redact::text(line))))
            .collect();
        self.dir.append(&RelPath::from(name), text.as_bytes())
    }
}

/// Begins the logs of a command, in the directory that the documents name for them; nothing for a command that only looks.
///
/// # Errors
/// [`Error::Config`] when ics.conf cannot be understood; [`command::Error`] when the directory cannot be used.
pub fn of_command(
    args: &Args,
    terminal: Terminal,
    fs: &dyn FileSystem,
    command: &Command,
) -> Result<Option<Logs>, Error> {
    let what = match command {
        Command::Migrate { source, target } => format!("migrate {} to {}", source.display(), target.display()),
        Command::EditConfig => "edit ics.conf".to_owned(),
        Command::Runs(RunRequest::Undo(None)) => "undo".to_owned(),
        Command::Runs(RunRequest::Undo(Some(what))) => format!("undo {}", what.display()),
        Command::Runs(RunRequest::Resume) => "resume".to_owned(),
        Command::Runs(RunRequest::Prune(run)) => format!("prune {run}"),
        Command::Inspect(..) | Command::Runs(RunRequest::List) => return Ok(None),
    };
    begin(args, terminal, fs, &what).map(Some)
}

fn begin(args: &Args, terminal: Terminal, fs: &dyn FileSystem, what: &str) -> Result<Logs, Error> {
    let at = |dir: std::io::Result<Box<dyn Dir>>, path: String| {
        let dir =
            dir.map_err(|e| Error::io("open", format!("the logs directory {path} (--log-dir names another)"), e))?;
        Logs::begin(dir, path, args.level, what)
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
    if let Some(logs) = config::logs_directory(fs)? {
        match fs.open_dir(&logs.path) {
            // A host with only part of an installation: as one without.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            dir => {
                if let Ok(dir) = &dir {
                    logs.refuse_chosen_by_others(fs, &**dir)?;
                }
                return at(dir, logs.path.to_string());
            }
        }
    }
    let here = real(Path::new("."));
    if let Ok(here) = &here {
        refuse_logs_among_the_data(args, fs, &**here)?;
    }
    at(here, ".".to_owned())
}

/// Without a logs directory the logs go to the current directory, but never among the files that are surveyed.
fn refuse_logs_among_the_data(args: &Args, fs: &dyn FileSystem, here: &dyn Dir) -> Result<(), Error> {
    let Ok(here) = here.stat(&RelPath::here()).map(|stat| stat.id) else { return Ok(()) };
    for operand in [&args.source, &args.target, &args.backup].into_iter().flatten() {
        let dir = args.common.product_path(operand).and_then(|path| fs.open_dir(&path));
        if dir.and_then(|dir| dir.stat(&RelPath::here())).is_ok_and(|stat| stat.id == here) {
            let operand = operand.display();
            return Err(Error::usage(format!(
                "the logs would be written into {operand}: name a directory with --log-dir"
            )));
        }
    }
    Ok(())
}
