//! What the disk in memory keeps when the power fails, and what the faulty one does to the calls that reach it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{collections::BTreeSet, io::ErrorKind, sync::Arc};

use upgrade_engine::fs::{
    Attribute, Dir, Durable, Existing, FileSystem, RelPath, RootPath, Time,
    faulty::{CallKind, Failure, Fault, Faults, FaultyFs},
    memory::{Lost, MemoryFs},
};

fn to(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

fn root(disk: &dyn FileSystem) -> Box<dyn Dir> {
    disk.open_dir(&RootPath::new("/").unwrap()).unwrap()
}

fn write(dir: &dyn Dir, path: &str, text: &str) {
    dir.create(&to(path)).unwrap().write_all_at(text.as_bytes(), 0).unwrap();
}

/// The text of a file, or nothing when the name is not there.
fn text(disk: &MemoryFs, path: &str) -> Option<String> {
    let dir = root(disk);
    let file = match dir.open(&to(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        file => file.unwrap(),
    };
    let mut bytes = vec![0; 100];
    let count = file.read_at(&mut bytes, 0).unwrap();
    Some(String::from_utf8(bytes[..count].to_vec()).unwrap())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn sync_file(dir: &dyn Dir, path: &str) {
    dir.open(&to(path)).unwrap().sync(Durable::ReplacementFile).unwrap();
}

fn sync_dir(dir: &dyn Dir, path: &str) {
    dir.sync(&to(path), Durable::ReplacedFile).unwrap();
}

#[test]
fn a_file_needs_its_content_and_its_name_synced() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    write(dir.as_ref(), "content", "abc");
    sync_file(dir.as_ref(), "content");
    assert_eq!(text(&disk.power_cut(Lost::Everything), "content"), None, "it has no durable name");
    write(dir.as_ref(), "name", "abc");
    sync_dir(dir.as_ref(), "");
    let after = disk.power_cut(Lost::Everything);
    assert_eq!((text(&after, "content"), text(&after, "name")), (some("abc"), some("")));
    let after = disk.power_cut(Lost::Content);
    assert_eq!((text(&after, "content"), text(&after, "name")), (some("abc"), some("\0\0\0")));
}

#[test]
fn what_was_not_written_since_the_sync_is_kept_and_the_rest_is_zeros() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    write(dir.as_ref(), "file", "abcdef");
    disk.sync_all();
    let file = dir.open_to_write(&to("file")).unwrap();
    file.write_all_at(b"XY", 2).unwrap();
    file.write_all_at(b"Z", 6).unwrap();
    assert_eq!(text(&disk.power_cut(Lost::Everything), "file"), some("abcdef"));
    assert_eq!(text(&disk.power_cut(Lost::Content), "file"), some("ab\0\0ef\0"));
    assert_eq!(text(&disk, "file"), some("abXYefZ"));
}

#[test]
fn a_rename_that_was_not_synced_may_leave_the_old_name() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    write(dir.as_ref(), "new", "new");
    write(dir.as_ref(), "live", "old");
    disk.sync_all();
    dir.rename(&to("new"), &to("live"), Existing::Replace).unwrap();
    let names = |disk: &MemoryFs| (text(disk, "new"), text(disk, "live"));
    assert_eq!(names(&disk.power_cut(Lost::Everything)), (some("new"), some("old")));
    sync_dir(dir.as_ref(), "");
    assert_eq!(names(&disk.power_cut(Lost::Everything)), (None, some("new")));
}

#[test]
fn a_move_between_directories_is_safe_only_when_the_new_directory_is_synced_first() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    dir.make_dir(&to("from")).unwrap();
    dir.make_dir(&to("to")).unwrap();
    write(dir.as_ref(), "from/file", "x");
    disk.sync_all();
    dir.rename(&to("from/file"), &to("to/file"), Existing::Refuse).unwrap();
    let names = |disk: &MemoryFs| (text(disk, "from/file"), text(disk, "to/file"));
    let careless = disk.fork();
    sync_dir(root(&careless).as_ref(), "from");
    assert_eq!(names(&careless.power_cut(Lost::Everything)), (None, None));
    sync_dir(dir.as_ref(), "to");
    assert_eq!(names(&disk.power_cut(Lost::Everything)), (some("x"), some("x")));
    sync_dir(dir.as_ref(), "from");
    assert_eq!(names(&disk.power_cut(Lost::Everything)), (None, some("x")));
}

#[test]
fn a_removed_file_comes_back_until_its_directory_is_synced() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    write(dir.as_ref(), "file", "x");
    disk.sync_all();
    dir.remove_file(&to("file")).unwrap();
    assert_eq!(text(&disk.power_cut(Lost::Everything), "file"), some("x"));
    sync_dir(dir.as_ref(), "");
    assert_eq!(text(&disk.power_cut(Lost::Everything), "file"), None);
}

#[test]
fn a_directory_whose_own_name_is_lost_takes_what_was_synced_in_it() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    dir.make_dir(&to("dir")).unwrap();
    write(dir.as_ref(), "dir/file", "x");
    sync_file(dir.as_ref(), "dir/file");
    sync_dir(dir.as_ref(), "dir");
    assert_eq!(root(&disk.power_cut(Lost::Everything)).list(&to("")).unwrap(), []);
    sync_dir(dir.as_ref(), "");
    assert_eq!(text(&disk.power_cut(Lost::Everything), "dir/file"), some("x"));
}

#[test]
fn attributes_are_lost_unless_the_file_directory_or_holder_of_the_link_is_synced() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    let (old, new) = (Time { seconds: 1, nanoseconds: 2 }, Attribute::Modified(Time { seconds: 3, nanoseconds: 4 }));
    write(dir.as_ref(), "file", "x");
    dir.make_dir(&to("dir")).unwrap();
    dir.symlink(b"file", &to("link")).unwrap();
    let set = |attribute: &Attribute| {
        dir.open(&to("file")).unwrap().set(attribute).unwrap();
        dir.hold(&to("dir")).unwrap().set(attribute).unwrap();
        dir.hold(&to("link")).unwrap().set(attribute).unwrap();
    };
    let times =
        |disk: &MemoryFs| ["file", "dir", "link"].map(|path| root(disk).stat(&to(path)).unwrap().modified.seconds);
    set(&Attribute::Modified(old));
    disk.sync_all();
    set(&new);
    assert_eq!(times(&disk.power_cut(Lost::Everything)), [1, 1, 1]);
    sync_file(dir.as_ref(), "file");
    assert_eq!(times(&disk.power_cut(Lost::Everything)), [3, 1, 1]);
    sync_dir(dir.as_ref(), "dir");
    assert_eq!(times(&disk.power_cut(Lost::Everything)), [3, 3, 1]);
    sync_dir(dir.as_ref(), "");
    assert_eq!(times(&disk.power_cut(Lost::Everything)), [3, 3, 3]);
}

#[test]
fn seeds_lose_different_things_but_never_half_of_a_rename() {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    dir.make_dir(&to("dir")).unwrap();
    write(dir.as_ref(), "a", "a");
    write(dir.as_ref(), "b", "b");
    disk.sync_all();
    dir.rename(&to("a"), &to("dir/a"), Existing::Refuse).unwrap();
    dir.rename(&to("b"), &to("dir/b"), Existing::Refuse).unwrap();
    write(dir.as_ref(), "b", "new b");
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let after = disk.power_cut(Lost::Some(seed));
        let [a, moved_a, b, moved_b] = ["a", "dir/a", "b", "dir/b"].map(|path| text(&after, path));
        assert_eq!(a.is_some(), moved_a.is_none(), "seed {seed}");
        assert!(moved_b == some("b") || b == some("b"), "seed {seed}: the new file came before the old one had moved");
        seen.insert((a.is_some(), b, moved_b.is_some()));
    }
    // The new `b`: lost, empty, zeros or complete.
    assert_eq!(seen.len(), 2 * (1 + 1 + 3), "{seen:?}");
}

#[test]
fn locks_end_with_the_power_and_a_copy_of_a_disk_is_apart() {
    let disk = MemoryFs::new();
    let _lock = root(&disk).lock().unwrap();
    root(&disk.power_cut(Lost::Content)).lock().unwrap();
    let copy = disk.fork();
    root(&copy).lock().unwrap();
    write(root(&copy).as_ref(), "file", "x");
    assert_eq!(text(&disk, "file"), None);
    assert_eq!(root(&disk).lock().err().unwrap().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_full_disk_refuses_bytes_and_counts_removed_files_that_are_open() {
    let disk = MemoryFs::new();
    disk.set_capacity(Some(10));
    let dir = root(&disk);
    write(dir.as_ref(), "a", "12345678");
    let file = dir.create(&to("b")).unwrap();
    assert_eq!(file.write_all_at(b"123", 0).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(dir.append(&to("a"), b"123").unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(dir.free_space().unwrap(), 2);
    let held = dir.open(&to("a")).unwrap();
    dir.remove_file(&to("a")).unwrap();
    assert_eq!(dir.free_space().unwrap(), 2);
    drop(held);
    assert_eq!(dir.free_space().unwrap(), 10);
    file.write_all_at(b"123", 0).unwrap();
}

fn faulty(disk: &MemoryFs, faults: &Faults) -> Box<dyn Dir> {
    root(&FaultyFs::new(Arc::new(disk.clone()), faults))
}

#[test]
fn after_the_stop_nothing_reaches_the_disk() {
    let disk = MemoryFs::new();
    let faults = Faults::new([Fault::Stop { at: 4 }]);
    let dir = faulty(&disk, &faults);
    let lock = dir.lock().unwrap();
    let file = dir.create(&to("file")).unwrap();
    assert!(!faults.stopped());
    for _ in 0..2 {
        let error = file.write_all_at(b"x", 0).unwrap_err();
        assert!(error.to_string().contains("the process was stopped"), "{error}");
    }
    assert!(faults.stopped());
    assert!(dir.remove_file(&to("file")).is_err() && dir.stat(&to("file")).is_err());
    drop((file, lock));
    assert_eq!(text(&disk, "file"), some(""));
    assert_eq!((faults.calls(), faults.writes()), (7, 2));
}

#[test]
fn an_error_comes_once() {
    for (failure, kind) in Failure::ALL.into_iter().zip([
        ErrorKind::StorageFull,
        std::io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()).kind(),
        ErrorKind::PermissionDenied,
    ]) {
        let disk = MemoryFs::new();
        let dir = faulty(&disk, &Faults::new([Fault::Error { at: 2, error: failure }]));
        assert_eq!(dir.make_dir(&to("dir")).map(drop).unwrap_err().kind(), kind);
        assert_eq!(root(&disk).list(&to("")).unwrap(), []);
        dir.make_dir(&to("dir")).unwrap();
    }
}

#[test]
fn a_partial_write_writes_half_and_stops() {
    let disk = MemoryFs::new();
    let dir = faulty(&disk, &Faults::new([Fault::PartialWrite { at: 2 }]));
    dir.append(&to("log"), b"abcd").unwrap();
    assert!(dir.append(&to("log"), b"efgh").is_err());
    assert!(dir.append(&to("log"), b"ijkl").is_err());
    assert_eq!(text(&disk, "log"), some("abcdef"));
}

#[test]
fn an_ignored_sync_reports_success_and_others_are_done() {
    let disk = MemoryFs::new();
    let dir = faulty(&disk, &Faults::new([Fault::IgnoreSync(Durable::JournalRecord)]));
    write(dir.as_ref(), "file", "x");
    let file = dir.open(&to("file")).unwrap();
    dir.sync(&to(""), Durable::RunEntries).unwrap();
    file.sync(Durable::JournalRecord).unwrap();
    assert_eq!(text(&disk.power_cut(Lost::Everything), "file"), some(""));
    file.sync(Durable::Plan).unwrap();
    assert_eq!(text(&disk.power_cut(Lost::Everything), "file"), some("x"));
}

#[test]
fn two_disks_count_as_one() {
    let faults = Faults::new([Fault::Stop { at: 5 }]);
    let (one, two) = (MemoryFs::new(), MemoryFs::new());
    let (first, second) = (faulty(&one, &faults), faulty(&two, &faults));
    first.make_dir(&to("a")).unwrap();
    second.sync(&to(""), Durable::Plan).unwrap();
    assert!(first.rename(&to("a"), &to("b"), Existing::Refuse).is_err());
    assert!(second.list(&to("")).is_err());
    let trace = faults.trace();
    let lines: Vec<String> = trace.iter().map(ToString::to_string).collect();
    assert_eq!(lines[2..], ["3 make_dir /a", "4 sync  (Plan)", "5 rename /a -> b", "6 list "]);
    assert_eq!(trace[5].kind, CallKind::Reading);
    assert_eq!(faults.synced(), BTreeSet::from([Durable::Plan]));
}
