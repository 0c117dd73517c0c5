//! A run or a snapshot that somebody else could have planted is not used.

use std::os::unix::fs::chown;

use testkit::hostile::{OTHER, assert_runs_of_others_are_refused};
use testkit::peers::need;

use super::{command, merge_on};
use crate::support::Site;

#[test]
fn runs_and_snapshots_that_others_could_have_made_are_refused() {
    let site = Site::reset();
    site.outcome(merge_on(&site)).exits(3);
    let calls =
        [&["--resume"][..], &["--undo"], &["undo"], &["--list-runs"], &["--prune", "x"], &["snapshot"], &["merge"]];
    let mut commands: Vec<_> = calls.iter().map(|arguments| command(&site, arguments)).collect();
    commands.push(merge_on(&site));
    assert_runs_of_others_are_refused(&site, &commands);
}

#[test]
fn a_snapshot_that_others_could_have_made_is_not_shown_as_one() {
    need("@root");
    let site = Site::reset();
    site.run(&["status"]).succeeded().says("Snapshot for a merge: ");
    chown(site.state(), Some(OTHER), Some(OTHER)).unwrap();
    site.run(&["status"]).exits(1).says("is not used").says("--state-dir");
}
