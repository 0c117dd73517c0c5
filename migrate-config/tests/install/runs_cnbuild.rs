//! After an installation, and after its undo, the MTA's configuration is compiled: `imsimta cnbuild`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::merging::Site;

const IMSIMTA: &str = "/opt/sun/comms/messaging/sbin/imsimta";

fn calls(site: &Site) -> usize {
    let called = fs::read_to_string(site.beside("called")).unwrap_or_default();
    called.lines().filter(|line| line.ends_with("/imsimta cnbuild")).count()
}

#[test]
fn below_another_root_the_command_is_printed_and_run_only_when_that_is_asked_for() {
    let site = Site::merged();
    site.write_noting_script(IMSIMTA);
    site.install(&[]).succeeded().says(&format!("Next: {IMSIMTA} cnbuild"));
    site.uninstall(&[]).succeeded().says(&format!("Next: {IMSIMTA} cnbuild"));
    assert_eq!(calls(&site), 0);
    let outcome = site.install(&["--run-commands"]).succeeded();
    assert!(!outcome.stdout.contains("Next: "), "{outcome}");
    assert_eq!(calls(&site), 1);
    site.install(&["--run-commands"]).succeeded().says("There is nothing to do");
    assert_eq!(calls(&site), 1);
    site.uninstall(&["--run-commands"]).succeeded();
    assert_eq!(calls(&site), 2);
}

#[test]
fn the_undo_restores_the_files_before_the_command_runs() {
    let site = Site::merged();
    let live = site.path("/var/opt/SUNWmsgsr/config/sms_option");
    site.write(
        IMSIMTA,
        format!("#!/bin/sh\nls '{}' >> '{}' 2>&1\ntrue\n", live.display(), site.beside("seen").display()),
    );
    fs::set_permissions(site.path(IMSIMTA), Permissions::from_mode(0o755)).unwrap();
    site.install(&["--run-commands"]).succeeded();
    site.uninstall(&["--run-commands"]).succeeded();
    let seen = fs::read_to_string(site.beside("seen")).unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines.len(), 2, "{seen}");
    assert_eq!(lines[0], live.to_str().unwrap());
    assert!(lines[1].contains("No such file"), "{seen}");
}

#[test]
fn without_the_program_or_with_one_that_others_may_change_it_is_named_and_the_files_are_installed() {
    let site = Site::merged();
    fs::remove_file(site.path(IMSIMTA)).unwrap();
    site.install(&["--run-commands"]).succeeded().says(&format!("Next: {IMSIMTA} cnbuild"));
    site.uninstall(&[]).succeeded();
    site.write_noting_script(IMSIMTA);
    fs::set_permissions(site.path(IMSIMTA), Permissions::from_mode(0o777)).unwrap();
    site.install(&["--run-commands"])
        .succeeded()
        .says("imsimta cnbuild: users other than root may change it: it is not run")
        .says(&format!("Next: {IMSIMTA} cnbuild"));
    assert_eq!(calls(&site), 0);
}

#[test]
fn a_command_that_fails_leaves_a_run_that_is_resumed_or_undone() {
    let site = Site::merged();
    let before = site.product();
    site.write(IMSIMTA, "#!/bin/sh\necho no disk\nexit 7\n");
    fs::set_permissions(site.path(IMSIMTA), Permissions::from_mode(0o755)).unwrap();
    site.install(&["--run-commands"]).exits(5).says("it failed: exit status: 7").says("--resume");
    site.write_noting_script(IMSIMTA);
    site.install(&["--run-commands", "--resume"]).succeeded();
    assert_eq!(calls(&site), 1);
    site.uninstall(&[]).succeeded();
    let left = before.difference(&site.product());
    assert!(left.iter().all(|line| line.contains("imsimta") || line.contains("sbin")), "{left:?}");
}
