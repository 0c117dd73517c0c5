//! Names and values of the configuration are shown as what they are: nothing in them steers a terminal or forges a line.

use std::fs;

use testkit::hostile::{STEERING, assert_plain, assert_plain_text};

use super::{MOVE, command};
use crate::support::merging::{CONFIG, Site, WORK, sample};

const VALUE: &str = "\u{1b}]0;title\u{7}\u{202e}x";

/// A configuration with a file of such a name, and with such values in a conflict and in a path.
fn site() -> Site {
    let site = Site::of(&sample());
    site.write(&format!("{CONFIG}/{STEERING}_option"), "A=1\n");
    let options = [site.read(&format!("{CONFIG}/option.dat")), format!("LOG_HEADER={VALUE}\n").into_bytes()].concat();
    site.write(&format!("{CONFIG}/option.dat"), options);
    site
}

#[test]
fn each_program_shows_names_and_values_on_their_line() {
    let site = site();
    let run = |program: &str, arguments: &[&str]| {
        for json in [&[][..], &["--json"]] {
            for dry in [&["--dry-run"][..], &[]] {
                let outcome = site.outcome(command(&site, program, &[dry, json, arguments].concat()));
                assert_plain(&outcome);
            }
        }
    };
    run("migrate-config", MOVE);
    run("patch-config", &[]);
    run("install-newconfig", &["-f"]);
    run("uninstall-newconfig", &[]);
    run("useconfig", &[CONFIG]);
    run("ha_ip_config", &["--ip", "192.0.2.10"]);
    run("migrate-config", &["--list-runs"]);
    run("migrate-config", &["-u", "/opt/SUNWmsgsr"]);
    for report in fs::read_dir(site.path(&format!("{WORK}/changes"))).unwrap() {
        assert_plain_text(&String::from_utf8_lossy(&fs::read(report.unwrap().path()).unwrap()));
    }
}

#[test]
fn operands_and_values_of_options_are_shown_on_their_line() {
    let site = Site::of(&sample());
    for (program, _) in super::PROGRAMS {
        let words = [&["--undo", STEERING][..], &["--prune", STEERING], &["--color", STEERING], &[STEERING, STEERING]];
        for arguments in words {
            assert_plain(&site.outcome(command(&site, program, arguments)));
        }
    }
    assert_plain(&site.outcome(command(&site, "patch-config", &["--resolve", STEERING])));
    assert_plain(&site.outcome(command(&site, "ha_ip_config", &["--ip", STEERING])));
    assert_plain(&site.outcome(command(&site, "useconfig", &[&format!("/{STEERING}")])));
    assert_plain(&site.outcome(command(&site, "migrate-config", &["--store-backup", STEERING, "/opt/SUNWmsgsr"])));
}
