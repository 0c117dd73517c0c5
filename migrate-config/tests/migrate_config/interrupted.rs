//! Ctrl-C and other ends in the middle: nothing is half done, and both ways out are named.

use rustix::process::Signal;
use testkit::process::{Point, Watched};
use testkit::strace::signalled;

use super::support::{OLD, Site};

#[test]
fn ctrl_c_stops_between_two_steps_and_both_ways_out_work_strace() {
    for undo in [true, false] {
        let site = Site::sample();
        let before = site.product();
        let stopped = signalled(&site, "INT", "renameat2", 4, &["--store-backup", "none", OLD]);
        let stopped = stopped.exits(5).says("--resume").says("--undo");
        assert!(!stopped.stdout.contains("Next:"), "{stopped}");
        if undo {
            site.run(&["-u", OLD]).succeeded().says("To start the old server");
            before.assert_same(&site.product());
        } else {
            site.run(&["--resume"]).succeeded().says("sbin/patch-config");
            site.run(&["-u", OLD]).succeeded();
            before.assert_same(&site.product());
        }
    }
}

#[test]
fn another_run_on_the_same_root_has_to_wait() {
    let site = Site::sample();
    let state = site.state().join("migrate-config");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::set_permissions(site.state(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    std::fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let mut holder = std::process::Command::new("flock");
    holder.arg(&state).args(["sh", "-c", "echo held; sleep 60"]);
    let mut holder = Watched::start(&mut holder);
    holder.wait_for(Point::Printed("held"));
    site.refused(&["--store-backup", "none", OLD]).exits(7).says("another run is active");
    holder.signal_at(Point::Printed("held"), Signal::TERM);
}
