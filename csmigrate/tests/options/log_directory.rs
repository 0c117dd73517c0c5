//! Where the logs are written: `--log-dir`, else what `ics.conf` says, else the layout's default, else here.

use std::fs;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

const CONF: &str = "/etc/opt/SUNWics5/config/ics.conf";

/// Makes the directories of a Calendar Server on Solaris with an `ics.conf`.
fn installed(conf: &str) -> Site {
    let site = Site::calendar();
    site.write(CONF, conf);
    for dir in ["/var/opt/SUNWics5/logs", "/var/opt/SUNWics5/elsewhere", "/logs/calendar"] {
        fs::create_dir_all(site.path(dir)).unwrap();
    }
    site
}

#[track_caller]
fn assert_logs_are_in(site: &Site, directory: &str) {
    site.run(&["-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.path(directory)), ["csmigrate.log"], "{directory}");
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn a_host_without_calendar_server_has_them_in_the_current_directory() {
    let site = Site::calendar();
    site.run(&["-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.beside("cwd")), ["csmigrate.log"]);
}

#[test]
fn logs_and_a_dot_mean_the_default_below_the_var_directory() {
    assert_logs_are_in(&installed("logfile.logdir = \"logs\"\n"), "/var/opt/SUNWics5/logs");
    assert_logs_are_in(&installed("logfile.logdir = \".\"\n"), "/var/opt/SUNWics5/logs");
}

#[test]
fn another_relative_value_lies_below_the_var_directory_and_an_absolute_one_below_the_root() {
    assert_logs_are_in(&installed("logfile.logdir = \"elsewhere\"\n"), "/var/opt/SUNWics5/elsewhere");
    assert_logs_are_in(&installed("logfile.logdir=\"/logs/calendar\"\n"), "/logs/calendar");
}

#[test]
fn the_last_of_repeated_settings_counts_and_comments_do_not() {
    let conf = "logfile.logdir = \"/none\"\nlogfile.logdir = \"elsewhere\"\n!logfile.logdir = \"logs\"\n";
    assert_logs_are_in(&installed(conf), "/var/opt/SUNWics5/elsewhere");
}

#[test]
fn without_the_setting_or_the_file_the_default_of_the_layout_counts() {
    assert_logs_are_in(&installed("service.http.port = \"80\"\n"), "/var/opt/SUNWics5/logs");
    let site = installed("");
    fs::remove_file(site.path(CONF)).unwrap();
    assert_logs_are_in(&site, "/var/opt/SUNWics5/logs");
    let site = Site::calendar();
    fs::create_dir_all(site.path("/var/opt/sun/calendar/logs")).unwrap();
    assert_logs_are_in(&site, "/var/opt/sun/calendar/logs");
}

#[test]
fn the_logs_never_go_among_the_data() {
    let site = Site::calendar();
    std::fs::create_dir_all(site.path("/db/new")).unwrap();
    let before = site.manifest();
    for directory in ["/db/old", "/db/new"] {
        let mut command = site.command(&["/db/old", "/db/new"]);
        command.current_dir(site.path(directory));
        let outcome = site.outcome(command).failed();
        assert!(outcome.stderr.contains("name a directory with --log-dir"), "{}", outcome.stderr);
    }
    site.assert_unchanged(&before);
}

#[test]
fn a_logs_directory_that_is_not_there_means_the_current_directory() {
    let site = installed("logfile.logdir = \"/gone\"\n");
    site.run(&["-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.beside("cwd")), ["csmigrate.log"]);
}

#[test]
fn log_dir_wins_and_is_a_real_path() {
    let site = installed("logfile.logdir = \"logs\"\n");
    site.run(&["--log-dir", site.beside("logs").to_str().unwrap(), "-d", OLD, NEW]).succeeded();
    site.run(&["--log-dir", "../logs", "-d", OLD, NEW]).succeeded();
    assert_eq!(names_in(&site.beside("logs")), ["csmigrate.log"]);
    let log = site.log_lines(&site.beside("logs"), "csmigrate.log");
    assert_eq!(log.matches("begin: migrate /db/old to /db/new\n").count(), 2, "appended to: {log}");
    assert_eq!(names_in(&site.path("/var/opt/SUNWics5/logs")), [""; 0]);
}

#[test]
fn a_log_dir_that_is_not_there_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--log-dir", "/no/such/logs", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: cannot open the logs directory /no/such/logs (--log-dir names another): No such file or directory (os error 2)
      Nothing was changed.
    "#);
}

#[test]
fn a_link_in_the_place_of_a_log_is_not_followed() {
    let site = Site::calendar();
    fs::write(site.beside("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(site.beside("precious"), site.beside("cwd/csmigrate.log")).unwrap();
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: cannot write ./csmigrate.log: not a regular file
      Nothing was changed.
    "#);
    assert_eq!(fs::read_to_string(site.beside("precious")).unwrap(), "precious");
}

#[test]
fn an_ics_conf_that_cannot_be_understood_is_refused() {
    let site = installed("logfile.logdir = \"logs\"\nno\0text\n");
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /etc/opt/SUNWics5/config/ics.conf: line 2, column 3: a NUL byte: this is not a text file
      Nothing was changed.
    "#);
}

#[test]
fn a_log_dir_of_which_only_the_last_name_is_missing_is_made_with_the_owner_of_the_one_above() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let site = Site::calendar();
    let above = site.beside("logs");
    fs::set_permissions(&above, fs::Permissions::from_mode(0o1777)).unwrap();
    let _ = std::os::unix::fs::chown(&above, Some(4321), Some(1234));
    let made = above.join("new");
    let outcome = site.run(&["--log-dir", made.to_str().unwrap(), "-d", OLD, NEW]).succeeded();
    assert!(outcome.stdout.contains("Made the logs directory"), "{outcome}");
    assert_eq!(names_in(&made), ["csmigrate.log"]);
    let [above, made] = [above, made].map(|path| fs::metadata(path).unwrap());
    assert_eq!((made.uid(), made.gid()), (above.uid(), above.gid()));
    assert_eq!(made.mode() & 0o7777, 0o755, "others do not write there");
}
