//! `undo`: every byte, owner, mode and time of the files as config-commda left them, whatever happened since.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE, assert_same, is_root};

#[test]
fn a_merge_is_taken_back_to_every_byte_owner_mode_and_time() {
    let site = Site::reset();
    if is_root() {
        std::os::unix::fs::chown(site.path(RESOURCE), Some(70), Some(71)).unwrap();
    }
    let before = site.product();
    site.run(&["merge"]).exits(3).says("Undo: config-commda-merge --root [TEMP]/root/ undo [RUN 1]");
    let metadata = fs::metadata(site.path(RESOURCE)).unwrap();
    assert_eq!(metadata.mode() & 0o7777, 0o644);
    if is_root() {
        assert_eq!((metadata.uid(), metadata.gid()), (70, 71));
    }
    site.run(&["undo"]).succeeded().says("Everything is as it was before run [RUN 1]");
    assert_same(&before, &site.product());
    site.run(&["--list-runs"])
        .succeeded()
        .says("merge from [STATE]/[SNAPSHOT]: undone")
        .says("undo of run [RUN 1]: finished");
}

#[test]
fn an_undo_is_taken_back_like_any_run() {
    let site = Site::reset();
    site.run(&["merge"]).exits(3);
    let merged = site.product();
    site.run(&["undo"]).succeeded();
    let run = site.run_names().pop().unwrap();
    site.run(&["undo", &run]).succeeded();
    assert_same(&merged, &site.product());
}

#[test]
fn a_file_that_was_edited_since_stays_and_the_old_one_is_put_beside_it() {
    let site = Site::reset();
    let reset = site.read(RESOURCE);
    site.run(&["merge"]).exits(3);
    site.edit(RESOURCE, "jdapi-mailhoststoreplugin=enabled", "jdapi-mailhoststoreplugin=later");
    let edited = site.read(RESOURCE);
    let run = site.run_names().pop().unwrap();
    site.run(&["undo"])
        .exits(3)
        .says("resource.properties")
        .says("was changed since")
        .says("Everything else is as it was");
    assert_eq!(site.read(RESOURCE), edited);
    assert_eq!(site.read(&format!("{RESOURCE}.before-{run}")), reset);
    let logger = fs::read(
        crate::support::site::data("stock-new").join(format!("{}/logger.properties", CONSOLE.trim_start_matches('/'))),
    );
    assert_eq!(site.read(&format!("{CONSOLE}/logger.properties")), logger.unwrap());
}

#[test]
fn an_older_run_is_not_taken_back_from_under_a_newer_one() {
    let site = Site::reset();
    site.run(&["merge"]).exits(3);
    let first = site.run_names().pop().unwrap();
    site.edit(RESOURCE, "jdapi-mailhoststoreplugin=enabled", "jdapi-mailhoststoreplugin=disabled");
    site.run(&["merge"]).succeeded();
    let second = site.run_names().pop().unwrap();
    site.refused(&["undo", &first]).exits(1).says("[RUN 2]");
    site.run(&["undo", &second]).succeeded();
    site.run(&["undo", &first]).exits(3).says("was changed since");
}

#[test]
fn a_deleted_run_cannot_be_taken_back() {
    let site = Site::reset();
    site.run(&["merge"]).exits(3);
    let run = site.run_names().pop().unwrap();
    site.run(&["--prune", &run]).succeeded().says("it can no longer be undone");
    assert!(site.run_names().is_empty());
    site.refused(&["undo"]).exits(1);
}

#[test]
fn a_merge_can_be_taken_back_by_its_report() {
    let site = Site::reset();
    let report = site.beside("report.json");
    site.run(&["--report", report.to_str().unwrap(), "merge"]).exits(3);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let undo = report["undo"].as_str().unwrap();
    let words: Vec<&str> = undo.split_whitespace().skip(3).collect();
    let before = site.product();
    site.run(&words).succeeded();
    assert_ne!(before, site.product());
    assert_eq!(report["details"]["changes"]["version"], 1);
}
