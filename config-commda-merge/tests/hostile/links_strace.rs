//! The account of the web container puts a link in the place of a file or a directory that the program has looked at.

use testkit::hostile::{Swaps, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;

use super::{command, merge_on};
use crate::support::Site;
use crate::support::site::RESOURCE;

fn given(site: Site) -> Site {
    need("@root");
    lay_a_secret(&site, &["resource.properties"]);
    give(&site.path("/opt/SUNWcomm/data"));
    site
}

fn swap_file(site: &Site) {
    link_to_the_secret(site, RESOURCE, "resource.properties");
}

fn swap_directory(site: &Site) {
    link_to_the_secret(site, RESOURCE.rsplit_once('/').unwrap().0, "");
}

#[test]
fn a_merge_and_its_undo_follow_no_link_that_is_put_in_their_way() {
    let merged = || {
        let site = Site::reset();
        site.outcome(merge_on(&site)).exits(3);
        given(site)
    };
    for swap in [&swap_file as &dyn Fn(&Site), &swap_directory] {
        Swaps { site: &|| given(Site::reset()), run: &merge_on, swap, most: 6 }.sweep();
        Swaps { site: &merged, run: &|site: &Site| command(site, &["undo"]), swap, most: 6 }.sweep();
    }
}

#[test]
fn a_snapshot_follows_no_link_that_is_put_in_its_way() {
    for swap in [&swap_file as &dyn Fn(&Site), &swap_directory] {
        let run = |site: &Site| command(site, &["snapshot"]);
        Swaps { site: &|| given(Site::customised()), run: &run, swap, most: 6 }.sweep();
    }
}
