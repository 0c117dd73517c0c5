//! A run or a snapshot that somebody else could have planted is not used.

use testkit::hostile::assert_runs_of_others_are_refused;

use super::{command, merge_on};
use crate::support::Site;

#[test]
fn runs_and_snapshots_that_others_could_have_made_are_refused() {
    let site = Site::reset();
    site.outcome(merge_on(&site)).exits(3);
    let calls = [
        &["--resume"][..],
        &["--undo"],
        &["undo"],
        &["--list-runs"],
        &["--prune", "x"],
        &["snapshot"],
        &["merge"],
        &["status"],
    ];
    let mut commands: Vec<_> = calls.iter().map(|arguments| command(&site, arguments)).collect();
    commands.push(merge_on(&site));
    assert_runs_of_others_are_refused(&site, &commands);
}
