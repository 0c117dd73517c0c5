//! `cargo xtask demo`: runs the tools on a copy of the example site in a temporary directory.
//!
//! Each promise is checked against the tree itself: a dry run changes nothing, a run leaves its source alone, undo
//! brings back what was there. All steps are always run; how much of them is shown is another matter.

mod ce_upgrade;
mod commdssetup;
mod config_commda_merge;
mod csmigrate;
mod im_upgrade;
mod migrate_config;
mod occ_upgrade;
mod stage;
mod tree;

use crate::process::{self, Result, cargo};
use crate::tools::TOOLS;
use stage::{Detail, Screen, Stage};
use std::path::Path;

/// One screen.
const LINES_OF_A_TOOL: usize = 24;

/// Options of `cargo xtask demo`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Shows this tool alone, in full: every command with all that it prints
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TOOLS))]
    tool: Option<String>,
    /// Keeps the temporary directory and prints where it is
    #[arg(long)]
    keep: bool,
}

/// Runs the demo; fails at the first step that does not go as expected.
pub(crate) fn run(args: &Args) -> Result {
    play(args).map(drop)
}

/// Runs the demo, and returns all that the programs were called with and printed.
pub(crate) fn play(args: &Args) -> Result<Vec<String>> {
    let chosen: Vec<&str> =
        TOOLS.iter().copied().filter(|tool| args.tool.as_deref().is_none_or(|it| it == *tool)).collect();
    build(&chosen)?;
    let directory = tempfile::Builder::new().prefix("upgrade-demo-").tempdir()?;
    println!("DIR stands for a copy of examples/site; each command also gets --root DIR.");
    let screen = Screen::new(if args.tool.is_some() { Detail::Full } else { Detail::Brief });
    let end = chosen.iter().try_for_each(|tool| show(tool, &screen, directory.path()));
    if args.keep {
        println!("kept: {}", directory.keep().display());
    }
    end?;
    if screen.detail == Detail::Brief {
        screen.show("\nEvery promise was kept. `cargo xtask demo TOOL` shows one tool in full.");
        screen.expect_at_most(LINES_OF_A_TOOL * chosen.len())?;
    }
    Ok(screen.transcript())
}

/// Builds the programs in the profile of the tests, so that either of them finds the other's work done.
fn build(tools: &[&str]) -> Result {
    let mut build = cargo(["build", "--locked"]);
    for tool in tools {
        build.args(["--package", tool]);
    }
    process::run(&mut build)
}

fn show(tool: &str, screen: &Screen, directory: &Path) -> Result {
    let program = process::target_directory()?.join("debug").join(tool);
    let place = directory.join(tool);
    std::fs::create_dir(&place)?;
    let root = place.join("root");
    tree::copy_tree(Path::new("examples/site"), &root)?;
    let stage = Stage::new(screen, program, &root);
    match tool {
        "commdssetup" => commdssetup::show(stage, &place),
        "migrate-config" => migrate_config::show(stage, &root),
        "csmigrate" => csmigrate::show(stage, &root),
        "im-upgrade" => im_upgrade::show(stage, &root),
        "config-commda-merge" => config_commda_merge::show(stage, &root),
        "ce-upgrade" => ce_upgrade::show(stage, &root),
        "occ-upgrade" => occ_upgrade::show(stage, &root),
        _ => Err(format!("{tool} has no demo").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_demo() {
        for tool in TOOLS {
            let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo").join(tool.replace('-', "_"));
            assert!(module.with_extension("rs").is_file(), "{}", module.display());
        }
    }
}
