//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use documents::ParseError;
use documents::merge::MergeError;
use upgrade_engine::engine::{EngineError, Standing};
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::Name;
use upgrade_engine::survey::SurveyError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// There is no Delegated Administrator.
    #[error("no Delegated Administrator was found: there is neither data/config nor data/WEB-INF below {0}")]
    NoBase(String),
    /// There are several.
    #[error("Delegated Administrator is in several places: {}", .0.join(", "))]
    SeveralBases(Vec<String>),
    /// The saved files are not there.
    #[error("{path}: {what}")]
    Saved {
        /// Where they should be.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// There is no snapshot.
    #[error("there is no snapshot")]
    NoSnapshot,
    /// A file is not a properties file.
    #[error("{path} is not a properties file: {what}")]
    NotProperties {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A file cannot be understood.
    #[error("{path}, {error}")]
    Parse {
        /// The file.
        path: String,
        /// Where, and what is wrong.
        error: ParseError,
    },
    /// An export cannot be understood.
    #[error("{path}, {error}")]
    Ldif {
        /// The file.
        path: String,
        /// Where, and what is wrong.
        error: ldif::LdifError,
    },
    /// Files cannot be merged.
    #[error("{file}: {error}")]
    Merge {
        /// The file.
        file: String,
        /// Why.
        error: MergeError,
    },
    /// A file is not what it was.
    #[error("{path} was changed since the merge was planned")]
    Changed {
        /// The file.
        path: String,
    },
    /// It is not clear which web container runs the product.
    #[error("{0}")]
    Container(String),
    /// A deploy script cannot be run, or failed.
    #[error("{path}: {what}")]
    Script {
        /// The script.
        path: String,
        /// What is wrong.
        what: String,
    },
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
    /// A request that does not fit the unfinished run.
    #[error("run {run} is unfinished: {what}")]
    OtherRun {
        /// The run.
        run: Name,
        /// What it was to do.
        what: String,
    },
    /// There is no unfinished run.
    #[error("there is nothing to resume")]
    NothingToResume,
    /// The administrator said no.
    #[error("not confirmed")]
    NotConfirmed,
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Something cannot be surveyed.
    #[error(transparent)]
    Survey(SurveyError),
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

    /// Returns the state that the system is in.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Engine(error) => error.standing(),
            Self::OtherRun { .. } => Standing::Unfinished,
            _ => Standing::NothingChanged,
        }
    }

    /// Returns how the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Engine(EngineError::Locked { .. }) => Exit::Locked,
            _ if self.standing() == Standing::Unfinished => Exit::Unfinished,
            _ => Exit::NothingChanged,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Usage(_) => "config-commda-merge --help lists the commands and options.".to_owned(),
            Self::NoBase(_) | Self::SeveralBases(_) => "Name the directory with --da-base.".to_owned(),
            Self::NoSnapshot => {
                "Make one with `config-commda-merge snapshot` before config-commda runs, or name a directory with copies \
                 from before with --saved."
                    .to_owned()
            }
            Self::Merge { error: MergeError::NoConflict { .. }, .. } => {
                "`merge --dry-run` shows which keys are in conflict.".to_owned()
            }
            Self::Container(_) => "Name the container of the last config-commda with --container.".to_owned(),
            Self::Changed { .. } => "Run the command again: it plans anew.".to_owned(),
            Self::Engine(EngineError::NoSuchRun(_)) => {
                "config-commda-merge --list-runs shows what can be undone.".to_owned()
            }
            Self::Engine(EngineError::Locked { .. }) => "Wait until it has ended.".to_owned(),
            _ => return None,
        })
    }

    fn run(&self) -> Option<&Name> {
        match self {
            Self::OtherRun { run, .. } | Self::Engine(EngineError::Pending { run }) => Some(run),
            Self::Engine(EngineError::Step { run, .. }) => run.as_ref(),
            Self::Engine(EngineError::Journal { run, .. } | EngineError::State { run, .. }) => Some(run),
            _ => None,
        }
    }

    /// Returns the lines to print: the error, what can be done, the state of the system. `invocation` is how the program has
    /// to be called to find the same runs.
    pub fn lines(&self, invocation: &str) -> Vec<String> {
        let mut lines = vec![self.to_string()];
        lines.extend(self.hint());
        match (self.standing(), self) {
            (Standing::NothingChanged, Self::Script { .. }) => {
                lines.push("The originals are as they were; deploy can be run again.".to_owned());
            }
            (Standing::NothingChanged, _) => lines.push("Nothing was changed.".to_owned()),
            (Standing::Unfinished, _) => {
                lines.push("A run is unfinished:".to_owned());
                lines.push(format!("  to go on:        {invocation} --resume"));
                let run = self.run().map_or_else(|| "RUN".to_owned(), ToString::to_string);
                lines.push(format!("  to take it back: {invocation} undo {run}"));
            }
        }
        lines
    }
}
