//! What can go wrong between us and a directory server.

use upgrade_engine::step::StepError;

use super::message_filter::Violation;

/// What helps against a certificate that is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A file with it, or with its authority's.
    TrustIt,
    /// Another name of the server.
    OtherName,
    /// A new certificate.
    Replace,
}

/// Why the server did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapError {
    /// No connection could be made.
    #[error("{url} cannot be reached: {what}")]
    Unreachable {
        /// The server.
        url: String,
        /// What the system said.
        what: String,
    },
    /// The certificate of the server is not trusted.
    #[error("the certificate of {url} is not trusted: {what}")]
    Untrusted {
        /// The server.
        url: String,
        /// What is wrong with it.
        what: String,
        /// What helps.
        remedy: Remedy,
    },
    /// The server does not begin TLS.
    #[error("{url} does not support StartTLS: {what}")]
    StartTls {
        /// The server.
        url: String,
        /// What it said.
        what: String,
    },
    /// Name or password are wrong.
    #[error("the server does not accept {dn} with this password")]
    WrongPassword {
        /// The name.
        dn: String,
    },
    /// The connection ended.
    #[error("{url} closed the connection: the server may have stopped, or its answer is not LDAP")]
    Lost {
        /// The server.
        url: String,
    },
    /// The server did not answer in time.
    #[error("{url} has not answered for {seconds} seconds")]
    Silent {
        /// The server.
        url: String,
        /// How long.
        seconds: u64,
    },
    /// The server sent what no directory server sends; nothing of it was decoded.
    #[error("{url} sent {violation}: the connection was ended")]
    Excessive {
        /// The server.
        url: String,
        /// What.
        violation: Violation,
    },
    /// The answer is not LDAP, or lacks required parts.
    #[error("the server's answer cannot be understood: {what}")]
    Damaged {
        /// What is wrong with it.
        what: String,
    },
    /// The entry is read-only on this server, which names the server to change it on.
    #[error("{dn} cannot be changed on this server: it refers to {to}")]
    Referral {
        /// The entry.
        dn: String,
        /// Where the server points to.
        to: String,
    },
    /// The server refused.
    #[error("the server refuses to {verb} {dn}: {name} ({code}){text}")]
    Refused {
        /// What was tried.
        verb: &'static str,
        /// With which entry.
        dn: String,
        /// The result code.
        code: u32,
        /// What the code is called.
        name: &'static str,
        /// What the server added, with a colon before it.
        text: String,
    },
}

impl From<LdapError> for StepError {
    fn from(error: LdapError) -> Self {
        Self::Service(error.to_string())
    }
}

impl LdapError {
    /// Returns the result code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// Returns what RFC 4511 calls a result code.
pub(super) fn code_name(code: u32) -> &'static str {
    match code {
        1 => "operations error",
        2 => "protocol error",
        3 => "time limit exceeded",
        4 => "size limit exceeded",
        8 => "stronger authentication required",
        10 => "referral",
        11 => "administrative limit exceeded",
        12 => "unavailable critical extension",
        13 => "confidentiality required",
        16 => "no such attribute",
        17 => "undefined attribute type",
        18 => "inappropriate matching",
        19 => "constraint violation",
        20 => "attribute or value exists",
        21 => "invalid attribute syntax",
        32 => "no such object",
        34 => "invalid name",
        48 => "inappropriate authentication",
        49 => "invalid credentials",
        50 => "insufficient access rights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwilling to perform",
        64 => "naming violation",
        65 => "object class violation",
        66 => "not allowed on an entry that has others below it",
        67 => "not allowed on the name",
        68 => "entry already exists",
        69 => "object class modifications prohibited",
        _ => "error",
    }
}
