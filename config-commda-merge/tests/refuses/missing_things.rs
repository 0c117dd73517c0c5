//! What is needed and is not there, or is there twice.

use crate::support::Site;
use crate::support::site::RESOURCE;

#[test]
fn no_delegated_administrator() {
    let site = Site::bare();
    for command in ["status", "snapshot", "merge", "deploy"] {
        site.refused(&[command])
            .exits(1)
            .says("no Delegated Administrator was found")
            .says("/opt/sun/comms/da, /opt/SUNWcomm, /opt/sun/comms/commcli")
            .says("Name the directory with --da-base.");
    }
    site.refused(&["status", "--da-base", "/opt/elsewhere"]).exits(1).says("below /opt/elsewhere");
}

#[test]
fn two_candidates_of_which_one_has_to_be_named() {
    let site = Site::reset();
    let other = RESOURCE.replace("/opt/SUNWcomm", "/opt/sun/comms/da");
    site.write(&other, "a=1\n");
    for command in ["status", "snapshot", "merge", "deploy"] {
        site.refused(&[command])
            .exits(1)
            .says("Delegated Administrator is in several places: /opt/sun/comms/da, /opt/SUNWcomm")
            .says("Name the directory with --da-base.");
    }
    site.run(&["status", "--da-base", "/opt/sun/comms/da"])
        .succeeded()
        .says("Delegated Administrator in /opt/sun/comms/da");
    site.run(&["merge", "--da-base", "/opt/SUNWcomm", "--dry-run"]).exits(3);
}

#[test]
fn no_snapshot() {
    let site = Site::customised();
    site.refused(&["merge"]).exits(1).says("there is no snapshot").says("config-commda-merge snapshot").says("--saved");
}

#[test]
fn a_saved_directory_that_is_missing_no_directory_or_without_any_of_the_files() {
    let site = Site::customised();
    let refused = |path: &str| site.refused(&["merge", "--saved", path]).exits(1);
    refused("no-such").says("no-such: no such directory");
    std::fs::write(site.beside("cwd/file"), "").unwrap();
    refused("file").says("file: it is not a directory");
    std::fs::create_dir(site.beside("cwd/empty")).unwrap();
    refused("empty").says("empty: it holds none of the six properties files");
    // A name that differs by case is another file.
    std::fs::write(site.beside("cwd/empty/RESOURCE.properties"), "").unwrap();
    refused("empty").says("it holds none of the six properties files");
    site.refused(&["merge", "--saved", "file", "--base", "no-such"]).exits(1);
    site.run(&["snapshot"]).succeeded();
    site.refused(&["merge", "--base", "no-such"]).exits(1).says("no-such: no such directory");
}

#[test]
fn an_installation_without_any_of_the_files() {
    let site = Site::bare();
    std::fs::create_dir_all(site.path("/opt/SUNWcomm/data/config")).unwrap();
    site.refused(&["snapshot"]).exits(1).says("none of the six properties files is there");
    site.run(&["status"]).succeeded().says("none of the six properties files is there");
}

#[test]
fn nothing_to_undo_to_resume_or_to_delete() {
    let site = Site::reset();
    site.refused(&["undo"]).exits(1).says("--list-runs shows what can be undone");
    site.refused(&["undo", "20000101T000000.000000Z-1"]).exits(1);
    site.refused(&["undo", "../x"]).exits(1);
    site.refused(&["--resume"]).exits(1).says("there is nothing to resume");
    site.refused(&["--prune", "20000101T000000.000000Z-1"]).exits(1);
    site.run(&["--list-runs"]).succeeded().says("There are no runs");
}
