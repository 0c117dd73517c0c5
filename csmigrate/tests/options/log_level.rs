//! `-l min|max`: phases and totals, or details of every file as well.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

fn varied_site() -> Site {
    let site = Site::with(&[
        "btree-3.0.55-be-dup-512.db",
        "btree-4.4.20-le-deleteditem-512.db",
        "btree-4.7.25-be-overflow-1024.db",
        "csdb-6.2-be/ics50events.db",
    ]);
    site.write("/db/old/ics50caldb.conf", "caldb.version\n");
    site
}

#[test]
fn min_tells_phases_and_totals() {
    let site = varied_site();
    assert_snapshot!(site.migrate(&["-l", "min"]), @r#"
    exit 0
    --- stdout
    Scanning btree-3.0.55-be-dup-512.db database...
    294 records scanned
    Scanning btree-4.4.20-le-deleteditem-512.db database...
    19 records scanned
    Scanning btree-4.7.25-be-overflow-1024.db database...
    42 records scanned
    Scanning events database...
    200 events scanned
    Backing up /db/old to /db/old/backup...
    Writing 5 new files, each read back and compared...
    Moving 5 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    --- stderr
    csmigrate: warning: btree-3.0.55-be-dup-512.db: its duplicates are taken as sorted, found from the data
    csmigrate: warning: btree-4.4.20-le-deleteditem-512.db: 1 items are marked as deleted; they are not migrated
    "#);
    assert_snapshot!(site.log_lines(&site.beside("cwd"), "csmigrate.log"), @r#"
    begin: migrate /db/old to /db/new
    Scanning btree-3.0.55-be-dup-512.db database...
    294 records scanned
    Scanning btree-4.4.20-le-deleteditem-512.db database...
    19 records scanned
    Scanning btree-4.7.25-be-overflow-1024.db database...
    42 records scanned
    Scanning events database...
    200 events scanned
    warning: btree-3.0.55-be-dup-512.db: its duplicates are taken as sorted, found from the data
    warning: btree-4.4.20-le-deleteditem-512.db: 1 items are marked as deleted; they are not migrated
    make /db/old/backup: 5 files copied, 0 files newly written, each read back
    restore the modification time of /db/old
    make the directory /db/new
    make /db/new/csmigrate.new: 1 files copied, 4 files newly written, each read back
    move 5 entries from /db/new/csmigrate.new to /db/new
    remove the directory /db/new/csmigrate.new
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    "#);
    assert!(!site.beside("cwd/csmigrateError.log").exists());
}

#[test]
fn max_tells_what_is_known_of_every_file() {
    let site = varied_site();
    let outcome = site.migrate(&["-l", "max"]);
    let log = site.log_lines(&site.beside("cwd"), "csmigrate.log");
    let details: Vec<&str> =
        outcome.stdout.lines().filter(|line| line.contains("version") || line.contains("carried")).collect();
    assert_snapshot!(details.join("\n"), @r#"
    btree-3.0.55-be-dup-512.db: btree version 7, big byte order, 512-byte pages, duplicates, 2 levels, 294 records, 30 keys, 0 overflow items, 37 duplicates on their page and 234 off it, 0 deleted items skipped; pages: 15 old duplicate, 1 btree internal, 6 btree leaf, 1 btree meta
    btree-4.4.20-le-deleteditem-512.db: btree version 9, little byte order, 512-byte pages, no flags, 1 levels, 19 records, 19 keys, 0 overflow items, 0 duplicates on their page and 0 off it, 1 deleted items skipped; pages: 1 btree leaf, 1 btree meta
    btree-4.7.25-be-overflow-1024.db: btree version 9, big byte order, 1024-byte pages, no flags, 2 levels, 42 records, 42 keys, 36 overflow items, 0 duplicates on their page and 0 off it, 0 deleted items skipped; pages: 1 btree internal, 2 btree leaf, 134 overflow, 1 btree meta
    ics50events.db: btree version 9, big byte order, 4096-byte pages, no flags, 2 levels, 200 records, 200 keys, 0 overflow items, 0 duplicates on their page and 0 off it, 0 deleted items skipped; pages: 1 btree internal, 16 btree leaf, 1 btree meta
    ics50caldb.conf: carried over, 14 bytes
    "#);
    for line in details {
        assert!(log.lines().any(|other| other == line), "not in the log: {line}");
    }
}

#[test]
fn errors_go_to_both_logs() {
    let site = Site::bare();
    site.run(&[OLD, NEW]).failed();
    let error = "/db/old: the directory is empty\nNothing was changed.\n";
    assert_eq!(site.log_lines(&site.beside("cwd"), "csmigrateError.log"), error);
    let begin = "begin: migrate /db/old to /db/new\n";
    assert_eq!(site.log_lines(&site.beside("cwd"), "csmigrate.log"), format!("{begin}{error}"));
}
