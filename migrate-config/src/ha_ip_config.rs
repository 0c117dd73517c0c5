//! `ha_ip_config` binds a configuration to the address of a cluster's logical host, which an upgrade replaces by the local host's
//! (`reference/messaging.md` sections 1.1 and 4.3). Documented are the interface addresses in `dispatcher.cnf` and
//! `job_controller.cnf`; the settings in `msg.conf` and the questions are recalled.

pub mod cli;
mod edits;
mod program;

use std::net::IpAddr;

use command::{CommonOptions, Completion, Context};
use upgrade_engine::fs::RootPath;

use crate::TOOL;
use crate::error::Error;

pub use program::HaIp;

/// The program.
pub struct HaIpConfig;

impl command::Program for HaIpConfig {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "ha_ip_config";
    const TOOL: &'static str = TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        HaIp { args, context }.carry_out()
    }
}

/// Why no address is set.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is not the address of a logical host.
    #[error("{0}")]
    Address(String),
    /// A configuration lacks the dispatcher's file.
    #[error("{config} has no {name}")]
    NoFile {
        /// The configuration.
        config: RootPath,
        /// The file.
        name: &'static str,
    },
    /// A file is not of its form.
    #[error("{path}: {what}")]
    File {
        /// The file.
        path: RootPath,
        /// What is wrong.
        what: String,
    },
}

impl Refusal {
    /// Returns what can be done.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Address(_) => {
                "Name the IP address of the logical host, such as 192.0.2.10 or 2001:db8::10.".to_owned()
            }
            Self::NoFile { .. } => "Is this the root of a configured server?".to_owned(),
            Self::File { .. } => return None,
        })
    }
}

/// Returns what makes a changed address count: both daemons read their files when they start (`reference/messaging.md` section 3.2).
pub(crate) fn restart(root: &RootPath) -> String {
    format!("Next: if the server runs, restart it: {root}/sbin/stop-msg, then {root}/sbin/start-msg")
}

/// Reads the address of a logical host.
///
/// # Errors
/// A sentence for the administrator: it is malformed, or no address that a host can have.
pub fn address(text: &str) -> Result<IpAddr, String> {
    let text = text.trim();
    let address: IpAddr = text.parse().map_err(|_| format!("{text:?} is not an IP address"))?;
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    let what = match () {
        () if address.is_unspecified() => "stands for every address",
        () if address.is_loopback() => "is the loopback address",
        () if address.is_multicast() => "is a multicast address",
        () if is_broadcast => "is the broadcast address",
        () => return Ok(address),
    };
    Err(format!("{address} {what}, which no logical host has"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn only_an_address_that_a_host_can_have_is_taken() {
        assert_eq!(address(" 192.0.2.10 ").unwrap().to_string(), "192.0.2.10");
        assert_eq!(address("2001:DB8:0::10").unwrap().to_string(), "2001:db8::10");
        for text in [
            "",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.010",
            "192.0.2.1/24",
            "[2001:db8::1]",
            "2001:db8::1::2",
            "fe80::1%eth0",
            "mail",
            "0.0.0.0",
            "127.0.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "ff02::1",
            "192.0.2.1\nX=1",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
