//! Runs that could not begin, or do anything: nothing is left of them, and nobody is sent to resume or undo them.

use std::sync::Arc;

use upgrade_engine::engine::StateAfter;
use upgrade_engine::fs::faulty::{Call, CallKind, Failure, Fault, Faults, FaultyFs};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, Name, RootPath};
use upgrade_engine::run_list::{in_effect, list_runs};

use crate::fixture::{STATE, disk, path, plan, resources, root, session};

/// A run, with a file that is kept for people.
fn run(disk: &MemoryFs, faults: &Faults) -> Result<(), upgrade_engine::engine::EngineError> {
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.clone()), faults));
    let kept = [(Name::new("reverse.ldif").unwrap(), b"what takes it back".to_vec())];
    session(&*fs)?.apply_keeping(&plan(disk), &resources(&*fs), &kept).map(|_| ())
}

/// Returns the calls of a run up to the one that carries out its first step, and how many of them there are until it begins.
fn calls() -> (Vec<Call>, usize) {
    let faults = Faults::default();
    run(&disk(), &faults).unwrap();
    let mut calls = faults.trace();
    let of_first_step = calls.iter().position(|call| call.operation == "rename").unwrap();
    calls.truncate(of_first_step + 1);
    let begun = |call: &Call| call.durable == Some(upgrade_engine::fs::Durable::JournalRecord);
    let begins = calls.iter().position(begun).unwrap() + 1;
    (calls, begins)
}

/// What lies in the directory of runs.
fn remains(disk: &MemoryFs) -> Vec<Name> {
    root(disk).list(&path("state/test")).unwrap_or_default()
}

#[test]
fn whatever_call_fails_before_the_first_step_nothing_was_changed_and_no_run_is_in_the_way() {
    let (calls, begins) = calls();
    for call in &calls {
        let faults = Failure::ALL.map(|error| Fault::Error { at: call.number, error });
        // Where the disk is full only later, the first step is done.
        let full = call.takes_space().then_some(Fault::Full { at: call.number });
        for fault in faults.into_iter().chain(full) {
            let disk = disk();
            // What is only for messages may fail.
            let Err(error) = run(&disk, &Faults::new([fault])) else { continue };
            assert_eq!(error.state_after(), StateAfter::NothingChanged, "{call}, {fault:?}: {error}");
            let runs = list_runs(&disk, &RootPath::new(STATE).unwrap(), "test").unwrap();
            assert!(in_effect(&runs).is_empty(), "{call}, {fault:?}: {error}");
            if call.number <= begins {
                assert_eq!(remains(&disk), [], "{call}, {fault:?}: {error}");
            }
            if call.number <= begins && call.kind == CallKind::Changing {
                assert!(error.to_string().contains(" /state"), "{call}, {fault:?}: {error}");
            }
        }
    }
}

#[test]
fn a_run_whose_journal_takes_no_more_before_anything_was_done_leaves_nothing_behind() {
    let (calls, begins) = calls();
    for call in calls.iter().filter(|call| call.number > begins && call.path.ends_with("/journal")) {
        let disk = disk();
        let error = run(&disk, &Faults::new([Fault::Full { at: call.number }])).unwrap_err();
        assert_eq!(error.state_after(), StateAfter::NothingChanged, "{call}: {error}");
        assert_eq!(remains(&disk), [], "{call}: {error}");
    }
}

#[test]
fn a_run_that_cannot_be_removed_either_is_said_to_be_unfinished_and_is_listed_so() {
    let (_, begins) = calls();
    let disk = disk();
    let removal = begins + 1;
    let faults = [begins, removal].map(|at| Fault::Error { at, error: Failure::InputOutput });
    let error = run(&disk, &Faults::new(faults)).unwrap_err();
    assert_eq!(error.state_after(), StateAfter::Unfinished, "{error}");
    let runs = list_runs(&disk, &RootPath::new(STATE).unwrap(), "test").unwrap();
    assert_eq!(in_effect(&runs).len(), 1, "{error}");
}
