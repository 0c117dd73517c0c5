//! The whole life of a run, with the tool of `examples/toy.rs`: shown, confirmed, applied, killed, resumed, undone, listed, deleted.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

#[allow(dead_code, reason = "its main() is used by the example alone")]
#[path = "../examples/toy.rs"]
mod toy;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use clap::Parser;
use command::{Context, Program, StateLocation, ToolError};
use tempfile::TempDir;
use testkit::manifest::Options;
use testkit::outcome::Outcome;
use testkit::sweep::Sweep;
use toy::{Args, Toy, ToyError};
use upgrade_engine::fs::faulty::{Failure, Fault, Faults, FaultyFs};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, RelPath, RootPath};

/// A directory with product roots `root` and `other`, which share a state directory.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        for (file, content) in [("root/a", "one"), ("root/b", "two"), ("root/empty", ""), ("other/a", "one")] {
            fs::create_dir_all(site.path(file).parent().unwrap()).unwrap();
            fs::write(site.path(file), content).unwrap();
        }
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the program by a name on a root.
    fn call(&self, name: &str, root: &str, arguments: &[&str]) -> Outcome {
        let test = std::env::current_exe().unwrap();
        let program = test.ancestors().nth(2).unwrap().join("examples/toy");
        assert!(program.exists(), "`cargo test -p command` builds the examples; `--test toy` alone does not");
        let link = self.path(name);
        let _ = std::os::unix::fs::symlink(program, &link);
        let mut command = Command::new(link);
        command.arg("--root").arg(self.path(root)).arg("--state-dir").arg(self.path("state"));
        Outcome::of(command.args(arguments))
    }

    fn toy(&self, arguments: &[&str]) -> Outcome {
        self.call("toy", "root", arguments)
    }

    /// Has a process of its own be killed at its call `stop` of the file system.
    fn killed(&self, root: &str, file: &str, stop: usize) {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "a_process_that_is_killed"]).env("TOY_FILE", file).env("TOY_STOP", stop.to_string());
        process.env("TOY_ROOT", self.path(root)).env("TOY_STATE", self.path("state"));
        Outcome::of(&mut process).exits(0);
    }

    /// Leaves an unfinished run: killed between the intent of its step and the end.
    fn interrupted(&self, root: &str, file: &str) {
        self.interrupted_in_steps_of(9, root, file);
    }

    fn interrupted_in_steps_of(&self, calls: usize, root: &str, file: &str) {
        for stop in (1..45 * calls).step_by(calls) {
            self.remove_what_never_began();
            self.killed(root, file, stop);
            if self.call("toy", root, &["--list-runs"]).stdout.lines().any(|line| line.contains("unfinished")) {
                return;
            }
        }
        panic!("no run was left unfinished");
    }

    /// What earlier attempts left behind would add calls to each further one.
    fn remove_what_never_began(&self) {
        let Ok(runs) = fs::read_dir(self.path("state/toy")) else { return };
        for run in runs.map(|run| run.unwrap().path()).filter(|run| !run.join("journal").exists()) {
            fs::remove_dir_all(run).unwrap();
        }
    }

    fn runs(&self) -> Vec<String> {
        let list = self.toy(&["--list-runs"]).exits(0).stdout;
        list.lines().map(|line| line.split_once(' ').unwrap().0.to_owned()).collect()
    }
}

/// Not a test of its own: [`Site::killed`] calls it in another process, whose end releases the lock.
#[test]
fn a_process_that_is_killed() {
    let Some(root) = std::env::var_os("TOY_ROOT").map(PathBuf::from) else { return };
    let of = |name: &str| std::env::var(name).unwrap();
    let file = of("TOY_FILE");
    let args = Args::try_parse_from(["toy", "--root", root.to_str().unwrap(), "--yes", &file]).unwrap();
    let faults = Faults::new([Fault::Stop { at: of("TOY_STOP").parse().unwrap() }]);
    let faulty = |path: &std::path::Path| FaultyFs::new(Arc::new(RealFs::open(path).unwrap()), &faults);
    let (fs, own) = (faulty(&root), faulty(&root));
    let state = StateLocation { fs: Box::new(faulty("/".as_ref())), path: RootPath::new(of("TOY_STATE")).unwrap() };
    let context = Context::new(Toy::TOOL, &args.common, &fs, &own, &state);
    Toy::run(&args, &context).unwrap_err();
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let site = Site::new();
    for option in ["--dry-run", "-n"] {
        site.toy(&[option, "/a"]).exits(0).says("Dry run").says("/a");
    }
    assert_eq!(site.read("root/a"), "one");
    assert!(!site.path("state").exists());
    let plan = site.toy(&["--dry-run", "--json", "/a"]).exits(0).json()["plan"].clone();
    site.toy(&["--yes", "/a"]).exits(0);
    let kept = fs::read(site.path("state/toy").join(&site.runs()[0]).join("plan.json")).unwrap();
    assert_eq!(plan, serde_json::from_slice::<serde_json::Value>(&kept).unwrap());
}

#[test]
fn without_a_terminal_a_missing_confirmation_is_an_error_that_names_yes() {
    let site = Site::new();
    site.toy(&["/a"]).exits(2).says("Mark the file?").says("Use --yes").says("Nothing was changed.");
    assert_eq!(site.read("root/a"), "one");
    site.toy(&["--yes", "/a"]).exits(0);
    site.toy(&["--undo"]).exits(2).says("Use --yes");
    assert_eq!(site.read("root/a"), "MARK one");
    site.toy(&["--undo", "--dry-run"]).exits(0);
}

#[test]
fn a_run_is_applied_listed_undone_and_deleted() {
    let site = Site::new();
    let applied = site.toy(&["--yes", "/a"]).exits(0).says("1 of 1: ");
    assert_eq!(site.read("root/a"), "MARK one");
    let run = site.runs().remove(0);
    applied.says(&format!("--undo {run}"));
    site.toy(&["--yes", "/a"]).exits(0).says("There is nothing to do");
    site.toy(&["--list-runs"]).says("mark in /a: finished");
    assert!(site.path("state/toy").join(&run).join("report.json").exists());
    site.toy(&["--undo", "--yes"]).exits(0).says(&format!("Everything is as it was before run {run}"));
    assert_eq!(site.read("root/a"), "one");
    site.toy(&["--list-runs"]).says("mark in /a: undone").says(&format!("undo of run {run}: finished"));
    site.toy(&["--prune", &run]).exits(0).says("can no longer be undone");
    assert_eq!(site.runs().len(), 1);
    site.toy(&["--prune", &run]).exits(1).says(&format!("no such run: {run}"));
}

#[test]
fn a_listed_run_without_effect_is_not_said_to_be_missing() {
    let site = Site::new();
    site.toy(&["--undo", "--yes"]).exits(1).says("there is no run to undo");
    site.toy(&["--yes", "/a"]).exits(0);
    let run = site.runs().remove(0);
    site.toy(&["--undo", &run, "--yes"]).exits(0);
    site.toy(&["--undo", &run, "--yes"]).exits(1).says(&format!("run {run} is undone already"));
    site.toy(&["--undo", "--yes"]).exits(1).says("there is no run to undo");
    // A run that fails at its first step is listed as well.
    use std::os::unix::fs::PermissionsExt;
    let path = site.path("root/b");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let failed = site.failed_at_once();
    site.toy(&["--list-runs"]).says(&format!("{failed}  mark in /b: failed, nothing was changed"));
    let refused = site.toy(&["--undo", &failed, "--yes"]).exits(1);
    refused.says(&format!("run {failed} failed before it changed anything; there is nothing to undo"));
}

impl Site {
    /// Has a run fail after it began and before it changed anything, and returns it.
    fn failed_at_once(&self) -> String {
        for at in 1..300 {
            let root = self.path("root");
            let args = Args::try_parse_from(["toy", "--root", root.to_str().unwrap(), "--yes", "/b"]).unwrap();
            let faults = Faults::new([Fault::Error { at, error: Failure::NoSpace }]);
            let fs = FaultyFs::new(Arc::new(RealFs::open(&root).unwrap()), &faults);
            let path = RootPath::new(self.path("state").to_str().unwrap()).unwrap();
            let state = StateLocation { fs: Box::new(RealFs::open("/".as_ref()).unwrap()), path };
            let context = Context::new(Toy::TOOL, &args.common, &fs, &fs, &state);
            Toy::run(&args, &context).unwrap_err();
            let list = self.toy(&["--list-runs"]).stdout;
            if let Some(line) = list.lines().find(|line| line.contains("failed")) {
                return line.split_once(' ').unwrap().0.to_owned();
            }
        }
        unreachable!()
    }
}

#[test]
fn a_killed_run_is_resumed_by_the_same_command_or_by_resume_or_undone() {
    for finish in [&["--yes", "/a"][..], &["--resume"]] {
        let site = Site::new();
        site.interrupted("root", "/a");
        site.toy(finish).exits(0).says("Resuming run").says("The run is finished");
        assert_eq!(site.read("root/a"), "MARK one");
        site.toy(&["--resume"]).exits(1).says("nothing to resume");
    }
    let site = Site::new();
    site.interrupted("root", "/a");
    let run = site.runs().pop().unwrap();
    site.toy(&["--dry-run", "--undo"]).exits(5).says("to resume it: ").says(&format!("--undo {run}"));
    site.toy(&["--undo", "--yes"]).exits(0).says("Everything is as it was");
    assert_eq!(site.read("root/a"), "one");
}

#[test]
fn all_runs_of_a_tool_are_undone_by_one_command_and_as_one_run() {
    let site = Site::new();
    site.toy(&["--unmark"]).exits(1).says("there is no run to undo");
    for file in ["/a", "/b"] {
        site.toy(&["--yes", file]).exits(0);
    }
    let [first, second] = site.runs().try_into().unwrap();
    let shown = site.toy(&["--unmark", "--dry-run"]).exits(0);
    shown.says(&format!("restore /b from run {second}")).says(&format!("restore /a from run {first}"));
    assert_eq!((site.read("root/a"), site.read("root/b")), ("MARK one".to_owned(), "MARK two".to_owned()));
    let question = format!("Undo 2 runs, newest first: {second} (mark in /b), {first} (mark in /a)?");
    site.toy(&["--unmark"]).exits(2).says(&question).says("Nothing was changed.");
    site.toy(&["--unmark", "--yes"]).exits(0).says(&format!("Everything is as it was before run {first}"));
    assert_eq!((site.read("root/a"), site.read("root/b")), ("one".to_owned(), "two".to_owned()));
    let listed = site.toy(&["--list-runs"]);
    let listed = listed.says("mark in /a: undone").says("mark in /b: undone");
    listed.says(&format!("undo of runs {second}, {first}: finished"));
    site.toy(&["--unmark", "--yes"]).exits(1).says("there is no run to undo");
}

#[test]
fn a_killed_undo_of_several_runs_is_resumed_by_the_same_command_or_by_resume() {
    for finish in [&["--unmark", "--yes"][..], &["--resume"]] {
        let site = Site::new();
        for file in ["/a", "/b"] {
            site.toy(&["--yes", file]).exits(0);
        }
        let [first, second] = site.runs().try_into().unwrap();
        site.interrupted_in_steps_of(40, "root", "--unmark");
        // To undo one of them alone, the undo of both is in the way.
        site.toy(&["--undo", &second, "--yes"]).exits(5).says(&format!("undo of runs {second}, {first}"));
        site.toy(finish).exits(0).says("Resuming run").says(&format!("Everything is as it was before run {first}"));
        assert_eq!((site.read("root/a"), site.read("root/b")), ("one".to_owned(), "two".to_owned()));
        site.toy(&["--list-runs"]).says("mark in /a: undone").says("mark in /b: undone");
    }
}

#[test]
fn an_unfinished_run_blocks_only_what_it_touches() {
    let site = Site::new();
    site.interrupted("root", "/a");
    // The directory that holds /a.
    site.toy(&["--yes", "/b"]).exits(0);
    assert_eq!(site.read("root/b"), "MARK two");
    // The same name below another root.
    site.call("toy", "other", &["--yes", "/a"]).exits(0);
    assert_eq!(site.read("other/a"), "MARK one");
    site.call("toy", "other", &["--resume"]).exits(1).says("nothing to resume");
    site.call("toy", "other", &["--undo", "--yes"]).exits(0);
    assert_eq!((site.read("other/a"), site.read("root/b")), ("one".to_owned(), "MARK two".to_owned()));
    site.toy(&["--resume"]).exits(0);
    assert_eq!(site.read("root/a"), "MARK one");
}

#[test]
fn several_unfinished_runs_are_named_and_each_is_resumed_by_its_own_command() {
    let site = Site::new();
    site.interrupted("root", "/a");
    site.interrupted_too("/b");
    site.toy(&["--resume"]).exits(5).says("several runs are unfinished: ").says("(mark in /a), ").says("(mark in /b)");
    site.toy(&["--yes", "/a"]).exits(0).says("The run is finished");
    site.toy(&["--resume"]).exits(0);
    assert_eq!((site.read("root/a"), site.read("root/b")), ("MARK one".to_owned(), "MARK two".to_owned()));
}

impl Site {
    fn interrupted_too(&self, file: &str) {
        // What earlier attempts left behind adds a few calls to each.
        for stop in (1..400).step_by(9) {
            self.killed("root", file, stop);
            if self.toy(&["--list-runs"]).stdout.lines().filter(|line| line.contains("unfinished")).count() == 2 {
                return;
            }
        }
        panic!("no run was left unfinished");
    }
}

#[test]
fn a_program_uses_the_name_that_it_was_called_by() {
    let site = Site::new();
    site.call("marker", "root", &["--wrong"]).exits(2).says("marker: unexpected argument").says("Usage: marker");
    site.call("marker", "root", &["--undo"]).exits(1).says("marker --list-runs");
    site.call("something", "root", &["--wrong"]).exits(2).says("toy: unexpected argument");
    site.call("marker", "root", &["--yes", "/a"]).exits(0).says("marker --root");
    site.toy(&["--list-runs"]).exits(0).says("mark in /a: finished");
}

#[test]
fn errors_say_what_is_wrong_what_can_be_done_and_what_the_state_is() {
    let site = Site::new();
    let outcome = site.toy(&["--yes", "/empty"]).exits(1);
    assert_eq!(outcome.stderr, "toy: /empty is empty\n  Name a file with content.\n  Nothing was changed.\n");
    site.toy(&["--undo", "--resume"]).exits(2).says("--resume and --undo cannot be used together");
    site.toy(&["--dry-run", "--list-runs"]).exits(2).says("cannot be used together");
    site.toy(&[]).exits(2).says("FILE is missing").says("toy --help lists the options.");
    let report = site.path("nowhere/report");
    site.toy(&["--yes", "--report", report.to_str().unwrap(), "/a"])
        .exits(3)
        .says("The run is done; only the report is missing.");
}

/// Passes a file system that is shared to code that wants its own.
struct Shared(Arc<dyn FileSystem>);

impl FileSystem for Shared {
    fn open_dir(&self, path: &RootPath) -> std::io::Result<Box<dyn Dir>> {
        self.0.open_dir(path)
    }
}

fn call(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from([&["toy", "--yes"], arguments].concat()).unwrap();
    let state = StateLocation { fs: Box::new(Shared(Arc::clone(fs))), path: RootPath::new("/state").unwrap() };
    let context = Context::new(Toy::TOOL, &args.common, &**fs, &**fs, &state);
    Toy::run(&args, &context).map(drop).map_err(|error: ToyError| error.lines(&context.invocation()).join("; "))
}

#[test]
fn stopped_at_any_call_a_run_is_resumed_or_undone() {
    let start = MemoryFs::new();
    let dir = start.open_dir(&RootPath::new("/").unwrap()).unwrap();
    dir.make_dir(&RelPath::new("state").unwrap()).unwrap();
    dir.create(&RelPath::new("a").unwrap()).unwrap().write_all_at(b"one", 0).unwrap();
    drop(dir);
    let undo = |fs: &Arc<dyn FileSystem>| match call(fs, &["--undo"]) {
        Err(error) if error.contains("there is no run to undo") => Ok(()),
        other => other,
    };
    let sweep = Sweep {
        start,
        run: &|fs| call(fs, &["/a"]),
        resume: &|fs| call(fs, &["/a"]),
        undo: &undo,
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
        stride: 1,
    };
    sweep.stops().assert_clean();
    sweep.power_cuts().assert_clean();
}
