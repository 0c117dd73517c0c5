//! Ctrl-C and other ends in the middle: nothing is half done, and both ways out are named.

use rustix::fs::{FlockOperation, flock};
use testkit::process::{Point, Watched};
use testkit::strace::signalled;

use super::support::{OLD, Site};

#[test]
fn ctrl_c_stops_between_two_steps_and_both_ways_out_work_strace() {
    for undo in [true, false] {
        let site = Site::sample();
        let before = site.product();
        let stopped = signalled(&site, "INT", "renameat", 4, &["--store-backup", "none", OLD]);
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
    site.moved(&[]).succeeded();
    site.run(&["-u", OLD]).succeeded();
    let state = std::fs::File::open(site.state().join("lock")).unwrap();
    flock(&state, FlockOperation::LockExclusive).unwrap();
    site.refused(&["--store-backup", "none", OLD]).exits(7).says("another run is active");
}

#[test]
fn a_running_server_is_named_and_stops_the_move_and_its_undo() {
    let site = Site::sample();
    let hold = |path: &str| {
        let path = site.path(path);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "exec 3<\"$0\"; echo held; exec sleep 100"]).arg(path);
        let mut holder = Watched::start(&mut command);
        holder.wait_for(Point::Printed("held"));
        holder
    };
    let database = "/var/opt/SUNWmsgsr/store/mboxlist/folder.db";
    for path in [database, "/opt/SUNWmsgsr/lib/imapd", "/opt/sun/comms/messaging/lib/imapd"] {
        let holder = hold(path);
        for dry in [&[][..], &["--dry-run"]] {
            let refused = site.refused(&[&["--store-backup", "none", OLD], dry].concat());
            refused.exits(1).says("a Messaging Server is running").says(&holder.id().to_string()).says("stop-msg");
        }
        drop(holder);
    }
    let holder = hold(database);
    site.run(&[OLD, "--data-root", "/var/copy"]).succeeded();
    site.run(&["-u", OLD]).succeeded();
    drop(holder);
    site.moved(&[]).succeeded();
    let holder = hold(database);
    site.refused(&["-u", OLD]).exits(1).says("a Messaging Server is running");
    drop(holder);
    site.run(&["-u", OLD]).succeeded();
}
