//! Foreign programs that the tests judge our work with, and how to get them.
//!
//! A later tool adds a row to [`PEERS`]. The tests that need a program say so in their path: module or function name
//! holds one of the row's words. Where the program is missing those tests are left out by name and counted as skipped.

use crate::process::{self, Result};
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// A foreign program that some tests run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// The program looked for in `PATH`, or a file with its whole path.
    pub(crate) program: &'static str,
    /// The Debian package that holds it.
    pub(crate) package: &'static str,
    /// What the test's path contains (`module::function`) when the test needs the program.
    pub(crate) tests: &'static [&'static str],
}

/// All programs, each with the tests that use it.
pub(crate) const PEERS: &[Peer] = &[
    Peer { program: "db5.3_verify", package: "db5.3-util", tests: &["db5_3"] },
    Peer { program: "db5.3_dump", package: "db5.3-util", tests: &["db5_3"] },
    Peer { program: "db5.3_load", package: "db5.3-util", tests: &["db5_3"] },
    Peer { program: "db5.3_printlog", package: "db5.3-util", tests: &["db5_3"] },
    Peer { program: "db5.3_recover", package: "db5.3-util", tests: &["db5_3"] },
    Peer { program: "cc", package: "gcc", tests: &["libdb5_3_dev"] },
    Peer { program: "/usr/include/db.h", package: "libdb5.3-dev", tests: &["libdb5_3_dev"] },
    Peer { program: "javac", package: "default-jdk-headless", tests: &["java"] },
    Peer { program: "git", package: "git", tests: &["git"] },
    Peer { program: "strace", package: "strace", tests: &["strace"] },
    Peer { program: "taskset", package: "util-linux", tests: &["strace"] },
    Peer { program: "dscreate", package: "389-ds-base", tests: &["389ds"] },
    Peer { program: "ldapmodify", package: "ldap-utils", tests: &["389ds"] },
    Peer { program: "expect", package: "expect", tests: &["expect_dialogue"] },
    Peer { program: "perl", package: "perl-base", tests: &["perl"] },
    Peer { program: "setpriv", package: "util-linux", tests: &["as_another_user"] },
];

/// Installs missing programs when it may, and returns those that are still missing.
pub(crate) fn provide() -> Vec<&'static Peer> {
    let absent = missing(process::is_installed);
    if absent.is_empty() || !may_install() {
        return absent;
    }
    if let Err(error) = install(&packages(&absent)) {
        println!("apt-get: {error}");
    }
    missing(process::is_installed)
}

fn missing(is_installed: impl Fn(&str) -> bool) -> Vec<&'static Peer> {
    PEERS.iter().filter(|peer| !is_installed(peer.program)).collect()
}

fn packages(peers: &[&Peer]) -> Vec<&'static str> {
    let mut packages: Vec<_> = peers.iter().map(|peer| peer.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn may_install() -> bool {
    // The kernel gives /proc/self to the effective user.
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    root && process::is_installed("apt-get")
}

fn install(packages: &[&str]) -> Result {
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    process::run(
        Command::new("apt-get")
            .args(["install", "-qq", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_holds_several_missing_programs_is_installed_once() {
        let absent = missing(|program| matches!(program, "setpriv" | "taskset"));
        let expected = [
            "389-ds-base",
            "db5.3-util",
            "default-jdk-headless",
            "expect",
            "gcc",
            "git",
            "ldap-utils",
            "libdb5.3-dev",
            "perl-base",
            "strace",
        ];
        assert_eq!(packages(&absent), expected);
    }

    #[test]
    fn only_the_programs_that_are_not_found_are_missing() {
        let absent = missing(|program| program != "strace");
        assert_eq!(absent.iter().map(|peer| peer.program).collect::<Vec<_>>(), ["strace"]);
    }
}
