//! `status` at each stage.

use crate::support::Site;

#[test]
fn each_stage_says_what_is_next_and_writes_nothing() {
    let site = Site::sample();
    let status = |site: &Site| {
        let [outcome] = site.writes_nothing([&["status"]]);
        outcome.succeeded()
    };
    status(&site)
        .says("Communications Express: status")
        .says("Installed: /opt/SUNWuwc")
        .says("Deployed:  /var/opt/SUNWuwc")
        .says("Next: ce-upgrade patch-config");
    site.patch(&["122793-21"]).exits(3);
    status(&site)
        .says("files are merged in /opt/SUNWuwc/newconfig, for patch 122793-21")
        .says("Conflicts that are not resolved: 6");
    site.resolve_all();
    status(&site).says("Next: ce-upgrade install-newconfig");
    site.install(&[]).exits(3);
    status(&site).says("Installed by run [RUN 1]; to undo it: ce-upgrade uninstall-newconfig");
    site.uninstall(&[]).succeeded();
    status(&site).says("Next: ce-upgrade install-newconfig");
}
