//! An ordinary user below a tree of its own.

use testkit::site::is_root;

use super::support::{OLD, Site, sample};

#[test]
fn a_user_moves_and_takes_back_a_tree_of_its_own() {
    let site = Site::of(&sample());
    if is_root() {
        testkit::site::run("chown", &["-hR".as_ref(), "65534:65534".as_ref(), site.beside("").as_os_str()]);
    }
    let before = site.product();
    let run = |arguments: &[&str]| site.outcome(site.command_as_nobody(arguments));
    run(&["--store-backup", "none", OLD]).succeeded();
    run(&["-u", OLD]).succeeded();
    before.assert_same(&site.product());
}
