//! Every call that a migration makes to the file system stopped, failed, or followed by a power cut, on a disk in memory:
//! running csmigrate again or `--resume` gives the tree of an undisturbed run, `--undo` the old one.

use std::sync::Arc;

use clap::Parser;
use command::{Context, StateLocation, ToolError};
use csmigrate::cli::Args;
use csmigrate::program::Program;
use testkit::manifest::{Manifest, Options};
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::faulty::{Failure, Fault, Faults, FaultyFs};
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

const MIGRATE: &[&str] = &["csmigrate", "--root", "/", "--ics-conf", "/conf/ics.conf", "/old", "/new"];

fn data(name: &str) -> Vec<u8> {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bdb/tests/data");
    std::fs::read(data.join(name)).unwrap()
}

fn with(tree: Tree, path: &str, content: impl Into<Vec<u8>>) -> Tree {
    tree.file(path, content).owner(70, 71).mode(0o640)
}

/// A disk with a small calendar database. Only the directories that a run needs are there.
fn disk(target: Target) -> Tree {
    let mut tree = Tree::new().directory("state").mode(0o700).symlink("old/link", "nowhere");
    if target == Target::Empty {
        tree = tree.directory("new").mode(0o700);
    }
    tree = with(tree, "old/ics50events.db", data("btree-2.7.7-le-dup-512.db"));
    tree = with(tree, "old/ics50gse.db", data("btree-3.2.9-le-deleteditem-512.db"));
    tree = with(tree, "old/ics50caldb.conf", "caldb.version= \"1.0.0 [BerkeleyDB]\"\n");
    tree = with(tree, "old/ldap_cache/dummy", "cached");
    with(tree, "conf/ics.conf", "caldb.berkeleydb.homedir.path = \".\"\nservice.http.port = \"80\"\n")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Missing,
    Empty,
}

fn csmigrate(fs: &Arc<dyn FileSystem>, arguments: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(arguments).unwrap();
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new("csmigrate", &args.common, &**fs, &**fs, &state);
    let program = Program { args: &args, context: &context, logs: None };
    program
        .carry_out(&args.command().unwrap())
        .map(|_| ())
        .map_err(|error| error.lines(&context.invocation()).join("; "))
}

/// The disk, with a leaf of a database overwritten.
fn damaged_disk() -> Tree {
    let mut bytes = data("btree-3.2.9-le-plain-512.db");
    let leaf = (0..bytes.len()).step_by(512).filter(|page| bytes[page + 25] == 5).nth(2).unwrap();
    bytes[leaf..leaf + 512].fill(0xa5);
    with(disk(Target::Missing), "old/ics50alarms.db", bytes)
}

fn tool<'a>(disk: &Tree) -> Tool<'a> {
    Tool {
        start: disk.disk(),
        call: &csmigrate,
        run: MIGRATE.to_vec(),
        resume: vec!["csmigrate", "--root", "/", "--resume"],
        undo: vec!["csmigrate", "--root", "/", "--undo", "/new"],
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn a_new_file_that_cannot_be_made_or_verified_leaves_everything_as_it_was() {
    let options = || Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() };
    let tree =
        |fs: &dyn FileSystem| Manifest::with(&*fs.open_dir(&RootPath::new("/").unwrap()).unwrap(), &options()).unwrap();
    let undisturbed = Faults::default();
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk(Target::Missing).disk()), &undisturbed));
    csmigrate(&fs, MIGRATE).unwrap();
    let new_files = undisturbed
        .trace()
        .into_iter()
        .filter(|call| call.path.contains("ics50") && call.path.contains("csmigrate.new"));
    let mut taken_back = 0;
    for call in new_files.filter(|call| matches!(call.operation, "write_all_at" | "read_at")) {
        let disk: Arc<dyn FileSystem> = Arc::new(disk(Target::Missing).disk());
        let before = tree(&*disk);
        let faults = Faults::new([Fault::Error { at: call.number, error: Failure::InputOutput }]);
        let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::clone(&disk), &faults));
        let Err(error) = csmigrate(&fs, MIGRATE) else { continue };
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
    tool(&disk(Target::Empty)).run_again(1, Way::Stops);
}

#[test]
fn a_migration_into_a_new_directory_stopped_at_any_call_is_resumed_or_undone() {
    tool(&disk(Target::Missing)).resumed(1, Way::Stops);
}

#[test]
fn a_migration_with_any_call_failing_is_run_again_or_undone() {
    tool(&disk(Target::Empty)).run_again(7, Way::Errors);
}

#[test]
fn a_migration_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool(&disk(Target::Missing)).run_again(3, Way::PowerCuts);
}

#[test]
fn a_salvage_stopped_at_any_call_is_resumed_or_undone() {
    let mut tool = tool(&damaged_disk());
    tool.run.push("--salvage");
    tool.resumed(3, Way::Stops);
}
