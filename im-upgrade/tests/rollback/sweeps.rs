//! Every call that a rollback makes to the file system stopped, failed, or followed by a power cut, on a disk in memory: running it again
//! or `--resume` gives the tree of an undisturbed run, `--undo` that of 7.3.

use std::sync::Arc;

use crate::upgrade::sweeps::jnlp;
use clap::Parser;
use command::{Context, Program, StateLocation, ToolError};
use im_upgrade::ImUpgrade;
use im_upgrade::cli::Args;
use testkit::manifest::Options;
use testkit::sweep::{Shared, Tool, Way};
use testkit::tree::Tree;
use upgrade_engine::Status;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::run_list::{in_effect, list_runs};

const CONFIG: &str = "etc/opt/SUNWiim/default/config";

/// A small site with both releases: a file that the upgrade changes, one that it does not, an instance.
fn disk() -> MemoryFs {
    let conf = |memory: u32, smtp: &str| {
        format!(
            "! banner\niim.instancevardir = \"/run\"\niim.jvm.maxmemorysize = \"{memory}\"\niim.smtpserver = \"{smtp}\"\n"
        )
    };
    let mut tree = Tree::new().directory("state").mode(0o700).directory("var/opt");
    for program in ["opt/SUNWiim/sbin/imadmin", "opt/sun/comms/im/sbin/imadmin", "etc/opt/SUNWiim/sales/imadmin"] {
        tree = tree.file(program, "#!/bin/sh\nexec /opt/SUNWiim/sbin/x\n").mode(0o755);
    }
    let tree = tree
        .file(&format!("{CONFIG}/iim.conf"), conf(256, "mail"))
        .owner(70, 71)
        .mode(0o600)
        .file(&format!("{CONFIG}/acls/sysAdmin.acl"), "# admins\nd:none\nu:me\n")
        .file("etc/opt/SUNWiim/sales/config/iim.conf", conf(300, "localhost"))
        .owner(70, 71)
        .file(&format!("stock/old/{CONFIG}/iim.conf"), conf(256, "localhost"))
        .file(&format!("stock/new/{CONFIG}/iim.conf"), conf(512, "localhost"))
        .file("opt/SUNWiim/html/im.jnlp.template", jnlp("7.2", "@BASE@", "@SERVER@"))
        .file("opt/SUNWiim/html/en_US/im.jnlp", jnlp("edited", "http://im/im/", "im:5222"))
        .file("stock/new/opt/sun/comms/im/html/en_US/im.jnlp", jnlp("7.3", "http://host/im/", "host:5222"))
        .file("stock/new/opt/sun/comms/im/html/index.html", "<html>7.3</html>\n");
    after(&tree.disk(), &[&["upgrade", "--no-service", "--base", "/stock/old", "--new", "/stock/new"]])
}

/// The site after the first part of a rollback and the packages, which took everything away.
fn without_packages() -> MemoryFs {
    let disk = after(&disk(), &[&["rollback", "--no-service"]]);
    let root = disk.open_dir(&RootPath::new("/").unwrap()).unwrap();
    let path = |text: &str| RelPath::new(text).unwrap();
    for file in ["acls/sysAdmin.acl", "acls/sysAdmin.acl-pre73", "iim.conf", "iim.conf-pre73"] {
        root.remove_file(&path(&format!("{CONFIG}/{file}"))).unwrap();
    }
    root.remove_dir(&path(&format!("{CONFIG}/acls"))).unwrap();
    root.remove_dir(&path(CONFIG)).unwrap();
    root.remove_file(&path("opt/sun/comms/im/sbin/imadmin")).unwrap();
    disk
}

/// Returns the disk after some calls, each of which has to succeed.
fn after(disk: &MemoryFs, calls: &[&[&str]]) -> MemoryFs {
    let disk = Arc::new(disk.fork());
    let fs: Arc<dyn FileSystem> = disk.clone();
    for words in calls {
        let words = with(words);
        call(&fs, &words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    }
    disk.fork()
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["im-upgrade", "--root", "/", "--yes"], more].concat()
}

fn call(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    let args = Args::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let state = StateLocation { fs: Shared::boxed(fs), path: RootPath::new("/state").unwrap() };
    let context = Context::new(ImUpgrade::NAME, &args.common, &**fs, &**fs, &state);
    let Err(error) = ImUpgrade::run(&args, &context) else { return Ok(()) };
    Err(error.lines(&context.invocation()).join("; "))
}

/// As [`call`], but undoes only a part of a rollback: once that is undone, the newest run is the one before it, which stays.
fn undoing(phase: &'static str) -> impl Fn(&Arc<dyn FileSystem>, &[&str]) -> Result<(), String> + Sync {
    move |fs, words| {
        if !words.contains(&"--undo") {
            return call(fs, words);
        }
        let state = RootPath::new("/state").unwrap();
        let runs = list_runs(&**fs, &state, im_upgrade::TOOL).map_err(|e| e.to_string())?;
        let newest = in_effect(&runs).into_iter().next_back().is_some_and(|run| {
            let is_part = run.plan.request["phase"] == phase;
            is_part || (run.plan.undoes.is_some() && run.status != Status::Finished)
        });
        if newest { call(fs, words) } else { Ok(()) }
    }
}

/// Disturbs a part of a rollback.
fn disturb(start: MemoryFs, (part, phase): (&str, &'static str), disturb: impl Fn(Tool<'_>)) {
    disturb(Tool {
        start,
        call: &undoing(phase),
        run: with(&["rollback", "--no-service", part]),
        resume: with(&["--resume"]),
        undo: with(&["--undo"]),
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    });
}

const WHOLE: (&str, &str) = ("--skip-packages", "whole");
const FIRST: (&str, &str) = ("--all-instances", "copy-out");
const SECOND: (&str, &str) = ("--finish", "finish");

#[test]
fn a_rollback_stopped_at_any_call_is_run_again_or_undone() {
    disturb(disk(), WHOLE, |tool| tool.run_again(14, Way::Stops));
}

#[test]
fn a_rollback_stopped_at_any_call_is_resumed_or_undone() {
    disturb(disk(), WHOLE, |tool| tool.resumed(14, Way::Stops));
}

#[test]
fn a_rollback_with_any_call_failing_is_run_again_or_undone() {
    disturb(disk(), WHOLE, |tool| tool.run_again(40, Way::Errors));
}

#[test]
fn a_rollback_cut_off_by_a_power_failure_is_run_again_or_undone() {
    disturb(disk(), WHOLE, |tool| tool.run_again(30, Way::PowerCuts));
}

#[test]
fn a_first_part_stopped_at_any_call_is_run_again_or_undone() {
    disturb(disk(), FIRST, |tool| tool.run_again(6, Way::Stops));
}

#[test]
fn a_first_part_with_any_call_failing_is_run_again_or_undone() {
    disturb(disk(), FIRST, |tool| tool.run_again(24, Way::Errors));
}

#[test]
fn a_second_part_stopped_at_any_call_is_run_again_or_undone() {
    disturb(without_packages(), SECOND, |tool| tool.run_again(14, Way::Stops));
}

#[test]
fn a_second_part_with_any_call_failing_is_run_again_or_undone() {
    disturb(without_packages(), SECOND, |tool| tool.run_again(40, Way::Errors));
}

#[test]
fn a_second_part_cut_off_by_a_power_failure_is_run_again_or_undone() {
    disturb(without_packages(), SECOND, |tool| tool.run_again(30, Way::PowerCuts));
}
