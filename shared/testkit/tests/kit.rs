//! Manifests, nasty trees, canaries and peers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{collections::BTreeSet, ffi::OsStr};

use testkit::{
    canary::Canaries,
    manifest::{DirectoryTimes, Manifest, Options},
    peers,
    tree::{Caller, Tree},
};
use upgrade_engine::fs::{Attribute, Dir, FileSystem, RelPath, RootPath, Time, memory::MemoryFs};

fn to(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

fn root(disk: &MemoryFs) -> Box<dyn Dir> {
    disk.open_dir(&RootPath::new("/").unwrap()).unwrap()
}

/// A small tree with one entry of each kind, all with the same time.
fn small() -> MemoryFs {
    let disk = MemoryFs::new();
    let dir = root(&disk);
    dir.make_dir(&to("dir")).unwrap();
    dir.create(&to("dir/file")).unwrap().write_all_at(b"abc", 0).unwrap();
    dir.hard_link(&to("dir/file"), &to("second")).unwrap();
    dir.symlink(b"dir\n", &to("link")).unwrap();
    let time = Attribute::Modified(Time { seconds: 7, nanoseconds: 8 });
    dir.open(&to("second")).unwrap().set(&time).unwrap();
    for path in ["link", "dir", ""] {
        dir.hold(&to(path)).unwrap().set(&time).unwrap();
    }
    disk
}

#[test]
fn a_manifest_is_sorted_lines_that_hold_everything() {
    let file = blake3::hash(b"abc").to_hex();
    let expected = format!(
        ". directory mode=0755 modified=7.000000008 owner=0:0\n\
         dir directory mode=0700 modified=7.000000008 owner=0:0\n\
         dir/file file digest={file} mode=0600 modified=7.000000008 owner=0:0 size=3\n\
         link link modified=7.000000008 owner=0:0 target=dir\\x0a\n\
         second file digest={file} mode=0600 modified=7.000000008 owner=0:0 same file as=dir/file size=3\n"
    );
    assert_eq!(Manifest::of(root(&small()).as_ref()).unwrap().to_string(), expected);
}

#[test]
fn every_change_of_an_entry_is_a_difference() {
    let before = Manifest::of(root(&small()).as_ref()).unwrap();
    let after = |change: &dyn Fn(&dyn Dir)| {
        let disk = small();
        let dir = root(&disk);
        change(dir.as_ref());
        let options = Options { directory_times: DirectoryTimes::Ignore, ..Options::default() };
        let plain = Manifest::with(root(&small()).as_ref(), &options).unwrap();
        plain.difference(&Manifest::with(dir.as_ref(), &options).unwrap())
    };
    let set = |dir: &dyn Dir, attribute: Attribute| dir.open(&to("dir/file")).unwrap().set(&attribute).unwrap();
    assert_eq!(after(&|_| {}), Vec::<String>::new());
    assert_eq!(
        after(&|dir| set(dir, Attribute::Mode(0o4600))),
        ["dir/file: mode is 4600, not 0600", "second: mode is 4600, not 0600"]
    );
    assert_eq!(
        after(&|dir| set(dir, Attribute::Extended { name: b"user.x".to_vec(), value: b"\0".to_vec() }))[0],
        "dir/file: extended attributes is user.x=\\x00, not nothing"
    );
    assert_eq!(
        after(&|dir| dir.hold(&to("link")).unwrap().set(&Attribute::Owner { uid: 1, gid: 2 }).unwrap()),
        ["link: owner is 1:2, not 0:0"]
    );
    assert_eq!(after(&|dir| dir.remove_file(&to("link")).unwrap()), ["link: is gone"]);
    assert_eq!(after(&|dir| drop(dir.make_dir(&to("new")).unwrap())), ["new: should not be there (directory)"]);
    let replaced = after(&|dir| {
        dir.remove_file(&to("second")).unwrap();
        let file = dir.create(&to("second")).unwrap();
        file.write_all_at(b"abc", 0).unwrap();
        file.set(&Attribute::Modified(Time { seconds: 7, nanoseconds: 8 })).unwrap();
    });
    assert_eq!(replaced, ["second: same file as is nothing, not dir/file"]);
    let disk = small();
    root(&disk).hold(&to("dir")).unwrap().set(&Attribute::Modified(Time { seconds: 9, nanoseconds: 0 })).unwrap();
    let found = Manifest::of(root(&disk).as_ref()).unwrap();
    assert_eq!(before.difference(&found), ["dir: modified is 9.000000000, not 7.000000008"]);
}

#[test]
fn left_out_entries_and_new_times_do_not_differ() {
    let start = small();
    let options =
        Options { leave_out: vec![to("dir")], directory_times: DirectoryTimes::Ignore, new_after: Some(start.now()) };
    let (one, two) = (start.fork(), start.fork());
    for count in 0..3 {
        root(&two).make_dir(&to(&format!("dir/{count}"))).unwrap();
    }
    for disk in [&one, &two] {
        root(disk).create(&to("new")).unwrap();
    }
    assert_ne!(root(&one).stat(&to("new")).unwrap().modified, root(&two).stat(&to("new")).unwrap().modified);
    let of = |disk: &MemoryFs| Manifest::with(root(disk).as_ref(), &options).unwrap();
    assert_eq!(of(&one), of(&two));
    assert_ne!(of(&start), of(&one));
}

#[test]
fn a_nasty_tree_has_all_that_it_promises() {
    for seed in 0..10 {
        let disk = MemoryFs::new();
        let tree = Tree::nasty(seed, Caller::Root);
        let names: BTreeSet<Vec<u8>> = tree.paths().map(RelPath::to_bytes).collect();
        assert_eq!(names.len(), tree.paths().count(), "each path once");
        let dir = root(&disk);
        tree.build(dir.as_ref()).unwrap();
        let manifest = Manifest::of(dir.as_ref()).unwrap();
        let text = manifest.to_string();
        for needed in [
            "target=/etc/passwd",
            "target=loop",
            "target=no such file",
            "\\xff\\xfe not UTF-8",
            "new\\x0aline",
            "back\\x5cslash",
            "mode=0000",
            "same file as=",
            "size=0",
            "user.comment=kept?\\x00\\xff",
            "modified=-86400.",
        ] {
            assert!(text.contains(needed), "seed {seed}: no {needed} in\n{text}");
        }
        let again = MemoryFs::new();
        tree.build(root(&again).as_ref()).unwrap();
        let again = Manifest::with(root(&again).as_ref(), &Options::default()).unwrap();
        assert_eq!(manifest.difference(&again), Vec::<String>::new(), "the same seed gives the same tree");
    }
}

#[test]
fn a_canary_is_found_wherever_it_sits() {
    let mut canaries = Canaries::new(1);
    let [name, target, content, value, absent] =
        ["name", "target", "content", "value", "absent"].map(|meaning| canaries.word(meaning));
    assert_eq!(canaries.found_in(format!("x{absent}y").as_bytes()), ["absent"]);
    assert_eq!(canaries.found_in(&absent.as_bytes()[1..]), Vec::<&str>::new());
    let disk = MemoryFs::new();
    let dir = root(&disk);
    dir.make_dir(&to("dir")).unwrap();
    let file = dir.create(&to("dir/file")).unwrap();
    file.write_all_at(content.as_bytes(), 100_000).unwrap();
    dir.create(&to(&name)).unwrap();
    dir.symlink(target.as_bytes(), &to("link")).unwrap();
    let attribute = Attribute::Extended { name: b"user.x".to_vec(), value: value.into_bytes() };
    dir.hold(&to("dir")).unwrap().set(&attribute).unwrap();
    let expected = [format!("{name}: name"), "dir/file: content".into(), "dir: value".into(), "link: target".into()];
    assert_eq!(canaries.found_below(dir.as_ref()).unwrap(), expected);
}

#[test]
fn a_peer_is_an_executable_file_in_the_path() {
    let shell = peers::find_in(OsStr::new("/nonexistent:/bin"), "sh").unwrap();
    assert_eq!(shell, std::path::Path::new("/bin/sh"));
    assert_eq!(peers::find_in(OsStr::new("/etc"), "passwd"), None);
    assert_eq!(peers::find_in(OsStr::new("/"), "etc"), None);
}

#[test]
fn a_test_that_needs_a_program_has_a_word_of_it_in_its_name() {
    let path = OsStr::new("/nowhere");
    let error = |program: &str, test: Option<&str>| peers::need_in(path, program, test).unwrap_err();
    assert!(error("strace", Some("kills::by_strace")).contains("package strace) is not installed"));
    assert!(error("strace", None).contains("is not installed"));
    assert!(error("strace", Some("kills::all")).contains("its name has none of the words strace"));
    assert!(error("sh", Some("kills::all")).contains("is not listed"));
}
