//! Every call that a move makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running it again
//! or `--resume` gives the tree of an undisturbed run, `-u` the old one.

use std::sync::Arc;

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use migrate_config::migrate::cli::Args;
use migrate_config::migrate::program::Program;
use testkit::manifest::Options;
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

const MOVE: &[&str] = &["migrate-config", "--root", "/", "--yes", "--new-root", "/new", "/old"];
const COPY: &[&str] = &["migrate-config", "--root", "/", "--yes", "--new-root", "/new", "/old", "--data-root", "/copy"];
const RESUME: &[&str] = &["migrate-config", "--root", "/", "--yes", "--resume"];
const UNDO: &[&str] = &["migrate-config", "--root", "/", "--yes", "--new-root", "/new", "-u", "/old"];

/// Two releases, a file with two names, a link, a key database, and a file that holds no root.
fn disk() -> Tree {
    let mut tree = Tree::new().directory("state").mode(0o700);
    for directory in ["old/sbin", "old/lib", "new/sbin", "new/lib", "data/log", "data/queue"] {
        tree = tree.directory(directory);
    }
    let files = [
        ("imta_tailor", "IMTA_ROOT=/old/\nIMTA_TABLE=/old/config/\n"),
        ("imta.cnf", "</old/config/x.rules\n\nl x\nhost\n"),
        ("x.rules", "a $U@b\n"),
        ("msg.conf.defaults", "local.installeddir = /old\nlogfile.x.logdir = /old/log\n"),
        ("key3.db", "binary\0/old\0"),
        ("note", "plain /old/lib\n"),
    ];
    for (name, text) in files {
        tree = tree.file(&format!("data/config/{name}"), text).owner(70, 71).mode(0o640);
    }
    tree.hard_link("data/config/second", "data/config/msg.conf.defaults")
        .symlink("data/config/link", "nowhere")
        .symlink("old/config", "/data/config")
        .symlink("old/data", "/data")
        .symlink("old/log", "../data/log")
}

/// The run is done where it is refused because it was done, and undone where there is no move.
fn run(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new(migrate_config::TOOL, &args.common, &**fs, &**fs, &state);
    let program = Program { args: &args, context: &context };
    let done = program.carry_out().map(|_| ()).map_err(|error| error.lines(&context.invocation()).join("; "));
    let is_there = |error: &str| {
        (!args.back && error.contains("was moved to /new already"))
            || (args.back && error.contains("no move of a configuration to"))
    };
    done.or_else(|error| if is_there(&error) { Ok(()) } else { Err(error) })
}

fn tool(run_arguments: &'static [&'static str]) -> Tool<'static> {
    Tool {
        start: disk().disk(),
        call: &run,
        run: run_arguments.to_vec(),
        resume: RESUME.to_vec(),
        undo: UNDO.to_vec(),
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn a_move_stopped_at_any_call_is_run_again_or_undone() {
    tool(MOVE).run_again(17, Way::Stops);
}

#[test]
fn a_move_stopped_at_any_call_is_resumed_or_undone() {
    tool(MOVE).resumed(29, Way::Stops);
}

#[test]
fn a_move_with_any_call_failing_is_run_again_or_undone() {
    tool(MOVE).run_again(97, Way::Errors);
}

#[test]
fn a_move_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool(MOVE).run_again(41, Way::PowerCuts);
}

#[test]
fn a_copy_stopped_at_any_call_is_run_again_or_undone() {
    tool(COPY).run_again(31, Way::Stops);
}

#[test]
fn a_copy_with_any_call_failing_is_run_again_or_undone() {
    tool(COPY).run_again(97, Way::Errors);
}

#[test]
fn a_copy_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool(COPY).run_again(43, Way::PowerCuts);
}
