//! `--store-backup`: what is accepted as a backup of the store, what is refused, and what is doubted.

use bdb::format::ByteOrder;
use command::{CommonOptions, Context, StateLocation};
use migrate_config::store::{self, Backup, Checked, DATABASES};
use testkit::tree::Tree;
use upgrade_engine::fs::Time;

use super::support::{btree, log, path};

const MBOXLIST: &str = "/var/opt/SUNWmsgsr/store/mboxlist";
const LATER: Time = Time { seconds: 1_300_000_000, nanoseconds: 0 };

fn database(tree: Tree, directory: &str) -> Tree {
    let order = ByteOrder::native();
    let tree = DATABASES.iter().fold(tree, |tree, name| tree.file(&format!("{directory}/{name}"), btree(9, order)));
    tree.file(&format!("{directory}/log.0000000007"), log(11, order))
}

fn site() -> Tree {
    database(Tree::new(), MBOXLIST)
}

fn check(tree: &Tree, backup: &str) -> Result<Checked, String> {
    let disk = tree.disk();
    let options = CommonOptions::default();
    let state = StateLocation { fs: Box::new(disk.clone()), path: path("/state") };
    let context = Context::new("test", &options, &disk, &disk, &state);
    let store = store::look(&disk, &path("/var/opt/SUNWmsgsr"));
    Backup::parse(backup)?.check(&context, &store).map_err(|e| e.to_string())
}

#[track_caller]
fn is_refused(tree: &Tree, backup: &str, why: &str) {
    let error = check(tree, backup).unwrap_err();
    assert!(error.contains(why), "{error}");
}

#[test]
fn a_complete_copy_is_accepted_wherever_it_lies_below_the_directory() {
    for place in ["/backup", "/backup/mboxlist", "/backup/monday/store/mboxlist"] {
        let checked = check(&database(site(), place), "/backup").unwrap();
        assert_eq!(checked.lines, [format!("{place} has all 5 databases and 1 logs of the store by name.")]);
        assert_eq!(checked.warnings, Vec::<String>::new());
    }
}

#[test]
fn a_copy_that_lacks_a_log_or_holds_an_empty_database_is_refused() {
    let with_log = database(site(), "/backup/mboxlist").file(&format!("{MBOXLIST}/log.0000000008"), "x");
    is_refused(&with_log, "/backup", "it has no log.0000000008");
    let empty = database(site(), "/backup/mboxlist").file("/backup/mboxlist/folder.db", "");
    is_refused(&empty, "/backup", "it has no folder.db");
    let link =
        database(site(), "/backup/mboxlist").symlink("/backup/mboxlist/quota.db", &format!("{MBOXLIST}/quota.db"));
    is_refused(&link, "/backup", "it has no quota.db");
}

#[test]
fn hard_links_to_the_stores_own_files_are_no_copy() {
    let file = format!("{MBOXLIST}/folder.db");
    let tree = site().hard_link("/backup/mboxlist/folder.db", &file);
    let tree = tree.file("/backup/mboxlist/other", "x");
    is_refused(&tree, "/backup", "is the store's own file");
}

#[test]
fn a_database_in_the_stores_own_snapshots_is_not_taken_for_the_copy() {
    let tree = database(site(), "/backup/store/mboxlist")
        .file("/backup/store/dbdata/snapshots/1/folder.db", "x")
        .file("/backup/store/snapshots/1/mboxlist/folder.db", "x");
    assert!(check(&tree, "/backup").unwrap().lines[0].starts_with("/backup/store/mboxlist has all"));
}

#[test]
fn what_is_no_copy_of_the_database_is_taken_for_imsbackup() {
    let checked = check(&site().file("/backup/users.1", "dump"), "/backup").unwrap();
    assert!(checked.lines[0].contains("output of imsbackup. It was not checked."), "{checked:?}");
}

#[test]
fn missing_empty_and_wrong_directories_are_refused() {
    is_refused(&site(), "/backup", "there is no directory /backup");
    is_refused(&site().directory("/backup/empty"), "/backup", "holds no file");
    is_refused(&site().file("/backup", "x"), "/backup", "is no directory");
    assert!(Backup::parse("").is_err());
    assert!(Backup::parse("snapshot:").is_err());
    assert!(Backup::parse("snapshot:..").is_err());
}

#[test]
fn the_store_itself_what_lies_in_it_and_what_holds_it_are_refused() {
    let tree = database(site(), &format!("{MBOXLIST}/../copy").replace("/mboxlist/..", ""));
    is_refused(&tree, "/var/opt/SUNWmsgsr/store", "is the store itself");
    is_refused(&tree, "/var/opt/SUNWmsgsr/store/copy", "lies inside the store");
    is_refused(&tree, "/var/opt/SUNWmsgsr", "holds the store itself");
    is_refused(&tree, "/", "holds the store itself");
    let link = tree.symlink("/backup", "/var/opt/SUNWmsgsr/store");
    is_refused(&link, "/backup", "is the store itself");
}

#[test]
fn a_backup_older_than_the_store_is_doubted() {
    let tree = database(database(Tree::new(), "/backup"), MBOXLIST);
    let tree = tree.file(&format!("{MBOXLIST}/folder.db"), "x").modified(LATER);
    let checked = check(&tree, "/backup").unwrap();
    assert!(checked.warnings[0].contains("older than the last change"), "{checked:?}");
}

#[test]
fn a_snapshot_of_the_store_must_be_finished_and_verified() {
    let snapshot = "/var/opt/SUNWmsgsr/store/dbdata/snapshots/20080101";
    let finished = site().file(&format!("{snapshot}/.snaptime"), "x");
    is_refused(&finished, "snapshot:20080101", "has no .verified");
    let verified = finished.file(&format!("{snapshot}/.verified"), "");
    let checked = check(&verified, "snapshot:20080101").unwrap();
    assert!(checked.lines[0].contains("has .snaptime and .verified"), "{checked:?}");
    assert!(checked.warnings[0].contains("mailbox database only"), "{checked:?}");
    let moved = site()
        .file("/var/opt/SUNWmsgsr/config/msg.conf", "local.store.snapshotpath = /snapshots\n")
        .directory("/snapshots/one");
    is_refused(&moved, "snapshot:one", "/snapshots/one has no .snaptime");
}

#[test]
fn any_other_snapshot_is_taken_at_the_administrators_word() {
    for name in ["snapshot:before-7", "snapshot:tank/mail@before-7"] {
        assert!(check(&site(), name).unwrap().lines[0].contains("at your word"), "{name}");
    }
}

#[test]
fn no_backup_is_a_warning_and_no_store_needs_none() {
    assert!(check(&site(), "none").unwrap().warnings[0].contains("its old format is lost"));
    assert_eq!(check(&Tree::new(), "/nowhere").unwrap().warnings, Vec::<String>::new());
}
