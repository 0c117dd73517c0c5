//! Why files are not merged, or candidates not installed.

use std::fmt::Display;
use std::io;

use command::ToolError;
use documents::ParseError;
use documents::merge::MergeError;
use upgrade_engine::fs::RootPath;
use upgrade_engine::survey::SurveyError;

/// Why files are not merged, or candidates not installed. Values are left out: they may be passwords.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Files that were named or kept are not there, or not what they should be.
    #[error("{path}: {what}")]
    Files {
        /// Where they should be.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A file is not of the form that it should have.
    #[error("{path} is not {form}: {what}")]
    Form {
        /// The file.
        path: String,
        /// The form with its article: `a properties file`.
        form: &'static str,
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
    /// Files cannot be merged.
    #[error("{file}: {error}")]
    Merge {
        /// The file, as reports name it.
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
    /// A candidate or the file that it is for is not what it was.
    #[error("{path} was changed since the candidates were made")]
    ChangedSince {
        /// The file.
        path: String,
    },
    /// Candidates are not to be installed yet.
    #[error("{} not resolved: {}", conflicts(keys.len()), keys.join(", "))]
    Unresolved {
        /// The conflicts, as resolutions name them: `FILE:KEY`.
        keys: Vec<String>,
    },
    /// Another user may change the work directory.
    #[error("users other than root may change {path}, by way of {directory}")]
    Swappable {
        /// The work directory.
        path: RootPath,
        /// What they may change.
        directory: RootPath,
    },
    /// There is no directory to make the work directory in.
    #[error("there is no directory {0} for the work directory")]
    NoPlace(RootPath),
    /// There are no candidates.
    #[error("there is no work directory {0}")]
    NoCandidates(RootPath),
    /// What stops every program.
    #[error(transparent)]
    Common(#[from] command::Error),
}

fn conflicts(count: usize) -> String {
    if count == 1 { "1 conflict is".to_owned() } else { format!("{count} conflicts are") }
}

impl From<SurveyError> for Error {
    fn from(error: SurveyError) -> Self {
        command::Error::from(error).into()
    }
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
        if let Self::Common(error) = self { Some(error) } else { None }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Changed { .. } => "Repeat the command.".to_owned(),
            Self::ChangedSince { .. } => "Make the candidates again.".to_owned(),
            Self::Unresolved { .. } => {
                "Resolve each one with --resolve FILE:KEY=site|new|VALUE when the candidates are made.".to_owned()
            }
            _ => return None,
        })
    }
}
