//! Commands of a product: shown, checked, and run as steps of a plan.
//!
//! A command changes files that are not ours in ways that nobody knows. So nothing is saved: after an interruption it is run again, and
//! its undo is another command, which may be the same one. A program that somebody else could have written, or could replace, is not run.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::real_program::HeldProgram;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath, Stat};
use upgrade_engine::redact;
use upgrade_engine::step::{Observer, Request, Service, Step, StepError};
use upgrade_engine::survey::real_path;

use crate::context::Context;
use crate::options::{CommonOptions, quoted};
use crate::terminal::Terminal;

/// The name of the service in plans.
const SERVICE: &str = "product-command";
/// The environment of a command: nothing of the administrator's own.
const ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("LC_ALL", "C")];
/// The first descriptor that a command does not get: before it are standard input, output and error.
const FIRST_CLOSED: i32 = 3;
/// Lines and bytes of a line that are shown at most; the rest is read and left out.
const MOST_LINES: usize = 1000;
const LONGEST_LINE: u64 = 4096;
/// Lines of a command that failed which its error quotes: the last ones.
const QUOTED_LINES: usize = 10;
/// How long to wait for what a command that has ended wrote last: a daemon that it started may never close its output.
const LAST_WORDS: Duration = Duration::from_millis(300);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Options of programs that run commands of the product; flattened into their arguments.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct CommandOptions {
    /// Run commands of the product although --root names another root; without this they are printed
    #[arg(long)]
    pub run_commands: bool,
}

impl CommandOptions {
    /// Returns whether commands are run; else they are only printed.
    pub fn are_run(&self, common: &CommonOptions) -> bool {
        self.run_commands || common.root.as_deref().is_none_or(|root| root == Path::new("/"))
    }
}

/// A command of a product. It holds no secrets: plans and process lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductCommand {
    /// The program, below the product root.
    pub program: RootPath,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Variables that it needs, beside `PATH`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<(String, String)>,
}

impl ProductCommand {
    /// Returns a command without variables of its own.
    pub fn new(program: RootPath, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        Self { program, arguments, environment: Vec::new() }
    }

    /// Returns the command as an administrator would type it.
    pub fn line(&self) -> String {
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let words = std::iter::once(self.program.to_string()).chain(self.arguments.iter().cloned());
        variables.chain(words.map(|word| quoted(&word))).collect::<Vec<_>>().join(" ")
    }

    /// Returns the step that runs the command. `backward` is what undoes it; the same command where it makes the product read its
    /// configuration again, nothing where there is nothing to undo.
    pub fn step(&self, backward: Option<&Self>) -> Step {
        Step::Request(Request {
            service: SERVICE.to_owned(),
            line: format!("run {}", self.line()),
            forward: json!(self),
            backward: backward.map(|command| json!(command)),
            backward_line: backward.map(|command| format!("run {}", command.line())),
        })
    }
}

/// Runs commands of the product, directly or as the service of [`ProductCommand::step`].
pub struct ProductCommands<'a> {
    fs: &'a dyn FileSystem,
    /// The product root as it was given.
    root: Option<&'a Path>,
    terminal: Terminal,
    /// Set once a command was begun and failed: what it did until then is not known.
    has_failed: AtomicBool,
}

impl<'a> ProductCommands<'a> {
    /// Returns the service.
    pub fn new(context: &'a Context<'_>) -> Self {
        let root = context.options.root.as_deref();
        Self { fs: context.fs, root, terminal: context.terminal, has_failed: AtomicBool::new(false) }
    }

    /// Refuses a program that somebody else could have written, or could replace before it is run: neither it nor a directory above it
    /// may belong to others or be writable for them. Changes nothing.
    ///
    /// # Errors
    /// A sentence without the program's name.
    pub fn check(&self, command: &ProductCommand) -> Result<(), String> {
        let cannot = |e: io::Error| format!("it cannot be run: {e}");
        let fs = self.fs;
        let (typed, named) = command.program.split_last().ok_or("it is not a program")?;
        // The file that is looked at is the open one, and it is no link.
        let directory = real_path(fs, &typed).map_err(cannot)?;
        let stat = match fs.open_dir(&directory).and_then(|dir| dir.open(&RelPath::from(named))?.stat()) {
            Err(e) if e.kind() == io::ErrorKind::InvalidInput => return Err("it is not a program".to_owned()),
            other => other.map_err(cannot)?,
        };
        if stat.mode & 0o111 == 0 {
            return Err("it is not a program".to_owned());
        }
        let own = rustix::process::geteuid().as_raw();
        let is_others = |stat: &Stat| stat.mode & 0o022 != 0 || (stat.uid != 0 && stat.uid != own);
        if is_others(&stat) {
            return Err("users other than root may change it: it is not run".to_owned());
        }
        for path in [directory, typed] {
            let mut above = Some(path);
            while let Some(directory) = above {
                let stat = fs.open_dir(&directory).and_then(|dir| dir.stat(&RelPath::here())).map_err(cannot)?;
                if is_others(&stat) {
                    return Err(format!("users other than root may change it, by changing {directory}: it is not run"));
                }
                above = directory.split_last().map(|(parent, _)| parent);
            }
        }
        Ok(())
    }

    /// Checks a command, and returns its program held open: [`ProductCommands::run_held`] runs what was checked, or nothing.
    ///
    /// # Errors
    /// A sentence without the program's name.
    pub fn hold(&self, command: &ProductCommand) -> Result<HeldProgram, String> {
        self.check(command)?;
        HeldProgram::open(self.root(), &command.program).map_err(|e| e.to_string())
    }

    /// Checks a command and runs it, as [`ProductCommands::run_held`].
    ///
    /// # Errors
    /// A sentence without the program's name.
    pub fn run(&self, command: &ProductCommand) -> Result<(), String> {
        self.run_held(command, &self.hold(command)?)
    }

    /// Checks a command again and runs it in the directory of its program, with nothing to read, a clean environment and no open
    /// file, neither ours nor one that our caller left open. Its output is shown line by line on standard error, without secrets.
    ///
    /// The process enters the held directory by its handle and runs the name there, as the documents call the scripts (`./NAME`): the
    /// program finds its neighbours, and no path is resolved that leads there.
    ///
    /// # Errors
    /// A sentence without the program's name.
    pub fn run_held(&self, command: &ProductCommand, held: &HeldProgram) -> Result<(), String> {
        let cannot = |e: io::Error| format!("it cannot be run: {e}");
        held.check_again(self.root(), &command.program).map_err(|e| e.to_string())?;
        let mut process = Command::new(held.name());
        process.args(&command.arguments).env_clear().envs(ENVIRONMENT);
        process.envs(command.environment.iter().map(|(name, value)| (name, value)));
        process.current_dir(held.directory());
        let (output, input) = io::pipe().map_err(cannot)?;
        process.stdin(Stdio::null()).stdout(input.try_clone().map_err(cannot)?).stderr(input);
        // Ours are closed on exec anyway. What the caller left open, such as a file with a password that an option names as `/dev/fd/9`,
        // is of use to this process alone.
        close_fds::set_fds_cloexec_threadsafe(FIRST_CLOSED, &[]);
        let child = process.spawn().map_err(cannot)?;
        // Until they are dropped, the writing ends of the pipe are open here, too.
        drop(process);
        let followed = self.follow(child, lines_of(output)).map_err(cannot);
        let result = followed.and_then(|(status, last)| match status.success() {
            true => Ok(()),
            false if last.is_empty() => Err(format!("it failed: {status}")),
            false => Err(format!("it failed: {status}; it printed: {}", Vec::from(last).join(" / "))),
        });
        self.has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
        result
    }

    /// Shows what a command prints until it has ended. Returns the last lines, too, without secrets.
    fn follow(&self, mut child: Child, lines: Receiver<String>) -> io::Result<(ExitStatus, VecDeque<String>)> {
        let (mut shown, mut last) = (0, VecDeque::new());
        let mut show = |line: String, shown: &mut usize| {
            self.show(&line, shown);
            last.push_back(redact::text(&line).to_string());
            if last.len() > QUOTED_LINES {
                last.pop_front();
            }
        };
        let status = loop {
            match lines.recv_timeout(LOOK_AGAIN) {
                Ok(line) => show(line, &mut shown),
                Err(RecvTimeoutError::Disconnected) => break child.wait()?,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(status) = child.try_wait()? {
                        break status;
                    }
                }
            }
        };
        while shown <= MOST_LINES
            && let Ok(line) = lines.recv_timeout(LAST_WORDS)
        {
            show(line, &mut shown);
        }
        Ok((status, last))
    }

    fn show(&self, line: &str, shown: &mut usize) {
        *shown = shown.saturating_add(1);
        if *shown <= MOST_LINES {
            self.terminal.message(&format!("  {}", redact::text(line)));
        } else if *shown == MOST_LINES.saturating_add(1) {
            self.terminal.message("  (the rest of its output is not shown)");
        }
    }

    fn root(&self) -> &Path {
        self.root.unwrap_or(Path::new("/"))
    }

    fn asked(request: &Value) -> Result<ProductCommand, StepError> {
        ProductCommand::deserialize(request).map_err(|e| StepError::Broken(format!("the plan names no command: {e}")))
    }
}

impl Service for ProductCommands<'_> {
    fn name(&self) -> &str {
        SERVICE
    }

    fn prepare(&self, request: &Value) -> Result<Value, StepError> {
        let command = Self::asked(request)?;
        self.hold(&command).map_err(|what| StepError::Service(format!("{}: {what}", command.program)))?;
        Ok(Value::Null)
    }

    fn apply(&self, request: &Value, _: &Value, _: &dyn Observer) -> Result<Value, StepError> {
        let command = Self::asked(request)?;
        self.run(&command).map_err(|what| StepError::Service(format!("{}: {what}", command.program)))?;
        Ok(Value::Null)
    }

    /// It is run again: whether it had come to its end is not known, and it can be repeated. Right after its failure it counts as neither
    /// done nor not done, so that the run stays unfinished.
    fn recover(&self, request: &Value, _: &Value) -> Result<Option<Value>, StepError> {
        if self.has_failed.load(Ordering::Relaxed) {
            let command = Self::asked(request)?;
            return Err(StepError::Service(format!("what {} did before it failed is not known", command.program)));
        }
        Ok(None)
    }

    fn check_undo(&self, _: &Value, _: &Value) -> Result<(), StepError> {
        Ok(())
    }
}

/// Reads lines on a thread of its own, which ends with the last process that can write them.
fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (lines, received) = mpsc::sync_channel(64);
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            match (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let text = upgrade_engine::fs::path::escape(line.strip_suffix(b"\n").unwrap_or(&line));
            // Nobody listens any more; what is written still has to be read, else its writer would be ended.
            let _ = lines.send(text);
        }
    });
    received
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn commands_of_another_root_are_run_only_when_that_is_asked_for() {
        let on = |root: Option<&str>| CommonOptions { root: root.map(PathBuf::from), ..CommonOptions::default() };
        let (plain, asked) = (CommandOptions::default(), CommandOptions { run_commands: true });
        assert!(plain.are_run(&on(None)) && plain.are_run(&on(Some("/"))) && asked.are_run(&on(Some("/other"))));
        assert!(!plain.are_run(&on(Some("/other"))));
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let program = RootPath::new("/opt/SUNWmsgsr/sbin/imsimta").unwrap();
        let mut command = ProductCommand::new(program, &["cnbuild", "a b"]);
        command.environment.push(("CONFIGROOT".to_owned(), "/etc/x y".to_owned()));
        assert_eq!(command.line(), "CONFIGROOT='/etc/x y' /opt/SUNWmsgsr/sbin/imsimta cnbuild 'a b'");
    }
}
