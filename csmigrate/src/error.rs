//! Why csmigrate stops. Each error says what is wrong, what can be done, and in which state the system is.

use command::ToolError;
use upgrade_engine::survey::SurveyError;

/// Why csmigrate stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source is not there.
    #[error("{path}: no such directory")]
    NoSource {
        /// As typed.
        path: String,
        /// A directory beside it with nearly that name.
        near: Option<String>,
    },
    /// Something that must be a directory is not.
    #[error("{path} is a file, not a directory")]
    NotADirectory {
        /// Which.
        path: String,
    },
    /// The source holds no database.
    #[error("{path}: {what}")]
    NoDatabase {
        /// The source.
        path: String,
        /// Empty, or without a database.
        what: &'static str,
    },
    /// Source, target and backup get in each other's way.
    #[error("{0}")]
    Overlap(String),
    /// The target holds something.
    #[error("{path} is not empty: it holds {names}")]
    TargetNotEmpty {
        /// The target.
        path: String,
        /// What it holds.
        names: String,
    },
    /// The backup directory holds something else than the source.
    #[error("{path} is not a backup of this source: {difference}")]
    ForeignBackup {
        /// The backup directory.
        path: String,
        /// The first difference.
        difference: String,
    },
    /// The backup directory is the top of a file system.
    #[error("{path} is a mount point, which the backup cannot replace")]
    MountPoint {
        /// The backup directory.
        path: String,
    },
    /// Databases that cannot be migrated, all of them.
    #[error("{}", .0.join("\n"))]
    Databases(Vec<String>),
    /// The environment was not closed properly.
    #[error("{path} was not closed properly: {what}")]
    Unclean {
        /// The source.
        path: String,
        /// What the log says.
        what: String,
        /// What helps.
        remedy: String,
    },
    /// The log of the databases cannot be found.
    #[error("{path}: {what}, and its log files cannot be found: not in {looked}")]
    NoLogs {
        /// The source.
        path: String,
        /// How it is known that there is a log.
        what: String,
        /// Where it was looked for.
        looked: String,
    },
    /// The log does not fit the databases, or cannot be judged.
    #[error("{path}: {what}")]
    Log {
        /// The source.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Not enough space.
    #[error("{path}: {needed} MiB are needed, {free} MiB are free")]
    NoSpace {
        /// Where.
        path: String,
        /// How much is needed.
        needed: u64,
        /// How much there is.
        free: u64,
    },
    /// A process uses the source.
    #[error("{}", .0.join("\n"))]
    InUse(Vec<String>),
    /// The configuration file is not as it should be.
    #[error("{path}: {what}")]
    Config {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A user or group is not known.
    #[error("{0}")]
    Owner(String),
    /// Files that `--owner` would give away although they are others', all of them.
    #[error("{}", .0.join("\n"))]
    GivenAway(Vec<String>),
    /// A new file was not what it should be, and what had been made was removed.
    #[error("{0}")]
    Verification(String),
    /// An error that every program has.
    #[error(transparent)]
    Common(#[from] command::Error),
}

impl From<SurveyError> for Error {
    fn from(error: SurveyError) -> Self {
        command::Error::from(error).into()
    }
}

impl Error {
    /// Wraps an I/O error with what was tried on what.
    pub fn io(verb: &'static str, path: impl std::fmt::Display, source: std::io::Error) -> Self {
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

    fn message(&self) -> Vec<String> {
        match self {
            Self::Databases(lines) | Self::InUse(lines) | Self::GivenAway(lines) => lines.clone(),
            other => vec![other.to_string()],
        }
    }

    fn unfinished(&self) -> &'static str {
        "The source is as it was. The run is unfinished:"
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Common(command::Error::Usage(_)) => "csmigrate -? lists the options.".to_owned(),
            Self::NoSource { near, .. } => format!("Did you mean {}?", near.as_ref()?),
            Self::TargetNotEmpty { .. } => "Name an empty directory, or one that is not there yet.".to_owned(),
            Self::MountPoint { path } => format!("Name a directory below it with -b, such as {path}/csdb."),
            Self::ForeignBackup { .. } => "Name another directory with -b, or move this one away.".to_owned(),
            Self::Databases(_) => {
                "Restore the files from a good backup or move them out of the directory, and run csmigrate \
                                   again. --salvage migrates what can be read of the damaged ones."
                    .to_owned()
            }
            Self::Unclean { remedy, .. } => remedy.clone(),
            Self::NoLogs { .. } => {
                "Changes may be in the log only. Name the directory of the log files with --log-files. \
                                    If they no longer exist, --without-logs migrates the databases as they are."
                    .to_owned()
            }
            Self::GivenAway(_) => {
                "If the new owner may read what is in them, name each with --give-away FILE, or give them to the owner of \
                                     their directory (chown) first. If not, move them out of the directory."
                    .to_owned()
            }
            Self::Verification(_) => {
                "The new files were removed again; the source was not touched. Check the disk and the \
                                      memory of this machine, then run csmigrate again."
                    .to_owned()
            }
            Self::InUse(_) => "Stop the Calendar Server (stop-cal) and run csmigrate again.".to_owned(),
            Self::NoSpace { .. } => "Free some space, or name a backup directory elsewhere with -b.".to_owned(),
            _ => return None,
        })
    }
}
