//! Which server, over what, and as whom.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Why an address is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {what}")]
pub struct AddressError {
    /// As given.
    pub url: String,
    /// What is wrong with it.
    pub what: &'static str,
}

/// As whom the server is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Bind {
    /// By name and password.
    Simple {
        /// The name.
        dn: String,
    },
    /// As the user who runs this, whom the server knows by the socket (SASL EXTERNAL).
    External,
    /// As nobody: other servers are only asked what everybody may see.
    Anonymous,
}

/// A server to connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// `ldap://`, `ldaps://` or `ldapi://`.
    pub url: String,
    /// Whether TLS is begun on the connection before anything else.
    pub start_tls: bool,
    /// Certificates that are trusted instead of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// As whom.
    pub bind: Bind,
}

impl Target {
    /// Checks an address.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn new(url: &str, start_tls: bool, ca_file: Option<PathBuf>, bind: Bind) -> Result<Self, AddressError> {
        let wrong = |what| AddressError { url: url.to_owned(), what };
        let (scheme, rest) =
            url.split_once("://").ok_or(wrong("it does not begin with ldap://, ldaps:// or ldapi://"))?;
        let scheme = scheme.to_ascii_lowercase();
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if !["ldap", "ldaps", "ldapi"].contains(&scheme.as_str()) {
            return Err(wrong("it does not begin with ldap://, ldaps:// or ldapi://"));
        }
        if host.contains(['/', '?', '@', '#', ' ']) {
            return Err(wrong("only a port may follow the server's name; in the path of a socket, write %2F for /"));
        }
        if host.is_empty() {
            return Err(wrong("it names no server"));
        }
        if start_tls && scheme != "ldap" {
            return Err(wrong("StartTLS is for ldap:// only"));
        }
        if bind == Bind::External && scheme != "ldapi" {
            return Err(wrong("SASL EXTERNAL is for ldapi:// only: give a password"));
        }
        if ca_file.is_some() && scheme != "ldaps" && !start_tls {
            return Err(wrong("trusted certificates are for ldaps:// and StartTLS only"));
        }
        Ok(Self { url: format!("{scheme}://{host}"), start_tls, ca_file, bind })
    }

    /// Returns whether a password crosses a network unencrypted.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        let is_plain = self.url.starts_with("ldap://") && !self.start_tls;
        is_plain && !self.is_on_this_machine() && matches!(self.bind, Bind::Simple { .. })
    }

    /// Returns whether the server is on this machine: behind a socket, or at a loopback address.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        let address = self.host().parse::<std::net::IpAddr>();
        self.url.starts_with("ldapi://")
            || self.host().eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }

    /// Returns the name or address of the server; of a socket its escaped path.
    #[must_use]
    pub fn host(&self) -> &str {
        let (_, host) = self.url.split_once("://").unwrap_or_default();
        match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        }
    }

    /// Returns the name that binds; nothing for SASL EXTERNAL.
    #[must_use]
    pub fn bind_dn(&self) -> Option<&str> {
        match &self.bind {
            Bind::Simple { dn } => Some(dn),
            Bind::External | Bind::Anonymous => None,
        }
    }
}

/// Returns the address of a socket.
#[must_use]
pub fn socket_url(path: &str) -> String {
    let mut url = "ldapi://".to_owned();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_password(url: &str) -> Result<Target, AddressError> {
        Target::new(url, false, None, Bind::Simple { dn: "cn=x".to_owned() })
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in
            ["host:389", "http://host", "ldap://", "ldap:///", "ldap://host/o=x", "ldap://cn=x@host", "ldapi:///run/s"]
        {
            assert!(with_password(url).is_err(), "{url}");
        }
        assert_eq!(with_password("LDAP://host:390/").unwrap().url, "ldap://host:390");
        assert!(Target::new("ldap://host", false, None, Bind::External).is_err());
        assert!(Target::new("ldaps://host", true, None, Bind::Simple { dn: "cn=x".to_owned() }).is_err());
    }

    #[test]
    fn a_password_is_seen_by_others_only_on_a_network_without_tls() {
        for (url, is_open) in [
            ("ldap://localhost:389", false),
            ("ldap://127.0.0.1", false),
            ("ldap://[::1]:389", false),
            ("ldap://host.example.com", true),
            ("ldaps://host.example.com", false),
            ("ldapi://%2Frun%2Fx", false),
        ] {
            assert_eq!(with_password(url).unwrap().is_open_to_others(), is_open, "{url}");
        }
    }

    #[test]
    fn a_sockets_path_becomes_an_address() {
        assert_eq!(socket_url("/run/slapd-a b.socket"), "ldapi://%2Frun%2Fslapd-a%20b.socket");
    }
}
