//! `-b` and `--backup-all`: where the copy goes and what is in it.

use std::fs;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, assert_same, manifest, names_in};

#[test]
fn the_copy_goes_to_the_named_directory_and_the_source_is_not_touched() {
    let site = Site::calendar();
    let before = manifest(&site.path(OLD));
    assert_snapshot!(site.migrate(&["-b", "/db/saved"]), @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/saved...
    Writing 3 new files, each read back and compared...
    Moving 3 files into /db/new...
    Calendar database has been migrated
    Backup: /db/saved
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    "#);
    assert_same(&before, &manifest(&site.path(OLD)));
    assert_same(&before, &manifest(&site.path("/db/saved")));
}

#[test]
fn an_empty_backup_directory_is_used_and_comes_back_when_undone() {
    let site = Site::calendar();
    fs::create_dir(site.path("/db/saved")).unwrap();
    fs::create_dir(site.path("/db/old/backup")).unwrap();
    let before = site.manifest();
    let state = site.beside("state");
    let state = ["--state-dir", state.to_str().unwrap()];
    for backup in ["/db/saved", "/db/old/backup"] {
        site.migrate(&[state.as_slice(), &["-q", "-b", backup]].concat());
        assert!(site.path(&format!("{backup}/ics50events.db")).is_file());
        site.run(&[state.as_slice(), &["-q", "--undo", NEW]].concat()).succeeded();
        site.assert_unchanged(&before);
    }
}

#[test]
fn a_backup_that_already_holds_exactly_the_source_is_used_and_stays_when_undone() {
    let site = Site::calendar();
    site.migrate(&["-q", "-b", "/db/saved"]);
    let saved = manifest(&site.path("/db/saved"));
    let outcome = site.run(&["-b", "/db/saved", OLD, "/db/other"]).succeeded();
    assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Writing 3 new files, each read back and compared...
    Moving 3 files into /db/other...
    Calendar database has been migrated
    Backup: /db/saved
    Undo:   csmigrate --root [TEMP]/root --undo /db/other
    "#);
    assert!(site.path("/db/other/ics50events.db").is_file());
    site.run(&["-q", "--undo", "/db/other"]).succeeded();
    assert_same(&saved, &manifest(&site.path("/db/saved")));
    site.write("/db/old/ics50caldb.conf", "changed");
    assert_snapshot!(site.run(&["-b", "/db/saved", OLD, "/db/other"]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: /db/saved is not a backup of this source: ics50caldb.conf differs from the source
      Name another directory with -b, or move this one away.
      Nothing was changed.
    "#);
}

#[test]
fn backups_of_the_server_are_copied_only_with_backup_all_and_lost_and_found_never() {
    let site = Site::calendar();
    for file in ["hotbackup/20060101/ics50events.db", "archive/x", "lost+found/x"] {
        site.write(&format!("/db/old/{file}"), "theirs");
    }
    assert_snapshot!(site.migrate(&["-b", "/db/saved"]), @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/saved...
    Writing 3 new files, each read back and compared...
    Moving 3 files into /db/new...
    Calendar database has been migrated
    Backup: /db/saved
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    --- stderr
    csmigrate: warning: archive is not copied (use --backup-all for that)
    csmigrate: warning: hotbackup is not copied (use --backup-all for that)
    "#);
    assert_eq!(
        names_in(&site.path("/db/saved")),
        ["__db.001", "cld_cache", "ics50caldb.conf", "ics50events.db", "ics50todos.db", "ldap_cache", "log.0000000001"]
    );
    site.run(&["-q", "--backup-all", "-b", "/db/all", OLD, "/db/other"]).succeeded();
    assert_eq!(
        names_in(&site.path("/db/all")),
        [
            "__db.001",
            "archive",
            "cld_cache",
            "hotbackup",
            "ics50caldb.conf",
            "ics50events.db",
            "ics50todos.db",
            "ldap_cache",
            "log.0000000001"
        ]
    );
    assert_eq!(site.read("/db/all/hotbackup/20060101/ics50events.db"), b"theirs");
    assert_eq!(names_in(&site.path("/db/other")), ["ics50caldb.conf", "ics50events.db", "ics50todos.db"]);
}

#[test]
fn a_backup_inside_the_source_is_not_copied_into_itself_whatever_its_name() {
    let site = Site::calendar();
    let before = manifest(&site.path(OLD));
    site.migrate(&["-q", "-b", "/db/old/saved"]);
    assert_same(&before, &manifest(&site.path("/db/old/saved")));
}
