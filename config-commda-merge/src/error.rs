//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use command::{Exit, ToolError};
use documents::merge::MergeError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no Delegated Administrator.
    #[error("no Delegated Administrator was found: there is neither data/config nor data/WEB-INF below {0}")]
    NoBase(String),
    /// There are several.
    #[error("Delegated Administrator is in several places: {}", .0.join(", "))]
    SeveralBases(Vec<String>),
    /// There is no snapshot.
    #[error("there is no snapshot")]
    NoSnapshot,
    /// The base and the saved file, or their directories, are one.
    #[error("{}", one_file(.base, .saved))]
    OneFile {
        /// The base, as it was named or found.
        base: String,
        /// The saved one.
        saved: String,
    },
    /// An export cannot be understood.
    #[error("{path}, {error}")]
    Ldif {
        /// The file.
        path: String,
        /// Where, and what is wrong.
        error: ldif::LdifError,
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

fn one_file(base: &str, saved: &str) -> String {
    if base == saved {
        format!("the base and the saved files are one: {base}")
    } else {
        format!("the base and the saved files are one: {base} and {saved} lead to the same place")
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

    fn exit(&self) -> Exit {
        match self {
            Self::OneFile { .. } => Exit::Usage,
            _ => self.common().map_or_else(|| self.state().exit(), command::Error::exit),
        }
    }

    fn unchanged(&self) -> &'static str {
        match self {
            Self::Script { .. } => "The originals are as they were; deploy can be run again.",
            _ => "Nothing was changed.",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::OneFile { .. } => {
                "Name as the base what the old release shipped. With the site's own files as the base, a merge would lose what the site changed."
                    .to_owned()
            }
            Self::NoBase(_) | Self::SeveralBases(_) => "Name the directory with --da-base.".to_owned(),
            Self::NoSnapshot => {
                "Make one with `config-commda-merge snapshot` before config-commda runs, or name a directory with copies \
                 from before with --saved."
                    .to_owned()
            }
            Self::Merging(config_merge::Error::Merge { error: MergeError::NoConflict { .. }, .. }) => {
                "`merge --dry-run` shows which keys are in conflict.".to_owned()
            }
            Self::Container(_) => "Name the container of the last config-commda with --container.".to_owned(),
            Self::Merging(error) => return error.hint(),
            _ => return None,
        })
    }
}
