//! migrate-config killed from outside (SIGKILL, by strace) at its calls that change the disk, one after another: running it again gives
//! the tree of an undisturbed run, `-u` the old one.

use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
use testkit::strace::{Ending, Kills};
use upgrade_engine::fs::{RelPath, Time};

use super::support::{OLD, Site};

/// Every fixture time is older.
const NEW_AFTER: Time = Time { seconds: 1_200_000_000, nanoseconds: 0 };
const MOVE: &[&str] = &["--store-backup", "none", OLD];
const COPY: &[&str] = &[OLD, "--data-root", "/var/copy"];
const UNDO: &[&str] = &["-u", OLD];

fn moved_site() -> Site {
    let site = Site::sample();
    site.run(MOVE).succeeded();
    site
}

/// Writes down what is below the root, without runs.
fn tree(site: &Site) -> Manifest {
    let state = RelPath::new("var/opt/CommsInstaller").unwrap();
    manifest(&site.path("/"), &Options { leave_out: vec![state], new_after: Some(NEW_AFTER), ..Options::default() })
}

/// What no run touches.
fn store(site: &Site) -> Manifest {
    manifest(&site.path("/var/opt/SUNWmsgsr/store"), &Options::default())
}

#[test]
fn a_move_or_a_copy_killed_at_any_call_is_finished_by_the_same_command_or_undone() {
    for arguments in [MOVE, COPY] {
        let undisturbed = Site::sample();
        let old = tree(&undisturbed);
        undisturbed.run(arguments).succeeded();
        let new = tree(&undisturbed);
        let again = Ending { arguments, tree: &new, or_says: Some("was moved to") };
        let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no move of a configuration to") };
        Kills { site: &Site::sample, arguments, tree: &tree, untouched: &store, most: 5 }.sweep(&[again, undo]);
    }
}

#[test]
fn an_undo_killed_at_any_call_is_finished_by_the_same_command() {
    let old = tree(&Site::sample());
    let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no move of a configuration to") };
    Kills { site: &moved_site, arguments: UNDO, tree: &tree, untouched: &store, most: 4 }.sweep(&[undo]);
}
