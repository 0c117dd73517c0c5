//! `--undo`: the whole root is as it was, but for what is kept of the runs themselves.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, assert_same, manifest};

const STATE: [&str; 2] = ["--state-dir", "../state"];

fn with_state<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&STATE, arguments].concat()
}

#[test]
fn a_target_that_was_missing_is_gone_again() {
    let site = Site::calendar();
    let before = site.manifest();
    site.migrate(&STATE);
    let outcome = site.run(&with_state(&["--undo", NEW])).succeeded();
    assert_snapshot!(outcome, @r#"
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
fn a_target_that_was_empty_is_empty_again() {
    let site = Site::calendar();
    std::fs::create_dir(site.path(NEW)).unwrap();
    crate::support::site::set_modified(&site.path(NEW), 1_000_000_000, 1);
    let before = site.manifest();
    site.migrate(&STATE);
    site.run(&with_state(&["-q", "--undo", "db/new"])).succeeded();
    site.assert_unchanged(&before);
}

#[test]
fn a_run_is_taken_back_by_its_name_as_well() {
    let site = Site::calendar();
    let before = manifest(&site.path("/db"));
    site.migrate(&["-q"]);
    site.run(&["-q", "--undo", &site.run_names()[0]]).succeeded();
    assert_same(&before, &manifest(&site.path("/db")));
}

#[test]
fn undo_of_undo_brings_the_migrated_tree_back() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    let migrated = manifest(&site.path("/db"));
    site.run(&["-q", "--undo", NEW]).succeeded();
    let undo = site.run_names().pop().unwrap();
    assert_snapshot!(site.run(&["--undo", &undo]).succeeded(), @r#"
    exit 0
    --- stdout
    Backing up /db/old to /db/old/backup...
    Writing 3 new files, each read back and compared...
    Everything is as it was before run [RUN 2]
    "#);
    assert_same(&migrated, &manifest(&site.path("/db")));
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    [RUN 1]  migration from /db/old to /db/new: finished
    [RUN 2]  undo of run [RUN 1]: undone
    [RUN 3]  undo of run [RUN 2]: finished
    "#);
}

#[test]
fn after_an_undo_the_migration_can_be_run_again() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    let migrated = site.read("/db/new/ics50events.db");
    site.run(&["-q", "--undo", NEW]).succeeded();
    site.migrate(&["-q"]);
    assert!(site.read("/db/new/ics50events.db") == migrated);
}

#[test]
fn what_was_never_migrated_cannot_be_undone() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--undo", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: /db/new
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
    site.migrate(&["-q"]);
    assert_snapshot!(site.run(&["--undo", "/db/other"]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: /db/other
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
    site.run(&["-q", "--undo", NEW]).succeeded();
    assert_snapshot!(site.run(&["--undo", NEW]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: /db/new
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
}

#[test]
fn of_two_migrations_from_one_source_each_is_taken_back_by_itself_newest_first() {
    let site = Site::calendar();
    let before = manifest(&site.path("/db"));
    site.migrate(&["-q", "-b", "/db/one"]);
    site.run(&["-q", "-b", "/db/two", OLD, "/db/other"]).succeeded();
    assert_snapshot!(site.run(&["--undo", NEW]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: run [RUN 2] changed the same places after run [RUN 1]: undo it first
      Nothing was changed.
    "#);
    site.run(&["-q", "--undo", "/db/other"]).succeeded();
    site.run(&["-q", "--undo", NEW]).succeeded();
    assert_same(&before, &manifest(&site.path("/db")));
}

#[test]
fn a_database_that_was_moved_aside_is_moved_back_by_the_command_that_the_undo_shows() {
    for make_target in [false, true] {
        let site = Site::calendar();
        let before = site.read("/db/old/ics50events.db");
        if make_target {
            std::fs::create_dir(site.path(NEW)).unwrap();
        }
        site.migrate(&["-q"]);
        let outcome = site.run(&["--undo", NEW]).succeeded();
        assert!(outcome.stdout.contains("There is no database in /db/new\n"), "{outcome}");
        let line = outcome.stdout.lines().last().unwrap().replace("[TEMP]", site.beside("").to_str().unwrap());
        let shell = std::process::Command::new("sh").arg("-ec").arg(line).status().unwrap();
        assert!(shell.success(), "{outcome}");
        assert!(site.read("/db/new/ics50events.db") == before);
    }
}

#[test]
fn an_undo_that_brings_a_database_back_says_nothing_of_a_missing_one() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    site.run(&["-q", "--undo", NEW]).succeeded();
    let undo = site.run_names().pop().unwrap();
    let outcome = site.run(&["--undo", &undo]).succeeded();
    assert!(!outcome.stdout.contains("no database"), "{outcome}");
}
