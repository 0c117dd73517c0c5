//! Why a program stops: what is wrong, what can be done, and in which state the system is now.

use std::fmt::Display;
use std::io;

use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::Name;
use upgrade_engine::shown;
use upgrade_engine::survey::SurveyError;

use crate::exit::Exit;
use crate::options::Invocation;

/// Errors that every program has. A tool's own error type wraps this one, see [`ToolError`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The operating system refused something.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A question needs an answer, and there is no terminal.
    #[error("{question} There is no terminal for the answer.")]
    NoTerminal {
        /// The question.
        question: String,
        /// The option that answers it.
        option: &'static str,
    },
    /// The administrator said no.
    #[error("not confirmed")]
    NotConfirmed,
    /// The administrator asked to stop before anything was begun.
    #[error("interrupted")]
    Interrupted,
    /// Another run holds the lock.
    #[error("another run is active{}", holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default())]
    Active {
        /// Who, as far as that is known.
        holder: Option<String>,
    },
    /// An unfinished run is in the way.
    #[error("run {run} is unfinished: {what}")]
    Unfinished {
        /// The run.
        run: Name,
        /// What it was to do.
        what: String,
    },
    /// `--resume` cannot choose.
    #[error("several runs are unfinished: {0}")]
    SeveralUnfinished(String),
    /// There is no unfinished run.
    #[error("no run was interrupted; there is nothing to resume")]
    NothingToResume,
    /// There is no run by that name.
    #[error("no such run: {0}")]
    NoSuchRun(String),
    /// No run has an effect that could be undone.
    #[error("there is no run to undo")]
    NothingToUndo,
    /// A run is listed, and has no effect that could be undone.
    #[error("run {run} {why}; there is nothing to undo")]
    WithoutEffect {
        /// The run.
        run: Name,
        /// Undone already, or failed before it changed anything.
        why: &'static str,
    },
    /// Something cannot be surveyed.
    #[error(transparent)]
    Survey(SurveyError),
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
    /// The engine stopped.
    #[error(transparent)]
    Engine(EngineError),
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Locked { holder } => Self::Active { holder },
            EngineError::NoSuchRun(name) => Self::NoSuchRun(name),
            other => Self::Engine(other),
        }
    }
}

impl From<SurveyError> for Error {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::Io { verb, path, source } => Self::Io { verb, path, source },
            other => Self::Survey(other),
        }
    }
}

impl Error {
    /// Wraps what the operating system said.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_string(), source }
    }

    /// Returns in which state the system is left.
    pub fn state(&self) -> SystemState {
        match self {
            Self::Unfinished { run, .. } => SystemState::Unfinished(Some(run.clone())),
            Self::SeveralUnfinished(_) => SystemState::Unfinished(None),
            Self::Engine(error) if error.state_after() == StateAfter::Unfinished => {
                SystemState::Unfinished(match error {
                    EngineError::Step { run, .. } => run.clone(),
                    EngineError::Pending { run }
                    | EngineError::Journal { run, .. }
                    | EngineError::State { run, .. } => Some(run.clone()),
                    _ => None,
                })
            }
            _ => SystemState::Unchanged,
        }
    }

    /// Returns how the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::NoTerminal { .. } => Exit::Usage,
            Self::Active { .. } => Exit::Locked,
            Self::Internal(_) => Exit::Internal,
            _ => self.state().exit(),
        }
    }

    fn hint(&self, program: &str) -> Option<String> {
        Some(match self {
            Self::Usage(_) => format!("{program} --help lists the options."),
            Self::NoTerminal { option, .. } => format!("Use {option} to answer yes."),
            Self::NoSuchRun(_) | Self::NothingToUndo | Self::WithoutEffect { .. } => {
                format!("{program} --list-runs shows what can be undone.")
            }
            Self::SeveralUnfinished(_) => "Repeat the command of the run to resume, or undo it.".to_owned(),
            Self::Engine(EngineError::OpenToOthers { .. }) => {
                "Use --state-dir to name a directory that only root and you can change, as well as everything above it."
                    .to_owned()
            }
            Self::Engine(EngineError::Unreadable { run, .. }) => {
                format!("{program} --prune {run} deletes what is kept of it.")
            }
            Self::Active { .. } => "Wait until it has ended.".to_owned(),
            _ => return None,
        })
    }
}

/// In which state a failed command leaves the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemState {
    /// Nothing was changed.
    Unchanged,
    /// A run is unfinished: resume or undo it. The run, when it is known.
    Unfinished(Option<Name>),
}

impl SystemState {
    /// Returns how a program ends that leaves the system like this.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unchanged => Exit::NothingChanged,
            Self::Unfinished(_) => Exit::Unfinished,
        }
    }
}

/// A tool's error type: its own errors, and one variant for [`enum@Error`].
pub trait ToolError: std::error::Error + From<Error> {
    /// Returns the common error inside, when it is one.
    fn common(&self) -> Option<&Error>;

    /// Returns what the administrator can do, in one sentence. Common errors have their own.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Returns in which state the system is left.
    fn state(&self) -> SystemState {
        self.common().map_or(SystemState::Unchanged, Error::state)
    }

    /// Returns how the program ends.
    fn exit(&self) -> Exit {
        self.common().map_or_else(|| self.state().exit(), Error::exit)
    }

    /// Returns the error's lines. Only an error that is a list has several: line breaks inside its values are no ends of lines.
    fn message(&self) -> Vec<String> {
        vec![self.to_string()]
    }

    /// Returns the sentence for [`SystemState::Unchanged`].
    fn unchanged(&self) -> &'static str {
        "Nothing was changed."
    }

    /// Returns the sentence for [`SystemState::Unfinished`]; the two ways out follow it.
    fn unfinished(&self) -> &'static str {
        "A run is unfinished:"
    }

    /// Returns the lines to print: the error, what can be done, the state of the system.
    fn lines(&self, call: &Invocation) -> Vec<String> {
        let mut lines: Vec<String> = self.message().iter().map(|line| shown::line(line).into_owned()).collect();
        lines.extend(self.hint().or_else(|| self.common().and_then(|error| error.hint(&call.program))));
        match self.state() {
            SystemState::Unchanged => lines.push(self.unchanged().to_owned()),
            SystemState::Unfinished(run) => {
                let run = run.map_or_else(|| "RUN".to_owned(), |run| run.to_string());
                lines.push(self.unfinished().to_owned());
                lines.push(format!("  to resume it: {} --resume", call.command));
                lines.push(format!("  to undo it:   {} --undo {run}", call.command));
            }
        }
        lines
    }
}
