//! Why the program stops. Each error says what is wrong and what can be done.

use std::fmt::Display;
use std::io;

use command::ToolError;
use upgrade_engine::survey::SurveyError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not what it should be.
    #[error("{path}: {what}")]
    File {
        /// The file.
        path: String,
        /// What is wrong, with the line where there is one.
        what: String,
    },
    /// A file is of the vendor, and there is no map.
    #[error(
        "{path} is not a file of occ-upgrade, and the format of the vendor's files is not published: a map is needed"
    )]
    NoMap {
        /// The file.
        path: String,
        /// The settings that the map must name.
        needed: Vec<&'static str>,
    },
    /// What should be made is there.
    #[error("{path} exists")]
    Exists {
        /// Where.
        path: String,
    },
    /// Settings are missing or wrong.
    #[error("{path}: {what}")]
    Setting {
        /// The file.
        path: String,
        /// Which setting, and why.
        what: String,
    },
    /// What stops every program.
    #[error(transparent)]
    Common(#[from] command::Error),
}

impl From<SurveyError> for Error {
    fn from(error: SurveyError) -> Self {
        command::Error::from(error).into()
    }
}

impl Error {
    /// Wraps what the operating system reported.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        command::Error::io(verb, path, source).into()
    }

    /// Returns the error of a wrong command line.
    pub fn usage(what: impl Into<String>) -> Self {
        command::Error::Usage(what.into()).into()
    }

    /// Returns the error of a file with wrong content.
    pub fn file(path: impl Display, what: impl Display) -> Self {
        Self::File { path: path.to_string(), what: what.to_string() }
    }

    /// Returns the error of a setting.
    pub fn setting(path: impl Display, what: impl Display) -> Self {
        Self::Setting { path: path.to_string(), what: what.to_string() }
    }
}

impl ToolError for Error {
    fn common(&self) -> Option<&command::Error> {
        if let Self::Common(error) = self { Some(error) } else { None }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoMap { needed, .. } => Some(crate::map::explanation(needed)),
            Self::Exists { .. } => {
                Some("Name another place, or give --replace: the old one is kept beside it.".to_owned())
            }
            Self::Setting { .. } => {
                Some("`occ-upgrade check` lists everything that is wrong in a configuration.".to_owned())
            }
            Self::File { .. } | Self::Common(_) => None,
        }
    }
}
