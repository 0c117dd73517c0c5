//! What the account of the web container can put in the place of the files that it owns.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::MetadataExt;

use testkit::hostile::{assert_the_secret_is_kept, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;
use testkit::site::run;

use super::patch;
use crate::support::{DEPLOYED, Site};

const SECRETS: [&str; 2] = ["defaultps.xml", "uwcconfig.properties"];

fn places() -> [(String, &'static str); 2] {
    [
        (format!("{DEPLOYED}/WEB-INF/domain/defaultps/defaultps.xml"), "defaultps.xml"),
        (format!("{DEPLOYED}/WEB-INF/config/uwcconfig.properties"), "uwcconfig.properties"),
    ]
}

/// A site of which the other side owns what is deployed, and root a secret.
fn theirs() -> Site {
    need("@root");
    given(Site::sample())
}

fn given(site: Site) -> Site {
    lay_a_secret(&site, &SECRETS);
    give(&site.path(DEPLOYED));
    site
}

fn every_command(site: &Site) {
    let calls =
        [&["check"][..], &["status"], &["migrate-mail-ui"], &["install-newconfig", "-f"], &["uninstall-newconfig"]];
    for command in std::iter::once(patch(site, &[])).chain(calls.map(|arguments| site.command(arguments))) {
        let outcome = site.outcome(command);
        assert!(outcome.status.is_some(), "{outcome}");
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    for (path, _) in places() {
        let site = theirs();
        fs::remove_file(site.path(&path)).unwrap();
        run("mkfifo", &[site.path(&path).as_os_str()]);
        every_command(&site);
        let kind = fs::symlink_metadata(site.path(&path)).unwrap().mode() & 0o170_000;
        assert_eq!(kind, 0o010_000, "the pipe was replaced");
    }
}

#[test]
fn a_file_of_a_tebibyte_is_refused_unread() {
    for (path, name) in places() {
        let site = theirs();
        OpenOptions::new().write(true).open(site.path(&path)).unwrap().set_len(1 << 40).unwrap();
        site.outcome(patch(&site, &[])).exits(1).says(name).says("Nothing was changed.");
    }
}

#[test]
fn a_link_or_a_second_name_gives_nothing_of_roots_away() {
    for (path, name) in places() {
        for make in [&Site::sample as &dyn Fn() -> Site, &Site::merged] {
            let site = given(make());
            link_to_the_secret(&site, &path, name);
            every_command(&site);
            assert_the_secret_is_kept(&site, &SECRETS);
            let site = given(make());
            fs::remove_file(site.path(&path)).unwrap();
            fs::hard_link(site.path("/secret").join(name), site.path(&path)).unwrap();
            every_command(&site);
            let kept = fs::metadata(site.path("/secret").join(name)).unwrap();
            assert_eq!((kept.uid(), kept.mode() & 0o777), (0, 0o600));
        }
    }
}

#[test]
fn a_directory_that_became_a_link_to_roots_gets_no_file() {
    for make in [&Site::sample as &dyn Fn() -> Site, &Site::merged] {
        let site = given(make());
        link_to_the_secret(&site, &format!("{DEPLOYED}/WEB-INF/config"), "");
        every_command(&site);
        assert_the_secret_is_kept(&site, &SECRETS);
    }
}
