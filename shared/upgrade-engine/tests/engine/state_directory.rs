//! The directory of runs: who may use it, who holds it, what is kept and what is not trusted.

use std::sync::Arc;

use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::{Attribute, FileSystem, RootPath};
use upgrade_engine::run_list::{in_effect, list_all, list_runs};

use crate::fixture::{STATE, apply, disk, path, plan, read, resources, root, session, undo, write};

fn state() -> RootPath {
    RootPath::new(STATE).unwrap()
}

#[test]
fn a_second_run_is_refused_and_told_who_holds_the_lock() {
    let fs = disk();
    let _held = session(&fs).unwrap();
    let error = session(&fs).err().expect("the lock is held");
    assert_eq!(error.to_string(), "another run is active: test, process 1 on host");
}

#[test]
fn a_state_directory_that_others_can_write_is_refused() {
    let fs = disk();
    root(&fs).hold(&path("state")).unwrap().set(&Attribute::Mode(0o770)).unwrap();
    assert!(matches!(session(&fs).err(), Some(EngineError::OpenToOthers { .. })));
}

#[test]
fn a_run_directory_is_for_its_owner_only() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    let runs = list_runs(&*fs, &state(), "test").unwrap();
    let id = &runs[0].id;
    let dir = root(&*fs);
    assert_eq!(dir.stat(&path(&format!("state/test/{id}"))).unwrap().mode, 0o700);
    for file in ["plan.json", "journal", "before/000000"] {
        assert_eq!(dir.stat(&path(&format!("state/test/{id}/{file}"))).unwrap().mode, 0o600, "{file}");
    }
}

#[test]
fn a_changed_plan_or_journal_is_not_trusted() {
    for file in ["plan.json", "journal"] {
        let fs: Arc<dyn FileSystem> = Arc::new(disk());
        apply(&fs, &|fs| plan(fs)).unwrap();
        let id = list_runs(&*fs, &state(), "test").unwrap()[0].id.clone();
        let name = format!("state/test/{id}/{file}");
        let content = read(&*root(&*fs), &name);
        for at in (0..content.len()).step_by(7) {
            let handle = root(&*fs).open_to_write(&path(&name)).unwrap();
            handle.write_all_at(&[content[at] ^ 1], at as u64).unwrap();
            let all = list_all(&*fs, &state(), "test").unwrap();
            assert!(all.runs.is_empty() && all.unreadable[0].id == id, "{file}, byte {at}");
            handle.write_all_at(&[content[at]], at as u64).unwrap();
        }
        assert_eq!(list_runs(&*fs, &state(), "test").unwrap().len(), 1);
    }
}

#[test]
fn a_pruned_run_is_gone_and_cannot_be_undone() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    let session = session(&*fs).unwrap();
    let id = session.newest("", |_| true).unwrap().id;
    session.prune(&id).unwrap();
    assert!(session.runs().unwrap().is_empty());
    assert!(matches!(session.run(&id), Err(EngineError::NoSuchRun(_))));
    assert!(root(&*fs).stat(&path(&format!("state/test/{id}"))).is_err());
}

#[test]
fn an_undo_is_not_pruned_before_the_run_that_it_took_back() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    undo(&fs).unwrap();
    let session = session(&*fs).unwrap();
    let runs = session.runs().unwrap();
    let (undone, undo) = (runs[0].id.clone(), runs[1].id.clone());
    let error = session.prune(&undo).unwrap_err();
    assert_eq!(error.to_string(), format!("run {undo} is the undo of run {undone}: delete run {undone} first"));
    assert_eq!(error.state_after(), StateAfter::NothingChanged);
    assert!(session.newest("", |_| true).is_err(), "nothing is there to be undone once more");
    assert_eq!(session.runs().unwrap().len(), 2);
    session.prune(&undone).unwrap();
    session.prune(&undo).unwrap();
    assert!(session.runs().unwrap().is_empty());
}

#[test]
fn an_undone_run_is_no_longer_in_effect_until_its_undo_is_undone() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    undo(&fs).unwrap();
    let runs = list_runs(&*fs, &state(), "test").unwrap();
    let (first, second) = (runs[0].id.clone(), runs[1].id.clone());
    assert_eq!(in_effect(&runs).iter().map(|run| &run.id).collect::<Vec<_>>(), [&second]);
    let session = session(&*fs).unwrap();
    let again = session.plan_undo(session.run(&second).unwrap(), &resources(&*fs)).unwrap();
    session.apply(&again.plan, &resources(&*fs)).unwrap();
    let runs = session.runs().unwrap();
    assert_eq!(in_effect(&runs)[0].id, first);
}

#[test]
fn directories_in_the_state_directory_that_are_no_runs_are_ignored() {
    let fs = disk();
    drop(session(&fs).unwrap());
    root(&fs).make_dir(&path("state/test/begun-but-never-written")).unwrap();
    write(&*root(&fs), "state/test/stray", b"not a run");
    assert!(list_runs(&fs, &state(), "test").unwrap().is_empty());
}
