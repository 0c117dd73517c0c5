//! Entries that no calendar server makes, but that administrators leave behind: none is followed, lost, or in the way.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::process::Command;

use insta::assert_snapshot;

use crate::support::site::{NEW, OLD, assert_same, manifest};
use crate::support::{Site, genuine};

#[test]
fn hard_links_stay_links_in_the_backup_and_become_files_of_their_own_in_the_target() {
    let site = Site::calendar();
    for name in ["ics50caldb.conf", "ics50events.db"] {
        fs::hard_link(site.path(OLD).join(name), site.path(OLD).join(format!("z-{name}"))).unwrap();
    }
    let before = manifest(&site.path(OLD));
    site.migrate(&[]);
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
    for name in ["ics50caldb.conf", "ics50events.db"] {
        let [first, second] = ["", "z-"].map(|prefix| site.path(NEW).join(format!("{prefix}{name}")));
        assert_eq!((first.metadata().unwrap().nlink(), second.metadata().unwrap().nlink()), (1, 1), "{name}");
    }
    assert_eq!(site.read("/db/new/z-ics50caldb.conf"), site.read("/db/old/ics50caldb.conf"));
    let [first, second] = ["", "z-"].map(|prefix| site.read(&format!("/db/new/{prefix}ics50events.db")));
    assert_ne!(first[52..72], second[52..72], "two files of one environment share their id");
    site.run(&["--undo", NEW]).succeeded();
    assert_same(&before, &manifest(&site.path(OLD)));
}

#[test]
fn symbolic_links_are_copied_as_links_to_the_backup_and_never_followed() {
    let site = Site::calendar();
    site.write("/secret", "outside");
    for (target, link) in [("/secret", "absolute"), ("../../secret", "relative"), ("nowhere", "dangling"), ("..", "up")]
    {
        symlink(target, site.path(OLD).join(link)).unwrap();
    }
    let before = manifest(&site.path(OLD));
    site.migrate(&[]);
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
    assert!(!site.path("/db/new/absolute").exists());
    site.run(&["--undo", NEW]).succeeded();
    assert_same(&before, &manifest(&site.path(OLD)));
}

#[test]
fn a_pipe_is_left_out_and_that_is_said() {
    let site = Site::with(&["csdb-6.2-be/ics50events.db"]);
    let pipe = upgrade_engine::fs::RelPath::new("pipe").unwrap();
    testkit::tree::make_fifo(&site.path(OLD), &pipe).unwrap();
    let outcome = site.migrate(&[]);
    assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Backing up /db/old to /db/old/backup...
    Writing 1 new files, each read back and compared...
    Moving 1 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    --- stderr
    csmigrate: warning: pipe is no file; it is not copied
    "#);
    assert!(!site.path("/db/old/backup/pipe").exists());
}

#[test]
fn a_database_whose_name_is_not_utf_8_is_migrated_under_that_name() {
    let site = Site::bare();
    let name = OsStr::from_bytes(b"caf\xe9 \n.db");
    genuine::copy_as("btree-4.2.52-be-plain-4096.db", &site.path(OLD).join(name));
    let before = manifest(&site.path(OLD));
    let outcome = site.migrate(&[]);
    assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Scanning caf\xe9 \x0a.db database...
    302 records scanned
    Backing up /db/old to /db/old/backup...
    Writing 1 new files, each read back and compared...
    Moving 1 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    "#);
    assert!(site.path(NEW).join(name).is_file());
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
}

#[test]
fn databases_in_subdirectories_are_only_backed_up() {
    let site = Site::calendar();
    fs::create_dir(site.path("/db/old/saved")).unwrap();
    genuine::copy("hash-4.7.25-le-dup-512.db", &site.path("/db/old/saved"));
    let before = manifest(&site.path(OLD));
    site.migrate(&[]);
    assert!(!site.path("/db/new/saved").exists());
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
}

#[test]
fn a_log_or_region_name_that_is_a_directory_is_no_log() {
    let site = Site::with(&["csdb-6.2-be/ics50events.db"]);
    fs::create_dir(site.path("/db/old/log.0000000001")).unwrap();
    site.migrate(&[]);
    assert!(site.path("/db/old/backup/log.0000000001").is_dir());
}

#[test]
fn a_relative_source_begins_at_the_root_when_one_is_given() {
    let site = Site::calendar();
    let outcome = site.run(&["-q", "db/old", "./db/../db/new/"]).succeeded();
    assert_snapshot!(outcome, @"exit 0");
    assert!(site.path("/db/new/ics50events.db").is_file());
}

#[test]
fn a_relative_source_begins_at_the_current_directory_without_a_root() {
    let site = Site::calendar();
    let mut command = Command::new(env!("CARGO_BIN_EXE_csmigrate"));
    site.surround(command.args(["-q", "old", "new", "--state-dir"]).arg(site.beside("state")));
    command.arg("--log-dir").arg(site.beside("logs")).current_dir(site.path("/db"));
    assert_snapshot!(site.outcome(command), @"exit 0");
    assert!(site.path("/db/new/ics50events.db").is_file());
}
