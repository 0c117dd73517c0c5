//! A run that somebody else could have planted is not resumed, undone, listed or rolled back to.

use testkit::hostile::assert_runs_of_others_are_refused;

use super::upgrade;
use crate::support::Site;

#[test]
fn runs_that_others_could_have_made_are_refused() {
    let site = Site::with_both();
    site.outcome(upgrade(&site, &["--no-service"])).exits(3);
    let calls = [
        &["--resume"][..],
        &["--undo"],
        &["--list-runs"],
        &["--prune", "x"],
        &["prepare", "--no-service"],
        &["finish", "--no-service"],
        &["rollback", "--no-service"],
        &["redeploy", "--codebase", "http://im.siroe.com/im/"],
    ];
    let mut commands: Vec<_> = calls.iter().map(|arguments| site.command(arguments)).collect();
    commands.push(upgrade(&site, &["--no-service"]));
    assert_runs_of_others_are_refused(&site, &commands);
}
