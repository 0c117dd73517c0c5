//! Accounts that may write some of the files: uid 65534 against root.

mod links_strace;
mod odd_files;
mod paths_strace;
mod runs;
mod shown;

use std::process::Command;

use crate::support::Site;

/// Returns a merge with the stock files of the old release, and these arguments.
fn patch(site: &Site, more: &[&str]) -> Command {
    let stock = site.beside("stock-old");
    site.command(&[&["patch-config", "--base", stock.to_str().unwrap()], more].concat())
}
