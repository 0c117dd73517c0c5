//! The server's account puts a link in the place of a file or a directory that the program has looked at.

use std::process::Command;

use testkit::hostile::{Swaps, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;

use super::upgrade;
use crate::support::{CONF, ROOT, Site};

fn given(site: Site) -> Site {
    need("@root");
    lay_a_secret(&site, &["iim.conf"]);
    give(&site.path(ROOT));
    site
}

fn upgraded() -> Site {
    let site = Site::with_both();
    site.outcome(upgrade(&site, &["--no-service"])).exits(3);
    site
}

fn swap_file(site: &Site) {
    link_to_the_secret(site, CONF, "iim.conf");
}

fn swap_directory(site: &Site) {
    link_to_the_secret(site, CONF.rsplit_once('/').unwrap().0, "");
}

#[track_caller]
fn sweep(make: &dyn Fn() -> Site, run: &dyn Fn(&Site) -> Command) {
    for swap in [&swap_file as &dyn Fn(&Site), &swap_directory] {
        Swaps { site: make, run, swap, most: 6 }.sweep();
    }
}

#[test]
fn an_upgrade_follows_no_link_that_is_put_in_its_way() {
    sweep(&|| given(Site::with_both()), &|site| upgrade(site, &["--no-service"]));
}

#[test]
fn an_undo_and_a_rollback_follow_no_link_that_is_put_in_their_way() {
    sweep(&|| given(upgraded()), &|site| site.command(&["--undo"]));
    sweep(&|| given(upgraded()), &|site| site.command(&["rollback", "--no-service", "--skip-packages"]));
}
