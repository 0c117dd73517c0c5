//! Every call that a merge makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running
//! it again or `--resume` gives the tree of an undisturbed run, `undo` the old one.

use std::sync::Arc;

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use config_commda_merge::cli::Args;
use config_commda_merge::program::Program;
use testkit::manifest::Options;
use testkit::sweep::Sweep;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Attribute, Dir, FileSystem, RelPath, RootPath, Time};

use crate::support::site::{CONSOLE, RESOURCE};

const MERGE: &[&str] =
    &["config-commda-merge", "--root", "/", "--yes", "merge", "--saved", "/saved", "--base", "/base"];

fn path(text: &str) -> RelPath {
    RelPath::new(text.trim_start_matches('/')).unwrap()
}

/// Writes a file with the directories above it.
fn write(dir: &dyn Dir, name: &str, content: &str, owner: u32) {
    let mut above = String::new();
    for part in name.trim_start_matches('/').rsplit_once('/').unwrap().0.split('/') {
        above = if above.is_empty() { part.to_owned() } else { format!("{above}/{part}") };
        let _ = dir.make_dir(&path(&above));
    }
    let file = dir.create(&path(name)).unwrap();
    file.write_all_at(content.as_bytes(), 0).unwrap();
    file.set(&Attribute::Owner { uid: owner, gid: 71 }).unwrap();
    file.set(&Attribute::Mode(0o640)).unwrap();
    file.set(&Attribute::Modified(Time { seconds: 1_100_000_000, nanoseconds: 1 })).unwrap();
}

/// A disk with two files that a merge changes and one that it leaves alone.
fn disk() -> MemoryFs {
    let fs = MemoryFs::new();
    let dir = fs.open_dir(&RootPath::new("/").unwrap()).unwrap();
    dir.make_dir(&path("state")).unwrap();
    let security = format!("{CONSOLE}/Security.properties");
    let logger = format!("{CONSOLE}/logger.properties");
    write(&*dir, RESOURCE, "# 6.4\na=1\nb=2\nlong=1\n", 70);
    write(&*dir, &security, "x=VISIBLE\n", 70);
    write(&*dir, &logger, "same=1\n", 0);
    write(&*dir, "/saved/resource.properties", "a=9\nb=1\nmine=1\n", 0);
    write(&*dir, "/saved/Security.properties", "x=VISIBLE\nmine=INVISIBLE\n", 0);
    write(&*dir, "/saved/logger.properties", "same=1\n", 0);
    write(&*dir, "/base/resource.properties", "a=1\nb=1\n", 0);
    write(&*dir, "/base/Security.properties", "x=VISIBLE\n", 0);
    write(&*dir, "/base/logger.properties", "same=1\n", 0);
    fs
}

/// Passes a file system that is shared to code that wants its own.
struct Shared(Arc<dyn FileSystem>);

impl FileSystem for Shared {
    fn open_dir(&self, path: &RootPath) -> std::io::Result<Box<dyn Dir>> {
        self.0.open_dir(path)
    }
}

fn run(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Box::new(Shared(Arc::clone(fs))), path: RootPath::new("/state").unwrap() };
    let context = Context::new("config-commda-merge", &args.common, &**fs, &**fs, &state);
    let program = Program { args: &args, context: &context };
    program.carry_out().map(|_| ()).map_err(|error| error.lines(&context.invocation()).join("; "))
}

fn merge(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    run(fs, MERGE)
}

/// `--resume` where a run is unfinished, else the same command again.
fn resume(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match run(fs, &["config-commda-merge", "--root", "/", "--resume"]) {
        Err(error) if error.contains("nothing to resume") => merge(fs),
        other => other,
    }
}

fn undo(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match run(fs, &["config-commda-merge", "--root", "/", "--yes", "undo"]) {
        Err(error) if error.contains("there is no run to undo") || error.contains("no such run") => Ok(()),
        other => other,
    }
}

fn sweep<'a>(stride: usize) -> Sweep<'a> {
    let full = std::env::var_os("COMMSUITE_FULL").is_some();
    Sweep {
        start: disk(),
        run: &merge,
        resume: &merge,
        undo: &undo,
        observe: Options { leave_out: vec![path("state")], ..Options::default() },
        stride: if full { 1 } else { stride },
    }
}

#[test]
fn a_merge_stopped_at_any_call_is_run_again_or_undone() {
    sweep(1).stops().assert_clean();
}

#[test]
fn a_merge_stopped_at_any_call_is_resumed_or_undone() {
    Sweep { resume: &resume, ..sweep(1) }.stops().assert_clean();
}

#[test]
fn a_merge_with_any_call_failing_is_run_again_or_undone() {
    sweep(3).errors().assert_clean();
}

#[test]
fn a_merge_cut_off_by_a_power_failure_is_run_again_or_undone() {
    sweep(2).power_cuts().assert_clean();
}
