//! Indexes whose entries were added and that were not built. 389 DS leaves them alone until it starts again; then it answers from what
//! is in them, which is nothing.

use super::choices;
use super::server::Live;
use crate::support::SILENT;

/// Starts a server with users that are found by an attribute without an index.
fn with_users(name: &str) -> Live {
    let live = Live::start(name);
    for number in 0..3 {
        live.take(&format!(
            "dn: uid=u{number},o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nuid: u{number}\ncn: u\nsn: u\no: Org{number}\n"
        ));
    }
    assert_eq!(found(&live), 1);
    live
}

fn found(live: &Live) -> usize {
    live.search("o=usergroup", "sub", "(o=Org1)", &["1.1"]).len()
}

fn restart(live: &Live) {
    live.kill();
    live.start_again();
}

/// A run that builds what is left, whatever else it does.
fn is_mended(live: &Live) {
    restart(live);
    assert_eq!(found(live), 0, "the control: what is there is not found");
    live.run(&SILENT).exits(0).says("build the indexes of userroot");
    assert_eq!(found(live), 1);
    live.run(&SILENT).exits(0).says("nothing was changed");
    assert!(!live.state(&choices()).iter().any(|value| value.contains("unbuilt")));
}

#[test]
fn what_a_run_without_building_left_is_built_by_the_next() {
    let live = with_users("left");
    let before = live.state(&choices());
    let mut without = SILENT;
    without[3] = "no";
    live.run(&without).exits(0).says("The new indexes are not built");
    is_mended(&live);
    live.finish(&["--undo"]).exits(0);
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn what_ldapmodify_alone_left_is_built_by_the_next() {
    let live = with_users("hand");
    let mut files_only = SILENT;
    files_only[15] = "no";
    live.run(&files_only).exits(0);
    let files = std::fs::read_dir(live.path("root/var/tmp")).unwrap().map(|file| file.unwrap().path());
    let ldif = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "ldif")).unwrap();
    assert!(live.modify(&std::fs::read(ldif).unwrap()).status.success());
    is_mended(&live);
}

#[test]
fn an_undo_that_is_taken_back_builds_them_again() {
    let live = with_users("redo");
    live.run(&SILENT).exits(0);
    let prepared = live.state(&choices());
    live.finish(&["--undo"]).exits(0);
    assert_eq!(found(&live), 1);
    let undo = std::fs::read_dir(live.path("state/commdssetup")).unwrap();
    let undo =
        undo.map(|run| run.unwrap().file_name().into_string().unwrap()).filter(|name| name.starts_with('2')).max();
    live.finish(&["--undo", &undo.unwrap()]).exits(0).says("build the indexes of userroot");
    assert_eq!(live.state(&choices()), prepared);
    restart(&live);
    assert_eq!(found(&live), 1);
}
