//! `--list-runs`, `--prune` and `--state-dir`: what is kept of runs, and where.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, attributes, names_in};

#[test]
fn the_list_tells_what_became_of_each_run() {
    let site = Site::calendar();
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    There are no runs
    "#);
    assert!(!site.path("/var").exists(), "listing made a directory");
    site.migrate(&["-q"]);
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    [RUN 1]  migration from /db/old to /db/new: finished
    "#);
    site.run(&["-q", "--undo", NEW]).succeeded();
    assert_snapshot!(site.run(&["--list-runs"]).succeeded(), @r#"
    exit 0
    --- stdout
    [RUN 1]  migration from /db/old to /db/new: undone
    [RUN 2]  undo of run [RUN 1]: finished
    "#);
    let json = site.run(&["--list-runs", "--json"]).succeeded().json();
    assert_eq!(
        json["details"][0],
        serde_json::json!({
            "run": "[RUN 1]", "what": "migration from /db/old to /db/new", "state": "undone"
        })
    );
}

#[test]
fn a_pruned_run_is_gone_and_can_no_longer_be_undone() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    let run = site.run_names().remove(0);
    assert_eq!(
        site.run(&["--prune", &run]).succeeded().stdout,
        format!("Run {run} was deleted; it can no longer be undone\n")
    );
    assert!(site.run_names().is_empty());
    assert_snapshot!(site.run(&["--undo", NEW]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: /db/new
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
    assert!(site.path("/db/new/ics50events.db").is_file());
}

#[test]
fn a_run_that_does_not_exist_cannot_be_pruned_or_undone() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--prune", "20260101T000000.000Z-1"]), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: 20260101T000000.000Z-1
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--undo", "20260101T000000.000Z-1"]), @r#"
    exit 255
    --- stderr
    csmigrate: no such run: 20260101T000000.000Z-1
      csmigrate --list-runs shows what can be undone.
      Nothing was changed.
    "#);
    site.migrate(&["-q", "--state-dir", site.beside("state").to_str().unwrap()]);
    let state = site.beside("state");
    for name in ["20260101T000000.000Z-1", "..", ".", "a/b", ""] {
        let outcome = site.refused(&["--state-dir", state.to_str().unwrap(), "--prune", name]);
        assert_eq!(outcome.stderr.lines().next().unwrap(), format!("csmigrate: no such run: {name}"));
    }
    assert_eq!(names_in(&state.join("csmigrate")).len(), 1);
}

#[test]
fn state_dir_is_a_real_path_and_for_its_owner_only() {
    let site = Site::calendar();
    site.migrate(&["-q", "--state-dir", "../state"]);
    assert!(!site.path("/var").exists());
    let runs = site.beside("state/csmigrate");
    let run = runs.join(&names_in(&runs)[0]);
    assert_eq!(names_in(&run), ["before", "journal", "log", "plan.json", "report.json"]);
    for (path, mode) in [
        (site.beside("state"), 0o700),
        (run.clone(), 0o700),
        (run.join("journal"), 0o600),
        (run.join("plan.json"), 0o600),
        (run.join("report.json"), 0o600),
    ] {
        assert_eq!(attributes(&path).0 & 0o7777, mode, "{}", path.display());
    }
    site.run(&["-q", "--state-dir", "../state", "--undo", NEW]).succeeded();
    assert!(!site.path(NEW).exists());
}

#[test]
fn a_state_directory_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::calendar();
    std::fs::create_dir(site.beside("state")).unwrap();
    std::fs::set_permissions(site.beside("state"), std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_snapshot!(site.refused(&["--state-dir", "../state", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: the state directory [TEMP]/cwd/../state is not used: [TEMP]/state can be written by others
      Use --state-dir to name a directory that only root and you can change, as well as everything above it.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--state-dir", "../state", "--undo", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: the state directory [TEMP]/cwd/../state is not used: [TEMP]/state can be written by others
      Use --state-dir to name a directory that only root and you can change, as well as everything above it.
      Nothing was changed.
    "#);
}

#[test]
fn running_twice_in_a_row_does_nothing_the_second_time() {
    let site = Site::calendar();
    site.migrate(&["-q", "--state-dir", "../state"]);
    let before = site.manifest();
    let outcome = site.run(&["--state-dir", "../state", OLD, NEW]);
    site.assert_unchanged(&before);
    assert_snapshot!(outcome.to_string().replace(&names_in(&site.beside("state/csmigrate"))[0], "[RUN]"), @r#"
    exit 0
    --- stdout
    Already migrated by run [RUN], and nothing was changed since: there is nothing to do
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --state-dir [TEMP]/cwd/../state --undo /db/new
    "#);
}

#[test]
fn after_a_change_of_the_target_it_is_refused_as_any_that_is_not_empty() {
    let site = Site::calendar();
    site.migrate(&["-q", "--state-dir", "../state"]);
    site.write("/db/new/ics50caldb.conf", "edited");
    assert_snapshot!(site.refused(&["--state-dir", "../state", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/new is not empty: it holds ics50caldb.conf, ics50events.db, ics50todos.db
      Name an empty directory, or one that is not there yet.
      Nothing was changed.
    "#);
}

#[test]
fn after_a_change_of_the_source_it_is_refused_as_well() {
    let site = Site::calendar();
    site.migrate(&["-q", "--state-dir", "../state"]);
    site.write("/db/old/ics50caldb.conf", "edited");
    assert_snapshot!(site.refused(&["--state-dir", "../state", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/new is not empty: it holds ics50caldb.conf, ics50events.db, ics50todos.db
      Name an empty directory, or one that is not there yet.
      Nothing was changed.
    "#);
}

#[test]
fn a_damaged_run_is_not_trusted_but_can_be_deleted() {
    let site = Site::calendar();
    site.migrate(&["-q"]);
    let run = site.run_names().remove(0);
    let journal = site.path(&format!("/var/opt/CommsInstaller/upgrade/csmigrate/{run}/journal"));
    let journal = if journal.exists() { journal } else { panic!("{} is not there", journal.display()) };
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    let outcome = site.run(&["--undo", "/db/new"]).failed();
    assert!(outcome.stderr.contains("the journal is damaged at byte"), "{}", outcome.stderr);
    site.run(&["--prune", &run]).succeeded();
    assert!(site.run(&["--list-runs"]).succeeded().stdout.contains("There are no runs"));
}
