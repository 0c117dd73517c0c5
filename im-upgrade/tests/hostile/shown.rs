//! Names and values of the configuration are shown as what they are: nothing in them steers a terminal or forges a line.

use testkit::hostile::{STEERING, assert_plain};

use super::upgrade;
use crate::support::{CONF, ROOT, Site};

/// A site with such values, an instance of such a name, and a file of such a name.
fn steering() -> Site {
    let site = Site::with_both();
    let raw = STEERING.replace('\n', "");
    let more = format!("iim.smtpserver = \"{raw}\"\niim.{raw} = \"1\"\niim_server.port = \"{raw}\"\n");
    site.write(CONF, [site.read(CONF), more.into_bytes()].concat());
    site.write(&format!("{ROOT}/{STEERING}/config/iim.conf"), site.read(CONF));
    site.write(&format!("{ROOT}/default/config/acls/{STEERING}.acl"), "# own\nd:none\n");
    site
}

#[test]
fn each_command_shows_names_and_values_on_their_line() {
    let site = steering();
    for json in [&[][..], &["--json"]] {
        for call in [
            &["check"][..],
            &["status"],
            &["prepare", "--no-service", "--dry-run"],
            &["prepare", "--dry-run"],
            &["redeploy", "--dry-run", "--codebase", "http://im.siroe.com/im/"],
        ] {
            assert_plain(&site.outcome(site.command(&[call, json].concat())));
        }
        for more in [&["--no-service", "--dry-run"][..], &["--dry-run"], &["--no-service"]] {
            assert_plain(&site.outcome(upgrade(&site, &[more, json].concat())));
        }
    }
    for call in [&["--list-runs"][..], &["status"], &["rollback", "--no-service", "--skip-packages"], &["--undo"]] {
        assert_plain(&site.outcome(site.command(call)));
    }
}

#[test]
fn operands_and_values_of_options_are_shown_on_their_line() {
    let site = steering();
    for call in [
        &["--undo", STEERING][..],
        &["--prune", STEERING],
        &[STEERING],
        &["check", "--im-base", STEERING],
        &["check", "--instance", STEERING],
        &["upgrade", "--base", STEERING],
        &["redeploy", "--codebase", STEERING],
    ] {
        assert_plain(&site.outcome(site.command(call)));
    }
}
