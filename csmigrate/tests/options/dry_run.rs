//! `-d`: says what would happen and writes nothing but the logs.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

#[test]
fn it_says_what_would_happen_and_writes_only_the_log() {
    let site = Site::calendar();
    let before = site.manifest();
    assert_snapshot!(site.run(&["-d", OLD, NEW]), @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Dry run: this would be done, and nothing was written:
      make /db/old/backup: 7 files copied, 0 files newly written, each read back
      restore the modification time of /db/old
      make the directory /db/new
      make /db/new/csmigrate.new: 1 files copied, 2 files newly written, each read back
      move 3 entries from /db/new/csmigrate.new to /db/new
      remove the directory /db/new/csmigrate.new
    "#);
    site.assert_unchanged(&before);
    assert_eq!(names_in(&site.beside("cwd")), ["csmigrate.log"]);
    assert_eq!(names_in(&site.beside("home")), [""; 0]);
}

#[test]
fn its_plan_is_the_plan_of_the_real_run() {
    let site = Site::calendar();
    site.write("/conf/ics.conf", "caldb.berkeleydb.homedir.path = \".\"\n");
    let options = ["--json", "--byte-order", "big", "--ics-conf", "/conf/ics.conf", OLD, NEW];
    let before = site.manifest();
    let dry = site.run(&[&["-d"], options.as_slice()].concat()).succeeded().json();
    site.assert_unchanged(&before);
    site.run(&options).succeeded();
    let real: serde_json::Value = {
        let plan = String::from_utf8(site.file_of_newest_run("plan.json")).unwrap();
        serde_json::from_str(&site.plain(&plan)).unwrap()
    };
    assert_eq!(dry["plan"], real);
    assert_eq!((&dry["outcome"], &dry["run"]), (&"dry-run".into(), &serde_json::Value::Null));
}

#[test]
fn after_a_migration_it_says_that_the_target_is_not_empty() {
    let site = Site::calendar();
    site.migrate(&[]);
    assert_snapshot!(site.refused(&["-d", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/new is not empty: it holds ics50caldb.conf, ics50events.db, ics50todos.db
      Name an empty directory, or one that is not there yet.
      Nothing was changed.
    "#);
}

#[test]
fn a_dry_undo_says_what_would_be_taken_back_and_changes_nothing() {
    let site = Site::calendar();
    site.migrate(&["--state-dir", site.beside("state").to_str().unwrap()]);
    let before = site.manifest();
    let outcome = site.run(&["--state-dir", site.beside("state").to_str().unwrap(), "-d", "--undo", NEW]);
    assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Dry run: this would be done, and nothing was written:
      make the directory /db/new/csmigrate.new
      move 3 entries from /db/new to /db/new/csmigrate.new
      remove /db/new/csmigrate.new with its 3 entries
      remove the directory /db/new if it is empty then
      remove /db/old/backup with its 9 entries
      restore the modification time of /db/new/csmigrate.new
      restore the modification time of /db/new
      restore the modification time of /db
      restore the modification time of /db/old
    "#);
    site.assert_unchanged(&before);
    assert_eq!(names_in(&site.beside("state/csmigrate")).len(), 1);
}
