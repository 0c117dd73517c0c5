//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use command::ToolError;
use upgrade_engine::fs::RootPath;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no installation.
    #[error("no Instant Messaging was found: there is neither sbin nor html below {0}")]
    NoBase(String),
    /// There is no configuration.
    #[error("there is no iim.conf: no directory below {0} is an instance")]
    NoInstance(String),
    /// An instance that was named is not there.
    #[error("there is no instance {name} below {config_root}")]
    UnknownInstance {
        /// The name.
        name: String,
        /// Where instances are.
        config_root: RootPath,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A configuration file cannot be read as one.
    #[error("{path}: {what}")]
    Configuration {
        /// The file.
        path: RootPath,
        /// What is wrong.
        what: String,
    },
    /// The server's account cannot read its configuration.
    #[error("{user}, the account of the server, cannot read {path}; neither server nor multiplexor could start")]
    Unreadable {
        /// The file.
        path: RootPath,
        /// `iim.user`.
        user: String,
        /// What makes it readable.
        fix: String,
    },
    /// There is no imadmin for an instance.
    #[error("there is no imadmin for instance {instance}: {looked} is missing")]
    NoImadmin {
        /// The instance.
        instance: String,
        /// Where it was looked for.
        looked: String,
    },
    /// The host is a node of a cluster, and the resource is not known.
    #[error("this is a node of a cluster ({sign}): imadmin must not be used here")]
    Cluster {
        /// What shows it.
        sign: String,
        /// Resources of the product's type, where they are known.
        resources: Vec<String>,
    },
    /// A rollback is refused.
    #[error(transparent)]
    Rollback(#[from] crate::rollback::Refusal),
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
            Self::NoBase(_) => "Name the directory with --im-base DIR.".to_owned(),
            Self::NoInstance(_) => {
                "Configure Instant Messaging first, or name its directory with --im-base DIR.".to_owned()
            }
            Self::UnknownInstance { known, .. } => format!("Instances: {}", known.join(", ")),
            Self::Unreadable { fix, .. } => format!("To fix it: {fix}"),
            Self::NoImadmin { .. } => {
                "Name the directory of the installation with --im-base DIR, or use --no-service and stop and start the server yourself."
                    .to_owned()
            }
            Self::Cluster { resources, .. } if resources.is_empty() => {
                "Name the resource of Instant Messaging with --ha RESOURCE.".to_owned()
            }
            Self::Cluster { resources, .. } => {
                format!("Name one of the resources {} with --ha RESOURCE.", resources.join(", "))
            }
            Self::Rollback(refusal) => refusal.hint(),
            Self::Merging(error) => return error.hint(),
            Self::Configuration { .. } | Self::Common(_) => return None,
        })
    }
}
