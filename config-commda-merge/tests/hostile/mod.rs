//! Accounts that may write some of the files: uid 65534 against root.

mod links_strace;
mod odd_files;
mod paths_strace;
mod programs;
mod runs;
mod shown;

use crate::support::Site;
use crate::support::site::data;

/// Returns the arguments of a merge with the stock files of the old release.
fn merge() -> [String; 3] {
    ["merge".to_owned(), "--base".to_owned(), data("stock-old").to_str().unwrap().to_owned()]
}

/// Returns the program on a site.
fn command(site: &Site, arguments: &[&str]) -> std::process::Command {
    site.command(arguments)
}

/// Returns the command of a merge.
fn merge_on(site: &Site) -> std::process::Command {
    site.command(&merge())
}
