//! The mail server's account puts a link in the place of a file or a directory that a program has looked at.

use testkit::hostile::{Swaps, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;

use super::{MOVE, command};
use crate::support::merging::{CONFIG, Site, sample};

/// The names of root's own files are those of the configuration.
const FILES: [&str; 5] = ["dispatcher.cnf", "job_controller.cnf", "mappings", "msg.conf", "option.dat"];

/// What is above the configuration is the other side's, too.
fn given(site: Site) -> Site {
    need("@root");
    lay_a_secret(&site, &FILES);
    give(&site.path("/var/opt/SUNWmsgsr"));
    site
}

fn swap_file(site: &Site) {
    link_to_the_secret(site, &format!("{CONFIG}/option.dat"), "option.dat");
}

fn swap_directory(site: &Site) {
    link_to_the_secret(site, CONFIG, "");
}

#[track_caller]
fn sweep(make: &dyn Fn() -> Site, program: &str, arguments: &[&str]) {
    for swap in [&swap_file as &dyn Fn(&Site), &swap_directory] {
        let run = |site: &Site| command(site, program, arguments);
        Swaps { site: make, run: &run, swap, most: 6 }.sweep();
    }
}

#[test]
fn a_move_follows_no_link_that_is_put_in_its_way() {
    sweep(&|| given(Site::of(&sample())), "migrate-config", MOVE);
}

#[test]
fn a_merge_follows_no_link_that_is_put_in_its_way() {
    sweep(&|| given(Site::moved()), "patch-config", &[]);
}

#[test]
fn an_installation_and_its_undo_follow_no_link_that_is_put_in_their_way() {
    sweep(&|| given(Site::merged()), "install-newconfig", &[]);
    let installed = || {
        let site = Site::merged();
        site.install(&[]).succeeded();
        given(site)
    };
    sweep(&installed, "uninstall-newconfig", &[]);
}

#[test]
fn ha_ip_config_follows_no_link_that_is_put_in_its_way() {
    sweep(&|| given(Site::moved()), "ha_ip_config", &["--ip", "192.0.2.10"]);
}
