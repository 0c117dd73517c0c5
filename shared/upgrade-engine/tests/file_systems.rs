//! The disk of the machine and the disk in memory must behave the same: each case runs on both.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use testkit::{
    manifest::Manifest,
    tree::{Caller, Tree},
};
use upgrade_engine::fs::{
    Attribute, Dir, Durable, Existing, FileKind, FileSystem, RelPath, RootPath, Time, memory::MemoryFs, real::RealFs,
};

/// Runs a case on both; the closure makes a pipe at a path below the root.
fn on_both(case: impl Fn(&dyn FileSystem, &dyn Dir, &dyn Fn(&RelPath) -> io::Result<()>)) {
    let place = tempfile::tempdir().unwrap();
    let disk = RealFs::open(place.path()).unwrap();
    let root = disk.open_dir(&at("/")).unwrap();
    case(&disk, root.as_ref(), &|path| root.make_fifo(path).map(drop));
    let memory = MemoryFs::new();
    let root = memory.open_dir(&at("/")).unwrap();
    case(&memory, root.as_ref(), &|path| root.make_fifo(path).map(drop));
}

fn at(path: impl AsRef<[u8]>) -> RootPath {
    RootPath::new(path).unwrap()
}

fn to(path: impl AsRef<[u8]>) -> RelPath {
    RelPath::new(path).unwrap()
}

fn here() -> RelPath {
    RelPath::here()
}

fn write(dir: &dyn Dir, path: &str, text: &str) {
    dir.create(&to(path)).unwrap().write_all_at(text.as_bytes(), 0).unwrap();
}

fn read(dir: &dyn Dir, path: &str) -> String {
    let file = dir.open(&to(path)).unwrap();
    let mut bytes = vec![0; 1000];
    let count = file.read_at(&mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    result.err().expect("it should have been refused").kind()
}

#[test]
fn root_paths_follow_links_as_after_chroot() {
    on_both(|disk, root, _| {
        for path in ["a", "a/b", "c"] {
            root.make_dir(&to(path)).unwrap();
        }
        write(root, "c/mark", "here");
        for (target, link) in [
            ("/c", "a/absolute"),
            ("../../../../c", "a/b/climbs"),
            ("absolute", "a/twice"),
            ("loop", "loop"),
            ("c/mark", "to file"),
            ("nowhere", "dangling"),
        ] {
            root.symlink(target.as_bytes(), &to(link)).unwrap();
        }
        for path in
            ["/c", "/a/absolute", "/a/b/climbs", "/a/twice", "/a/../../../c", "/../a/absolute/../c", "/a/twice/."]
        {
            assert_eq!(read(disk.open_dir(&at(path)).unwrap().as_ref(), "mark"), "here", "{path}");
        }
        assert_eq!(kind(disk.open_dir(&at("/loop"))), io::Error::from(rustix::io::Errno::LOOP).kind());
        assert_eq!(kind(disk.open_dir(&at("/to file"))), ErrorKind::NotADirectory);
        assert_eq!(kind(disk.open_dir(&at("/dangling"))), ErrorKind::NotFound);
        assert_eq!(kind(disk.open_dir(&at("/c/mark/.."))), ErrorKind::NotADirectory);
    });
}

#[test]
fn forty_links_are_followed_and_no_more() {
    on_both(|disk, root, _| {
        root.make_dir(&to("l0")).unwrap();
        for count in 1..=41 {
            root.symlink(format!("l{}", count - 1).as_bytes(), &to(format!("l{count}"))).unwrap();
        }
        disk.open_dir(&at("/l40")).unwrap();
        assert_eq!(
            disk.open_dir(&at("/l41")).err().unwrap().raw_os_error(),
            Some(rustix::io::Errno::LOOP.raw_os_error())
        );
    });
}

#[test]
fn no_operation_passes_through_a_link() {
    on_both(|_, root, _| {
        root.make_dir(&to("outside")).unwrap();
        write(root, "outside/file", "precious");
        root.make_dir(&to("dir")).unwrap();
        root.symlink(b"../outside", &to("dir/link")).unwrap();
        write(root, "dir/own", "x");
        let dir = root.open_dir(&to("dir")).unwrap();
        let (inside, own) = (to("link/file"), to("own"));
        let refusals = [
            kind(dir.stat(&inside)),
            kind(dir.open(&inside)),
            kind(dir.open_to_write(&inside)),
            kind(dir.open_dir(&to("link"))),
            kind(dir.list(&to("link"))),
            kind(dir.read_link(&inside)),
            kind(dir.hold(&inside)),
            kind(dir.create(&to("link/new"))),
            kind(dir.append(&inside, b"x")),
            kind(dir.make_dir(&to("link/new"))),
            kind(dir.symlink(b"x", &to("link/new"))),
            kind(dir.hard_link(&inside, &to("new"))),
            kind(dir.hard_link(&own, &to("link/new"))),
            kind(dir.rename(&inside, &to("new"), Existing::Replace)),
            kind(dir.rename(&own, &to("link/file"), Existing::Replace)),
            kind(dir.remove_file(&inside)),
            kind(dir.remove_dir(&to("link/new"))),
            kind(dir.sync(&to("link"), Durable::StagedDirectory)),
        ];
        assert!(refusals.iter().all(|kind| *kind == ErrorKind::NotADirectory), "{refusals:?}");
        assert_eq!(read(root, "outside/file"), "precious");
        assert_eq!(root.list(&to("outside")).unwrap().len(), 1);
    });
}

#[test]
fn a_directory_swapped_for_a_link_is_refused_and_an_open_handle_stays_where_it_was() {
    on_both(|_, root, _| {
        root.make_dir(&to("dir")).unwrap();
        root.make_dir(&to("trap")).unwrap();
        let held = root.open_dir(&to("dir")).unwrap();
        root.rename(&to("dir"), &to("moved"), Existing::Refuse).unwrap();
        root.symlink(b"trap", &to("dir")).unwrap();
        assert_eq!(kind(root.create(&to("dir/file"))), ErrorKind::NotADirectory);
        write(held.as_ref(), "file", "x");
        assert_eq!(read(root, "moved/file"), "x");
        assert!(root.list(&to("trap")).unwrap().is_empty());
    });
}

#[test]
fn only_regular_files_are_opened_and_a_pipe_does_not_block() {
    on_both(|_, root, make_fifo| {
        write(root, "file", "x");
        root.symlink(b"file", &to("link")).unwrap();
        root.make_dir(&to("dir")).unwrap();
        make_fifo(&to("pipe")).unwrap();
        assert_eq!(root.stat(&to("pipe")).unwrap().kind, FileKind::Fifo);
        for path in ["link", "dir", "pipe"] {
            assert_eq!(kind(root.open(&to(path))), ErrorKind::InvalidInput, "{path}");
            assert_eq!(kind(root.open_to_write(&to(path))), ErrorKind::InvalidInput, "{path}");
            assert_eq!(kind(root.append(&to(path), b"x")), ErrorKind::InvalidInput, "{path}");
        }
        assert_eq!(kind(root.open(&here())), ErrorKind::InvalidInput);
        let read_only = root.open(&to("file")).unwrap();
        let error = read_only.write_all_at(b"y", 0).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::BADF.raw_os_error()));
        root.open_to_write(&to("file")).unwrap().write_all_at(b"y", 0).unwrap();
        assert_eq!(read(root, "file"), "y");
    });
}

#[test]
fn create_takes_no_name_that_is_there_even_a_dangling_link() {
    on_both(|_, root, _| {
        root.symlink(b"nowhere", &to("dangling")).unwrap();
        write(root, "file", "x");
        for path in ["dangling", "file"] {
            assert_eq!(kind(root.create(&to(path))), ErrorKind::AlreadyExists);
            assert_eq!(kind(root.make_dir(&to(path))), ErrorKind::AlreadyExists);
            assert_eq!(kind(root.symlink(b"x", &to(path))), ErrorKind::AlreadyExists);
        }
        assert_eq!(kind(root.stat(&to("nowhere"))), ErrorKind::NotFound);
        let file = root.create(&to("new")).unwrap();
        assert_eq!(file.stat().unwrap().mode, 0o600);
        root.make_dir(&to("newdir")).unwrap();
        assert_eq!(root.stat(&to("newdir")).unwrap().mode, 0o700);
    });
}

#[test]
fn modes_do_not_come_from_the_parent_directory() {
    on_both(|_, root, _| {
        root.make_dir(&to("shared")).unwrap();
        root.hold(&to("shared")).unwrap().set(&Attribute::Mode(0o2777)).unwrap();
        root.make_dir(&to("shared/dir")).unwrap();
        assert_eq!(root.stat(&to("shared/dir")).unwrap().mode, 0o700);
    });
}

#[test]
fn append_adds_to_a_file_with_one_name() {
    on_both(|_, root, _| {
        root.append(&to("log"), b"one\n").unwrap();
        assert_eq!(root.stat(&to("log")).unwrap().mode, 0o640);
        root.append(&to("log"), b"two\n").unwrap();
        assert_eq!(read(root, "log"), "one\ntwo\n");
        root.hard_link(&to("log"), &to("second")).unwrap();
        assert_eq!(kind(root.append(&to("log"), b"three\n")), ErrorKind::InvalidInput);
        root.symlink(b"nowhere", &to("dangling")).unwrap();
        assert_eq!(kind(root.append(&to("dangling"), b"x")), ErrorKind::InvalidInput);
        assert_eq!(read(root, "log"), "one\ntwo\n");
        assert_eq!(kind(root.stat(&to("nowhere"))), ErrorKind::NotFound);
    });
}

#[test]
fn rename_refuses_or_replaces_as_it_is_told() {
    on_both(|_, root, _| {
        write(root, "a", "a");
        write(root, "b", "b");
        for path in ["empty", "full", "other"] {
            root.make_dir(&to(path)).unwrap();
        }
        write(root, "full/x", "x");
        for (from, taken) in [("a", "b"), ("a", "empty"), ("full", "empty"), ("a", "a")] {
            assert_eq!(kind(root.rename(&to(from), &to(taken), Existing::Refuse)), ErrorKind::AlreadyExists);
        }
        root.rename(&to("a"), &to("b"), Existing::Replace).unwrap();
        assert_eq!(read(root, "b"), "a");
        assert_eq!(kind(root.rename(&to("b"), &to("empty"), Existing::Replace)), ErrorKind::IsADirectory);
        assert_eq!(kind(root.rename(&to("other"), &to("b"), Existing::Replace)), ErrorKind::NotADirectory);
        assert_eq!(kind(root.rename(&to("other"), &to("full"), Existing::Replace)), ErrorKind::DirectoryNotEmpty);
        assert_eq!(kind(root.rename(&to("full"), &to("full/inside"), Existing::Replace)), ErrorKind::InvalidInput);
        assert_eq!(kind(root.rename(&to("full"), &to("full/inside"), Existing::Refuse)), ErrorKind::InvalidInput);
        assert_eq!(kind(root.rename(&here(), &to("x"), Existing::Replace)), ErrorKind::InvalidInput);
        root.rename(&to("full"), &to("empty"), Existing::Replace).unwrap();
        root.rename(&to("empty"), &to("other/moved"), Existing::Refuse).unwrap();
        assert_eq!(read(root, "other/moved/x"), "x");
        root.hard_link(&to("b"), &to("b2")).unwrap();
        root.rename(&to("b"), &to("b2"), Existing::Replace).unwrap();
        assert_eq!(root.list(&here()).unwrap().len(), 3, "a rename onto another name of the same file does nothing");
    });
}

#[test]
fn hard_links_share_one_file_and_outlive_each_other() {
    on_both(|_, root, _| {
        write(root, "a", "one");
        root.hard_link(&to("a"), &to("b")).unwrap();
        let (a, b) = (root.stat(&to("a")).unwrap(), root.stat(&to("b")).unwrap());
        assert_eq!((a.id, a.links, b.links), (b.id, 2, 2));
        let held = root.open_to_write(&to("b")).unwrap();
        root.remove_file(&to("a")).unwrap();
        assert_eq!(held.stat().unwrap().links, 1);
        root.remove_file(&to("b")).unwrap();
        held.write_all_at(b"two", 0).unwrap();
        let mut bytes = [0; 10];
        assert_eq!(held.read_at(&mut bytes, 1).unwrap(), 2);
        assert_eq!(&bytes[..2], b"wo");
        assert_eq!(held.stat().unwrap().links, 0);
        root.symlink(b"gone", &to("link")).unwrap();
        root.hard_link(&to("link"), &to("link2")).unwrap();
        assert_eq!(root.stat(&to("link2")).unwrap().kind, FileKind::Symlink);
        root.make_dir(&to("dir")).unwrap();
        assert_eq!(kind(root.hard_link(&to("dir"), &to("dir2"))), ErrorKind::PermissionDenied);
    });
}

#[test]
fn removal_tells_files_from_directories() {
    on_both(|_, root, _| {
        write(root, "file", "x");
        root.make_dir(&to("dir")).unwrap();
        write(root, "dir/file", "x");
        assert_eq!(kind(root.remove_file(&to("dir"))), ErrorKind::IsADirectory);
        assert_eq!(kind(root.remove_dir(&to("file"))), ErrorKind::NotADirectory);
        assert_eq!(kind(root.remove_dir(&to("dir"))), ErrorKind::DirectoryNotEmpty);
        assert_eq!(kind(root.remove_file(&to("none"))), ErrorKind::NotFound);
        let held = root.open_dir(&to("dir")).unwrap();
        root.remove_file(&to("dir/file")).unwrap();
        root.remove_dir(&to("dir")).unwrap();
        assert_eq!(kind(held.create(&to("late"))), ErrorKind::NotFound);
        assert_eq!(root.list(&here()).unwrap(), to("file").names());
    });
}

#[test]
fn names_are_bytes_and_sorted() {
    on_both(|_, root, _| {
        let names: [&[u8]; 5] = [b"\n", b"Z", b"a", b"\xc3\xa4", b"\xff\\x"];
        for name in names.iter().rev() {
            root.create(&to(name)).unwrap();
        }
        let found = root.list(&here()).unwrap();
        assert_eq!(found.iter().map(upgrade_engine::fs::Name::as_bytes).collect::<Vec<_>>(), names);
        let long = "x".repeat(256);
        assert_eq!(kind(root.create(&to(&long))), ErrorKind::InvalidFilename);
        root.create(&to(&long[..255])).unwrap();
    });
}

#[test]
fn a_file_can_be_longer_than_what_was_written() {
    on_both(|_, root, _| {
        let file = root.create(&to("file")).unwrap();
        file.write_all_at(b"abc", 5).unwrap();
        assert_eq!(read(root, "file"), "\0\0\0\0\0abc");
        file.set_len(6).unwrap();
        file.set_len(8).unwrap();
        assert_eq!(read(root, "file"), "\0\0\0\0\0a\0\0");
        assert_eq!(file.read_at(&mut [0; 4], 8).unwrap(), 0);
        assert_eq!(file.read_at(&mut [0; 4], 1 << 40).unwrap(), 0);
    });
}

#[test]
fn attributes_are_set_on_files_directories_and_links() {
    on_both(|_, root, _| {
        let time = |seconds| Time { seconds, nanoseconds: 123_456_789 };
        let file = root.create(&to("file")).unwrap();
        root.make_dir(&to("dir")).unwrap();
        root.symlink(b"file", &to("link")).unwrap();
        file.set(&Attribute::Mode(0o4751)).unwrap();
        file.set(&Attribute::Modified(time(1))).unwrap();
        root.hold(&to("dir")).unwrap().set(&Attribute::Mode(0o1775)).unwrap();
        root.hold(&to("dir")).unwrap().set(&Attribute::Modified(time(-2))).unwrap();
        root.hold(&to("link")).unwrap().set(&Attribute::Modified(time(3))).unwrap();
        let seen = |path: &str| root.stat(&to(path)).map(|stat| (stat.mode, stat.modified)).unwrap();
        assert_eq!(seen("file"), (0o4751, time(1)));
        assert_eq!(seen("dir"), (0o1775, time(-2)));
        assert_eq!(seen("link"), (0o777, time(3)));
        assert_eq!(kind(root.hold(&to("link")).unwrap().set(&Attribute::Mode(0o600))), ErrorKind::InvalidInput);
        root.hold(&to("file")).unwrap().set(&Attribute::Mode(0o600)).unwrap();
        assert_eq!(seen("file").0, 0o600);
        root.create(&to("dir/new")).unwrap();
        assert_ne!(seen("dir").1, time(-2), "a new entry changes the time of its directory");
        file.write_all_at(b"x", 0).unwrap();
        assert_ne!(seen("file").1, time(1));
    });
}

#[test]
fn an_owner_clears_the_set_id_bits_of_a_file_but_not_of_a_directory() {
    testkit::peers::need("@root");
    on_both(|_, root, _| {
        let owner = Attribute::Owner { uid: 1234, gid: 4321 };
        let file = root.create(&to("file")).unwrap();
        file.set(&Attribute::Mode(0o6755)).unwrap();
        file.set(&owner).unwrap();
        root.make_dir(&to("dir")).unwrap();
        root.hold(&to("dir")).unwrap().set(&Attribute::Mode(0o2755)).unwrap();
        root.hold(&to("dir")).unwrap().set(&owner).unwrap();
        root.symlink(b"file", &to("link")).unwrap();
        root.hold(&to("link")).unwrap().set(&Attribute::Owner { uid: 5, gid: 6 }).unwrap();
        let seen = |path: &str| root.stat(&to(path)).map(|stat| (stat.uid, stat.gid, stat.mode)).unwrap();
        assert_eq!(seen("file"), (1234, 4321, 0o755));
        assert_eq!(seen("dir"), (1234, 4321, 0o2755));
        assert_eq!(seen("link"), (5, 6, 0o777));
    });
}

#[test]
fn extended_attributes_come_back_sorted() {
    on_both(|_, root, make_fifo| {
        let file = root.create(&to("file")).unwrap();
        root.make_dir(&to("dir")).unwrap();
        root.symlink(b"file", &to("link")).unwrap();
        make_fifo(&to("pipe")).unwrap();
        let attribute = |name: &[u8], value: &[u8]| Attribute::Extended { name: name.to_vec(), value: value.to_vec() };
        match file.set(&attribute(b"user.b", b"\0\xff")) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                eprintln!("skipped: the file system has no extended attributes");
                return;
            }
            other => other.unwrap(),
        }
        file.set(&attribute(b"user.a", b"")).unwrap();
        root.hold(&to("dir")).unwrap().set(&attribute(b"user.d", b"1")).unwrap();
        root.hold(&to("dir")).unwrap().set(&attribute(b"user.d", b"2")).unwrap();
        let users = |path: &str| {
            let mut found = root.hold(&to(path)).unwrap().extended_attributes().unwrap();
            found.retain(|(name, _)| name.starts_with(b"user."));
            found
        };
        assert_eq!(users("file"), [(b"user.a".to_vec(), vec![]), (b"user.b".to_vec(), b"\0\xff".to_vec())]);
        assert_eq!(users("dir"), [(b"user.d".to_vec(), b"2".to_vec())]);
        assert_eq!((users("link"), users("pipe")), (vec![], vec![]));
    });
}

#[test]
fn a_lock_is_held_by_one_until_it_is_dropped() {
    on_both(|disk, root, _| {
        root.make_dir(&to("state")).unwrap();
        root.make_dir(&to("other")).unwrap();
        let one = root.open_dir(&to("state")).unwrap();
        let two = disk.open_dir(&at("/state")).unwrap();
        let lock = one.lock().unwrap();
        assert_eq!(kind(two.lock()), ErrorKind::WouldBlock);
        assert_eq!(kind(one.lock()), ErrorKind::WouldBlock);
        root.open_dir(&to("other")).unwrap().lock().unwrap();
        drop(lock);
        two.lock().unwrap();
    });
}

#[test]
fn a_nasty_tree_is_the_same_on_both() {
    let caller = Caller::this_process();
    for seed in 0..4 {
        let tree = Tree::nasty(seed, caller);
        let place = tempfile::tempdir().unwrap();
        let disk = RealFs::open(place.path()).unwrap();
        let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let memory = MemoryFs::with_owner(uid, gid);
        let [real, memory] = [build(&disk, &tree), build(&memory, &tree)];
        assert_eq!(real.difference(&memory), Vec::<String>::new(), "seed {seed}");
        assert_eq!(real.count(), tree.paths().count() + 1, "the directory itself, too");
    }
}

fn build(disk: &dyn FileSystem, tree: &Tree) -> Manifest {
    let root = disk.open_dir(&at("/")).unwrap();
    root.make_dir(&to("tree")).unwrap();
    let dir = root.open_dir(&to("tree")).unwrap();
    tree.build(dir.as_ref()).unwrap();
    dir.hold(&here()).unwrap().set(&Attribute::Modified(Time { seconds: 0, nanoseconds: 0 })).unwrap();
    let pipes: Vec<_> = tree.paths().filter(|path| dir.stat(path).unwrap().kind == FileKind::Fifo).collect();
    assert_eq!(pipes.len(), 1);
    let owner = dir.stat(&here()).unwrap();
    for attribute in [
        Attribute::Owner { uid: owner.uid, gid: owner.gid },
        Attribute::Mode(0o622),
        Attribute::Modified(Time { seconds: 5, nanoseconds: 6 }),
    ] {
        dir.hold(pipes[0]).unwrap().set(&attribute).unwrap();
    }
    let stat = dir.stat(pipes[0]).unwrap();
    assert_eq!((stat.mode, stat.modified.seconds), (0o622, 5));
    dir.hold(&here()).unwrap().set(&Attribute::Modified(Time { seconds: 0, nanoseconds: 0 })).unwrap();
    Manifest::of(dir.as_ref()).unwrap()
}

#[test]
fn opening_the_root_follows_links_and_refuses_files() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let disk = RealFs::open(place.path()).unwrap();
    let root = disk.open_dir(&at("/")).unwrap();
    root.make_dir(&to("root")).unwrap();
    write(root.as_ref(), "root/mark", "x");
    root.symlink(b"root", &to("link")).unwrap();
    let linked = RealFs::open(&path("link")).unwrap();
    assert_eq!(read(linked.open_dir(&at("/..")).unwrap().as_ref(), "mark"), "x");
    assert_eq!(kind(RealFs::open(&path("root/mark"))), ErrorKind::NotADirectory);
    assert_eq!(kind(RealFs::open(Path::new("/nonexistent/root"))), ErrorKind::NotFound);
}

#[test]
fn free_space_is_what_the_system_says() {
    let place = tempfile::tempdir().unwrap();
    let root = RealFs::open(place.path()).unwrap().open_dir(&at("/")).unwrap();
    let said = rustix::fs::statvfs(place.path()).unwrap();
    let (free, expected) = (root.free_space().unwrap(), said.f_bavail * said.f_frsize);
    assert!(free.abs_diff(expected) < 1 << 30, "{free} and {expected}");
}
