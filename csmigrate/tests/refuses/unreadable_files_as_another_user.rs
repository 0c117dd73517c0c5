//! Files that the user who runs the program may not read.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, is_root, run};

fn site_of_nobody() -> Site {
    let site = Site::calendar();
    if is_root() {
        run("chown", &["-R".as_ref(), "65534:65534".as_ref(), site.beside("").as_os_str()]);
    }
    site
}

#[track_caller]
fn refused(site: &Site) -> String {
    let before = site.manifest();
    let outcome = site.outcome(site.command_as_nobody(&[OLD, NEW])).failed();
    site.assert_unchanged(&before);
    outcome.to_string()
}

#[test]
fn a_database_that_cannot_be_read_is_named() {
    let site = site_of_nobody();
    fs::set_permissions(site.path("/db/old/ics50todos.db"), fs::Permissions::from_mode(0o000)).unwrap();
    assert_snapshot!(refused(&site), @r#"
    exit 255
    --- stderr
    csmigrate: cannot read /db/old/ics50todos.db: Permission denied (os error 13)
      Nothing was changed.
    "#);
}

#[test]
fn a_source_that_cannot_be_listed_is_named() {
    let site = site_of_nobody();
    fs::set_permissions(site.path(OLD), fs::Permissions::from_mode(0o300)).unwrap();
    let outcome = site.outcome(site.command_as_nobody(&[OLD, NEW]));
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: cannot read /db/old: Permission denied (os error 13)
      Nothing was changed.
    "#);
}

#[test]
fn a_place_where_the_target_cannot_be_made_leaves_nothing_behind() {
    let site = site_of_nobody();
    fs::create_dir(site.path("/closed")).unwrap();
    if !is_root() {
        fs::set_permissions(site.path("/closed"), fs::Permissions::from_mode(0o500)).unwrap();
    }
    let before = site.manifest();
    let outcome = site.outcome(site.command_as_nobody(&[OLD, "/closed/new"])).failed();
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/old/backup...
    --- stderr
    csmigrate: cannot make the directory /closed/new: Permission denied (os error 13)
      The source is as it was. The run is unfinished:
        to resume it: csmigrate --root [TEMP]/root --resume
        to undo it:   csmigrate --root [TEMP]/root --undo [RUN 1]
    "#);
    let outcome = site.outcome(site.command_as_nobody(&["--undo", "/closed/new"])).succeeded();
    assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Removing /db/old/backup...
    Everything is as it was before the migration
    There is no database in /closed/new
    The old database is in /db/old. If you moved it there before the migration, move it back:
      mv [TEMP]/root/db/old [TEMP]/root/closed/new
    "#);
    site.assert_unchanged(&before);
}
