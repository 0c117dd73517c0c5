//! `cargo xtask demo`: runs the tools on a copy of the example site in a temporary directory, with every command visible.
//!
//! Each promise is checked against the tree itself: a dry run changes nothing, a run leaves its source alone, undo
//! brings back what was there.

mod commdssetup;
mod config_commda_merge;
mod csmigrate;
mod tree;

use crate::process::{self, Result, cargo};
use std::path::Path;

/// Options of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Keeps the temporary directory and prints where it is
    #[arg(long)]
    keep: bool,
}

/// Runs the demo; fails at the first step that does not go as expected.
pub(crate) fn run(args: &Args) -> Result {
    process::run(&mut cargo([
        "build",
        "--release",
        "--locked",
        "-p",
        "csmigrate",
        "-p",
        "config-commda-merge",
        "-p",
        "commdssetup",
    ]))?;
    let programs = process::target_directory()?.join("release");
    let directory = tempfile::Builder::new().prefix("upgrade-demo-").tempdir()?;
    let root = directory.path().join("root");
    tree::copy_tree(Path::new("examples/site"), &root)?;
    let end = csmigrate::show(programs.join("csmigrate"), &root)
        .and_then(|()| config_commda_merge::show(programs.join("config-commda-merge"), &root))
        .and_then(|()| commdssetup::show(programs.join("commdssetup"), &directory.path().join("directory")));
    if args.keep {
        println!("kept: {}", directory.keep().display());
    }
    end
}

/// Says what comes next.
fn title(text: &str) {
    println!("\n=== {text}");
}
