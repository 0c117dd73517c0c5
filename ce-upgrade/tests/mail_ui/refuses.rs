//! What is refused, with nothing changed.

use std::fs;

use super::support::{SAVED, WEBMAIL, site, tree, with_base};
use crate::support::Site;

#[track_caller]
fn refused(site: &Site, arguments: &[&str], status: i32, why: &str) {
    let before = site.everything();
    site.run(&[&["migrate-mail-ui"], arguments].concat()).exits(status).says(why).says("Nothing was changed");
    assert_eq!(site.everything(), before, "{arguments:?}");
}

#[test]
fn a_deployment_without_mail_pages_is_refused() {
    let site = site();
    fs::rename(site.path(WEBMAIL), site.path("/var/elsewhere")).unwrap();
    refused(&site, &[], 1, "only 6.3 and later have the mail pages there");
    std::os::unix::fs::symlink("/var/elsewhere", site.path(WEBMAIL)).unwrap();
    refused(&site, &[], 1, "is not a directory");
}

#[test]
fn without_saved_pages_it_says_where_it_looked() {
    let site = site();
    fs::rename(site.path(SAVED), site.path("/var/elsewhere")).unwrap();
    refused(&site, &[], 1, SAVED);
    refused(&site, &["--from", "/nowhere"], 1, "--from /nowhere: it is not a directory");
    site.run(&["migrate-mail-ui", "--from", "/var/elsewhere"]).exits(3);
}

#[test]
fn of_two_saved_trees_one_has_to_be_named() {
    let second = "opt/sun/comms/messaging64";
    let saved = format!("{second}/data/preJES5/config/html/a.html");
    let site = Site::of(&tree().directory(&format!("{second}/sbin")).file(&saved, "a\n"));
    refused(&site, &[], 1, "several directories may hold the saved mail pages");
}

#[test]
fn the_deployed_pages_are_not_their_own_source() {
    let site = site();
    refused(&site, &["--from", WEBMAIL], 1, "are one tree");
    refused(&site, &["--from", "/var/opt/SUNWuwc"], 1, "are one tree");
    fs::create_dir(site.path(&format!("{WEBMAIL}/inside"))).unwrap();
    refused(&site, &["--from", &format!("{WEBMAIL}/inside")], 1, "are one tree");
    std::os::unix::fs::symlink(WEBMAIL, site.path("/var/link")).unwrap();
    refused(&site, &["--from", "/var/link"], 1, "are one tree");
}

#[test]
fn a_resolution_has_to_be_about_a_page_in_conflict() {
    let site = site();
    for typed in ["webmail/both.html=site", "webmail/both.html:<file>=other", "webmail/none.html:<file>=site"] {
        refused(&site, &["--resolve", typed], 1, "a file that is in conflict");
    }
}

#[test]
fn directories_that_are_missing_or_taken_are_refused_before_anything_is_changed() {
    let site = site();
    let taken = site.beside("taken");
    fs::create_dir(&taken).unwrap();
    refused(&site, &["--proposals", taken.to_str().unwrap()], 1, "taken");
    refused(&site, &["--base", site.beside("nowhere").to_str().unwrap()], 1, "--base");
}

#[test]
fn a_tree_that_is_too_deep_is_refused() {
    let site = site();
    let deep = (0..70).fold(site.path(SAVED), |path, _| path.join("d"));
    fs::create_dir_all(deep).unwrap();
    refused(&site, &[], 1, "levels of directories");
}

#[test]
fn an_undo_keeps_a_page_that_was_edited_since() {
    let site = site();
    with_base(&site, &[]).exits(3);
    site.write(&format!("{WEBMAIL}/main.js"), "edited since\n");
    site.run(&["--undo"]).exits(3);
    assert_eq!(site.text(&format!("{WEBMAIL}/main.js")), "edited since\n");
}
