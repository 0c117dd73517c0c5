//! How long a server is waited for.

use std::time::Duration;

/// How long a server is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may take, and then the server to say whether it knows us.
    pub to_connect: Duration,
    /// How long the server may take for one answer.
    pub to_answer: Duration,
    /// How much longer the client library is waited for, in case it does not keep to these.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            to_connect: Duration::from_secs(30),
            // Changes of a schema of thousands of definitions take seconds.
            to_answer: Duration::from_secs(120),
            grace: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// Returns how long the client library may take for what is asked of it, whichever it is.
    pub(super) fn in_all(self) -> Duration {
        self.to_connect.max(self.to_answer).saturating_add(self.grace)
    }
}
