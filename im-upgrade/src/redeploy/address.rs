//! Addresses that client resources hold: the codebase, from which they are fetched, and the server, to which the client connects.

use crate::server::Settings;

/// Where the multiplexor listens (`reference/instant-messaging.md` section 7.5).
const LISTEN: &str = "iim_mux.listenport";
/// Hosts that mean every address of this machine: a client cannot connect to them.
const EVERY_ADDRESS: [&str; 5] = ["", "*", "0.0.0.0", "::", "[::]"];

/// The address of the directory that the client resources are fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebase(String);

impl Codebase {
    /// Takes an absolute `http` or `https` address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").ok_or("it is no address such as http://im.example.com/im/")?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err("its scheme is neither http nor https");
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("it holds a space or a control character");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if authority.contains('@') {
            return Err("it holds a user name, which every client would see");
        }
        match split_port(authority) {
            ("", _) => Err("it names no host"),
            (host, _) if !is_host(host) => Err("what stands for its host is no host"),
            (_, Some(port)) if !port.is_empty() && !is_port(port) => Err("its port is no number from 1 to 65535"),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Returns it as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the names of its path: those of the application in a servlet container.
    pub fn path(&self) -> Vec<&str> {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        rest.split('/').skip(1).filter(|name| !name.is_empty()).collect()
    }
}

/// Where the client connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Nothing where the configuration names no host: that of each file stays.
    pub host: Option<String>,
    /// The port.
    pub port: u16,
}

impl Server {
    /// Takes `HOST:PORT`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = split_port(text.trim());
        let port = port.filter(|port| is_port(port))?.parse().ok()?;
        is_host(host).then(|| Self { host: Some(host.to_owned()), port })
    }

    /// Takes what the configuration says; nothing where it does not.
    ///
    /// # Errors
    /// The value, when it is neither `HOST:PORT` nor a port.
    pub fn configured(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(text) = settings.text(LISTEN) else { return Ok(None) };
        let wrong = || format!("{LISTEN} is {text:?}, and not a host and a port");
        let (host, port) =
            if is_port(&text) { ("", text.as_str()) } else { text.rsplit_once(':').ok_or_else(wrong)? };
        let port = Some(port).filter(|port| is_port(port)).and_then(|port| port.parse().ok()).ok_or_else(wrong)?;
        if EVERY_ADDRESS.contains(&host) {
            return Ok(Some(Self { host: None, port }));
        }
        if is_host(host) { Ok(Some(Self { host: Some(host.to_owned()), port })) } else { Err(wrong()) }
    }

    /// Returns the address for a file that names another one now; nothing where no host is known.
    pub fn beside(&self, known: Option<&str>) -> Option<String> {
        let known = known.and_then(Self::parse).and_then(|known| known.host);
        let host = self.host.as_ref().or(known.as_ref())?;
        Some(format!("{host}:{}", self.port))
    }
}

/// Splits at the last colon that is not within the brackets of an IPv6 address.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codebase_is_an_address_of_a_web_server() {
        for good in ["http://im.siroe.com/im/", "https://[::1]:8443", "HTTP://h/a?b=<\"1\">&c='2'", "http://h:80"] {
            assert_eq!(Codebase::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "im.siroe.com/im",
            "ftp://h/",
            "http:///im",
            "http://h:99999/",
            "http://h:0/",
            "http://a b/",
            "http://u:p@h/",
            "http://h/\n",
            "@CODEBASE@",
            "http://@HOST@/im",
            "http://<h>/",
            "",
        ] {
            assert!(Codebase::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_path_of_a_codebase_names_the_application() {
        let path = |text: &str| Codebase::parse(text).unwrap().path().join("#");
        assert_eq!(path("http://im.siroe.com:80/im/?a=1&b=/x"), "im");
        assert_eq!(path("http://h/apps//im"), "apps#im");
        assert_eq!(path("http://h"), "");
    }

    #[test]
    fn the_server_is_what_the_multiplexor_listens_on() {
        let configured = |value: &str| {
            let path = upgrade_engine::fs::RootPath::new("/iim.conf").unwrap();
            let settings = Settings::parse(&path, format!("iim_mux.listenport = \"{value}\"\n").into_bytes()).unwrap();
            Server::configured(&settings).map(|server| server.and_then(|server| server.beside(Some("old.example:1"))))
        };
        assert_eq!(configured("im.siroe.com:5222").unwrap().unwrap(), "im.siroe.com:5222");
        assert_eq!(configured("[2001:db8::1]:5222").unwrap().unwrap(), "[2001:db8::1]:5222");
        assert_eq!(configured("0.0.0.0:5223").unwrap().unwrap(), "old.example:5223");
        assert_eq!(configured("5224").unwrap().unwrap(), "old.example:5224");
        assert_eq!(configured("").unwrap(), None);
        assert!(configured("im.siroe.com").is_err() && configured("h:0").is_err() && configured("a b:1").is_err());
    }
}
