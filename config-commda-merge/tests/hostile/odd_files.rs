//! What the account of the web container can put in the place of the files that it owns.

use std::fs::{self, OpenOptions};

use testkit::hostile::{assert_the_secret_is_kept, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;
use testkit::site::run;

use super::{command, merge_on};
use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE, WEB_SERVER};

const SECRETS: [&str; 2] = ["logger.properties", "resource.properties"];

/// A site of which the other side owns the files and the copies, and root a secret.
fn theirs() -> Site {
    need("@root");
    let site = Site::reset();
    lay_a_secret(&site, &SECRETS);
    give(&site.path("/opt/SUNWcomm/data"));
    give(&site.path(WEB_SERVER));
    site
}

fn every_command(site: &Site) {
    for arguments in [&["status"][..], &["snapshot"], &["deploy"], &["service-packages"]] {
        let outcome = site.outcome(command(site, arguments));
        assert!(outcome.status.is_some(), "{arguments:?}: {outcome}");
    }
    let outcome = site.outcome(merge_on(site));
    assert!(outcome.status.is_some(), "{outcome}");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let copy = format!("{WEB_SERVER}/da/WEB-INF/classes/com/sun/comm/da/resources/logger.properties");
    for path in [RESOURCE, &copy] {
        let site = theirs();
        fs::remove_file(site.path(path)).unwrap();
        run("mkfifo", &[site.path(path).as_os_str()]);
        every_command(&site);
    }
}

#[test]
fn a_file_of_a_tebibyte_is_refused_unread() {
    let site = theirs();
    OpenOptions::new().write(true).open(site.path(RESOURCE)).unwrap().set_len(1 << 40).unwrap();
    for call in ["merge", "status"] {
        site.run(&[call]).exits(1).says("resource.properties").says("Nothing was changed.");
    }
}

#[test]
fn a_link_or_a_second_name_gives_nothing_of_roots_away() {
    let console = format!("{CONSOLE}/logger.properties");
    for (path, name) in [(RESOURCE, "resource.properties"), (&console, "logger.properties")] {
        let site = theirs();
        link_to_the_secret(&site, path, name);
        every_command(&site);
        assert_the_secret_is_kept(&site, &SECRETS);
        let site = theirs();
        fs::remove_file(site.path(path)).unwrap();
        fs::hard_link(site.path("/secret").join(name), site.path(path)).unwrap();
        every_command(&site);
        let kept = fs::metadata(site.path("/secret").join(name)).unwrap();
        use std::os::unix::fs::MetadataExt;
        assert_eq!((kept.uid(), kept.mode() & 0o777), (0, 0o600));
    }
}
