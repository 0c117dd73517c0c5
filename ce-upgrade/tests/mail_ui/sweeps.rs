//! Every call that a move makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running it again or
//! `--resume` gives the tree of an undisturbed run, `--undo` that of before.

use std::sync::Arc;

use testkit::manifest::Options;
use testkit::sweep::{Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::in_memory::{after, call};

/// A page that is replaced, one that is copied into a new directory, one in conflict.
fn disk() -> MemoryFs {
    let mut tree = Tree::new().directory("state").mode(0o700).directory("opt/SUNWuwc/sbin");
    for (path, text) in [
        ("var/opt/SUNWuwc/WEB-INF/web.xml", "<web-app/>"),
        ("var/opt/SUNWuwc/webmail/main.js", "a\n"),
        ("var/opt/SUNWuwc/webmail/both.html", "new\n"),
    ] {
        tree = tree.file(path, text).owner(70, 71).mode(0o640);
    }
    for (name, old, saved) in
        [("main.js", "a\n", "site\n"), ("both.html", "a\n", "site\n"), ("lang/own/i18n.js", "", "own\n")]
    {
        tree = tree.file(&format!("saved/{name}"), saved).owner(80, 81).mode(0o664);
        if !old.is_empty() {
            tree = tree.file(&format!("base/{name}"), old);
        }
    }
    tree.disk()
}

const RUN: [&str; 5] = ["migrate-mail-ui", "--from", "/saved", "--base", "/base"];

/// A move that is done is refused a second time: it is in effect, which is what the first one was to bring about.
fn run(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    match call(fs, words) {
        Err(error) if error.contains("were moved already") => Ok(()),
        other => other,
    }
}

fn disturb(disturb: impl Fn(Tool<'_>)) {
    disturb(Tool {
        start: disk(),
        call: &run,
        run: RUN.to_vec(),
        resume: vec!["--resume"],
        undo: vec!["--undo"],
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    });
}

#[test]
fn a_move_stopped_at_any_call_is_run_again_or_undone() {
    disturb(|tool| tool.run_again(4, Way::Stops));
}

#[test]
fn a_move_stopped_at_any_call_is_resumed_or_undone() {
    disturb(|tool| tool.resumed(4, Way::Stops));
}

#[test]
fn a_move_with_any_call_failing_is_run_again_or_undone() {
    disturb(|tool| tool.run_again(12, Way::Errors));
}

#[test]
fn a_move_cut_off_by_a_power_failure_is_run_again_or_undone() {
    disturb(|tool| tool.run_again(9, Way::PowerCuts));
}

#[test]
fn new_pages_belong_to_the_owner_of_the_deployed_ones_and_nobody_else_may_write_them() {
    let disk = disk();
    let dir = disk.open_dir(&RootPath::new("/var/opt/SUNWuwc/webmail").unwrap()).unwrap();
    let top = dir.stat(&RelPath::here()).unwrap();
    let disk = after(&disk, &[&RUN]);
    let dir = disk.open_dir(&RootPath::new("/var/opt/SUNWuwc/webmail").unwrap()).unwrap();
    let page = dir.stat(&RelPath::new("lang/own/i18n.js").unwrap()).unwrap();
    assert_eq!((page.uid, page.gid, page.mode), (top.uid, top.gid, 0o644));
    let replaced = dir.stat(&RelPath::new("main.js").unwrap()).unwrap();
    assert_eq!((replaced.uid, replaced.gid, replaced.mode), (70, 71, 0o640));
}
