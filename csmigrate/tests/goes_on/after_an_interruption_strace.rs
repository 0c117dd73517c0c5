//! Ctrl-C during a run: it stops at a safe point and says both ways out, and both work.

use insta::assert_snapshot;

use crate::support::site::{NEW, OLD, assert_same, manifest};
use crate::support::{Outcome, Site};

/// Runs a migration and sends it SIGINT at its nth `fsync`, on one processor so that all calls are made one after another.
fn interrupted(site: &Site, number: usize, options: &[&str]) -> Outcome {
    interrupted_at(site, "fsync", number, options)
}

fn interrupted_at(site: &Site, call: &str, number: usize, options: &[&str]) -> Outcome {
    testkit::strace::signalled(site, "INT", call, number, &[options, &[OLD, NEW]].concat())
}

#[test]
fn an_interruption_in_the_backup_changes_nothing() {
    let site = Site::calendar();
    let before = manifest(&site.path("/db"));
    // The third copy is being written.
    let outcome = interrupted_at(&site, "pwrite64", 3, &[]);
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/old/backup...
    --- stderr
    csmigrate: interrupted
      Nothing was changed.
    "#);
    assert_same(&before, &manifest(&site.path("/db")));
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    [RUN 1]  migration from /db/old to /db/new: failed, nothing was changed
    "#);
}

#[test]
fn an_interruption_later_says_both_ways_out() {
    // At the last sync of the new files: what was made is complete, and the next step says what it would do.
    let mut stopped = (30..60).map(|number| {
        let site = Site::calendar();
        let outcome = interrupted(&site, number, &[]);
        (site, outcome)
    });
    let (site, outcome) = stopped.find(|(_, outcome)| outcome.stdout.contains("Moving")).unwrap();
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/old/backup...
    Writing 3 new files, each read back and compared...
    Moving 3 files into /db/new...
    --- stderr
    csmigrate: interrupted
      The source is as it was. The run is unfinished:
        to resume it: csmigrate --root [TEMP]/root --resume
        to undo it:   csmigrate --root [TEMP]/root --undo [RUN 1]
    "#);
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    [RUN 1]  migration from /db/old to /db/new: unfinished, 4 of 6 steps done
    "#);
    assert_snapshot!(site.run(&["-d", "--byte-order", "big", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: run [RUN 1] is unfinished: migration from /db/old to /db/new
      The source is as it was. The run is unfinished:
        to resume it: csmigrate --root [TEMP]/root --resume
        to undo it:   csmigrate --root [TEMP]/root --undo [RUN 1]
    "#);
    assert_snapshot!(site.run(&["--byte-order", "big", OLD, NEW]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: run [RUN 1] is unfinished: migration from /db/old to /db/new
      The source is as it was. The run is unfinished:
        to resume it: csmigrate --root [TEMP]/root --resume
        to undo it:   csmigrate --root [TEMP]/root --undo [RUN 1]
    "#);
    let run = site.run_names().remove(0);
    assert_snapshot!(site.run(&["--prune", &run]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: run [RUN 1] is unfinished
      The source is as it was. The run is unfinished:
        to resume it: csmigrate --root [TEMP]/root --resume
        to undo it:   csmigrate --root [TEMP]/root --undo [RUN 1]
    "#);
    assert_snapshot!(site.run(&["--resume"]).succeeded(), @r#"
    exit 0
    --- stdout
    Resuming run [RUN 1]
    Moving 3 files into /db/new...
    The run is finished
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    "#);
}

#[test]
fn wherever_it_is_interrupted_going_on_finishes_it_and_undo_takes_it_back() {
    let undisturbed = Site::calendar();
    undisturbed.migrate(&["-q"]);
    let mut interruptions = 0;
    for number in 1.. {
        let site = Site::calendar();
        let before = manifest(&site.path("/db"));
        let outcome = interrupted(&site, number, &["-q"]);
        if outcome.status == Some(0) {
            break;
        }
        interruptions += 1;
        let outcome = outcome.failed();
        if outcome.stderr.ends_with("Nothing was changed.\n") {
            assert_same(&before, &manifest(&site.path("/db")));
            continue;
        }
        match number % 3 {
            0 => drop(site.run(&["-q", "--resume"]).succeeded()),
            1 => drop(site.run(&["-q", OLD, NEW]).succeeded()),
            _ => {
                site.run(&["-q", "--undo", NEW]).succeeded();
                assert_same(&before, &manifest(&site.path("/db")));
                continue;
            }
        }
        for name in ["ics50events.db", "ics50todos.db", "ics50caldb.conf"] {
            let path = format!("{NEW}/{name}");
            assert!(site.read(&path) == undisturbed.read(&path), "fsync {number}: {name} differs");
        }
        assert!(!site.path("/db/new/csmigrate.new").exists() && !site.path("/db/new/.csmigrate.new.partial").exists());
    }
    assert!(interruptions > 20, "only {interruptions} calls were interrupted");
}

#[test]
fn a_backup_that_was_changed_before_going_on_is_not_migrated() {
    // Stopped with the backup done and the new files not made.
    let stopped = (10..40).map(|number| {
        let site = Site::calendar();
        interrupted(&site, number, &["-q", "-b", "/db/bk"]).failed();
        site
    });
    let site = stopped
        .into_iter()
        .find(|site| site.path("/db/bk").exists() && !site.path("/db/new/csmigrate.new").exists())
        .unwrap();
    std::fs::copy(site.path("/db/old/ics50todos.db"), site.path("/db/bk/ics50events.db")).unwrap();
    let outcome = site.run(&["--resume"]).failed();
    assert!(outcome.stderr.contains("verification failed: records differ from the source"), "{}", outcome.stderr);
    assert!(!site.path("/db/new/ics50events.db").exists());
}

#[test]
fn a_dry_undo_of_an_interrupted_run_changes_nothing() {
    let site = Site::calendar();
    interrupted(&site, 32, &["-q"]).failed();
    let before = site.manifest();
    let outcome = site.run(&["-d", "--undo", NEW]).failed();
    assert!(outcome.stderr.contains("is unfinished"), "{}", outcome.stderr);
    site.assert_unchanged(&before);
}
