//! Who can write ics.conf, or a directory on the way to the logs, does not choose where root writes.

use std::fs;
use std::os::unix::fs::{chown, symlink};

use testkit::peers;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

const CONF: &str = "/etc/opt/SUNWics5/config/ics.conf";
const OTHER: Option<u32> = Some(65534);

fn installed(conf: &str) -> Site {
    let site = Site::calendar();
    site.write(CONF, conf);
    for dir in ["/var/opt/SUNWics5/logs", "/etc/cron.d", "/logs"] {
        fs::create_dir_all(site.path(dir)).unwrap();
    }
    site
}

#[test]
fn an_ics_conf_of_the_server_names_no_directory_that_only_root_can_write() {
    peers::need("@root");
    let site = installed("logfile.logdir = \"/etc/cron.d\"\n");
    site.run(&["-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.path("/etc/cron.d")), ["csmigrate.log"], "root's own choice counts");
    fs::remove_file(site.path("/etc/cron.d/csmigrate.log")).unwrap();
    chown(site.path(CONF), OTHER, OTHER).unwrap();
    let refused = site.run(&["-d", OLD, NEW]).failed();
    assert!(refused.stderr.contains("ics.conf belongs to user 65534"), "{refused}");
    assert!(refused.stderr.contains("--log-dir"), "{refused}");
    assert_eq!(names_in(&site.path("/etc/cron.d")), [""; 0]);
}

#[test]
fn an_ics_conf_of_the_server_names_a_directory_of_the_server() {
    peers::need("@root");
    let site = installed("logfile.logdir = \"/logs\"\n");
    for path in [CONF, "/logs"] {
        chown(site.path(path), OTHER, OTHER).unwrap();
    }
    site.run(&["-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.path("/logs")), ["csmigrate.log"]);
}

#[test]
fn a_link_that_the_server_put_on_the_way_is_not_followed_to_roots_directory() {
    peers::need("@root");
    let site = installed("");
    fs::remove_dir(site.path("/var/opt/SUNWics5/logs")).unwrap();
    symlink("/etc/cron.d", site.path("/var/opt/SUNWics5/logs")).unwrap();
    chown(site.path("/var/opt/SUNWics5"), OTHER, OTHER).unwrap();
    let refused = site.run(&["-d", OLD, NEW]).failed();
    assert!(refused.stderr.contains("/var/opt/SUNWics5 belongs to user 65534"), "{refused}");
    assert_eq!(names_in(&site.path("/etc/cron.d")), [""; 0]);
}

#[test]
fn a_line_break_in_an_operand_or_in_the_name_of_the_logs_directory_forges_no_line() {
    let site = Site::calendar();
    let forged = "../log\nSuccessful: all is well";
    let outcome = site.run(&["--log-dir", forged, "/db/x\n2026-01-01T00:00:00Z csmigrate[1] forged", NEW]).failed();
    let log = fs::read_to_string(site.beside("cwd").join(forged).join("csmigrate.log")).unwrap();
    assert!(log.lines().all(|line| line.contains(" csmigrate[") && !line.contains("[1] forged\n")), "{log}");
    assert!(!log.lines().any(|line| line.starts_with("2026-01-01T00:00:00Z")), "{log}");
    let printed = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!printed.lines().any(|line| line.trim_start().starts_with("Successful")), "{printed}");
}
