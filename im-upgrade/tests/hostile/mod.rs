//! Accounts that may write some of the files: uid 65534 against root.

mod links_strace;
mod odd_files;
mod paths_strace;
mod programs;
mod runs;
mod shown;

use std::process::Command;

use crate::support::Site;

/// Returns an upgrade with the stock files of both releases, and these arguments.
fn upgrade(site: &Site, more: &[&str]) -> Command {
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    site.command(&[&["upgrade"], stock.as_slice(), more].concat())
}
