//! A run that somebody else could have planted is not resumed, undone or listed.

use testkit::hostile::assert_runs_of_others_are_refused;

use crate::support::Site;

#[test]
fn runs_that_others_could_have_made_are_refused() {
    let site = Site::merged();
    site.install(&[]).exits(3);
    let calls = [
        &["--resume"][..],
        &["--undo"],
        &["--list-runs"],
        &["--prune", "x"],
        &["install-newconfig"],
        &["uninstall-newconfig"],
        &["undo"],
    ];
    let commands: Vec<_> = calls.iter().map(|arguments| site.command(arguments)).collect();
    assert_runs_of_others_are_refused(&site, &commands);
}
