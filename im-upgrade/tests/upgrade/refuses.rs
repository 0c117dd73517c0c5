//! Bad input: a clear error, and nothing is changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::{CONF, OLD, ROOT, Site};

/// Runs a command that has to fail with this text and change nothing in the product.
#[track_caller]
fn refuses(site: &Site, arguments: &[&str], text: &str) {
    let before = site.product();
    site.run(arguments).exits(1).says(text).says("Nothing was changed.");
    before.assert_same(&site.product());
}

const PREPARE: &[&str] = &["prepare", "--run-commands"];

#[test]
fn a_site_without_iim_conf_is_refused() {
    let site = Site::new();
    fs::remove_file(site.path(CONF)).unwrap();
    fs::remove_file(site.path(&format!("{ROOT}/sales/config/iim.conf"))).unwrap();
    refuses(&site, PREPARE, "there is no iim.conf");
}

#[test]
fn a_file_that_the_servers_account_cannot_read_is_refused_with_the_way_to_fix_it() {
    testkit::peers::need("@root");
    let site = Site::new();
    site.write("/etc/passwd", "root:x:0:0::/:/bin/sh\ninetuser:x:4711:4711::/:/bin/sh\n");
    site.write("/etc/group", "inetgroup:x:4711:\n");
    refuses(
        &site,
        PREPARE,
        "inetuser, the account of the server, cannot read /etc/opt/SUNWiim/default/config/iim.conf",
    );
    site.run(PREPARE).says("To fix it: chown inetuser:inetgroup /etc/opt/SUNWiim/default/config/iim.conf");
    for name in ["default", "sales"] {
        let path = site.path(&format!("{ROOT}/{name}/config/iim.conf"));
        std::os::unix::fs::chown(path, Some(4711), Some(4711)).unwrap();
    }
    site.run(PREPARE).succeeded();
}

#[test]
fn a_missing_imadmin_is_named() {
    let site = Site::new();
    fs::remove_file(site.path(&format!("{ROOT}/sales/imadmin"))).unwrap();
    refuses(&site, PREPARE, "there is no imadmin for instance sales: /etc/opt/SUNWiim/sales/imadmin is missing");
    assert!(site.calls().is_empty());
}

#[test]
fn an_imadmin_that_others_may_change_is_not_run() {
    let site = Site::new();
    fs::set_permissions(site.path(&format!("{OLD}/sbin/imadmin")), Permissions::from_mode(0o777)).unwrap();
    refuses(&site, PREPARE, "users other than root may change it");
    assert!(site.calls().is_empty());
}

#[test]
fn a_failing_imadmin_is_quoted_and_what_was_stopped_is_started_again() {
    let site = Site::new();
    site.write_command(&format!("{ROOT}/sales/imadmin"), "sales imadmin", "echo 'cannot find the pid file'; exit 3");
    refuses(&site, PREPARE, "it failed: exit status: 3; it printed: cannot find the pid file");
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop", "old imadmin start"]);
    site.run(&["--resume"]).exits(1);
}

#[test]
fn a_server_that_does_not_stop_is_named_and_started_again() {
    let site = Site::new();
    let held = site.path("/var/opt/SUNWiim/sales/db/held");
    fs::write(&held, "").unwrap();
    let mut holder = std::process::Command::new("sleep");
    let mut holder = holder.arg("600").stdin(fs::File::open(&held).unwrap()).spawn().unwrap();
    let before = site.product();
    let outcome = site.run(&[PREPARE, &["--stop-timeout", "0"]].concat());
    holder.kill().unwrap();
    holder.wait().unwrap();
    outcome.exits(1).says("the server was not stopped: /var/opt/SUNWiim/sales/db/held is in use by process");
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop", "sales imadmin start", "old imadmin start"]);
    before.assert_same(&site.product());
}

#[test]
fn finish_is_refused_while_the_server_runs() {
    let site = Site::new();
    site.run(PREPARE).succeeded();
    site.package_step();
    let held = site.path("/var/opt/SUNWiim/default/db/held");
    fs::write(&held, "").unwrap();
    let mut holder = std::process::Command::new("sleep");
    let mut holder = holder.arg("600").stdin(fs::File::open(&held).unwrap()).spawn().unwrap();
    let outcome = site.with_stock(&["finish"]);
    holder.kill().unwrap();
    holder.wait().unwrap();
    outcome.exits(1).says("the server of instance default runs").says("Run im-upgrade prepare first");
}

#[test]
fn releases_before_7_2_are_told_what_comes_first() {
    let site = Site::new();
    site.write("/var/sadm/pkg/SUNWiim/pkginfo", "PKG=SUNWiim\nVERSION=7.1,REV=2006.01.01\n");
    refuses(&site, PREPARE, "/opt/SUNWiim holds a release before 7.2");
    site.run(PREPARE).says("Upgrade to 7.2 first, by chapter 7 of the Communications Suite 5 Upgrade Guide");
    site.run(&["check"]).exits(3).says("holds a release before 7.2");
    site.run(&[PREPARE, &["--release", "7.2"]].concat()).succeeded();
    site.write(&format!("{OLD}/html/iwadmin"), "");
    site.run(PREPARE).succeeded().says("release 7.2: /opt/SUNWiim/html/iwadmin is there");
}

#[test]
fn an_instance_that_is_not_there_is_refused_with_those_that_are() {
    let site = Site::new();
    refuses(&site, &["prepare", "--instance", "none"], "Instances: default, sales");
}

#[test]
fn the_files_of_7_3_must_be_known() {
    let site = Site::with_both();
    let before = site.product();
    site.run(&["upgrade", "--run-commands"]).exits(1).says("Name a tree with the files of 7.3 with --new DIR.");
    site.run(PREPARE).succeeded();
    site.run(&["--undo"]).succeeded();
    before.assert_same(&site.product());
    std::fs::remove_dir_all(site.path("/opt/sun")).unwrap();
    site.with_stock(&["upgrade"])
        .exits(1)
        .says("7.3 is not installed in /opt/sun/comms/im")
        .says("Nothing was changed.");
    let empty = site.beside("home");
    refuses(&site, &["upgrade", "--new", empty.to_str().unwrap()], "holds no stock files: there is no iim.conf in it");
}

#[test]
fn as_another_user_nothing_is_changed() {
    let site = Site::new();
    let before = site.product();
    let outcome = site.outcome(site.command_as_nobody(PREPARE));
    if testkit::site::is_root() {
        outcome.exits(1).says("cannot read /etc/opt/SUNWiim/default/config/iim.conf").says("Nothing was changed.");
        before.assert_same(&site.product());
    } else {
        outcome.succeeded();
    }
}
