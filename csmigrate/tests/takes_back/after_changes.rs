//! `--undo` after somebody worked with the new files: what was changed is kept, and that is said.

use std::fs;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, assert_same, manifest, names_in};

#[test]
fn a_file_that_was_edited_since_stays_and_that_is_said() {
    let site = Site::calendar();
    let source = manifest(&site.path(OLD));
    site.migrate(&["-q"]);
    let mut edited = site.read("/db/new/ics50events.db");
    edited[5000] ^= 1;
    fs::remove_file(site.path("/db/new/ics50events.db")).unwrap();
    site.write("/db/new/ics50events.db", &edited);
    assert_snapshot!(site.run(&["--undo", NEW]), @r#"
    exit 255
    --- stdout
    Removing /db/new/csmigrate.new...
    Removing /db/old/backup...
    Everything else is as it was before the migration
    --- stderr
    csmigrate: warning: /db/new/ics50events.db was changed since the run; it is kept
    csmigrate: warning: /db/new is kept: it holds ics50events.db
    "#);
    assert_eq!(names_in(&site.path(NEW)), ["ics50events.db"]);
    assert!(site.read("/db/new/ics50events.db") == edited);
    assert_same(&source, &manifest(&site.path(OLD)));
}

#[test]
fn a_file_edited_in_place_counts_as_edited_too() {
    use std::os::unix::fs::FileExt;
    let site = Site::calendar();
    site.migrate(&["-q"]);
    let file = fs::OpenOptions::new().write(true).open(site.path("/db/new/ics50todos.db")).unwrap();
    file.write_all_at(b"server was here", 4096).unwrap();
    drop(file);
    site.run(&["-q", "--undo", NEW]).failed();
    assert_eq!(names_in(&site.path(NEW)), ["ics50todos.db"]);
}

#[test]
fn files_that_appeared_in_the_target_stay_and_that_is_said() {
    let site = Site::calendar();
    let source = manifest(&site.path(OLD));
    site.migrate(&["-q"]);
    site.write("/db/new/__db.001", "region of the new server");
    assert_snapshot!(site.run(&["--undo", NEW]), @r#"
    exit 255
    --- stdout
    Removing /db/new/csmigrate.new...
    Removing /db/old/backup...
    Everything else is as it was before the migration
    --- stderr
    csmigrate: warning: /db/new is kept: it holds __db.001
    "#);
    assert_eq!(names_in(&site.path(NEW)), ["__db.001"]);
    assert_same(&source, &manifest(&site.path(OLD)));
}

#[test]
fn a_file_that_somebody_removed_is_said() {
    let site = Site::calendar();
    let source = manifest(&site.path(OLD));
    site.migrate(&["-q"]);
    fs::remove_file(site.path("/db/new/ics50todos.db")).unwrap();
    assert_snapshot!(site.run(&["--undo", NEW]), @r#"
    exit 255
    --- stdout
    Removing /db/new/csmigrate.new...
    Removing /db/old/backup...
    Everything else is as it was before the migration
    There is no database in /db/new
    The old database is in /db/old. If you moved it there before the migration, move it back:
      mv [TEMP]/root/db/old [TEMP]/root/db/new
    --- stderr
    csmigrate: warning: /db/new/ics50todos.db is gone; somebody removed it
    "#);
    assert!(!site.path(NEW).exists());
    assert_same(&source, &manifest(&site.path(OLD)));
}

#[test]
fn a_backup_that_was_changed_is_not_removed() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    site.write("/db/old/backup/notes", "mine");
    let before = manifest(&site.path("/db/old/backup"));
    let outcome = site.run(&["--undo", NEW]);
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stdout
    Removing /db/new/csmigrate.new...
    Everything else is as it was before the migration
    There is no database in /db/new
    The old database is in /db/old. If you moved it there before the migration, move it back:
      mv [TEMP]/root/db/old [TEMP]/root/db/new
    --- stderr
    csmigrate: warning: /db/old/backup is kept: notes was added to it
    "#);
}

#[test]
fn a_backup_that_holds_the_only_copy_stays() {
    let site = Site::calendar();
    site.migrate(&["-q", "-b", "/db/bk"]);
    let events = site.read("/db/bk/ics50events.db");
    // The administrator takes the migration for done and removes the old files.
    for name in names_in(&site.path(OLD)) {
        let path = site.path(OLD).join(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    let outcome = site.run(&["--undo", NEW]).failed();
    assert!(outcome.stderr.contains("it holds the only copy of"), "{}", outcome.stderr);
    assert!(site.read("/db/bk/ics50events.db") == events);
}
