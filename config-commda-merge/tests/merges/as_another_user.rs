//! An ordinary user merges a tree of his own; what he may not read or write is told, and nothing is changed.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::support::Site;
use crate::support::site::{RESOURCE, assert_same, is_root, names_in};

fn give_away(site: &Site) {
    if is_root() {
        let status = std::process::Command::new("chown").args(["-hR", "65534:65534"]).arg(site.beside("")).status();
        assert!(status.unwrap().success());
    }
}

#[test]
fn his_tree_is_saved_merged_and_taken_back() {
    let site = Site::customised();
    give_away(&site);
    let run = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    run(&["snapshot"]).succeeded();
    site.run_config_commda();
    give_away(&site);
    let before = site.product();
    run(&["merge"]).exits(3);
    assert!(site.text(RESOURCE).contains("jdapi-mailhoststoreplugin=enabled\n"));
    assert_eq!(names_in(&site.beside("home/state/commsuite-upgrade/config-commda-merge")).len(), 1);
    run(&["undo"]).succeeded().says("Everything is as it was before run");
    assert_same(&before, &site.product());
}

#[test]
fn a_file_that_he_may_not_read_is_named_and_nothing_is_changed() {
    let site = Site::customised();
    give_away(&site);
    let run = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    run(&["snapshot"]).succeeded();
    site.run_config_commda();
    give_away(&site);
    let permissions = |mode| std::fs::set_permissions(site.path(RESOURCE), Permissions::from_mode(mode)).unwrap();
    permissions(0o000);
    let before = site.product();
    for arguments in [&["merge"][..], &["status"], &["snapshot"], &["deploy", "--dry-run"]] {
        let outcome = run(arguments).exits(1);
        assert!(
            outcome.stderr.contains("resource.properties") && outcome.stderr.contains("Nothing was changed."),
            "{outcome}"
        );
    }
    assert_same(&before, &site.product());
}

#[test]
fn a_directory_that_he_may_not_write_is_named_and_nothing_is_changed() {
    let site = Site::customised();
    give_away(&site);
    let run = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    run(&["snapshot"]).succeeded();
    site.run_config_commda();
    // To root where this is root; to nobody who may write, in any case.
    for arguments in [["chown", "-hR", "0:0"], ["chmod", "-R", "a-w"]] {
        let _ = std::process::Command::new(arguments[0]).args(&arguments[1..]).arg(site.path("/opt")).output();
    }
    let before = site.product();
    let outcome = run(&["merge"]).exits(1);
    assert!(outcome.stderr.contains("Nothing was changed."), "{outcome}");
    assert_same(&before, &site.product());
}
