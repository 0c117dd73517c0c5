//! Copies and renames of files: what is checked before, and what becomes of files that somebody changed since.

use testkit::manifest::{Manifest, Options};
use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Attribute, FileSystem};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Step, StepError};

use crate::fixture::{
    attributes, copy_file, disk, empty_plan, path, place, read, rename, resources, root, session, write,
};

fn manifest(fs: &dyn FileSystem) -> Manifest {
    Manifest::with(&*root(fs), &Options { leave_out: vec![path("state")], ..Options::default() }).unwrap()
}

fn planned(fs: &dyn FileSystem, steps: Vec<Step>) -> Plan {
    let mut plan = empty_plan(fs, "copies and renames");
    plan.steps = steps;
    plan
}

/// Saves `conf/site` as a copy, puts `conf/site-old` into its place, and renames `conf/plain` into another directory.
fn plan(fs: &dyn FileSystem) -> Plan {
    let copy = copy_file(fs, "conf/site", "conf/site-copy");
    planned(fs, vec![copy, rename(fs, "conf/site-old", "conf/site"), rename(fs, "conf/plain", "live/plain")])
}

fn applied() -> MemoryFs {
    let fs = disk();
    session(&fs).unwrap().apply(&plan(&fs), &resources(&fs)).unwrap();
    fs
}

/// Undoes the newest run; returns what is kept.
fn undone(fs: &dyn FileSystem) -> Vec<String> {
    let session = session(fs).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(fs)).unwrap();
    session.apply(&undo.plan, &resources(fs)).unwrap();
    undo.kept
}

#[test]
fn a_copy_has_everything_of_its_original_and_a_renamed_file_stays_itself() {
    let fs = disk();
    let (site, old, id) = {
        let dir = root(&fs);
        let old = dir.stat(&path("conf/site-old")).unwrap();
        (attributes(&fs, "conf/site"), attributes(&fs, "conf/site-old"), old.id)
    };
    let before = manifest(&fs);
    session(&fs).unwrap().apply(&plan(&fs), &resources(&fs)).unwrap();
    let dir = root(&fs);
    assert_eq!((attributes(&fs, "conf/site-copy"), read(&*dir, "conf/site-copy")), (site, b"new = 1\n".to_vec()));
    assert_eq!((attributes(&fs, "conf/site"), read(&*dir, "conf/site")), (old, b"old = 1\n".to_vec()));
    assert_eq!(dir.stat(&path("conf/site")).unwrap().id, id);
    assert!(dir.stat(&path("conf/site-old")).is_err() && dir.stat(&path("conf/plain")).is_err());
    assert_eq!(undone(&fs), Vec::<String>::new());
    assert_eq!(before.difference(&manifest(&fs)), Vec::<String>::new());
}

#[test]
fn a_dry_run_shows_copies_and_renames() {
    let lines = plan(&disk()).lines();
    assert_eq!(
        lines,
        [
            "copy /conf/site to /conf/site-copy",
            "rename /conf/site-old to /conf/site, which it replaces",
            "rename /conf/plain to /live/plain",
        ]
    );
}

#[test]
fn the_file_that_a_rename_replaced_can_be_read_as_the_runs_original() {
    let fs = applied();
    let session = session(&fs).unwrap();
    let run = session.newest("", |_| true).unwrap();
    assert_eq!(session.original(&run, &place("conf/site")).unwrap(), Some(b"new = 1\n".to_vec()));
    let original = session.original_file(&run, &place("conf/site")).unwrap().unwrap();
    assert_eq!((original.content, original.attributes), (b"new = 1\n".to_vec(), attributes(&disk(), "conf/site")));
    assert_eq!(session.original(&run, &place("live/plain")).unwrap(), None, "its name was free");
}

#[test]
fn a_file_that_is_not_as_surveyed_stops_the_run_before_anything_happens() {
    type Change = fn(&MemoryFs);
    let changes: [(&str, &str, Change); 9] = [
        ("/conf/site ", "its content has changed since it was read", |fs| overwrite(fs, "conf/site")),
        ("/conf/site-old ", "its content has changed since it was read", |fs| overwrite(fs, "conf/site-old")),
        ("/conf/site-old ", "it is gone", |fs| root(fs).remove_file(&path("conf/site-old")).unwrap()),
        ("/conf/site-copy ", "it exists already", |fs| write(&*root(fs), "conf/site-copy", b"of somebody")),
        ("/conf/.site-copy.new ", "it exists already", |fs| write(&*root(fs), "conf/.site-copy.new", b"of somebody")),
        ("/live/plain ", "it exists already", |fs| write(&*root(fs), "live/plain", b"of somebody")),
        ("/conf/site ", "it has 2 names", |fs| root(fs).hard_link(&path("conf/site"), &path("conf/also")).unwrap()),
        ("/conf/plain ", "it is not a file", |fs| {
            root(fs).remove_file(&path("conf/plain")).unwrap();
            root(fs).make_dir(&path("conf/plain")).unwrap();
        }),
        ("/live ", "it is not a directory", |fs| {
            root(fs).remove_dir(&path("live")).unwrap();
            write(&*root(fs), "live", b"a file");
        }),
    ];
    for (whose, why, change) in changes {
        let fs = disk();
        let plan = plan(&fs);
        change(&fs);
        let before = manifest(&fs);
        let checked = upgrade_engine::check(&plan, &resources(&fs), None).unwrap_err();
        let error = session(&fs).unwrap().apply(&plan, &resources(&fs)).unwrap_err();
        assert_eq!(checked.to_string(), error.to_string(), "the dry run agrees with the run");
        assert!(matches!(&error, EngineError::Step { error: StepError::Changed { .. }, .. }), "{error}");
        assert!(error.to_string().contains(why) && error.to_string().contains(whose), "{whose}{why}: {error}");
        assert_eq!(error.state_after(), StateAfter::NothingChanged);
        assert_eq!(before.difference(&manifest(&fs)), Vec::<String>::new(), "{why}");
    }
}

fn overwrite(fs: &MemoryFs, name: &str) {
    root(fs).open_to_write(&path(name)).unwrap().write_all_at(b"edited by hand", 0).unwrap();
}

#[test]
fn two_names_of_one_file_are_not_renamed_over_each_other() {
    let fs = disk();
    let error = upgrade_engine::check(
        &planned(&fs, vec![rename(&fs, "conf/app.also", "conf/app.conf")]),
        &resources(&fs),
        None,
    );
    let error = error.unwrap_err().to_string();
    assert!(error.contains("/conf/app.conf") && error.contains("it is the same file under another name"), "{error}");
}

#[test]
fn a_rename_is_checked_against_what_the_steps_before_it_leave() {
    let fs = disk();
    let copy = copy_file(&fs, "conf/site", "conf/copy");
    let Step::Rename(over) = rename(&fs, "conf/site", "conf/site-old") else { panic!("a rename") };
    let of_copy = Step::Rename(upgrade_engine::step::Rename { at: place("conf/copy"), ..over });
    upgrade_engine::check(&planned(&fs, vec![copy.clone(), of_copy.clone()]), &resources(&fs), None).unwrap();
    let error = upgrade_engine::check(&planned(&fs, vec![of_copy, copy]), &resources(&fs), None).unwrap_err();
    assert!(error.to_string().contains("it is gone"), "{error}");
}

#[test]
fn what_somebody_changed_since_is_kept_and_the_replaced_file_is_written_beside_it() {
    let fs = applied();
    let run = session(&fs).unwrap().newest("", |_| true).unwrap().id;
    for name in ["conf/site", "conf/site-copy"] {
        overwrite(&fs, name);
    }
    write(&*root(&fs), "conf/plain", b"mine");
    assert_eq!(
        undone(&fs),
        [
            "/conf/plain is there again and is kept; /live/plain keeps its new name".to_owned(),
            format!(
                "/conf/site was changed since the run and is kept; it does not get its old name /conf/site-old again; the \
                 file that the run replaced is /conf/site.before-{run}"
            ),
            "/conf/site-copy was changed since the run copied it and is kept".to_owned(),
        ]
    );
    let dir = root(&fs);
    for (name, content) in [
        ("conf/site", "edited by hand"),
        ("conf/site-copy", "edited by hand"),
        ("conf/plain", "mine"),
        ("live/plain", "x"),
        (&format!("conf/site.before-{run}"), "new = 1\n"),
    ] {
        assert_eq!(read(&*dir, name), content.as_bytes(), "{name}");
    }
}

#[test]
fn a_renamed_file_that_is_gone_does_not_keep_the_replaced_one_from_coming_back() {
    let fs = applied();
    let site = {
        root(&fs).remove_file(&path("conf/site")).unwrap();
        undone(&fs)
    };
    assert_eq!(
        site,
        [
            "/conf/site is gone and cannot get its old name /conf/site-old again; the file that the run replaced is /conf/site"
        ]
    );
    assert_eq!(read(&*root(&fs), "conf/site"), b"new = 1\n");
}

#[test]
fn a_copy_longer_than_what_can_be_saved_is_refused_before_anything_happens() {
    let fs = disk();
    let step = copy_file(&fs, "conf/site", "conf/site-copy");
    root(&fs).open_to_write(&path("conf/site")).unwrap().set_len((64 << 20) + 1).unwrap();
    let error = session(&fs).unwrap().apply(&planned(&fs, vec![step]), &resources(&fs)).unwrap_err();
    assert_eq!(error.state_after(), StateAfter::NothingChanged);
    assert!(error.to_string().contains("/conf/site"), "{error}");
    assert!(root(&fs).stat(&path("conf/site-copy")).is_err());
}

#[test]
fn copies_and_renames_on_the_real_disk_come_back() {
    let place = tempfile::tempdir().unwrap();
    let disk = upgrade_engine::fs::real::RealFs::open(place.path()).unwrap();
    let dir = root(&disk);
    for name in ["state", "live", "conf"] {
        dir.make_dir(&path(name)).unwrap();
    }
    for (name, content) in [("conf/site", "new = 1\n"), ("conf/site-old", "old = 1\n"), ("conf/plain", "x")] {
        let file = dir.create(&path(name)).unwrap();
        file.write_all_at(content.as_bytes(), 0).unwrap();
        file.set(&Attribute::Mode(0o640)).unwrap();
    }
    let before = manifest(&disk);
    session(&disk).unwrap().apply(&plan(&disk), &resources(&disk)).unwrap();
    assert_eq!(read(&*root(&disk), "conf/site"), b"old = 1\n");
    assert_eq!(attributes(&disk, "conf/site-copy").mode, 0o640);
    assert_eq!(undone(&disk), Vec::<String>::new());
    assert_eq!(before.difference(&manifest(&disk)), Vec::<String>::new());
}
