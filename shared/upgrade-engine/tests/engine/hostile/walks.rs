//! Trees that somebody made deep or wide, and files that somebody made long: memory has a limit, and reading ends when that is asked for.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use upgrade_engine::check;
use upgrade_engine::digest::Digest;
use upgrade_engine::engine::{EngineError, Resources, StateAfter};
use upgrade_engine::fs::faulty::{Call, Fault, Faults, FaultyFs};
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Existing, FileSystem, RootPath};
use upgrade_engine::new_files::settle_tree;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{BuildTree, Content, Node, Observer, Step, StepError, TreeEntry};

use crate::fixture::{apply, attributes, disk, empty_plan, path, place, plan, resources, root, session};

/// The staging tree of the first step of [`plan`].
const STAGING: &str = "old/.backup.partial";

/// Stops when it was asked this often.
struct StopsAt(usize, AtomicUsize);

impl StopsAt {
    fn question(number: usize) -> Self {
        Self(number, AtomicUsize::new(0))
    }
}

impl Observer for StopsAt {
    fn stop_requested(&self) -> bool {
        self.1.fetch_add(1, Ordering::Relaxed) + 1 >= self.0
    }
}

fn watched<'a>(fs: &'a dyn FileSystem, observer: &'a dyn Observer) -> Resources<'a> {
    Resources { observer, ..resources(fs) }
}

/// A disk on which a run stopped just before its first tree was put into its place.
fn interrupted() -> Arc<MemoryFs> {
    let disk = Arc::new(disk());
    let faults = Faults::default();
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.fork()), &faults));
    apply(&fs, &|fs| plan(fs)).unwrap();
    let publishing = faults.trace().into_iter().find(|call| call.operation == "rename").unwrap();
    let stop = Faults::new([Fault::Stop { at: publishing.number }]);
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(disk.clone(), &stop));
    apply(&fs, &|fs| plan(fs)).unwrap_err();
    assert!(root(&*disk).stat(&path(STAGING)).is_ok());
    disk
}

/// Makes directories one inside the other, with a file in the last one.
fn make_deep(fs: &dyn FileSystem, top: &str, levels: usize) {
    let mut dir = root(fs).open_dir(&path(top)).unwrap();
    for _ in 0..levels {
        dir.make_dir(&path("d")).unwrap();
        dir = dir.open_dir(&path("d")).unwrap();
    }
    dir.create(&path("last")).unwrap();
}

fn names(call: &str) -> usize {
    call.split('/').count()
}

/// Fails where a path is long, or where there are many calls for a directory.
fn assert_cheap(calls: &[Call], levels: usize) {
    let longest = calls.iter().map(|call| names(&call.path)).max().unwrap();
    assert!(longest < 100, "a path of {longest} names was made");
    let many = calls.len();
    assert!(many < levels * 10, "{many} calls for {levels} directories");
}

#[test]
fn what_somebody_put_into_a_staging_tree_is_named_and_not_walked_however_deep_it_is() {
    let disk = interrupted();
    make_deep(&*disk, STAGING, 3000);
    let faults = Faults::default();
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(disk.clone(), &faults));
    let error = apply(&fs, &|fs| plan(fs)).unwrap_err().to_string();
    assert!(error.contains("/old/.backup.partial") && error.contains("move that elsewhere"), "{error}");
    assert_cheap(&faults.trace(), 3000);
    root(&*disk).rename(&path(STAGING), &path("elsewhere"), Existing::Refuse).unwrap();
    apply(&fs, &|fs| plan(fs)).unwrap();
    assert!(root(&*disk).stat(&path("old/backup/sub/b.db")).is_ok());
}

#[test]
fn a_tree_of_any_depth_is_removed_by_short_paths() {
    let disk = Arc::new(disk());
    // What an interrupted replacement leaves.
    let top = "conf/.made.1";
    root(&*disk).make_dir(&path(top)).unwrap();
    make_deep(&*disk, top, 3000);
    // Names that the removal could need are taken.
    for name in [".deep-1", ".deep-3"] {
        root(&*disk).make_dir(&path(&format!("{top}/{name}"))).unwrap();
    }
    let faults = Faults::default();
    let fs = FaultyFs::new(disk.clone(), &faults);
    settle_tree(&fs, &RootPath::new("/conf/made").unwrap()).unwrap();
    assert_cheap(&faults.trace(), 3000);
    assert!(root(&*disk).stat(&path(top)).is_err());
}

/// A plan that makes a tree of so many links.
fn many_links(fs: &dyn FileSystem, count: usize) -> Plan {
    let mut plan = empty_plan(fs, "everything");
    let of_old = attributes(fs, "old");
    let link = |number: usize| TreeEntry {
        path: path(&number.to_string()),
        node: Node::Symlink("nowhere".to_owned()),
        attributes: of_old.clone(),
    };
    let entries = (0..count).map(link).collect();
    plan.steps = vec![Step::BuildTree(BuildTree { at: place("live/many"), attributes: of_old.clone(), entries })];
    plan
}

#[test]
fn removing_a_large_staging_tree_stops_when_asked_and_is_taken_up_again() {
    let disk = Arc::new(disk());
    let rename = {
        let faults = Faults::default();
        let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(Arc::new(disk.fork()), &faults));
        apply(&fs, &|fs| many_links(fs, 25_000)).unwrap();
        faults.trace().into_iter().find(|call| call.operation == "rename").unwrap().number
    };
    let fs: Arc<dyn FileSystem> = Arc::new(FaultyFs::new(disk.clone(), &Faults::new([Fault::Stop { at: rename }])));
    apply(&fs, &|fs| many_links(fs, 25_000)).unwrap_err();
    let staging = path("live/.many.partial");
    assert_eq!(root(&*disk).list(&staging).unwrap().len(), 25_000);
    let observer = StopsAt::question(2);
    let session = session(&*disk).unwrap();
    let run = session.runs().unwrap().pop().unwrap();
    let stopped = session.resume(&run, &watched(&*disk, &observer)).unwrap_err();
    assert!(matches!(&stopped, EngineError::Step { error: StepError::Interrupted, .. }), "{stopped}");
    assert_eq!(stopped.state_after(), StateAfter::Unfinished);
    assert!(root(&*disk).list(&staging).unwrap().len() > 2_000, "it went on");
    session.resume(&run, &resources(&*disk)).unwrap();
    assert!(root(&*disk).stat(&staging).is_err());
}

#[test]
fn a_small_staging_tree_is_removed_although_somebody_asked_to_stop() {
    let disk = disk();
    // Asked twice before the first file, and once for each entry made and each piece copied.
    let observer = StopsAt::question(12);
    let error = session(&disk).unwrap().apply(&plan(&disk), &watched(&disk, &observer)).unwrap_err();
    assert_eq!(error.state_after(), StateAfter::NothingChanged, "{error}");
    assert!(root(&disk).stat(&path(STAGING)).is_err());
}

#[test]
fn planning_an_undo_and_checking_a_plan_stop_when_asked() {
    let fs: Arc<dyn FileSystem> = Arc::new(disk());
    let made = plan(&*fs);
    let observer = StopsAt::question(1);
    let error = check(&made, &watched(&*fs, &observer), None).unwrap_err();
    assert!(error.to_string().contains("interrupted"), "{error}");
    apply(&fs, &|fs| plan(fs)).unwrap();
    let session = session(&*fs).unwrap();
    let run = session.runs().unwrap().pop().unwrap();
    let error = session.plan_undo(run, &watched(&*fs, &observer)).unwrap_err();
    assert!(error.to_string().contains("interrupted"), "{error}");
}

const TEBIBYTE: u64 = 1 << 40;

/// A directory of the real disk with a file of a tebibyte that holds a few bytes, 1 MiB from its end.
fn with_long_file() -> (tempfile::TempDir, RealFs) {
    let top = tempfile::tempdir().unwrap();
    let fs = RealFs::open(top.path()).unwrap();
    let file = root(&fs).create(&path("long")).unwrap();
    file.set_len(TEBIBYTE).unwrap();
    file.write_all_at(b"the only bytes", TEBIBYTE - (1 << 20)).unwrap();
    (top, fs)
}

/// A plan that copies the long file; `digest` is what it is said to hold.
fn copying(fs: &RealFs, digest: Digest) -> Plan {
    let mut plan = empty_plan(fs, "everything");
    let attributes = attributes(fs, "long");
    let content = Content::CopyOf { from: place("long"), digest, size: TEBIBYTE };
    let entry = TreeEntry { path: path("long"), node: Node::File(content), attributes: attributes.clone() };
    plan.steps = vec![Step::BuildTree(BuildTree { at: place("copy"), attributes, entries: vec![entry] })];
    plan
}

#[test]
fn copying_a_file_of_holes_reads_only_what_it_holds_and_reading_it_back_stops_when_asked() {
    let (top, fs) = with_long_file();
    root(&fs).make_dir(&path("state")).unwrap();
    for workers in [1, 2] {
        // Far fewer questions than the file has pieces to be read.
        let observer = StopsAt::question(2000);
        let workers = NonZeroUsize::new(workers).unwrap();
        let resources = Resources { workers, ..watched(&fs, &observer) };
        let session = session(&fs).unwrap();
        let error = session.apply(&copying(&fs, Digest::of(b"")), &resources).unwrap_err();
        assert!(error.to_string().contains("interrupted"), "{error}");
        assert_eq!(error.state_after(), StateAfter::NothingChanged);
        let asked = observer.1.load(Ordering::Relaxed);
        assert!(asked < 2100, "{asked} questions");
    }
    assert!(!top.path().join("copy").exists());
}

#[test]
fn a_file_with_holes_has_the_digest_of_its_bytes_wherever_the_holes_are() {
    let top = tempfile::tempdir().unwrap();
    let fs = RealFs::open(top.path()).unwrap();
    let length = 9 << 20;
    for written in [vec![], vec![0], vec![length - 1], vec![1 << 20, (5 << 20) + 77], vec![0, 4095, 4 << 20]] {
        let mut bytes = vec![0; length];
        let _ = root(&fs).remove_file(&path("sparse"));
        let file = root(&fs).create(&path("sparse")).unwrap();
        file.set_len(length as u64).unwrap();
        for at in &written {
            bytes[*at] = 7;
            file.write_all_at(b"\x07", *at as u64).unwrap();
        }
        let open = root(&fs).open(&path("sparse")).unwrap();
        assert_eq!(Digest::of_file(&*open).unwrap(), (Digest::of(&bytes), length as u64), "{written:?}");
    }
}
