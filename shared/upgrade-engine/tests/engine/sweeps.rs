//! Every call of the file system stopped, failed, or followed by a power cut, for a plan with every kind of step.

use std::collections::BTreeSet;
use std::sync::Arc;

use testkit::manifest::Options;
use testkit::sweep::Sweep;
use upgrade_engine::fs::{Durable, FileSystem};

use crate::fixture::{apply, disk, path, plan, undo};

fn run(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    apply(fs, &|fs| plan(fs)).map_err(|e| e.to_string())
}

fn take_back(fs: &Arc<dyn FileSystem>) -> Result<(), String> {
    undo(fs).map_err(|e| e.to_string())
}

fn sweep<'a>() -> Sweep<'a> {
    Sweep {
        start: disk(),
        run: &run,
        resume: &run,
        undo: &take_back,
        observe: Options { leave_out: vec![path("state")], ..Options::default() },
        stride: testkit::ordinary_or_full(3, 1),
    }
}

#[test]
fn a_run_stopped_at_any_call_is_resumed_or_undone() {
    Sweep { stride: 1, ..sweep() }.stops().assert_clean();
}

#[test]
fn a_run_with_any_call_failing_is_resumed_or_undone() {
    sweep().errors().assert_clean();
}

#[test]
fn a_run_cut_off_by_a_power_failure_at_any_call_is_resumed_or_undone() {
    sweep().power_cuts().assert_clean();
}

#[test]
fn leaving_out_any_single_sync_loses_something() {
    let left_out = Sweep { stride: 1, ..sweep() }.syncs_left_out();
    let exercised: BTreeSet<Durable> = left_out.iter().map(|left_out| left_out.what).collect();
    let all: BTreeSet<Durable> = Durable::ALL.iter().copied().collect();
    let never: Vec<_> = all.difference(&exercised).collect();
    let needless: Vec<_> = left_out.iter().filter(|l| l.lost.is_none()).map(|l| l.what).collect();
    assert!(never.is_empty() && needless.is_empty(), "never made: {never:?}; not needed: {needless:?}");
}
