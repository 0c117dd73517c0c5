//! The deployment scripts: which file is run, and what it gets of the caller's.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};

use testkit::hostile::{OTHER, SECRET, lay_a_secret};
use testkit::peers::need;

use super::{command, merge_on};
use crate::support::Site;

const SCRIPTS: [&str; 2] = ["/opt/SUNWcomm/sbin/config-wbsvr7x-commcli", "/opt/SUNWcomm/sbin/config-wbsvr7x-da"];

fn merged(script: &str) -> Site {
    need("@root");
    let site = Site::reset();
    site.outcome(merge_on(&site)).exits(3);
    for path in SCRIPTS {
        site.write(path, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(site.path(path), Permissions::from_mode(0o755)).unwrap();
    }
    site
}

#[test]
fn a_script_below_a_directory_of_another_account_is_not_run() {
    for theirs in ["/opt/SUNWcomm/sbin", "/opt/SUNWcomm", "/opt", SCRIPTS[0]] {
        let site = merged("");
        let note = format!("#!/bin/sh\ntouch '{}'\n", site.beside("called").display());
        SCRIPTS.iter().for_each(|path| fs::write(site.path(path), &note).unwrap());
        chown(site.path(theirs), Some(OTHER), None).unwrap();
        site.run(&["deploy", "--run-commands"]).exits(1).says("users other than root may change it");
        assert!(!site.beside("called").exists(), "{theirs}");
    }
}

#[test]
fn a_script_gets_no_file_that_the_caller_left_open() {
    let site = merged("ls -l /proc/self/fd\ncat <&9");
    lay_a_secret(&site, &["password"]);
    let opened = format!("exec 9< '{}'; exec \"$@\"", site.path("/secret/password").display());
    let own = command(&site, &["deploy", "--run-commands"]);
    let outcome = site.outcome(site.below(&["bash", "-c", &opened, "bash"], &own));
    let shown = outcome.to_string();
    assert!(
        shown.contains(" 0 -> /dev/null") && !shown.contains(SECRET) && !shown.contains("secret/password"),
        "{shown}"
    );
}
