//! What the mail server's account can put in the place of its configuration files.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::MetadataExt;

use testkit::hostile::{assert_the_secret_is_kept, give, lay_a_secret, link_to_the_secret};
use testkit::peers::need;
use testkit::site::run;

use super::{MOVE, command};
use crate::support::merging::{CONFIG, Site, sample};

/// A site whose configuration is the other side's, not moved yet, and a secret of root's beside it.
fn theirs() -> Site {
    need("@root");
    let site = Site::of(&sample());
    lay_a_secret(&site, &["option.dat"]);
    give(&site.path(CONFIG));
    site
}

fn option_dat() -> String {
    format!("{CONFIG}/option.dat")
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let site = theirs();
    fs::remove_file(site.path(&option_dat())).unwrap();
    run("mkfifo", &[site.path(&option_dat()).as_os_str()]);
    for (program, arguments) in [("migrate-config", MOVE), ("patch-config", &[][..]), ("install-newconfig", &["-f"])] {
        let outcome = site.outcome(command(&site, program, arguments));
        assert!(outcome.status.is_some(), "{program}: {outcome}");
    }
    let kind = fs::symlink_metadata(site.path(&option_dat())).unwrap().mode() & 0o170_000;
    assert_eq!(kind, 0o010_000, "the pipe was replaced");
}

#[test]
fn a_file_of_a_tebibyte_is_refused_unread() {
    let calls = [
        ("option.dat", "patch-config", &[][..]),
        ("option.dat", "install-newconfig", &[]),
        ("dispatcher.cnf", "ha_ip_config", &["--ip", "192.0.2.10"]),
    ];
    for (name, program, arguments) in calls {
        let site = Site::merged();
        let path = site.path(CONFIG).join(name);
        OpenOptions::new().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
        let outcome = site.outcome(command(&site, program, arguments));
        outcome.exits(1).says(name).says("Nothing was changed.");
    }
}

#[test]
fn a_file_of_roots_with_a_second_name_in_the_configuration_stays_roots_alone() {
    let site = theirs();
    let take = |site: &Site| {
        fs::remove_file(site.path(&option_dat())).unwrap();
        fs::hard_link(site.path("/secret/option.dat"), site.path(&option_dat())).unwrap();
    };
    take(&site);
    site.outcome(command(&site, "migrate-config", MOVE));
    assert_the_secret_is_kept(&site, &["option.dat"]);
    // One that is linked only after the move.
    let site = Site::moved();
    lay_a_secret(&site, &["option.dat"]);
    give(&site.path(CONFIG));
    take(&site);
    site.outcome(command(&site, "patch-config", &[]));
    site.outcome(command(&site, "install-newconfig", &["-f"]));
    assert_the_secret_is_kept(&site, &["option.dat"]);
}

#[test]
fn a_link_to_a_file_of_roots_gives_nothing_of_it_away() {
    let site = theirs();
    link_to_the_secret(&site, &option_dat(), "option.dat");
    for (program, arguments) in [("migrate-config", MOVE), ("patch-config", &[][..]), ("install-newconfig", &["-f"])] {
        site.outcome(command(&site, program, arguments));
    }
    assert_the_secret_is_kept(&site, &["option.dat"]);
}

#[test]
fn a_configuration_that_became_a_link_to_roots_directory_is_not_followed() {
    let names = ["dispatcher.cnf", "imta.cnf", "job_controller.cnf", "mappings", "msg.conf", "option.dat"];
    let calls = [
        ("migrate-config", MOVE),
        ("patch-config", &[][..]),
        ("install-newconfig", &["-f"]),
        ("uninstall-newconfig", &[]),
        ("ha_ip_config", &["--ip", "192.0.2.10"]),
    ];
    for make in [&(|| Site::of(&sample())) as &dyn Fn() -> Site, &Site::merged] {
        let site = make();
        need("@root");
        lay_a_secret(&site, &names);
        give(&site.path("/var/opt/SUNWmsgsr"));
        link_to_the_secret(&site, CONFIG, "");
        for (program, arguments) in calls {
            let outcome = site.outcome(command(&site, program, arguments));
            assert!(!matches!(outcome.status, Some(0 | 3)), "{program}: {outcome}");
            assert_the_secret_is_kept(&site, &names);
        }
    }
}
