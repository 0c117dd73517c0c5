//! Why a program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use command::ToolError;
use upgrade_engine::fs::RootPath;

/// Why a program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at the place of a root.
    #[error("there is no Messaging Server root at {0}")]
    NoRoot(RootPath),
    /// Something else is at the place of a root.
    #[error("{root} is not a Messaging Server root: it has no {missing}")]
    NotARoot {
        /// The directory.
        root: RootPath,
        /// What it lacks.
        missing: &'static str,
    },
    /// A link of a root leads nowhere.
    #[error("{path} {what}")]
    Link {
        /// The link.
        path: RootPath,
        /// What is wrong with it.
        what: String,
    },
    /// What was named as a backup of the store is none.
    #[error("--store-backup: {0}")]
    Backup(String),
    /// It is not known which root is meant.
    #[error("this program does not lie in the sbin directory of a Messaging Server root")]
    NotInstalled,
    /// A configuration is not moved, or a move is not undone.
    #[error(transparent)]
    Move(#[from] crate::migrate::refusal::Refusal),
    /// An error that every merge has.
    #[error(transparent)]
    Merging(#[from] config_merge::Error),
    /// An error that every program has.
    #[error(transparent)]
    Common(#[from] command::Error),
}

impl Error {
    /// Wraps what the operating system said.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        command::Error::io(verb, path, source).into()
    }

    /// Returns the error of a wrong command line.
    pub fn usage(what: impl Into<String>) -> Self {
        command::Error::Usage(what.into()).into()
    }
}

impl ToolError for Error {
    fn common(&self) -> Option<&command::Error> {
        match self {
            Self::Common(error) => Some(error),
            Self::Merging(error) => error.common(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoRoot(_) | Self::NotARoot { .. } => {
                "A root is the directory that holds sbin, lib and the links config, data and log, such as /opt/SUNWmsgsr.".to_owned()
            }
            Self::NotInstalled => "Name the root of the new release with --new-root.".to_owned(),
            Self::Move(refusal) => return refusal.hint(),
            Self::Backup(_) => {
                "Name a directory with a copy of the store or the output of imsbackup, snapshot:NAME for a snapshot, or none.".to_owned()
            }
            Self::Merging(error) => return error.hint(),
            Self::Link { .. } | Self::Common(_) => return None,
        })
    }
}
