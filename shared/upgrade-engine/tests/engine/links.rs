//! Symbolic links: what is checked before one is set, and what becomes of one that somebody changed since.

use std::sync::Arc;

use testkit::manifest::{Manifest, Options};
use upgrade_engine::engine::{EngineError, StateAfter};
use upgrade_engine::fs::FileSystem;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::StepError;

use crate::fixture::{disk, empty_plan, path, resources, root, session, set_link, write};

fn manifest(fs: &dyn FileSystem) -> Manifest {
    Manifest::with(&*root(fs), &Options { leave_out: vec![path("state")], ..Options::default() }).unwrap()
}

fn target(fs: &dyn FileSystem, name: &str) -> Option<String> {
    root(fs).read_link(&path(name)).ok().map(|target| String::from_utf8(target).unwrap())
}

/// A run that points `conf/data` from `../old` to `../live`, makes `live/config` and removes `conf/spare`.
fn plan(fs: &dyn FileSystem) -> Plan {
    let mut plan = empty_plan(fs, "links");
    plan.steps = vec![
        set_link(fs, "conf/data", Some("../old"), Some("../live")),
        set_link(fs, "live/config", None, Some("../conf")),
        set_link(fs, "conf/spare", Some("../nowhere"), None),
    ];
    plan
}

fn applied() -> MemoryFs {
    let fs = disk();
    session(&fs).unwrap().apply(&plan(&fs), &resources(&fs)).unwrap();
    fs
}

#[test]
fn links_are_set_with_owner_and_time_and_come_back_with_theirs() {
    let fs = disk();
    let before = manifest(&fs);
    session(&fs).unwrap().apply(&plan(&fs), &resources(&fs)).unwrap();
    let links = ["conf/data", "live/config", "conf/spare"].map(|name| target(&fs, name));
    assert_eq!(links, [Some("../live".to_owned()), Some("../conf".to_owned()), None]);
    for name in ["conf/data", "live/config"] {
        let stat = root(&fs).stat(&path(name)).unwrap();
        assert_eq!((stat.uid, stat.gid, stat.modified.seconds), (7, 8, 1_000_001), "{name}");
    }
    let session = session(&fs).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&fs)).unwrap();
    session.apply(&undo.plan, &resources(&fs)).unwrap();
    assert_eq!(before.difference(&manifest(&fs)), Vec::<String>::new());
}

#[test]
fn a_dry_run_shows_each_link_with_its_target() {
    let fs = disk();
    let lines = plan(&fs).lines();
    assert_eq!(
        lines,
        [
            "point the link /conf/data to ../live (now ../old)",
            "make the link /live/config to ../conf",
            "remove the link /conf/spare to ../nowhere",
        ]
    );
}

#[test]
fn a_link_that_is_not_as_surveyed_stops_the_run_before_anything_happens() {
    type Change = fn(&MemoryFs);
    let changes: [(&str, Change); 4] = [
        ("it is a link to elsewhere", |fs| {
            root(fs).remove_file(&path("conf/data")).unwrap();
            root(fs).symlink(b"elsewhere", &path("conf/data")).unwrap();
        }),
        ("it is gone", |fs| root(fs).remove_file(&path("conf/spare")).unwrap()),
        ("it is not a symbolic link", |fs| {
            root(fs).remove_file(&path("conf/spare")).unwrap();
            write(&*root(fs), "conf/spare", b"a file");
        }),
        ("it exists already", |fs| write(&*root(fs), "live/config", b"a file")),
    ];
    for (why, change) in changes {
        let fs = disk();
        let plan = plan(&fs);
        change(&fs);
        let before = manifest(&fs);
        let checked = upgrade_engine::check(&plan, &resources(&fs), None).unwrap_err();
        let error = session(&fs).unwrap().apply(&plan, &resources(&fs)).unwrap_err();
        assert_eq!(checked.to_string(), error.to_string(), "the dry run agrees with the run");
        assert!(matches!(&error, EngineError::Step { error: StepError::Changed { .. }, .. }), "{error}");
        assert!(error.to_string().contains(why), "{why}: {error}");
        assert_eq!(error.state_after(), StateAfter::NothingChanged);
        assert_eq!(before.difference(&manifest(&fs)), Vec::<String>::new(), "{why}");
    }
}

#[test]
fn a_link_is_checked_against_what_the_steps_before_it_leave() {
    let fs = disk();
    let mut plan = empty_plan(&fs, "twice");
    plan.steps = vec![set_link(&fs, "live/config", None, Some("../conf")), {
        let upgrade_engine::step::Step::SetLink(made) = set_link(&fs, "live/config", None, Some("../conf")) else {
            panic!("a link")
        };
        let upgrade_engine::step::Step::SetLink(to) = set_link(&fs, "live/config", None, Some("../old")) else {
            panic!("a link")
        };
        upgrade_engine::step::Step::SetLink(upgrade_engine::step::SetLink { before: made.after, ..to })
    }];
    upgrade_engine::check(&plan, &resources(&fs), None).unwrap();
    plan.steps.remove(0);
    let error = upgrade_engine::check(&plan, &resources(&fs), None).unwrap_err();
    assert!(error.to_string().contains("it is gone"), "{error}");
}

#[test]
fn a_link_that_somebody_changed_since_is_kept_and_reported() {
    let fs = applied();
    let dir = root(&fs);
    dir.remove_file(&path("conf/data")).unwrap();
    dir.symlink(b"../mine", &path("conf/data")).unwrap();
    write(&*dir, "conf/spare", b"a file of mine");
    dir.remove_file(&path("live/config")).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(fs);
    let session = session(&*fs).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&*fs)).unwrap();
    assert_eq!(
        undo.kept,
        [
            "/conf/spare was changed since the run (it is not a symbolic link) and is kept; before the run it was a link \
             to ../nowhere",
            "/conf/data was changed since the run (it is a link to ../mine) and is kept; before the run it was a link to \
             ../old",
        ]
    );
    session.apply(&undo.plan, &resources(&*fs)).unwrap();
    assert_eq!(target(&*fs, "conf/data").as_deref(), Some("../mine"));
    assert_eq!(crate::fixture::read(&*root(&*fs), "conf/spare"), b"a file of mine");
}

#[test]
fn a_link_on_the_real_disk_changes_in_one_rename_and_comes_back() {
    let place = tempfile::tempdir().unwrap();
    let disk = upgrade_engine::fs::real::RealFs::open(place.path()).unwrap();
    let dir = root(&disk);
    for name in ["state", "live", "conf"] {
        dir.make_dir(&path(name)).unwrap();
    }
    for (name, target) in [("conf/data", "../old"), ("conf/spare", "../nowhere")] {
        dir.symlink(target.as_bytes(), &path(name)).unwrap();
    }
    let before = manifest(&disk);
    session(&disk).unwrap().apply(&plan(&disk), &resources(&disk)).unwrap();
    assert_eq!(target(&disk, "conf/data").as_deref(), Some("../live"));
    let session = session(&disk).unwrap();
    let undo = session.plan_undo(session.newest("", |_| true).unwrap(), &resources(&disk)).unwrap();
    session.apply(&undo.plan, &resources(&disk)).unwrap();
    assert_eq!(before.difference(&manifest(&disk)), Vec::<String>::new());
}
