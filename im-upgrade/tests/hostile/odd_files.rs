//! What the server's account can put in the place of its configuration files.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::MetadataExt;

use testkit::hostile::{assert_the_secret_is_kept, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;
use testkit::site::run;

use super::upgrade;
use crate::support::{CONF, ROOT, Site};

const HTTPBIND: &str = "/etc/opt/SUNWiim/default/config/httpbind.conf";
const SECRETS: [&str; 2] = ["httpbind.conf", "iim.conf"];

/// A site of which the other side owns the configuration and the runtime files, and root a secret.
fn theirs() -> Site {
    need("@root");
    let site = Site::with_both();
    lay_a_secret(&site, &SECRETS);
    given(&site);
    site
}

fn given(site: &Site) {
    give(&site.path(ROOT));
    give(&site.path("/var/opt/SUNWiim"));
}

fn every_command(site: &Site) {
    for arguments in [
        &["check"][..],
        &["status"],
        &["prepare", "--no-service"],
        &["redeploy", "--codebase", "http://im.siroe.com/im/"],
        &["rollback", "--no-service", "--skip-packages"],
        &["--undo"],
    ] {
        let outcome = site.outcome(site.command(arguments));
        assert!(outcome.status.is_some(), "{arguments:?}: {outcome}");
    }
    let outcome = site.outcome(upgrade(site, &["--no-service"]));
    assert!(outcome.status.is_some(), "{outcome}");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    for path in [CONF, HTTPBIND] {
        let site = theirs();
        fs::remove_file(site.path(path)).unwrap();
        run("mkfifo", &[site.path(path).as_os_str()]);
        every_command(&site);
        let kind = fs::symlink_metadata(site.path(path)).unwrap().mode() & 0o170_000;
        assert_eq!(kind, 0o010_000, "the pipe was replaced");
    }
}

#[test]
fn a_file_of_a_tebibyte_is_refused_unread() {
    for path in [CONF, HTTPBIND] {
        let site = theirs();
        OpenOptions::new().write(true).open(site.path(path)).unwrap().set_len(1 << 40).unwrap();
        site.outcome(upgrade(&site, &["--no-service"])).exits(1).says(path).says("Nothing was changed.");
    }
}

#[test]
fn a_link_or_a_second_name_gives_nothing_of_roots_away() {
    for (path, name) in [(CONF, "iim.conf"), (HTTPBIND, "httpbind.conf")] {
        let site = theirs();
        link_to_the_secret(&site, path, name);
        every_command(&site);
        assert_the_secret_is_kept(&site, &SECRETS);
        let site = theirs();
        fs::remove_file(site.path(path)).unwrap();
        fs::hard_link(site.path("/secret").join(name), site.path(path)).unwrap();
        every_command(&site);
        let kept = fs::metadata(site.path("/secret").join(name)).unwrap();
        assert_eq!((kept.uid(), kept.mode() & 0o777), (0, 0o600));
    }
}

#[test]
fn saved_copies_in_a_directory_of_another_account_are_not_put_back() {
    let site = Site::with_both();
    site.outcome(upgrade(&site, &["--no-service"])).exits(3);
    need("@root");
    let above = site.path("/var/opt/im-upgrade");
    fs::create_dir(&above).unwrap();
    give(&above);
    let before = site.product();
    site.run(&["rollback", "--no-service"]).exits(1).says("/var/opt/im-upgrade").says("Nothing was changed.");
    before.assert_same(&site.product());
}
