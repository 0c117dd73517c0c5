//! The product's own commands: which file is run, and what it gets of the caller's.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};

use testkit::hostile::{OTHER, SECRET, lay_a_secret};
use testkit::peers::need;

use super::SBIN;
use crate::support::merging::Site;

fn imsimta() -> String {
    format!("{SBIN}/imsimta")
}

#[test]
fn a_program_in_a_directory_of_another_account_is_not_run_and_the_files_are_installed() {
    need("@root");
    for theirs in [SBIN, "/opt/sun/comms/messaging", "/opt/sun", "/opt"] {
        let site = Site::merged();
        site.write_noting_script(&imsimta());
        // Only what leads to the program: a work directory that others could replace is refused for itself.
        let work = site.beside("work");
        fs::rename(site.path(crate::support::merging::WORK), &work).unwrap();
        chown(site.path(theirs), Some(OTHER), None).unwrap();
        site.install(&["--run-commands", "--work-dir", work.to_str().unwrap()])
            .succeeded()
            .says(&format!("users other than root may change it, by changing {theirs}: it is not run"));
        assert!(!site.beside("called").exists(), "{theirs}");
    }
}

#[test]
fn a_command_gets_no_file_that_the_caller_left_open() {
    need("@root");
    let site = Site::merged();
    lay_a_secret(&site, &["password"]);
    let seen = site.beside("seen");
    // A shell reads its script by a descriptor of its own.
    let script = format!("#!/bin/sh\nls -l /proc/self/fd > '{0}'\ncat <&9 >> '{0}'\ntrue\n", seen.display());
    site.write(&imsimta(), script);
    fs::set_permissions(site.path(&imsimta()), Permissions::from_mode(0o755)).unwrap();
    let own = super::command(&site, "install-newconfig", &["--run-commands"]);
    let password = site.path("/secret/password");
    let opened = format!("exec 9< '{}' 200< /dev/null; exec \"$@\"", password.display());
    site.outcome(site.below(&["bash", "-c", &opened, "bash"], &own)).succeeded();
    let seen = fs::read_to_string(seen).unwrap();
    assert!(!seen.contains(SECRET) && !seen.contains("password") && !seen.contains("200"), "{seen}");
    // The three that it has, and the directory that `ls` reads.
    assert_eq!(seen.lines().filter(|line| line.contains(" -> ")).count(), 4, "{seen}");
}
