//! Every call that a merge makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running
//! it again or `--resume` gives the tree of an undisturbed run, `undo` the old one.

use std::sync::Arc;

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use config_commda_merge::cli::Args;
use config_commda_merge::program::Program;
use testkit::manifest::Options;
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::site::{CONSOLE, RESOURCE};

const MERGE: &[&str] =
    &["config-commda-merge", "--root", "/", "--yes", "merge", "--saved", "/saved", "--base", "/base"];

/// Two files that a merge changes and one that it leaves alone.
fn disk() -> Tree {
    let security = format!("{CONSOLE}/Security.properties");
    let logger = format!("{CONSOLE}/logger.properties");
    let files = [
        (RESOURCE, "# 6.4\na=1\nb=2\nlong=1\n", 70),
        (&security, "x=VISIBLE\n", 70),
        (&logger, "same=1\n", 0),
        ("/saved/resource.properties", "a=9\nb=1\nmine=1\n", 0),
        ("/saved/Security.properties", "x=VISIBLE\nmine=INVISIBLE\n", 0),
        ("/saved/logger.properties", "same=1\n", 0),
        ("/base/resource.properties", "a=1\nb=1\n", 0),
        ("/base/Security.properties", "x=VISIBLE\n", 0),
        ("/base/logger.properties", "same=1\n", 0),
    ];
    let start = Tree::new().directory("state").mode(0o700);
    files.iter().fold(start, |tree, (path, text, owner)| tree.file(path, *text).owner(*owner, 71).mode(0o640))
}

fn run(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new("config-commda-merge", &args.common, &**fs, &**fs, &state);
    let program = Program { args: &args, context: &context };
    program.carry_out().map(|_| ()).map_err(|error| error.lines(&context.invocation()).join("; "))
}

fn tool<'a>() -> Tool<'a> {
    Tool {
        start: disk().disk(),
        call: &run,
        run: MERGE.to_vec(),
        resume: vec!["config-commda-merge", "--root", "/", "--resume"],
        undo: vec!["config-commda-merge", "--root", "/", "--yes", "undo"],
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn a_merge_stopped_at_any_call_is_run_again_or_undone() {
    tool().run_again(1, Way::Stops);
}

#[test]
fn a_merge_stopped_at_any_call_is_resumed_or_undone() {
    tool().resumed(1, Way::Stops);
}

#[test]
fn a_merge_with_any_call_failing_is_run_again_or_undone() {
    tool().run_again(3, Way::Errors);
}

#[test]
fn a_merge_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool().run_again(2, Way::PowerCuts);
}
