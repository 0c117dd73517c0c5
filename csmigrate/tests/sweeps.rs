//! Every call that a migration makes to the file system stopped, failed, or followed by a power cut, on a disk in memory:
//! running csmigrate again or `--resume` gives the tree of an undisturbed run, `--undo` the old one.

use std::sync::Arc;

use clap::Parser;
use csmigrate::cli::Args;
use csmigrate::program::Program;
use testkit::manifest::{Manifest, Options};
use testkit::sweep::Sweep;
use upgrade_engine::fs::faulty::{Failure, Fault, Faults, FaultyFs};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Attribute, Dir, FileSystem, RelPath, RootPath, Time};
use upgrade_engine::interrupt::Interrupt;
use upgrade_engine::options::{Color, StateLocation};
use upgrade_engine::terminal::{Talk, Terminal};

const MIGRATE: &[&str] = &["csmigrate", "--root", "/", "--ics-conf", "/conf/ics.conf", "/old", "/new"];

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

fn data(name: &str) -> Vec<u8> {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bdb/tests/data");
    std::fs::read(data.join(name)).unwrap()
}

fn write(dir: &dyn Dir, name: &str, content: &[u8]) {
    let file = dir.create(&path(name)).unwrap();
    file.write_all_at(content, 0).unwrap();
    file.set(&Attribute::Owner { uid: 70, gid: 71 }).unwrap();
    file.set(&Attribute::Mode(0o640)).unwrap();
    file.set(&Attribute::Modified(Time { seconds: 1_100_000_000, nanoseconds: 1 })).unwrap();
}

/// A disk with a small calendar database. Only the directories that a run needs are there.
fn disk(target: Target) -> MemoryFs {
    let fs = MemoryFs::new();
    let dir = fs.open_dir(&RootPath::new("/").unwrap()).unwrap();
    let mut directories = vec!["state", "old", "old/ldap_cache", "conf"];
    if target == Target::Empty {
        directories.push("new");
    }
    for name in &directories {
        dir.make_dir(&path(name)).unwrap();
    }
    write(&*dir, "old/ics50events.db", &data("btree-2.7.7-le-dup-512.db"));
    write(&*dir, "old/ics50gse.db", &data("btree-3.2.9-le-deleteditem-512.db"));
    write(&*dir, "old/ics50caldb.conf", b"caldb.version= \"1.0.0 [BerkeleyDB]\"\n");
    write(&*dir, "old/ldap_cache/dummy", b"cached");
    dir.symlink(b"nowhere", &path("old/link")).unwrap();
    write(&*dir, "conf/ics.conf", b"caldb.berkeleydb.homedir.path = \".\"\nservice.http.port = \"80\"\n");
    for name in directories.iter().rev() {
        dir.set(&path(name), &Attribute::Modified(Time { seconds: 1_200_000_000, nanoseconds: 2 })).unwrap();
    }
    fs
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Missing,
    Empty,
}

/// Passes a file system that is shared to code that wants its own.
struct Shared(Arc<dyn FileSystem>);

impl FileSystem for Shared {
    fn open_dir(&self, path: &RootPath) -> std::io::Result<Box<dyn Dir>> {
        self.0.open_dir(path)
    }
}

fn csmigrate(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Box::new(Shared(Arc::clone(fs))), path: RootPath::new("/state").unwrap() };
    let program = Program {
        args: &args,
        command: args.command().unwrap(),
        terminal: Terminal::new(Color::Never, Talk::Quiet),
        fs: &**fs,
        state: &state,
        logs: None,
        interrupt: Interrupt::default(),
    };
    program.carry_out().map(|_| ()).map_err(|error| error.lines("csmigrate").join("; "))
}

fn migrate(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    csmigrate(fs, MIGRATE)
}

/// `--resume` where a run is unfinished, else the same command again.
fn resume(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match csmigrate(fs, &["csmigrate", "--root", "/", "--resume"]) {
        Err(error) if error.contains("nothing to resume") => migrate(fs),
        other => other,
    }
}

fn undo(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match csmigrate(fs, &["csmigrate", "--root", "/", "--undo", "/new"]) {
        Err(error) if error.contains("there is no run") => Ok(()),
        other => other,
    }
}

/// The disk, with a leaf of a database overwritten.
fn damaged_disk() -> MemoryFs {
    let fs = disk(Target::Missing);
    let dir = fs.open_dir(&RootPath::new("/").unwrap()).unwrap();
    let mut bytes = data("btree-3.2.9-le-plain-512.db");
    let leaf = (0..bytes.len()).step_by(512).filter(|page| bytes[page + 25] == 5).nth(2).unwrap();
    bytes[leaf..leaf + 512].fill(0xa5);
    write(&*dir, "old/ics50alarms.db", &bytes);
    dir.set(&path("old"), &Attribute::Modified(Time { seconds: 1_200_000_000, nanoseconds: 2 })).unwrap();
    fs
}

fn salvage(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    csmigrate(fs, &[MIGRATE, &["--salvage"]].concat())
}

fn resume_salvage(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    match csmigrate(fs, &["csmigrate", "--root", "/", "--resume"]) {
        Err(error) if error.contains("nothing to resume") => salvage(fs),
        other => other,
    }
}

fn sweep<'a>(target: Target, stride: usize) -> Sweep<'a> {
    let full = std::env::var_os("COMMSUITE_FULL").is_some();
    Sweep {
        start: disk(target),
        run: &migrate,
        resume: &migrate,
        undo: &undo,
        observe: Options { leave_out: vec![path("state")], ..Options::default() },
        stride: if full { 1 } else { stride },
    }
}

#[test]
fn a_new_file_that_cannot_be_made_or_verified_leaves_everything_as_it_was() {
    let options = || Options { leave_out: vec![path("state")], ..Options::default() };
    let tree =
        |fs: &dyn FileSystem| Manifest::with(&*fs.open_dir(&RootPath::new("/").unwrap()).unwrap(), &options()).unwrap();
    let undisturbed = Faults::default();
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk(Target::Missing)), &undisturbed));
    migrate(&fs).unwrap();
    let new_files = undisturbed
        .trace()
        .into_iter()
        .filter(|call| call.path.contains("ics50") && call.path.contains("csmigrate.new"));
    let mut taken_back = 0;
    for call in new_files.filter(|call| matches!(call.operation, "write_all_at" | "read_at")) {
        let disk: Arc<dyn FileSystem> = Arc::new(disk(Target::Missing));
        let before = tree(&*disk);
        let faults = Faults::new([Fault::Error { at: call.number, error: Failure::InputOutput }]);
        let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::clone(&disk), &faults));
        let Err(error) = migrate(&fs) else { continue };
        if error.contains("The new files were removed again") {
            assert!(error.ends_with("Nothing was changed."), "{error}");
            let difference = before.difference(&tree(&*disk));
            assert!(difference.is_empty(), "{call}: {}", difference.join("\n"));
            taken_back += 1;
        }
    }
    assert!(taken_back > 5, "only {taken_back} calls failed while a new file was made");
}

#[test]
fn a_migration_stopped_at_any_call_is_run_again_or_undone() {
    sweep(Target::Empty, 1).stops().assert_clean();
}

#[test]
fn a_migration_into_a_new_directory_stopped_at_any_call_is_resumed_or_undone() {
    Sweep { resume: &resume, ..sweep(Target::Missing, 1) }.stops().assert_clean();
}

#[test]
fn a_migration_with_any_call_failing_is_run_again_or_undone() {
    sweep(Target::Empty, 7).errors().assert_clean();
}

#[test]
fn a_migration_cut_off_by_a_power_failure_is_run_again_or_undone() {
    sweep(Target::Missing, 3).power_cuts().assert_clean();
}

#[test]
fn a_salvage_stopped_at_any_call_is_resumed_or_undone() {
    let sweep = sweep(Target::Missing, 3);
    Sweep { start: damaged_disk(), run: &salvage, resume: &resume_salvage, ..sweep }.stops().assert_clean();
}
