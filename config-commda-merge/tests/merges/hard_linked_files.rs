//! A hard-linked file: all its names get the merged content, or nothing is changed, and the dry run says which.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::Site;
use crate::support::site::{RESOURCE, assert_same};

/// Gives the server's file another name.
fn link(site: &Site, other: &str) {
    let other = site.path(other);
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::hard_link(site.path(RESOURCE), other).unwrap();
}

#[track_caller]
fn assert_all_names_are_merged_and_taken_back(other: &str) {
    let site = Site::reset();
    link(&site, other);
    let before = site.product();
    site.run(&["merge", "--dry-run"]).exits(3);
    site.run(&["merge"]).exits(3);
    assert!(site.text(other).contains("jdapi-mailhoststoreplugin=enabled\n"), "{other}");
    let identity = |name| fs::metadata(site.path(name)).map(|file| (file.ino(), file.nlink())).unwrap();
    assert_eq!(identity(other), identity(RESOURCE), "{other}: still one file");
    assert_eq!(identity(other).1, 2, "{other}");
    site.run(&["undo"]).succeeded();
    assert_same(&before, &site.product());
}

#[test]
fn a_name_in_the_same_directory_stays_a_name_of_the_merged_file() {
    assert_all_names_are_merged_and_taken_back(&format!("{RESOURCE}.orig"));
}

#[test]
fn a_name_elsewhere_in_the_installation_stays_a_name_of_the_merged_file() {
    let (base, _) = RESOURCE.split_once("/data/").unwrap();
    assert_all_names_are_merged_and_taken_back(&format!("{base}/data/saved/deep/resource"));
}

#[test]
fn a_name_that_cannot_be_found_is_refused_by_the_dry_run_and_by_the_run_before_anything_changes() {
    let site = Site::reset();
    link(&site, "/export/home/admin/resource.properties");
    let before = site.product();
    for arguments in [&["merge", "--dry-run"][..], &["merge"]] {
        let outcome = site.run(arguments).exits(1);
        let stderr = &outcome.stderr;
        assert!(stderr.contains("a hard-linked file with 2 names, and only 1 can be found"), "{outcome}");
        assert!(stderr.contains("Nothing was changed."), "{outcome}");
        assert_same(&before, &site.product());
    }
    assert!(site.run_names().is_empty());
}

#[test]
fn a_file_whose_owner_cannot_be_kept_is_not_replaced_as_another_user() {
    if !crate::support::site::is_root() {
        return;
    }
    let site = Site::customised();
    let chown = |path| {
        let status = std::process::Command::new("chown").args(["-hR", "65534:65534"]).arg(path).status();
        assert!(status.unwrap().success());
    };
    chown(site.beside(""));
    let run = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    run(&["snapshot"]).succeeded();
    site.run_config_commda();
    chown(site.beside(""));
    std::os::unix::fs::chown(site.path(RESOURCE), Some(0), Some(0)).unwrap();
    let before = site.product();
    for arguments in [&["merge", "--dry-run"][..], &["merge"]] {
        let outcome = run(arguments).exits(1);
        let why = "resource.properties belongs to 0:0: only root can replace it and keep its owner";
        assert!(outcome.stderr.contains(why) && outcome.stderr.contains("Nothing was changed."), "{outcome}");
        assert_same(&before, &site.product());
    }
}
