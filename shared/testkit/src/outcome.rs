//! What a run of a program did: exit status, both outputs, and nothing that differs from run to run.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use crate::process;

/// The result of one run.
pub struct Outcome {
    /// The exit status; nothing after a signal.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What was printed.
    pub stdout: String,
    /// What was printed as errors and messages.
    pub stderr: String,
}

impl Outcome {
    /// Runs a command with nothing to read.
    pub fn of(command: &mut Command) -> Self {
        Self::from_output(process::output(command.stdin(Stdio::null())))
    }

    /// Takes what a run left.
    pub fn from_output(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: status.code(), signal: status.signal(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Fails unless the run succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        self.exits(0)
    }

    /// Fails unless the run failed with 255, the status of every failure of the programs that know no other.
    #[track_caller]
    pub fn failed(self) -> Self {
        self.exits(255)
    }

    /// Fails unless the run ended like this.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self}");
        self
    }

    /// Fails unless a text was printed somewhere, in one line or wrapped to fit a terminal.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let has = |printed: &str| printed.contains(text) || unwrapped(printed).contains(text);
        assert!(has(&self.stdout) || has(&self.stderr), "not said: {text}\n{self}");
        self
    }

    /// Parses what was printed.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

/// Joins each indented line to the one before it.
fn unwrapped(printed: &str) -> String {
    let mut joined = String::with_capacity(printed.len());
    for line in printed.split('\n') {
        let text = line.trim_start_matches(' ');
        if line.len() - text.len() >= 2 {
            joined.push(' ');
            joined.push_str(text);
        } else {
            joined.push('\n');
            joined.push_str(line);
        }
    }
    joined
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or_else(|| "ended by a signal".to_owned(), |status| format!("exit {status}"));
        writeln!(f, "{status}")?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "--- {name}")?;
                f.write_str(text)?;
            }
        }
        Ok(())
    }
}
