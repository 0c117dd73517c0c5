//! Foreign programs that the tests judge our work with, and how to get them.
//!
//! The table is `shared/testkit/peers.tsv`: program, Debian package, words. A later tool adds a row. A test that needs a
//! program asks `testkit::peers::need` for it, which insists that the path of the test holds one of the words: where the
//! program is missing those tests are left out by name and counted as skipped.

use crate::process::{self, Result};
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::sync::LazyLock;

/// A foreign program that some tests run, or a right that they need (a name that begins with `@`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// The program looked for in `PATH`, or a file with its whole path.
    pub(crate) program: &'static str,
    /// The Debian package that holds it; for a right, the shell command that succeeds where it is granted.
    pub(crate) package: &'static str,
    /// What the test's path contains (`module::function`) when the test needs the program.
    pub(crate) tests: Vec<&'static str>,
}

/// All programs, each with the tests that use it.
pub(crate) static PEERS: LazyLock<Vec<Peer>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let (program, rest) = line.split_once('\t')?;
        let (package, words) = rest.split_once('\t')?;
        Some(Peer { program, package, tests: words.split(',').collect() })
    };
    include_str!("../../shared/testkit/peers.tsv").lines().filter_map(row).collect()
});

impl Peer {
    /// Returns true for a right, which nobody can install.
    pub(crate) fn is_right(&self) -> bool {
        self.program.starts_with('@')
    }

    fn is_there(&self) -> bool {
        if !self.is_right() {
            return process::is_installed(self.program);
        }
        Command::new("sh").args(["-c", self.package]).output().is_ok_and(|output| output.status.success())
    }
}

/// Installs missing programs when it may, and returns those that are still missing.
pub(crate) fn provide() -> Vec<&'static Peer> {
    let absent = missing(Peer::is_there);
    if packages(&absent).is_empty() || !may_install() {
        return absent;
    }
    if let Err(error) = install(&packages(&absent)) {
        println!("apt-get: {error}");
    }
    missing(Peer::is_there)
}

fn missing(is_there: impl Fn(&Peer) -> bool) -> Vec<&'static Peer> {
    PEERS.iter().filter(|peer| !is_there(peer)).collect()
}

fn packages(peers: &[&Peer]) -> Vec<&'static str> {
    let mut packages: Vec<_> = peers.iter().filter(|peer| !peer.is_right()).map(|peer| peer.package).collect();
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
        let absent = missing(|peer| matches!(peer.program, "setpriv" | "taskset" | "prlimit"));
        let expected = [
            "389-ds-base",
            "augeas-tools",
            "db5.3-util",
            "default-jdk-headless",
            "expect",
            "gcc",
            "git",
            "icedtea-netx",
            "ldap-utils",
            "libdb5.3-dev",
            "libxml2-utils",
            "openssl",
            "perl-base",
            "python3",
            "strace",
            "tomcat10",
        ];
        assert_eq!(packages(&absent), expected);
    }

    #[test]
    fn every_row_of_the_table_is_a_program_a_package_and_words() {
        let rows = include_str!("../../shared/testkit/peers.tsv").lines().count();
        assert_eq!(PEERS.len(), rows);
        let is_whole = |peer: &Peer| !peer.package.is_empty() && peer.tests.iter().all(|word| word.len() > 2);
        assert!(PEERS.iter().all(is_whole), "{PEERS:?}");
    }

    #[test]
    fn only_the_programs_that_are_not_found_are_missing() {
        let absent = missing(|peer| peer.program != "strace");
        assert_eq!(absent.iter().map(|peer| peer.program).collect::<Vec<_>>(), ["strace"]);
    }
}
