//! Why the program stops. Each error says what is wrong, what can be done, and in which state the system is.

use std::fmt::Display;
use std::io;

use upgrade_engine::engine::{EngineError, Standing};
use upgrade_engine::exit::Exit;
use upgrade_engine::fs::Name;

use crate::detect::DetectError;
use crate::instance::InstanceError;
use crate::ldap::{AddressError, LdapError};
use crate::plan::PlanError;

/// Why the program stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The instance is none.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The server.
    #[error(transparent)]
    Ldap(#[from] LdapError),
    /// The survey.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Something needed contradicts what the server has.
    #[error("the server's schema contradicts {0} of what is needed: see above")]
    Conflicts(String),
    /// Nobody is there to give the password.
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
    /// What a run did is what a later one rests on.
    #[error("run {later} came after run {run} on the same server, and rests on what that one did")]
    LaterRun {
        /// The run that was to be undone.
        run: Name,
        /// The one that came later.
        later: Name,
    },
    /// An unfinished run could not be gone on with: it still is unfinished.
    #[error("{error}")]
    StillUnfinished {
        /// The run.
        run: Name,
        /// Why.
        error: Box<Error>,
    },
    /// There is no unfinished run.
    #[error("there is nothing to resume")]
    NothingToResume,
    /// A run cannot be understood.
    #[error("run {run} does not say which server it is about")]
    UnknownServer {
        /// The run.
        run: Name,
    },
    /// The administrator said no.
    #[error("not confirmed")]
    NotConfirmed,
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Error {
    /// Wraps what the operating system said.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_string(), source }
    }

    /// Returns the state that the system is in.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Engine(error) => error.standing(),
            Self::OtherRun { .. } | Self::StillUnfinished { .. } => Standing::Unfinished,
            _ => Standing::NothingChanged,
        }
    }

    /// Returns how the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Address(_) => Exit::Usage,
            Self::Internal(_) => Exit::Internal,
            Self::Engine(EngineError::Locked { .. }) => Exit::Locked,
            _ if self.standing() == Standing::Unfinished => Exit::Unfinished,
            _ => Exit::NothingChanged,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::StillUnfinished { error, .. } => return error.hint(),
            Self::Usage(_) => "commdssetup --help lists the options.",
            Self::Instance(InstanceError::NotOne { .. }) => {
                "Name the instance with -c and -d, such as -c /etc/dirsrv -d slapd-host, or its address with --ldap-url."
            }
            Self::LaterRun { .. } => {
                "Take the later run back first: --undo with its name. --list-runs shows all of them."
            }
            Self::NoPassword(_) => "Give it with --password-file FILE.",
            Self::Generated { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
                "Whatever lies there is not touched: take it away, or run this again, which takes another name."
            }
            Self::Plan(PlanError::SchemaUpdatesOff { .. }) => {
                "Set nsslapd-schemamod to on in cn=config, or run this with -s no."
            }
            Self::Plan(PlanError::SuffixElsewhere { .. } | PlanError::SuffixUnmapped { .. }) => {
                "Make its database or its entry of the mapping tree as it was, or delete what is left of them, and run this again."
            }
            Self::Detect(DetectError::SchemaUpdatesOff { .. }) => "Set nsslapd-schemamod to on in cn=config.",
            Self::Ldap(error) | Self::Detect(DetectError::Ldap(error)) => return ldap_hint(error),
            Self::Detect(DetectError::NotDirectoryManager { .. }) => "Name the Directory Manager with -D.",
            Self::Engine(EngineError::NoSuchRun(_)) => "commdssetup --list-runs shows what can be undone.",
            Self::Engine(EngineError::Locked { .. }) => "Wait until it has ended.",
            _ => return None,
        })
    }

    fn run(&self) -> Option<&Name> {
        match self {
            Self::OtherRun { run, .. }
            | Self::StillUnfinished { run, .. }
            | Self::Engine(EngineError::Pending { run }) => Some(run),
            Self::Engine(EngineError::Step { run, .. }) => run.as_ref(),
            Self::Engine(EngineError::Journal { run, .. } | EngineError::State { run, .. }) => Some(run),
            _ => None,
        }
    }

    /// Returns the lines to print: the error, what can be done, the state of the system. `invocation` is how the program has
    /// to be called to find the same runs.
    #[must_use]
    pub fn lines(&self, invocation: &str) -> Vec<String> {
        let mut lines = vec![self.to_string()];
        lines.extend(self.hint().map(str::to_owned));
        match self.standing() {
            Standing::NothingChanged => lines.push("Nothing was changed in the directory.".to_owned()),
            Standing::Unfinished => {
                lines.push("A run is unfinished:".to_owned());
                lines.push(format!("  to go on:        {invocation} --resume"));
                let run = self.run().map_or_else(|| "RUN".to_owned(), ToString::to_string);
                lines.push(format!("  to take it back: {invocation} --undo {run}"));
            }
        }
        lines
    }
}

fn ldap_hint(error: &LdapError) -> Option<&'static str> {
    Some(match error {
        LdapError::Unreachable { .. } => "See that the server runs, and that the address is right (--ldap-url).",
        LdapError::Untrusted { .. } => {
            "A certificate is never taken unseen: give the file of the authority that signed it with --ca-file."
        }
        LdapError::StartTls { .. } => "Leave out --start-tls on a loopback address, or use ldaps:// or ldapi://.",
        LdapError::Referral { .. } => "Run this on that server first.",
        _ => return None,
    })
}
