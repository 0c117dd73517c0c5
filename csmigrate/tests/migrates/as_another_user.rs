//! An ordinary user migrates a tree of his own; his runs are kept below `XDG_STATE_HOME`.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, is_root, names_in, run};

/// Gives everything of a site to the user that owns nothing, where this one may.
fn give_away(site: &Site) {
    if is_root() {
        run("chown", &["-hR".as_ref(), "65534:65534".as_ref(), site.beside("").as_os_str()]);
    }
}

#[test]
fn his_tree_is_migrated_and_taken_back() {
    let site = Site::calendar();
    give_away(&site);
    let before = site.manifest();
    let migrate = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    migrate(&["-q", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.path(NEW)), ["ics50caldb.conf", "ics50events.db", "ics50todos.db"]);
    assert_eq!(names_in(&site.beside("home/state/commsuite-upgrade/csmigrate")).len(), 1);
    assert!(!site.path("/var").exists());
    assert_snapshot!(migrate(&["--undo", NEW]), @r#"
    exit 0
    --- stdout
    Removing /db/new/csmigrate.new...
    Removing /db/old/backup...
    Everything is as it was before the migration
    There is no database in /db/new
    The old database is in /db/old. If you moved it there before the migration, move it back:
      mv [TEMP]/root/db/old [TEMP]/root/db/new
    "#);
    site.assert_unchanged(&before);
}

#[test]
fn directories_that_he_may_only_read_are_migrated_and_taken_back() {
    let site = Site::calendar();
    std::fs::create_dir(site.path("/db/old/notes")).unwrap();
    site.write("/db/old/notes/readme", "kept by hand\n");
    for directory in ["/db/old/notes", "/db/old"] {
        std::fs::set_permissions(site.path(directory), Permissions::from_mode(0o555)).unwrap();
    }
    give_away(&site);
    let before = site.manifest();
    let migrate = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    migrate(&["-q", "-b", "/db/saved", OLD, NEW]).succeeded();
    let mode = |path: &str| std::fs::metadata(site.path(path)).unwrap().mode() & 0o7777;
    assert_eq!([mode("/db/saved"), mode("/db/saved/notes"), mode(NEW)], [0o555, 0o555, 0o755]);
    migrate(&["--undo", NEW]).succeeded();
    site.assert_unchanged(&before);
}

#[test]
fn an_owner_that_he_cannot_set_is_said_and_the_files_are_migrated_all_the_same() {
    testkit::peers::need("@root");
    let site = Site::with(&["csdb-6.2-be/ics50events.db"]);
    give_away(&site);
    std::os::unix::fs::chown(site.path("/db/old/ics50events.db"), Some(1234), Some(1234)).unwrap();
    let outcome = site.outcome(site.command_as_nobody(&[OLD, NEW]));
    assert_snapshot!(outcome, @r#"
    exit 255
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
    csmigrate: warning: /db/old/.backup.partial/ics50events.db belongs to 65534:65534; only root can give it to 1234:1234
    csmigrate: warning: /db/new/.csmigrate.new.partial/ics50events.db belongs to 65534:65534; only root can give it to 1234:1234
    "#);
    assert!(Path::new(&site.path("/db/new/ics50events.db")).is_file());
}
