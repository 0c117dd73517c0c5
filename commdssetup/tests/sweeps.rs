//! Every call that a run makes to the file system stopped, failed, or followed by a power cut, and with it every request to a directory
//! that lies in that file system: resuming reaches the prepared directory, undoing the former one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clap::Parser;
use command::{Context, Exit, StateLocation, ToolError};
use commdssetup::cli::Args;
use commdssetup::program::{Connect, Program};
use testkit::manifest::{DirectoryTimes, Options};
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::fake_directory::FakeDirectory;

pub(crate) const SILENT: [&str; 22] = [
    "commdssetup",
    "-i",
    "yes",
    "-R",
    "yes",
    "-u",
    "o=usergroup",
    "-s",
    "yes",
    "-b",
    "yes",
    "-t",
    "2",
    "-m",
    "yes",
    "-D",
    "cn=Directory Manager",
    "-w",
    "word",
    "--ldap-url",
    "ldap://fake",
    "--yes",
];

pub(crate) static CLOCK: AtomicI64 = AtomicI64::new(1_700_000_000_000);

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

pub(crate) fn disk() -> MemoryFs {
    let tree = Tree::new().directory("state").mode(0o700).directory("directory").directory("var/tmp");
    let fs = Arc::new(tree.disk());
    FakeDirectory::begin(Arc::<MemoryFs>::clone(&fs));
    fs.fork()
}

fn call(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    carry_out(fs, arguments).map(|_| ()).map_err(|(_, lines)| lines)
}

/// Returns the exit status of a call, and its error.
pub(crate) fn carry_out(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<Exit, (Exit, String)> {
    carry_out_on(fs, arguments, &|_, _| Ok(Box::new(FakeDirectory::new(Arc::clone(fs)))))
}

/// As [`carry_out`], on what these connections give.
pub(crate) fn carry_out_on(
    fs: &Arc<dyn FileSystem>,
    arguments: &[&str],
    connect: &Connect<'_>,
) -> Result<Exit, (Exit, String)> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context {
        // Many calls in one second, of which each needs names of its own for the generated files.
        now: jiff::Timestamp::from_millisecond(CLOCK.fetch_add(1, Ordering::Relaxed)).unwrap(),
        ..Context::new("commdssetup", &args.common, &**fs, &**fs, &state)
    };
    Program::new(&args, &context, connect)
        .carry_out()
        .map(|completion| completion.exit)
        .map_err(|error| (error.exit(), error.lines(&context.invocation()).join("; ")))
}

fn tool<'a>() -> Tool<'a> {
    let leave_out = ["state", "var/tmp", "directory/new"].map(path).to_vec();
    Tool {
        start: disk(),
        call: &call,
        run: SILENT.to_vec(),
        resume: vec!["commdssetup", "--root", "/", "--resume", "-w", "word"],
        undo: vec!["commdssetup", "--undo", "--yes", "-w", "word"],
        observe: Options { leave_out, directory_times: DirectoryTimes::Ignore, ..Options::default() },
    }
}

#[test]
fn a_run_stopped_at_any_call_is_run_again_or_undone() {
    tool().run_again(3, Way::Stops);
}

#[test]
fn a_run_stopped_at_any_call_is_resumed_or_undone() {
    tool().resumed(7, Way::Stops);
}

#[test]
fn a_run_with_any_call_failing_is_run_again_or_undone() {
    tool().run_again(40, Way::Errors);
}

#[test]
fn a_run_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool().run_again(40, Way::PowerCuts);
}
