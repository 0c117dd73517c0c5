//! A merge and an installation of candidates with every call of the file system stopped, failed, or followed by a power cut.

use std::sync::Arc;

use testkit::manifest::Options;
use testkit::sweep::{Tool, Way};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath};

use crate::toy::{Asked, by_word, call, product, yes};

fn tool(run: &'static str, start: MemoryFs) -> Tool<'static> {
    let observe = Options { leave_out: vec![RelPath::new("state").unwrap()], ..Options::default() };
    Tool { start, call: &by_word, run: vec![run], resume: vec!["resume"], undo: vec!["undo"], observe }
}

fn with_candidates() -> MemoryFs {
    let disk = Arc::new(product().disk());
    let fs: Arc<dyn FileSystem> = disk.clone();
    call(&fs, &yes(), &Asked::default(), |toy| toy.patch()).unwrap();
    disk.fork()
}

#[test]
fn a_merge_stopped_at_any_call_is_resumed_or_undone() {
    tool("merge", product().disk()).resumed(5, Way::Stops);
}

#[test]
fn an_installation_stopped_at_any_call_is_resumed_or_undone() {
    tool("install", with_candidates()).resumed(3, Way::Stops);
}

#[test]
fn an_installation_with_any_call_failing_is_run_again_or_undone() {
    tool("install", with_candidates()).run_again(9, Way::Errors);
}

#[test]
fn an_installation_cut_off_by_a_power_failure_is_run_again_or_undone() {
    tool("install", with_candidates()).run_again(5, Way::PowerCuts);
}
