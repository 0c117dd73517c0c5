//! Every call that a merge, an installation and its undo make to the file system stopped, failed, or followed by a power cut.

use std::sync::Arc;

use config_merge::own_files;
use testkit::manifest::Options;
use testkit::sweep::{Sweep, Tool, Way};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::in_memory::{after, call, site, site_with_an_old_one};

const RESOLVE_A: &[&str] = &["patch-config", "--base", "/base", "--resolve", "config/uwcconfig.properties:a=new"];
const RESOLVE_B: &[&str] = &["patch-config", "--base", "/base", "--resolve", "config/uwcconfig.properties:b=new"];

/// An installation that is not there is undone.
fn run(fs: &Arc<dyn FileSystem>, words: &[&str]) -> Result<(), String> {
    match call(fs, words) {
        Err(error) if words[0] == "uninstall-newconfig" && error.contains("no installation by install-newconfig") => {
            Ok(())
        }
        other => other,
    }
}

fn tool() -> Tool<'static> {
    Tool {
        start: after(&site(), &[RESOLVE_A, RESOLVE_B]),
        call: &run,
        run: vec!["install-newconfig"],
        resume: vec!["install-newconfig", "--resume"],
        undo: vec!["uninstall-newconfig"],
        observe: Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() },
    }
}

#[test]
fn an_installation_stopped_at_any_call_is_run_again_or_undone() {
    tool().run_again(3, Way::Stops);
}

#[test]
fn an_installation_stopped_at_any_call_is_resumed_or_undone() {
    tool().resumed(3, Way::Stops);
}

#[test]
fn an_installation_with_any_call_failing_is_run_again_or_undone() {
    tool().run_again(9, Way::Errors);
}

#[test]
fn an_installation_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool().run_again(7, Way::PowerCuts);
}

#[test]
fn an_installation_from_an_old_deployment_stopped_at_any_call_is_run_again_or_undone() {
    let merge: &[&str] = &["patch-config", "--base", "/base", "--from", "/old"];
    let start = after(&site_with_an_old_one(), &[merge]);
    let tool = Tool { start, run: vec!["install-newconfig", "-f"], ..tool() };
    tool.run_again(5, Way::Stops);
}

/// Fails unless the candidate holds these lines, and nothing else is beside the work directory.
fn check(fs: &Arc<dyn FileSystem>, lines: &[&str]) -> Result<(), String> {
    let at = |path: &str| RootPath::new(path).unwrap();
    let path = at("/opt/SUNWuwc/newconfig/merged/config/uwcconfig.properties");
    let merged = own_files::read(&**fs, &path).map_err(|e| e.to_string())?;
    let merged = String::from_utf8_lossy(&merged).into_owned();
    if let Some(missing) = lines.iter().find(|line| !merged.lines().any(|found| found == **line)) {
        return Err(format!("{missing} is lost: {merged}"));
    }
    let beside =
        fs.open_dir(&at("/opt/SUNWuwc")).and_then(|dir| dir.list(&RelPath::here())).map_err(|e| e.to_string())?;
    let names: Vec<String> = beside.iter().map(ToString::to_string).collect();
    if names == ["lib", "newconfig", "sbin"] { Ok(()) } else { Err(format!("left: {names:?}")) }
}

/// A merge in the place of an earlier one: the resolution of the earlier one is never lost, and nothing is left beside it.
fn sweep(start: MemoryFs, way: Way, stride: usize) {
    let merge = |fs: &Arc<dyn FileSystem>| call(fs, RESOLVE_B);
    let again = |fs: &Arc<dyn FileSystem>| {
        call(fs, RESOLVE_B)?;
        check(fs, &["a=2", "b=2", "c=2"])
    };
    let without = |fs: &Arc<dyn FileSystem>| {
        call(fs, &["patch-config", "--base", "/base"])?;
        check(fs, &["a=2", "c=2"])
    };
    let leave_out = ["state", "opt/SUNWuwc"].map(|path| RelPath::new(path).unwrap()).to_vec();
    let observe = Options { leave_out, ..Options::default() };
    let stride = testkit::ordinary_or_full(stride, 1);
    let sweep = Sweep { start, run: &merge, resume: &again, undo: &without, observe, stride };
    match way {
        Way::Stops => sweep.stops(),
        Way::Errors => sweep.errors(),
        Way::PowerCuts => sweep.power_cuts(),
    }
    .assert_clean();
}

#[test]
fn a_merge_stopped_at_any_call_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(after(&site(), &[RESOLVE_A]), Way::Stops, 2);
}

#[test]
fn a_merge_with_any_call_failing_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(after(&site(), &[RESOLVE_A]), Way::Errors, 13);
}

#[test]
fn a_merge_cut_off_by_a_power_failure_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(after(&site(), &[RESOLVE_A]), Way::PowerCuts, 11);
}
