//! Another account (uid 65534) that can write where the runs are kept, or above; runs that are damaged or too large.

mod attributes;
mod walks;

use std::sync::Arc;

use serde_json::json;
use upgrade_engine::engine::{EngineError, Pending, Session, StateAfter};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{Attribute, FileSystem, Name, RootPath};
use upgrade_engine::new_files;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{list_all, list_runs};
use upgrade_engine::scope::Scope;
use upgrade_engine::survey::{real_path, real_path_within_rights};
use upgrade_engine::{Identity, check};

use crate::fixture::{apply, disk, path, plan, read, resources, root, write};

const OTHER: Attribute = Attribute::Owner { uid: 65534, gid: 65534 };
const ROOT: Attribute = Attribute::Owner { uid: 0, gid: 0 };

fn at(text: &str) -> RootPath {
    RootPath::new(text).unwrap()
}

fn identity() -> Identity {
    Identity { pid: 2, host: "host".to_owned(), now: "2026-01-02T00:00:00Z".parse().unwrap() }
}

/// A disk with the directories `/a/s/test`, all of them root's.
fn with_state() -> MemoryFs {
    let fs = MemoryFs::new();
    for dir in ["a", "a/s", "a/s/test"] {
        root(&fs).make_dir(&path(dir)).unwrap();
        root(&fs).hold(&path(dir)).unwrap().set(&Attribute::Mode(0o755)).unwrap();
    }
    fs
}

/// Every way into a state directory, each with what it came to.
fn every_way(fs: &dyn FileSystem, state: &str) -> [Result<(), EngineError>; 4] {
    let state = at(state);
    [
        list_all(fs, &state, "test").map(drop),
        Session::look(fs, &state, "test", identity()).map(drop),
        Session::open_existing(fs, &state, "test", identity()).map(drop),
        Session::open(fs, &state, "test", identity()).map(drop),
    ]
}

#[track_caller]
fn assert_refused(fs: &dyn FileSystem, state: &str, blamed: &str) {
    for (way, result) in every_way(fs, state).into_iter().enumerate() {
        match result {
            Err(EngineError::OpenToOthers { at, .. }) => assert_eq!(at.to_string(), blamed, "way {way}"),
            other => panic!("way {way}: {other:?}"),
        }
    }
}

#[track_caller]
fn assert_used(fs: &dyn FileSystem, state: &str) {
    for (way, result) in every_way(fs, state).into_iter().enumerate() {
        assert!(result.is_ok(), "way {way}: {result:?}");
    }
}

#[test]
fn a_state_directory_that_others_can_change_anywhere_above_or_in_it_is_refused() {
    assert_used(&with_state(), "/a/s");
    for (dir, blamed) in [("a", "/a"), ("a/s", "/a/s"), ("a/s/test", "/a/s/test")] {
        let changes = [OTHER, Attribute::Mode(0o775), Attribute::Mode(0o757)];
        for change in changes {
            let fs = with_state();
            root(&fs).hold(&path(dir)).unwrap().set(&change).unwrap();
            assert_refused(&fs, "/a/s", blamed);
        }
    }
}

#[test]
fn below_a_sticky_directory_only_what_is_roots_or_the_callers_counts() {
    let fs = with_state();
    root(&fs).hold(&path("a")).unwrap().set(&Attribute::Mode(0o1777)).unwrap();
    assert_used(&fs, "/a/s");
    // Anybody could make the directory of a tool that was not used yet.
    root(&fs).hold(&path("a/s")).unwrap().set(&Attribute::Mode(0o1777)).unwrap();
    assert_refused(&fs, "/a/s", "/a/s");
    root(&fs).hold(&path("a/s")).unwrap().set(&Attribute::Mode(0o755)).unwrap();
    root(&fs).symlink(b"s", &path("a/link")).unwrap();
    assert_used(&fs, "/a/link");
    root(&fs).hold(&path("a/link")).unwrap().set(&OTHER).unwrap();
    assert_refused(&fs, "/a/link", "/a/link");
    root(&fs).hold(&path("a/s")).unwrap().set(&OTHER).unwrap();
    assert_refused(&fs, "/a/s", "/a/s");
}

#[test]
fn links_of_the_system_are_resolved_and_each_real_directory_is_judged() {
    let fs = with_state();
    for dir in ["private", "private/var"] {
        root(&fs).make_dir(&path(dir)).unwrap();
    }
    root(&fs).symlink(b"private/var", &path("var")).unwrap();
    root(&fs).symlink(b"/a/../private/../var/./opt", &path("a/twice")).unwrap();
    assert!(list_runs(&fs, &at("/var/opt/runs"), "test").unwrap().is_empty());
    assert!(root(&fs).stat(&path("private/var/opt")).is_err(), "looking makes nothing");
    drop(Session::open(&fs, &at("/var/opt/runs"), "test", identity()).unwrap());
    assert_eq!(root(&fs).stat(&path("private/var/opt/runs/test")).unwrap().mode, 0o700);
    assert_used(&fs, "/a/twice/runs");
    root(&fs).hold(&path("private")).unwrap().set(&OTHER).unwrap();
    assert_refused(&fs, "/var/opt/runs", "/private");
    assert_refused(&fs, "/a/twice/runs", "/private");
}

#[test]
fn a_lock_that_is_a_link_or_belongs_to_others_is_neither_followed_nor_removed() {
    let fs = with_state();
    write(&*root(&fs), "precious", b"precious");
    root(&fs).symlink(b"/precious", &path("a/s/lock")).unwrap();
    assert!(Session::open(&fs, &at("/a/s"), "test", identity()).is_err());
    assert_eq!(root(&fs).read_link(&path("a/s/lock")).unwrap(), b"/precious");
    root(&fs).remove_file(&path("a/s/lock")).unwrap();
    root(&fs).open(&path("precious")).unwrap().set(&ROOT).unwrap();
    root(&fs).hard_link(&path("precious"), &path("a/s/lock")).unwrap();
    assert!(Session::open(&fs, &at("/a/s"), "test", identity()).is_err());
    assert_eq!(read(&*root(&fs), "precious"), b"precious");
}

#[test]
fn a_link_of_another_account_leads_only_to_what_is_that_accounts() {
    let fs = with_state();
    let dir = root(&fs);
    for (link, target) in [("a/one", "s/test"), ("a/two", "/a/one"), ("a/up", ".."), ("a/out", "../../..")] {
        dir.symlink(target.as_bytes(), &path(link)).unwrap();
    }
    let is_followed = |text: &str| match real_path_within_rights(&fs, &at(text)) {
        Ok(found) => Some(found.to_string()),
        Err(e) => {
            assert_eq!(e.kind(), std::io::ErrorKind::PermissionDenied, "{text}: {e}");
            assert!(e.to_string().contains("is a link of user 65534, and leads to"), "{e}");
            None
        }
    };
    for text in ["/a/one", "/a/two", "/a/up/a/s/test"] {
        assert!(is_followed(text).is_some(), "{text} of root's");
    }
    for link in ["a/one", "a/up", "a/out"] {
        dir.hold(&path(link)).unwrap().set(&OTHER).unwrap();
    }
    for text in ["/a/one", "/a/two", "/a/up", "/a/out", "/a/up/a/s"] {
        assert_eq!(is_followed(text), None, "{text}");
        assert!(real_path(&fs, &at(text)).is_ok(), "what the administrator names is his decision");
    }
    dir.hold(&path("a/s/test")).unwrap().set(&OTHER).unwrap();
    for text in ["/a/one", "/a/two"] {
        assert_eq!(is_followed(text).as_deref(), Some("/a/s/test"), "{text} to their own");
    }
    dir.make_dir(&path("a/s/test/roots")).unwrap();
    assert!(is_followed("/a/one/roots").is_some(), "the link itself leads to their own");
}

/// A disk with a finished run, and its name.
fn with_run() -> (Arc<dyn FileSystem>, Name) {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| plan(fs)).unwrap();
    let id = list_runs(&*fs, &at("/state"), "test").unwrap()[0].id.clone();
    (fs, id)
}

#[test]
fn a_run_that_somebody_else_could_have_written_is_not_believed() {
    for file in ["", "/journal", "/plan.json"] {
        for change in [OTHER, Attribute::Mode(0o666)] {
            let (fs, id) = with_run();
            let name = path(&format!("state/test/{id}{file}"));
            match file {
                "" => root(&*fs).hold(&name).unwrap().set(&change).unwrap(),
                _ => root(&*fs).open(&name).unwrap().set(&change).unwrap(),
            }
            let all = list_all(&*fs, &at("/state"), "test").unwrap();
            assert!(all.runs.is_empty(), "{file} {change:?}");
            assert_eq!(all.unreadable[0].id, id);
            let session = Session::open(&*fs, &at("/state"), "test", identity()).unwrap();
            assert!(matches!(session.run(&id), Err(EngineError::State { .. })), "{file} {change:?}");
            session.prune(&id).unwrap();
            assert!(list_all(&*fs, &at("/state"), "test").unwrap().unreadable.is_empty());
        }
    }
}

#[test]
fn a_plan_that_could_not_be_read_back_is_refused_before_the_first_change_and_in_a_dry_run() {
    let fs = disk();
    let session = Session::open(&fs, &at("/state"), "test", identity()).unwrap();
    let plan = Plan { warnings: vec!["x".repeat(65 << 20)], ..plan(&fs) };
    let resources = resources(&fs);
    let before = root(&fs).list(&path("conf")).unwrap();
    for error in [check(&plan, &resources, None).unwrap_err(), session.apply(&plan, &resources).unwrap_err()] {
        assert!(matches!(error, EngineError::PlanTooLarge { .. }), "{error}");
        assert_eq!(error.state_after(), StateAfter::NothingChanged);
    }
    assert_eq!(root(&fs).list(&path("conf")).unwrap(), before);
    assert!(root(&fs).list(&path("state/test")).unwrap().is_empty());
}

#[test]
fn a_run_that_cannot_be_read_is_listed_deleted_and_in_the_way_on_its_own_root_alone() {
    let on = |root: &str| Scope { root: Some(root.to_owned()), changes: vec!["/x".to_owned()], reads: Vec::new() };
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    apply(&fs, &|fs| Plan { scope: on("/one"), ..plan(fs) }).unwrap();
    let id = list_runs(&*fs, &at("/state"), "test").unwrap()[0].id.clone();
    let journal = path(&format!("state/test/{id}/journal"));
    // Without its last bytes it is unfinished.
    let open = root(&*fs).open_to_write(&journal).unwrap();
    open.set_len(open.stat().unwrap().size - 3).unwrap();
    drop(open);
    let damages: [(&str, &dyn Fn()); 3] = [
        ("the plan is larger than any", &|| {
            let plan = root(&*fs).open_to_write(&path(&format!("state/test/{id}/plan.json"))).unwrap();
            plan.set_len(126 << 20).unwrap();
        }),
        ("the plan is gone", &|| root(&*fs).remove_file(&path(&format!("state/test/{id}/plan.json"))).unwrap()),
        ("the journal is damaged behind its first record", &|| {
            let size = root(&*fs).stat(&journal).unwrap().size;
            let open = root(&*fs).open_to_write(&journal).unwrap();
            open.write_all_at(b"###", size / 2).unwrap();
        }),
    ];
    for (damage, make) in damages {
        make();
        let session = Session::open(&*fs, &at("/state"), "test", identity()).unwrap();
        let all = session.all().unwrap();
        assert!(all.runs.is_empty() && all.unreadable.len() == 1, "{damage}");
        assert_eq!(all.unreadable[0].root.as_deref(), Some("/one"), "{damage}");
        let pending = session.pending(&json!(1), &on("/other")).unwrap();
        assert!(matches!(pending, Pending::Nothing), "{damage}");
        let error = session.pending(&json!(1), &on("/one")).unwrap_err();
        assert!(matches!(error, EngineError::Unreadable { .. }), "{damage}: {error}");
    }
    let session = Session::open(&*fs, &at("/state"), "test", identity()).unwrap();
    session.prune(&id).unwrap();
    assert!(session.all().unwrap().unreadable.is_empty());
}

#[test]
fn what_others_put_beside_a_directory_is_neither_taken_over_nor_removed() {
    let fs = MemoryFs::new();
    let dir = root(&fs);
    dir.make_dir(&path("s"))
        .unwrap()
        .hold(&upgrade_engine::fs::RelPath::here())
        .unwrap()
        .set(&Attribute::Mode(0o1777))
        .unwrap();
    for name in ["s/.work.replaced", "s/.work.77"] {
        dir.make_dir(&path(name)).unwrap();
        write(&*dir, &format!("{name}/resolutions.json"), b"[\"theirs\"]");
        dir.hold(&path(name)).unwrap().set(&OTHER).unwrap();
    }
    let work = at("/s/work");
    assert_eq!(new_files::left_beside(&fs, &work).unwrap(), None);
    new_files::settle_tree(&fs, &work).unwrap();
    assert!(dir.stat(&path("s/work")).is_err(), "it was taken over");
    assert!(dir.stat(&path("s/.work.77/resolutions.json")).is_ok(), "it was removed");
    for name in ["s/.work.replaced", "s/.work.77"] {
        dir.hold(&path(name)).unwrap().set(&ROOT).unwrap();
    }
    assert_eq!(new_files::left_beside(&fs, &work).unwrap(), Some(at("/s/.work.replaced")));
    new_files::settle_tree(&fs, &work).unwrap();
    assert!(dir.stat(&path("s/work/resolutions.json")).is_ok(), "one's own is put back");
    assert!(dir.stat(&path("s/.work.77")).is_err(), "one's own is cleared away");
}
