//! Every call that a run makes to the file system stopped, failed, or followed by a power cut, and with it every request to a directory
//! that lies in that file system: resuming reaches the prepared directory, undoing the former one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use commdssetup::cli::Args;
use commdssetup::ldap::{Directory, LdapError, Password, Target};
use commdssetup::program::Program;
use testkit::manifest::{DirectoryTimes, Options};
use testkit::sweep::Sweep;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Dir, FileSystem, RelPath, RootPath};

use crate::support::fake_directory::FakeDirectory;

const SILENT: [&str; 22] = [
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

static CLOCK: AtomicI64 = AtomicI64::new(1_700_000_000_000);

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

/// Passes a file system that is shared to code that wants its own.
struct Shared(Arc<dyn FileSystem>);

impl FileSystem for Shared {
    fn open_dir(&self, path: &RootPath) -> std::io::Result<Box<dyn Dir>> {
        self.0.open_dir(path)
    }
}

fn disk() -> MemoryFs {
    let fs = Arc::new(MemoryFs::new());
    let dir = fs.open_dir(&RootPath::new("/").unwrap()).unwrap();
    for name in ["state", "directory", "var", "var/tmp"] {
        dir.make_dir(&path(name)).unwrap();
    }
    FakeDirectory::begin(Arc::<MemoryFs>::clone(&fs));
    fs.fork()
}

fn call(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Box::new(Shared(Arc::clone(fs))), path: RootPath::new("/state").unwrap() };
    let context = Context {
        // Many calls in one second, of which each needs names of its own for the generated files.
        now: jiff::Timestamp::from_millisecond(CLOCK.fetch_add(1, Ordering::Relaxed)).unwrap(),
        ..Context::new("commdssetup", &args.common, &**fs, &**fs, &state)
    };
    let connect = |_: &Target, _: Option<&Password>| -> Result<Box<dyn Directory>, LdapError> {
        Ok(Box::new(FakeDirectory::new(Arc::clone(fs))))
    };
    Program::new(&args, &context, &connect)
        .carry_out()
        .map(|_| ())
        .map_err(|error| error.lines(&context.invocation()).join("; "))
}

fn run(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    call(fs, &SILENT)
}

/// `--resume` where a run is unfinished, else the same command again.
fn resume(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match call(fs, &["commdssetup", "--root", "/", "--resume", "-w", "word"]) {
        Err(error) if error.contains("nothing to resume") => run(fs),
        other => other,
    }
}

fn undo(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match call(fs, &["commdssetup", "--undo", "--yes", "-w", "word"]) {
        Err(error) if error.contains("there is no run to undo") || error.contains("no such run") => Ok(()),
        other => other,
    }
}

fn sweep<'a>(stride: usize) -> Sweep<'a> {
    let full = std::env::var_os("COMMSUITE_FULL").is_some();
    let leave_out = vec![path("state"), path("var/tmp"), path("directory/new")];
    Sweep {
        start: disk(),
        run: &run,
        resume: &run,
        undo: &undo,
        observe: Options { leave_out, directory_times: DirectoryTimes::Ignore, ..Options::default() },
        stride: if full { 1 } else { stride },
    }
}

#[test]
fn a_run_stopped_at_any_call_is_run_again_or_undone() {
    sweep(3).stops().assert_clean();
}

#[test]
fn a_run_stopped_at_any_call_is_resumed_or_undone() {
    Sweep { resume: &resume, ..sweep(7) }.stops().assert_clean();
}

#[test]
fn a_run_with_any_call_failing_is_run_again_or_undone() {
    sweep(40).errors().assert_clean();
}

#[test]
fn a_run_cut_off_by_a_power_failure_is_run_again_or_undone() {
    sweep(40).power_cuts().assert_clean();
}
