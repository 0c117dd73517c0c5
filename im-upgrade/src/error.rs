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
    /// A program of the product cannot be run.
    #[error("{path}: {what}")]
    Program {
        /// The program.
        path: RootPath,
        /// What is wrong.
        what: String,
    },
    /// The server was not stopped; what was done until then is undone.
    #[error("{0}")]
    NotStopped(String),
    /// The server runs.
    #[error("the server of instance {instance} runs: {holder}")]
    Running {
        /// The instance.
        instance: String,
        /// What shows it.
        holder: String,
    },
    /// Runtime data would be copied while the server changes them.
    #[error("the runtime data of instance {instance} move from {before} to {after}, and the server runs")]
    RuntimeInUse {
        /// The instance.
        instance: String,
        /// Where they are.
        before: RootPath,
        /// Where they are to be.
        after: RootPath,
    },
    /// The release is older than 7.2.
    #[error("{base} holds a release before 7.2: {evidence}")]
    TooOld {
        /// Where it is installed.
        base: RootPath,
        /// What shows it.
        evidence: String,
    },
    /// There is no 7.2 any more.
    #[error("{0} holds 7.3 already, and there is no 7.2")]
    AlreadyNew(RootPath),
    /// There is no 7.3 to start.
    #[error("7.3 is not installed in {0}, so it cannot be started")]
    NotInstalled(RootPath),
    /// There are no stock files in a directory that was named.
    #[error("{top} holds no stock files: there is no iim.conf in it")]
    NoStock {
        /// Where they were looked for.
        top: RootPath,
        /// The option that names them.
        option: &'static str,
    },
    /// The configuration files of the new release are not known.
    #[error("the configuration files that 7.3 ships are not known: {0}")]
    NoNewStock(String),
    /// A copy of 7.2 is not as it was saved.
    #[error("{copy} was changed since it was saved")]
    CopyChanged {
        /// The copy.
        copy: RootPath,
    },
    /// The host is a node of a cluster, and the resource is not known.
    #[error("this is a node of a cluster ({sign}): imadmin must not be used here")]
    Cluster {
        /// What shows it.
        sign: String,
        /// Resources of the product's type, where they are known.
        resources: Vec<String>,
    },
    /// There are no client resources.
    #[error("there are no client resources: {0} is missing")]
    NoResources(RootPath),
    /// There is nothing to make client resources from.
    #[error("{0} holds no template: neither *.jnlp.template nor *.html.template")]
    NoTemplates(RootPath),
    /// A template would be for no language.
    #[error("{template} has no matching language directory: there is none in {html}")]
    NoLanguage {
        /// The template.
        template: String,
        /// The directory of the client resources.
        html: RootPath,
    },
    /// The address of the client resources is not known.
    #[error("the codebase of {0} is not known: neither its template nor a client resource names one")]
    NoCodebase(RootPath),
    /// The address of the server is not known.
    #[error("the server that {0} leads to is not known: iim_mux.listenport names no host")]
    NoServer(RootPath),
    /// The address names no application.
    #[error("the path of the codebase {0} cannot be the name of an application")]
    NoApplication(String),
    /// An archive would be too long.
    #[error("the files in {0} are too large for an archive: together they may have 60 MiB")]
    TooLarge(RootPath),
    /// Something else is where a file is to be written.
    #[error("{0} is not a regular file")]
    InTheWay(RootPath),
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

    fn message(&self) -> Vec<String> {
        match self {
            Self::Rollback(refusal) => refusal.to_string().lines().map(str::to_owned).collect(),
            other => vec![other.to_string()],
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
            Self::NotStopped(_) => "Instances that had been stopped are started again.".to_owned(),
            Self::RuntimeInUse { .. } => "Use im-upgrade prepare, which stops the server, and then im-upgrade finish.".to_owned(),
            Self::Running { .. } => "Run im-upgrade prepare first: it stops the server and saves the configuration.".to_owned(),
            Self::TooOld { .. } => {
                "Upgrade to 7.2 first, by chapter 7 of the Communications Suite 5 Upgrade Guide; then repeat the command.".to_owned()
            }
            Self::AlreadyNew(_) => "Use im-upgrade finish.".to_owned(),
            Self::NotInstalled(_) => {
                "Run im-upgrade prepare, upgrade the packages, then run im-upgrade finish; or merge the files only, with --no-service.".to_owned()
            }
            Self::NoStock { option, .. } => format!("Name a tree like a root, or a configuration directory, with {option} DIR."),
            Self::NoNewStock(_) => "Name a tree with the files of 7.3 with --new DIR.".to_owned(),
            Self::CopyChanged { .. } => "Put the file of 7.2 back into its copy, or undo the run that saved it with --undo.".to_owned(),
            Self::NoResources(_) | Self::NoTemplates(_) => {
                "Install the client resources, or name the installation with --im-base DIR.".to_owned()
            }
            Self::NoLanguage { .. } => "Make the directory of a language, such as en_US, and repeat the command.".to_owned(),
            Self::NoCodebase(_) | Self::NoApplication(_) => {
                "Name the address that clients use with --codebase URL, such as http://im.example.com/im/.".to_owned()
            }
            Self::NoServer(_) => "Name it with --server HOST:PORT.".to_owned(),
            Self::InTheWay(_) => "Move it away, and repeat the command.".to_owned(),
            Self::Merging(error) => return error.hint(),
            Self::Program { .. } | Self::Configuration { .. } | Self::TooLarge(_) | Self::Common(_) => return None,
        })
    }
}
