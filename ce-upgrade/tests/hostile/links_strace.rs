//! The account of the web container puts a link in the place of a file or a directory that the program has looked at.

use std::process::Command;

use testkit::hostile::{Swaps, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;

use super::patch;
use crate::mail_ui::support::{WEBMAIL, site as with_pages, with_base_command};
use crate::support::{DEPLOYED, Site};

const NAME: &str = "uwcconfig.properties";

fn given(site: Site) -> Site {
    need("@root");
    lay_a_secret(&site, &["main.js", NAME]);
    give(&site.path(DEPLOYED));
    site
}

fn swap_file(site: &Site) {
    link_to_the_secret(site, &format!("{DEPLOYED}/WEB-INF/config/{NAME}"), NAME);
}

fn swap_directory(site: &Site) {
    link_to_the_secret(site, &format!("{DEPLOYED}/WEB-INF/config"), "");
}

#[track_caller]
fn sweep(make: &dyn Fn() -> Site, run: &dyn Fn(&Site) -> Command) {
    for swap in [&swap_file as &dyn Fn(&Site), &swap_directory] {
        Swaps { site: make, run, swap, most: 6 }.sweep();
    }
}

#[test]
fn a_merge_follows_no_link_that_is_put_in_its_way() {
    sweep(&|| given(Site::sample()), &|site| patch(site, &[]));
}

#[test]
fn an_installation_and_its_undo_follow_no_link_that_is_put_in_their_way() {
    sweep(&|| given(Site::merged()), &|site| site.command(&["install-newconfig"]));
    let installed = || {
        let site = Site::merged();
        site.install(&[]).exits(3);
        given(site)
    };
    sweep(&installed, &|site| site.command(&["uninstall-newconfig"]));
}

#[test]
fn a_move_of_mail_pages_follows_no_link_that_is_put_in_its_way() {
    let swap_page = |site: &Site| link_to_the_secret(site, &format!("{WEBMAIL}/main.js"), "main.js");
    let swap_pages = |site: &Site| link_to_the_secret(site, WEBMAIL, "");
    for swap in [&swap_page as &dyn Fn(&Site), &swap_pages] {
        Swaps { site: &|| given(with_pages()), run: &with_base_command, swap, most: 6 }.sweep();
    }
}
