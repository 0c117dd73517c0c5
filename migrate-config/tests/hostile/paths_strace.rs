//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::migrate_config::support as moves;
use crate::support::merging::Site;

#[test]
fn a_move_and_its_undo_resolve_no_path_twice() {
    let site = moves::Site::sample();
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments)).succeeded();
    run(&["--store-backup", "none", moves::OLD]);
    run(&["-u", moves::OLD]);
}

#[test]
fn a_copy_resolves_no_path_twice() {
    let site = moves::Site::sample();
    judged(&site, &[], &site.command(&[moves::OLD, "--data-root", "/var/copy"])).succeeded();
}

#[test]
fn a_merge_its_installation_and_its_undo_resolve_no_path_twice() {
    let site = Site::moved();
    let run = |program, arguments: &[&str]| judged(&site, &[], &site.command_of(program, arguments));
    run("patch-config", &[]).exits(3);
    site.resolve_all();
    run("install-newconfig", &[]).succeeded();
    run("uninstall-newconfig", &[]).succeeded();
}
