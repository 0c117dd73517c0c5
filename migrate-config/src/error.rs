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
    /// A root has no configuration.
    #[error("{0} has no configuration")]
    NotConfigured(RootPath),
    /// No run moved a configuration to a root, so the old root is not known.
    #[error("migrate-config has not moved a configuration to {0}, so the stock files of the old release are not known")]
    NoMove(RootPath),
    /// There are no stock files.
    #[error("{top} holds no stock files: no directory below it has imta.cnf or msg.conf.defaults")]
    NoStock {
        /// Where they were looked for.
        top: RootPath,
        /// The option that names them.
        option: &'static str,
    },
    /// Several directories may be the one with the stock files.
    #[error("several directories may hold the stock files: {}", paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    SeveralStocks {
        /// The directories.
        paths: Vec<RootPath>,
        /// The option that names one.
        option: &'static str,
    },
    /// Candidates were made for another root.
    #[error("{path} was made for {made_for}, not for {new_root}")]
    OtherRoot {
        /// The work directory.
        path: RootPath,
        /// The root it was made for.
        made_for: RootPath,
        /// The root that it is to be installed in.
        new_root: RootPath,
    },
    /// The record of the work directory cannot be understood.
    #[error("{path}: its record cannot be understood: {what}")]
    Record {
        /// The work directory.
        path: RootPath,
        /// What is wrong.
        what: String,
    },
    /// There is no installation to take back.
    #[error("no installation by install-newconfig is in effect on {0}")]
    NotInstalledConfig(RootPath),
    /// A configuration is not moved, or a move is not undone.
    #[error(transparent)]
    Move(#[from] crate::migrate::refusal::Refusal),
    /// A configuration is not used.
    #[error(transparent)]
    UseConfig(#[from] crate::useconfig::Refusal),
    /// No address is set.
    #[error(transparent)]
    HaIpConfig(#[from] crate::ha_ip_config::Refusal),
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

    fn message(&self) -> Vec<String> {
        match self {
            Self::Move(refusal) => refusal.to_string().lines().map(str::to_owned).collect(),
            other => vec![other.to_string()],
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoRoot(_) | Self::NotARoot { .. } => {
                "A root is the directory that holds sbin, lib and the links config, data and log, such as /opt/SUNWmsgsr.".to_owned()
            }
            Self::NotInstalled => "Name the root of the new release with --new-root.".to_owned(),
            Self::NotConfigured(_) => "Run migrate-config OLDROOT first.".to_owned(),
            Self::NoMove(_) => "Run migrate-config OLDROOT first, or name the stock files with --base DIR.".to_owned(),
            Self::NoStock { option, .. } => format!("Name their directory with {option} DIR."),
            Self::SeveralStocks { option, .. } => format!("Name one of them with {option} DIR."),
            Self::Merging(config_merge::Error::Swappable { .. } | config_merge::Error::NoPlace(_)) => {
                "Name another directory with --work-dir DIR.".to_owned()
            }
            Self::Merging(config_merge::Error::NoCandidates(_)) => {
                "Run patch-config first, or name the directory with --work-dir DIR.".to_owned()
            }
            Self::OtherRoot { .. } | Self::Record { .. } => "Run patch-config again.".to_owned(),
            Self::NotInstalledConfig(_) => "--list-runs shows what there is.".to_owned(),
            Self::Merging(config_merge::Error::ChangedSince { .. }) => {
                "Run patch-config again. Another value is chosen with patch-config --resolve FILE:KEY=VALUE where there is a conflict, \
                 else in the live file."
                    .to_owned()
            }
            Self::Merging(config_merge::Error::Unresolved { .. }) => {
                "Resolve each one with patch-config --resolve FILE:KEY=site|new|VALUE, or use -f to install the site's values.".to_owned()
            }
            Self::Move(refusal) => return refusal.hint(),
            Self::UseConfig(refusal) => return refusal.hint(),
            Self::HaIpConfig(refusal) => return refusal.hint(),
            Self::Backup(_) => {
                "Name a directory with a copy of the store or the output of imsbackup, snapshot:NAME for a snapshot, or none.".to_owned()
            }
            Self::Merging(error) => return error.hint(),
            Self::Link { .. } | Self::Common(_) => return None,
        })
    }
}
