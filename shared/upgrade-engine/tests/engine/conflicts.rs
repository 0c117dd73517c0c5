//! What somebody else changed is never overwritten.

use std::sync::Arc;

use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::{Existing, FileSystem};
use upgrade_engine::step::StepError;

use crate::fixture::{apply, disk, path, plan, read, resources, root, session, write};

fn applied() -> Arc<dyn FileSystem> {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    fs
}

/// Edits a file in place, as an administrator would.
fn edit(fs: &dyn FileSystem, name: &str, content: &[u8]) {
    let file = root(fs).open_to_write(&path(name)).unwrap();
    file.set_len(0).unwrap();
    file.write_all_at(content, 0).unwrap();
}

#[test]
fn a_file_changed_between_survey_and_apply_stops_the_run_before_anything_happens() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let plan = plan(&*fs);
    edit(&*fs, "old/a.db", b"changed since");
    let error = session(&*fs).unwrap().apply(&plan, &resources(&*fs)).unwrap_err();
    assert!(matches!(&error, EngineError::Step { error: StepError::Changed { .. }, .. }), "{error}");
    assert_eq!(error.state_after(), StateAfter::NothingChanged);
    assert_eq!(root(&*fs).list(&path("old")).unwrap().len(), 5, "nothing is left of the backup");
    assert!(session(&*fs).unwrap().newest("", |_| true).is_err(), "no run is left to resume or undo");
}

#[test]
fn an_edited_configuration_stays_and_its_old_content_is_written_beside_it() {
    let fs = applied();
    edit(&*fs, "conf/app.conf", b"mine");
    let session = session(&*fs).unwrap();
    let run = session.newest("", |_| true).unwrap();
    let beside = format!("conf/app.conf.before-{}", run.id);
    let undo = session.plan_undo(run, &resources(&*fs)).unwrap();
    assert_eq!(undo.kept.len(), 1);
    assert!(undo.kept[0].contains(&beside), "{:?}", undo.kept);
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert_eq!(read(&*root(&*fs), "conf/app.conf"), b"mine");
    assert_eq!(read(&*root(&*fs), &beside), b"home = \".\"\nother = \"x\"\n");
    assert!(root(&*fs).stat(&path("old/backup")).is_err(), "the rest is undone");
}

#[test]
fn a_changed_new_file_stays_and_the_others_go() {
    let fs = applied();
    edit(&*fs, "live/csdb/new.db", b"the server wrote here");
    let session = session(&*fs).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&*fs)).unwrap();
    assert_eq!(undo.kept.len(), 1, "{:?}", undo.kept);
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert_eq!(read(&*root(&*fs), "live/csdb/new.db"), b"the server wrote here");
    assert!(root(&*fs).stat(&path("live/csdb/carried")).is_err());
}

#[test]
fn a_written_file_that_was_edited_since_is_kept_and_one_that_is_gone_is_no_reason_to_stop() {
    for is_edited in [true, false] {
        let fs = applied();
        match is_edited {
            true => edit(&*fs, "conf/fresh", b"mine"),
            false => root(&*fs).remove_file(&path("conf/fresh")).unwrap(),
        }
        let session = session(&*fs).unwrap();
        let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&*fs)).unwrap();
        let kept: &[&str] = if is_edited { &["/conf/fresh was changed since and is kept"] } else { &[] };
        assert_eq!(undo.kept, kept);
        session.apply(&undo.plan, &resources(&*fs)).unwrap();
        assert_eq!(root(&*fs).stat(&path("conf/fresh")).is_ok(), is_edited);
        assert_eq!(read(&*root(&*fs), "conf/stale"), b"to be removed", "the rest is undone");
    }
}

#[test]
fn a_removed_file_that_is_there_again_is_kept_and_the_old_one_is_written_beside_it() {
    let fs = applied();
    write(&*root(&*fs), "conf/stale", b"mine");
    let session = session(&*fs).unwrap();
    let run = session.newest("", |_| true).unwrap();
    let beside = format!("conf/stale.before-{}", run.id);
    let undo = session.plan_undo(run, &resources(&*fs)).unwrap();
    assert_eq!(undo.kept, [format!("/conf/stale is there again and is kept; the old file is /{beside}")]);
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert_eq!(read(&*root(&*fs), "conf/stale"), b"mine");
    assert_eq!(read(&*root(&*fs), &beside), b"to be removed");
}

#[test]
fn a_backup_with_something_added_is_left_as_it_is() {
    let fs = applied();
    write(&*root(&*fs), "old/backup/notes", b"do not lose this");
    let session = session(&*fs).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&*fs)).unwrap();
    assert!(undo.kept[0].contains("notes"), "{:?}", undo.kept);
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert_eq!(read(&*root(&*fs), "old/backup/notes"), b"do not lose this");
    assert_eq!(read(&*root(&*fs), "old/backup/a.db"), b"the first database");
}

#[test]
fn an_older_run_is_not_undone_below_a_newer_one() {
    let fs = applied();
    let session = session(&*fs).unwrap();
    let first = session.newest("", |_| true).unwrap();
    let mut second = crate::fixture::empty_plan(&*fs, "second");
    second.steps = vec![upgrade_engine::step::Step::MakeDir(upgrade_engine::step::MakeDir {
        at: crate::fixture::place("live/second"),
        attributes: crate::fixture::attributes(&*fs, "live"),
    })];
    drop(session);
    let session = crate::fixture::session(&*fs).unwrap();
    session.apply(&second, &resources(&*fs)).unwrap();
    let error = session.plan_undo(first, &resources(&*fs)).unwrap_err();
    assert!(matches!(error, EngineError::Overtaken { .. }), "{error}");
}

#[test]
fn a_directory_swapped_since_the_survey_is_not_touched() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let mut plan = plan(&*fs);
    let live = root(&*fs).stat(&path("live")).unwrap().id;
    let anchor = plan.anchors.get_mut("root").unwrap();
    anchor.path = upgrade_engine::fs::RootPath::new("/live").unwrap();
    (anchor.device, anchor.inode) = (live.device, live.inode);
    root(&*fs).rename(&path("live"), &path("aside"), Existing::Refuse).unwrap();
    root(&*fs).make_dir(&path("live")).unwrap();
    let error = session(&*fs).unwrap().apply(&plan, &resources(&*fs)).unwrap_err();
    assert!(matches!(&error, EngineError::Step { error: StepError::Changed { .. }, .. }), "{error}");
}

#[test]
fn a_run_is_taken_back_after_its_device_got_another_number() {
    let fs = applied();
    let session = session(&*fs).unwrap();
    let mut undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&*fs)).unwrap().plan;
    // As after the machine was started again.
    undo.anchors.get_mut("root").unwrap().device += 1;
    upgrade_engine::check(&undo, &resources(&*fs), Some(&session)).unwrap();
    session.apply(&undo, &resources(&*fs)).unwrap();
    assert!(root(&*fs).stat(&path("old/backup")).is_err());
}

#[test]
fn a_new_plan_waits_until_an_unfinished_run_is_resumed_or_undone() {
    use upgrade_engine::fs::faulty::{Fault, Faults, FaultyFs};
    let disk = disk();
    let faults = Faults::new([Fault::Stop { at: 260 }]);
    let faulty: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.clone()), &faults));
    apply(&faulty, &|fs| plan(fs)).unwrap_err();
    drop(faulty);
    let fs: Arc<dyn FileSystem> = Arc::new(disk);
    let session = session(&*fs).unwrap();
    let other = crate::fixture::empty_plan(&*fs, "other");
    let error = session.apply(&other, &resources(&*fs)).unwrap_err();
    assert!(matches!(error, EngineError::Pending { .. }), "{error}");
    assert_eq!(error.state_after(), StateAfter::Unfinished);
}
