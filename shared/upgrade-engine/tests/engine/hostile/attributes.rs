//! An account that owns the directories which are worked on changes names between two calls: it is given nothing of root's, and no
//! bytes of its own get what root gave to others.

use std::collections::BTreeMap;
use std::sync::Arc;

use testkit::hostile::access_list;
use upgrade_engine::engine::EngineError;
use upgrade_engine::fs::faulty::{Fault, Faults, FaultyFs};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Attribute, Dir, Existing, FileId, FileKind, FileSystem, Name, RelPath};
use upgrade_engine::new_files;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Attributes, MakeDir, ReplaceFile, Step};

use crate::fixture::{apply, disk, empty_plan, path, place, plan, read, resources, root, session, undo};

const TOOL: &[u8] = b"a program of root's";
const SECRET: &[u8] = b"root's alone";
const SET_USER_ID: u32 = 0o4000;
/// The directories that belong to the other account.
const THEIRS: [&str; 3] = ["old", "live", "conf"];

/// The product tree of the fixture, with things of root's in each directory: a directory that nobody else can enter, and a program that
/// runs as root.
fn with_things_of_roots() -> MemoryFs {
    let fs = disk();
    let dir = root(&fs);
    for theirs in THEIRS {
        let times = dir.stat(&path(theirs)).unwrap().modified;
        let keys = dir.make_dir(&path(&format!("{theirs}/keys"))).unwrap();
        // The other account chooses the names of its own files, which are those of the trees that are made: as here.
        for name in ["secret", "a.db", "new.db", "carried"] {
            keys.create(&path(name)).unwrap().write_all_at(SECRET, 0).unwrap();
        }
        let tool = dir.create(&path(&format!("{theirs}/tool"))).unwrap();
        tool.write_all_at(TOOL, 0).unwrap();
        tool.set(&Attribute::Mode(SET_USER_ID | 0o755)).unwrap();
        dir.hold(&path(theirs)).unwrap().set(&Attribute::Modified(times)).unwrap();
    }
    fs
}

/// Everything on a disk, by what it is and not by its name.
fn everything(fs: &dyn FileSystem) -> BTreeMap<FileId, (RelPath, Attributes)> {
    let dir = root(fs);
    let mut found = BTreeMap::new();
    let mut pending = vec![RelPath::here()];
    while let Some(at) = pending.pop() {
        for name in dir.list(&at).unwrap() {
            let entry = at.join(&name);
            let stat = dir.stat(&entry).unwrap();
            found.insert(stat.id, (entry.clone(), Attributes::of(&*dir, &entry).unwrap()));
            if stat.kind == FileKind::Directory {
                pending.push(entry);
            }
        }
    }
    found
}

/// Says what the other account has got.
fn gained(before: &MemoryFs, after: &MemoryFs) -> Vec<String> {
    let (then, now, dir) = (everything(before), everything(after), root(after));
    let mut gained = Vec::new();
    for (id, (name, attributes)) in then.iter().filter(|(_, (name, _))| name.to_string().contains("keys")) {
        match now.get(id) {
            None => gained.push(format!("{name} is gone")),
            Some((as_now, now)) if (now.uid, now.mode) != (attributes.uid, attributes.mode) => {
                gained.push(format!("{name}, now {as_now}, belongs to {} with mode {:o}", now.uid, now.mode));
            }
            Some(_) => {}
        }
    }
    for (name, attributes) in now.values() {
        if dir.stat(name).unwrap().kind != FileKind::Regular {
            continue;
        }
        let content = read(&*dir, &name.to_string());
        if attributes.uid == 0 && attributes.mode & SET_USER_ID != 0 && content != TOOL {
            gained.push(format!("{name} runs as root and is not root's program"));
        }
        if content == SECRET && (attributes.uid != 0 || attributes.mode & 0o077 != 0) {
            gained.push(format!("{name} is a copy of root's secret, for others"));
        }
    }
    gained
}

/// Gives what of root's is in a directory the name of another entry there, where that has the same kind.
fn swap(dir: &dyn Dir, theirs: &str, name: &Name) {
    let at = path(theirs).join(name);
    let Ok(stat) = dir.stat(&at) else { return };
    let own = match stat.kind {
        FileKind::Directory => "keys",
        FileKind::Regular => "tool",
        _ => return,
    };
    let (own, aside) = (path(&format!("{theirs}/{own}")), path(&format!("{theirs}/aside")));
    if own != at && dir.rename(&at, &aside, Existing::Refuse).is_ok() {
        dir.rename(&own, &at, Existing::Refuse).unwrap();
    }
}

/// The names that entries of these directories have at some time of a run.
fn names_of_a_run(begin: &dyn Fn() -> MemoryFs, act: &dyn Fn(&Arc<dyn FileSystem>)) -> Vec<(String, Name)> {
    let faults = Faults::new([]);
    act(&(Arc::new(FaultyFs::new(Arc::new(begin()), &faults)) as Arc<dyn FileSystem>));
    let mut names: Vec<(String, Name)> = Vec::new();
    for call in faults.trace() {
        // A rename shows two paths, separated by an arrow.
        for shown in call.path.split(" -> ") {
            let mut words = shown.split('/').filter(|word| !word.is_empty());
            if let (Some(theirs), Some(name)) = (words.next(), words.next())
                && THEIRS.contains(&theirs)
            {
                names.push((theirs.to_owned(), Name::new(name).unwrap()));
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

/// Lets the other account swap each name before each call, and says what it gained in any of these runs.
fn sweep(begin: &dyn Fn() -> MemoryFs, act: &dyn Fn(&Arc<dyn FileSystem>)) -> Vec<String> {
    let faults = Faults::new([]);
    act(&(Arc::new(FaultyFs::new(Arc::new(begin()), &faults)) as Arc<dyn FileSystem>));
    let calls = faults.calls();
    let names = names_of_a_run(begin, act);
    let stride = if testkit::is_full() { 1 } else { 7 };
    let (mut gains, mut runs) = (Vec::new(), 0);
    for (turn, (theirs, name)) in names.iter().enumerate() {
        for number in (1 + turn % stride..=calls).step_by(stride) {
            let fs = begin();
            let before = fs.fork();
            let faults = Faults::new([]);
            let (other, directory, swapped) = (fs.clone(), theirs.clone(), name.clone());
            faults.meanwhile(number, move || swap(&*root(&other), &directory, &swapped));
            act(&(Arc::new(FaultyFs::new(Arc::new(fs.clone()), &faults)) as Arc<dyn FileSystem>));
            runs += 1;
            let gained = gained(&before, &fs);
            gains.extend(gained.iter().map(|gain| format!("{theirs}/{name} before call {number}: {gain}")));
        }
    }
    assert!(runs > 500, "only {runs} runs");
    gains
}

fn no_gains(gains: &[String]) {
    assert!(gains.is_empty(), "{} gains, the first of them:\n{}", gains.len(), gains[..gains.len().min(10)].join("\n"));
}

#[test]
fn names_swapped_during_a_run_of_all_steps_give_away_nothing() {
    let planned = plan(&with_things_of_roots());
    no_gains(&sweep(&with_things_of_roots, &|fs| drop(apply(fs, &|_| planned.clone()))));
}

#[test]
fn names_swapped_during_an_undo_of_all_steps_give_away_nothing() {
    let done = || {
        let fs = with_things_of_roots();
        apply(&(Arc::new(fs.clone()) as Arc<dyn FileSystem>), &|fs| plan(fs)).unwrap();
        fs
    };
    let try_to_undo = |fs: &Arc<dyn FileSystem>| -> Result<(), EngineError> {
        let session = session(&**fs)?;
        let run = session.newest("", |_| true)?;
        let undo = session.plan_undo(run, &resources(&**fs))?;
        session.apply(&undo.plan, &resources(&**fs)).map(drop)
    };
    no_gains(&sweep(&done, &|fs| drop(try_to_undo(fs))));
}

#[test]
fn names_swapped_while_an_interrupted_run_waits_give_away_nothing() {
    let planned = plan(&with_things_of_roots());
    let run = |fs: Arc<dyn FileSystem>| apply(&fs, &|_| planned.clone());
    let calls = {
        let faults = Faults::new([]);
        run(Arc::new(FaultyFs::new(Arc::new(with_things_of_roots()), &faults))).unwrap();
        faults.calls()
    };
    let mut gains = Vec::new();
    for number in (1..=calls).step_by(if testkit::is_full() { 1 } else { 3 }) {
        let fs = with_things_of_roots();
        let before = fs.fork();
        let faults = Faults::new([Fault::Stop { at: number }]);
        let _ = run(Arc::new(FaultyFs::new(Arc::new(fs.clone()), &faults)));
        let dir = root(&fs);
        for theirs in THEIRS {
            for name in dir.list(&path(theirs)).unwrap() {
                let fs = fs.fork();
                swap(&*root(&fs), theirs, &name);
                let _ = run(Arc::new(fs.clone()));
                let gained = gained(&before, &fs);
                gains.extend(gained.iter().map(|gain| format!("{theirs}/{name} after call {number}: {gain}")));
            }
        }
    }
    no_gains(&gains);
}

/// Edits `conf/tool`, a program of root's, and returns its mode afterwards, and what the run could not do.
fn edited_tool(prepare: &dyn Fn(&dyn Dir)) -> (u32, Vec<String>) {
    let fs = with_things_of_roots();
    prepare(&*root(&fs));
    let fs: Arc<dyn FileSystem> = Arc::new(fs);
    let make = |fs: &dyn FileSystem| -> Plan {
        let mut plan = empty_plan(fs, "everything");
        let edit = documents::SpanEdit { offset: 0, remove: 1, insert: b"A".to_vec() };
        let step = ReplaceFile::editing(place("conf/tool"), Vec::new(), TOOL, &[edit]).unwrap().unwrap();
        plan.steps.push(Step::ReplaceFile(step));
        plan
    };
    let session = session(&*fs).unwrap();
    let done = session.apply(&make(&*fs), &resources(&*fs)).unwrap();
    let mode = root(&*fs).stat(&path("conf/tool")).unwrap().mode;
    drop(session);
    undo(&fs).unwrap();
    assert_eq!(root(&*fs).stat(&path("conf/tool")).unwrap().mode, SET_USER_ID | 0o755, "undo gives back what was");
    (mode, done.findings)
}

#[test]
fn other_bytes_run_as_root_only_where_root_alone_can_have_chosen_them() {
    let (mode, findings) = edited_tool(&|dir| {
        let conf = dir.hold(&path("conf")).unwrap();
        conf.set(&Attribute::Owner { uid: 0, gid: 0 }).unwrap();
        conf.set(&Attribute::Mode(0o755)).unwrap();
    });
    assert_eq!((mode, findings), (SET_USER_ID | 0o755, Vec::new()));
    let in_a_directory_of = |uid: u32, mode: u32| {
        edited_tool(&move |dir| {
            let conf = dir.hold(&path("conf")).unwrap();
            conf.set(&Attribute::Owner { uid, gid: 0 }).unwrap();
            conf.set(&Attribute::Mode(mode)).unwrap();
        })
    };
    for (uid, directory) in [(7, 0o755), (0, 0o775), (0, 0o757)] {
        let (mode, findings) = in_a_directory_of(uid, directory);
        assert_eq!(mode, 0o755);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("/conf/tool: set-user-id not taken over"), "{findings:?}");
    }
}

/// A product root on the machine's disk whose top directory gives this list to what is made in it.
fn with_default_list(place: &std::path::Path) -> Arc<dyn FileSystem> {
    let fs = RealFs::open(place).unwrap();
    let list = Attribute::Extended { name: b"system.posix_acl_default".to_vec(), value: access_list() };
    root(&fs).hold(&RelPath::here()).unwrap().set(&list).unwrap();
    Arc::new(fs)
}

#[test]
fn a_default_access_list_above_opens_nothing_that_is_made() {
    let place = tempfile::tempdir().unwrap();
    let fs = with_default_list(place.path());
    let dir = root(&*fs);
    drop(dir.create(&path("file")).unwrap());
    dir.append(&path("log"), b"x").unwrap();
    dir.make_dir(&path("dir")).unwrap();
    dir.make_fifo(&path("pipe")).unwrap();
    new_files::write_file(&place.path().join("named"), b"x", 0o644).unwrap();
    new_files::make_directory(&place.path().join("made")).unwrap();
    drop(dir.create(&path("dir/below")).unwrap());
    for name in ["file", "log", "dir", "pipe", "named", "made", "dir/below"] {
        for list in ["system.posix_acl_access", "system.posix_acl_default"] {
            let found = rustix::fs::lgetxattr(place.path().join(name), list, &mut [0_u8; 512]);
            assert!(matches!(found, Err(rustix::io::Errno::NODATA)), "{name} has {list}: {found:?}");
        }
    }
}

#[test]
fn a_surveyed_access_list_is_set_exactly() {
    let place = tempfile::tempdir().unwrap();
    let fs = with_default_list(place.path());
    let like = root(&*fs).make_dir(&path("like")).unwrap().hold(&RelPath::here()).unwrap();
    like.set(&Attribute::Extended { name: b"system.posix_acl_access".to_vec(), value: access_list() }).unwrap();
    let attributes = Attributes::of_held(&*like).unwrap();
    apply(&fs, &|fs| {
        let mut plan = empty_plan(fs, "everything");
        let attributes = attributes.clone();
        plan.steps.push(Step::MakeDir(MakeDir { at: crate::fixture::place("new"), attributes }));
        plan
    })
    .unwrap();
    assert_eq!(Attributes::of(&*root(&*fs), &path("new")).unwrap(), attributes);
    assert_eq!(attributes.extended.len(), 1);
}
