//! Every call that a merge, an installation and its undo make to the file system stopped, failed, or followed by a power cut.

use std::sync::Arc;

use config_merge::own_files;
use testkit::manifest::Options;
use testkit::sweep::{Sweep, Tool, Way};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};

use crate::support::in_memory::{after, call, moved};

const RESOLVE_B: &[&str] = &["patch-config", "--resolve", "option.dat:B=new"];

fn merged() -> MemoryFs {
    after(&moved(), &[&["patch-config", "--resolve", "option.dat:A=new"], RESOLVE_B])
}

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
        start: merged(),
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

/// Fails unless the candidates hold these lines of option.dat, and nothing else is beside them.
fn check(fs: &Arc<dyn FileSystem>, lines: &[&str]) -> Result<(), String> {
    let at = |path: &str| RootPath::new(path).unwrap();
    let merged = own_files::read(&**fs, &at("/new/install/newconfig/merged/option.dat")).map_err(|e| e.to_string())?;
    let merged = String::from_utf8_lossy(&merged).into_owned();
    if let Some(missing) = lines.iter().find(|line| !merged.lines().any(|found| found == **line)) {
        return Err(format!("{missing} is lost: {merged}"));
    }
    let beside =
        fs.open_dir(&at("/new/install")).and_then(|dir| dir.list(&RelPath::here())).map_err(|e| e.to_string())?;
    let names: Vec<String> = beside.iter().map(ToString::to_string).collect();
    if names == ["factory", "newconfig"] { Ok(()) } else { Err(format!("left: {names:?}")) }
}

/// A merge in the place of an earlier one: the resolution of the earlier one is never lost, and nothing is left beside it.
fn sweep(start: MemoryFs, way: Way, stride: usize) {
    let merge = |fs: &Arc<dyn FileSystem>| call(fs, RESOLVE_B);
    let again = |fs: &Arc<dyn FileSystem>| {
        call(fs, RESOLVE_B)?;
        check(fs, &["A=2", "B=2", "C=2"])
    };
    let without = |fs: &Arc<dyn FileSystem>| {
        call(fs, &["patch-config"])?;
        check(fs, &["A=2", "C=2"])
    };
    let leave_out = ["state", "new/install"].map(|path| RelPath::new(path).unwrap()).to_vec();
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

fn with_an_earlier_resolution() -> MemoryFs {
    after(&moved(), &[&["patch-config", "--resolve", "option.dat:A=new"]])
}

#[test]
fn a_merge_stopped_at_any_call_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(with_an_earlier_resolution(), Way::Stops, 2);
}

#[test]
fn a_merge_with_any_call_failing_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(with_an_earlier_resolution(), Way::Errors, 13);
}

#[test]
fn a_merge_cut_off_by_a_power_failure_leaves_the_earlier_candidates_or_the_new_ones() {
    sweep(with_an_earlier_resolution(), Way::PowerCuts, 11);
}
