//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use command::{Exit, SystemState, ToolError};
use upgrade_engine::fs::Name;

use crate::detect::DetectError;
use crate::instance::InstanceError;
use crate::ldap::{AddressError, LdapError, Remedy};
use crate::plan::PlanError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path is not that of a Directory Server instance.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The address of the server is malformed.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The server refused a request, or could not be asked.
    #[error(transparent)]
    Ldap(#[from] LdapError),
    /// The server lacks what a run needs, such as a schema that can be changed.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// No plan can be made from what the server holds.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A definition of the server conflicts with one that the suite needs.
    #[error("the server's schema conflicts with {0} that the suite needs: see above")]
    Conflicts(String),
    /// A password is needed, and there is no terminal to ask for it.
    #[error("the password of {0} is needed, and there is no terminal to ask for it")]
    NoPassword(String),
    /// A generated file cannot be written.
    #[error("{path} cannot be written: {source}")]
    Generated {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A newer run on the same server depends on the changes of this one.
    #[error("run {later} is newer than run {run}, on the same server, and depends on its changes")]
    LaterRun {
        /// The run that cannot be undone yet.
        run: Name,
        /// The newer run.
        later: Name,
    },
    /// An unfinished run could not be resumed; it is still unfinished.
    #[error("{error}")]
    StillUnfinished {
        /// The run.
        run: Name,
        /// Why.
        error: Box<Error>,
    },
    /// The request of a run names no server.
    #[error("run {run} does not say which server it is about")]
    UnknownServer {
        /// The run.
        run: Name,
    },
    /// An error that every program has.
    #[error(transparent)]
    Common(#[from] command::Error),
}

/// The sentence of an error after which the directory is as it was.
pub(crate) const UNCHANGED: &str = "Nothing was changed in the directory.";

impl Error {
    /// Wraps what the operating system said.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        command::Error::io(verb, path, source).into()
    }

    /// Returns the error of a wrong command line.
    pub fn usage(what: impl Into<String>) -> Self {
        command::Error::Usage(what.into()).into()
    }

    /// Returns the error of a mistake of ours.
    pub fn internal(what: impl Display) -> Self {
        command::Error::Internal(what.to_string()).into()
    }
}

impl ToolError for Error {
    fn common(&self) -> Option<&command::Error> {
        if let Self::Common(error) = self { Some(error) } else { None }
    }

    fn state(&self) -> SystemState {
        match self {
            Self::StillUnfinished { run, .. } => SystemState::Unfinished(Some(run.clone())),
            Self::Common(error) => error.state(),
            _ => SystemState::Unchanged,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Address(_) => Exit::Usage,
            Self::Common(error) => error.exit(),
            _ => self.state().exit(),
        }
    }

    fn unchanged(&self) -> &'static str {
        UNCHANGED
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::StillUnfinished { error, .. } => return error.hint(),
            Self::Instance(InstanceError::NotOne { .. }) => {
                "Name the instance with -c and -d, such as -c /etc/dirsrv -d slapd-host, or its address with --ldap-url."
            }
            Self::LaterRun { .. } => "Undo the newer run first (--undo with its name). --list-runs lists all runs.",
            Self::NoPassword(_) => "Give it with --password-file FILE.",
            Self::Generated { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
                "The existing file is kept. Remove it, or repeat the command, which uses another name."
            }
            Self::Plan(PlanError::SchemaUpdatesOff { .. }) => "Set nsslapd-schemamod to on in cn=config, or use -s no.",
            Self::Plan(PlanError::SuffixElsewhere { .. } | PlanError::SuffixUnmapped { .. }) => {
                "Restore its database or its entry in the mapping tree, or delete what is left of them. Then repeat the command."
            }
            Self::Detect(DetectError::RequestTooLarge { .. }) => {
                "Set nsslapd-maxbersize in cn=config to a larger number, such as 2097152."
            }
            Self::Plan(PlanError::DatabaseReadOnly { .. }) | Self::Detect(DetectError::DatabaseReadOnly { .. }) => {
                "Set nsslapd-readonly to off in the entry of that database, then repeat the command."
            }
            Self::Plan(PlanError::NotStorable { .. }) => {
                "Give the directory back to the server's account, then repeat the command."
            }
            Self::Plan(PlanError::NoSpace { .. }) => "Free some space there, then repeat the command.",
            Self::Detect(DetectError::SchemaUpdatesOff { .. }) => "Set nsslapd-schemamod to on in cn=config.",
            Self::Ldap(error) | Self::Detect(DetectError::Ldap(error)) => ldap_hint(error)?,
            Self::Detect(DetectError::NotDirectoryManager { .. }) => "Name the Directory Manager with -D.",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn ldap_hint(error: &LdapError) -> Option<&'static str> {
    Some(match error {
        LdapError::Unreachable { .. } => "Check that the server is running and that the address (--ldap-url) is right.",
        LdapError::Untrusted { remedy, .. } => match remedy {
            Remedy::TrustIt => {
                "To trust it, name a file with it or with the certificate of its authority with --ca-file. Or use its socket (ldapi://) or ldap://localhost on the server's own machine."
            }
            Remedy::OtherName => {
                "Use a name of the certificate in --ldap-url. Or use its socket (ldapi://) or ldap://localhost on the server's own machine."
            }
            Remedy::Replace => {
                "Give the server a new certificate. Or use its socket (ldapi://) or ldap://localhost on the server's own machine."
            }
        },
        LdapError::Excessive { .. } => {
            "Check that the address (--ldap-url) is that of a directory server, and that nobody else answers there. Then repeat the command."
        }
        LdapError::StartTls { .. } => "Use ldaps:// or ldapi://, or leave out --start-tls on a loopback address.",
        LdapError::Referral { .. } => "Run commdssetup on that server.",
        LdapError::Refused { code: 3 | 4 | 11, .. } => {
            "Raise the limits of this account (nsSizeLimit, nsTimeLimit, nsLookThroughLimit) or of the server (nsslapd-sizelimit, nsslapd-timelimit)."
        }
        _ => return None,
    })
}
