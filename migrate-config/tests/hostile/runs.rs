//! A run that somebody else could have planted is not resumed, undone or listed.

use testkit::hostile::assert_runs_of_others_are_refused;

use super::{MOVE, command};
use crate::support::merging::Site;

#[test]
fn each_program_refuses_runs_that_others_could_have_made() {
    let site = Site::moved();
    let mut commands: Vec<_> = [
        ("migrate-config", &["-u", "/opt/SUNWmsgsr"][..]),
        ("migrate-config", MOVE),
        ("migrate-config", &["--resume"]),
        ("patch-config", &[]),
        ("install-newconfig", &[]),
        ("uninstall-newconfig", &[]),
        ("useconfig", &["/var/opt/SUNWmsgsr/config"]),
        ("ha_ip_config", &["--ip", "192.0.2.10"]),
    ]
    .map(|(program, arguments)| command(&site, program, arguments))
    .into();
    for (program, _) in super::PROGRAMS {
        commands.push(command(&site, program, &["--list-runs"]));
        commands.push(command(&site, program, &["--prune", "x"]));
    }
    assert_runs_of_others_are_refused(&site, &commands);
}
