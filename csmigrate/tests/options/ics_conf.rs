//! `--ics-conf` and `--read-only`: one value changes, every other byte stays.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, assert_same, attributes};

const CONF: &str = "/etc/opt/SUNWics5/config/ics.conf";
const BEFORE: &[u8] = b"! Calendar\xe9\r\n!!caldb.berkeleydb.homedir.path = \"x\"\n\
caldb.berkeleydb.homedir.path\t=  \".\"  \r\n\
service.admin.calmaster.cred = \"canary-4711\"\ncaldb.berkeleydb.readonly = \"no\"\nlast = \"without end of line\"";

fn site_with_conf() -> Site {
    let site = Site::calendar();
    site.write(CONF, BEFORE);
    std::fs::create_dir_all(site.path("/var/opt/SUNWics5/logs")).unwrap();
    site
}

fn replaced(from: &str, to: &str) -> Vec<u8> {
    let at = BEFORE.windows(from.len()).position(|bytes| bytes == from.as_bytes()).unwrap();
    [&BEFORE[..at], to.as_bytes(), &BEFORE[at + from.len()..]].concat()
}

/// What undo has to bring back: all but logs and state.
fn states(site: &Site) -> [testkit::manifest::Manifest; 2] {
    ["/etc", "/db"].map(|dir| crate::support::site::manifest(&site.path(dir)))
}

#[test]
fn the_server_is_pointed_to_a_target_that_is_not_the_default_and_undo_points_it_back() {
    let site = site_with_conf();
    let before = states(&site);
    let attributes_before = attributes(&site.path(CONF));
    assert_snapshot!(site.migrate(&["--ics-conf", CONF]), @r#"
    exit 0
    --- stdout
    Scanning events database...
    200 events scanned
    Scanning todos database...
    205 todos scanned
    Backing up /db/old to /db/old/backup...
    Writing 3 new files, each read back and compared...
    Moving 3 files into /db/new...
    Editing /etc/opt/SUNWics5/config/ics.conf...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    Next:   restart the Calendar Server services (stop-cal, start-cal): they read ics.conf when they start
    "#);
    assert_eq!(site.read(CONF), replaced("\t=  \".\"", "\t=  \"/db/new\""));
    let (mode, uid, gid, ..) = attributes(&site.path(CONF));
    assert_eq!((mode, uid, gid), (attributes_before.0, attributes_before.1, attributes_before.2));
    site.run(&["--undo", NEW]).succeeded();
    for (before, after) in before.iter().zip(states(&site)) {
        assert_same(before, &after);
    }
}

#[test]
fn a_target_that_is_the_default_needs_no_edit() {
    let site = site_with_conf();
    site.run(&["--ics-conf", CONF, OLD, "/var/opt/SUNWics5/csdb"]).succeeded();
    assert_eq!(site.read(CONF), BEFORE);
    site.run(&["--undo", "/var/opt/SUNWics5/csdb"]).succeeded();
    assert!(!site.path("/var/opt/SUNWics5/csdb").exists());
}

#[test]
fn both_values_change_in_one_run() {
    let site = site_with_conf();
    site.migrate(&["--ics-conf", CONF, "--read-only", "on"]);
    let text = String::from_utf8_lossy(&site.read(CONF)).into_owned();
    assert!(text.contains("homedir.path\t=  \"/db/new\"  \r\n") && text.contains("readonly = \"yes\"\n"), "{text}");
    site.run(&["--undo", NEW]).succeeded();
    assert_eq!(site.read(CONF), BEFORE);
}

#[test]
fn read_only_alone_needs_no_migration_and_is_taken_back_by_run() {
    let site = site_with_conf();
    let before = states(&site);
    assert_snapshot!(site.run(&["--ics-conf", CONF, "--read-only", "on"]).succeeded(), @r#"
    exit 0
    --- stdout
    Editing /etc/opt/SUNWics5/config/ics.conf...
    Undo:   csmigrate --root [TEMP]/root --undo [RUN 1]
    Next:   restart the Calendar Server services (stop-cal, start-cal): they read ics.conf when they start
    "#);
    assert_eq!(site.read(CONF), replaced("readonly = \"no\"", "readonly = \"yes\""));
    assert_snapshot!(site.run(&["--ics-conf", CONF, "--read-only", "on"]).succeeded(), @r#"
    exit 0
    --- stdout
    /etc/opt/SUNWics5/config/ics.conf has these settings already: there is nothing to do
    "#);
    let run = site.run_names().remove(0);
    assert_snapshot!(site.run(&["--undo", &run]).succeeded(), @r#"
    exit 0
    --- stdout
    Restoring /etc/opt/SUNWics5/config/ics.conf...
    Everything is as it was before run [RUN 1]
    Next:   restart the Calendar Server services (stop-cal, start-cal): they read ics.conf when they start
    "#);
    for (before, after) in before.iter().zip(states(&site)) {
        assert_same(before, &after);
    }
}

#[test]
fn read_only_off_is_the_other_way_round() {
    let site = site_with_conf();
    site.write(CONF, "caldb.berkeleydb.readonly=\"yes\"\n");
    site.run(&["-q", "--ics-conf", CONF, "--read-only", "off"]).succeeded();
    assert_eq!(site.read(CONF), b"caldb.berkeleydb.readonly=\"no\"\n");
}

#[test]
fn a_missing_setting_is_added() {
    let site = site_with_conf();
    site.write(CONF, "service.http.port = \"80\"\n");
    site.run(&["-q", "--ics-conf", CONF, "--read-only", "on"]).succeeded();
    assert_snapshot!(String::from_utf8(site.read(CONF)).unwrap(), @r#"
    service.http.port = "80"
    ! My ics.conf Changes
    caldb.berkeleydb.readonly = "yes"
    "#);
    site.run(&["-q", "--undo", &site.run_names()[0]]).succeeded();
    assert_eq!(site.read(CONF), b"service.http.port = \"80\"\n");
}

#[test]
fn a_dry_edit_changes_nothing() {
    let site = site_with_conf();
    let before = states(&site);
    assert_snapshot!(site.run(&["-d", "--ics-conf", CONF, "--read-only", "on"]).succeeded(), @r#"
    exit 0
    --- stdout
    Dry run: this would be done, and nothing was written:
      edit /etc/opt/SUNWics5/config/ics.conf (1 places)
    "#);
    for (before, after) in before.iter().zip(states(&site)) {
        assert_same(before, &after);
    }
    assert!(site.run_names().is_empty());
}

#[test]
fn a_file_that_is_missing_a_link_or_broken_is_refused_before_anything_is_written() {
    let site = Site::calendar();
    std::os::unix::fs::symlink("ics50caldb.conf", site.path("/db/link")).unwrap();
    site.write("/db/broken", "caldb.counters = \"yes\"\nno\0text\n");
    for name in ["/db/none", "/db/link", "/db/broken"] {
        let outcome = site.refused(&["--ics-conf", name, OLD, NEW]);
        match name {
            "/db/none" => assert_snapshot!(outcome, @r#"
            exit 255
            --- stderr
            csmigrate: cannot open /db/none: No such file or directory (os error 2)
              Nothing was changed.
            "#),
            "/db/link" => assert_snapshot!(outcome, @r#"
            exit 255
            --- stderr
            csmigrate: /db/link: it is a symbolic link; name the file itself
              Nothing was changed.
            "#),
            _ => assert_snapshot!(outcome, @r#"
            exit 255
            --- stderr
            csmigrate: /db/broken: line 2, column 3: a NUL byte: this is not a text file
              Nothing was changed.
            "#),
        }
    }
}

#[test]
fn a_file_edited_since_is_kept_by_undo_and_the_old_one_is_put_beside_it() {
    let site = site_with_conf();
    site.migrate(&["-q", "--ics-conf", CONF]);
    site.write(CONF, "edited = \"since\"\n");
    assert_snapshot!(site.run(&["--undo", NEW]), @r#"
    exit 255
    --- stdout
    Removing /db/new/csmigrate.new...
    Removing /db/old/backup...
    Everything else is as it was before the migration
    There is no database in /db/new
    The old database is in /db/old. If you moved it there before the migration, move it back:
      mv [TEMP]/root/db/old [TEMP]/root/db/new
    --- stderr
    csmigrate: warning: /etc/opt/SUNWics5/config/ics.conf was changed since the run and is kept; its old content is in /etc/opt/SUNWics5/config/ics.conf.before-[RUN 1]
    "#);
    assert_eq!(site.read(CONF), b"edited = \"since\"\n");
    let run = &site.run_names()[0];
    assert_eq!(site.read(&format!("{CONF}.before-{run}")), BEFORE);
    assert!(!site.path(NEW).exists());
}

#[test]
fn no_secret_of_the_file_is_told_anywhere() {
    let site = site_with_conf();
    let outcome = site.migrate(&["-l", "max", "--json", "--ics-conf", CONF, "--read-only", "on"]);
    let mut told = vec![outcome.to_string()];
    for name in ["plan.json", "report.json", "log"] {
        told.push(String::from_utf8(site.file_of_newest_run(name)).unwrap());
    }
    told.push(String::from_utf8(site.read("/var/opt/SUNWics5/logs/csmigrate.log")).unwrap());
    for text in told {
        assert!(!text.contains("canary-4711"), "{text}");
    }
}

#[track_caller]
fn assert_warned(site: &Site, arguments: &[&str], opened: &str, target: &str) {
    let outcome = site.run(arguments).succeeded();
    let warning = format!(
        "csmigrate: warning: the server opens {opened}, not {target}: caldb.berkeleydb.homedir.path in {CONF} says so. To \
         point it to the target, use --ics-conf {CONF}"
    );
    assert!(outcome.stderr.contains(&warning), "{outcome}");
}

#[track_caller]
fn assert_not_warned(site: &Site, arguments: &[&str]) {
    let outcome = site.run(arguments).succeeded();
    assert!(!outcome.stderr.contains("the server opens"), "{outcome}");
}

#[test]
fn a_target_that_the_server_does_not_open_is_warned_of_by_the_dry_run_and_by_the_run() {
    let site = site_with_conf();
    for arguments in [&["-d", OLD, NEW][..], &[OLD, NEW]] {
        assert_warned(&site, arguments, "/var/opt/SUNWics5/csdb", NEW);
    }
}

#[test]
fn the_default_target_is_warned_of_when_the_server_opens_another_directory() {
    let site = site_with_conf();
    site.write(CONF, "caldb.berkeleydb.homedir.path = \"/export/csdb\"\n");
    assert_warned(&site, &["-d", OLD, "/var/opt/SUNWics5/csdb"], "/export/csdb", "/var/opt/SUNWics5/csdb");
}

#[test]
fn a_target_that_the_server_opens_needs_no_warning() {
    let site = site_with_conf();
    assert_not_warned(&site, &["-d", OLD, "/var/opt/SUNWics5/csdb"]);
    assert_not_warned(&site, &["-d", "--ics-conf", CONF, OLD, NEW]);
    site.write(CONF, "service.http.port = \"80\"\n");
    assert_not_warned(&site, &["-d", OLD, "/var/opt/SUNWics5/csdb"]);
    site.write(CONF, "caldb.berkeleydb.homedir.path = \"/link/new\"\n");
    std::os::unix::fs::symlink("/db", site.path("/link")).unwrap();
    assert_not_warned(&site, &["-d", OLD, NEW]);
    std::fs::remove_file(site.path(CONF)).unwrap();
    assert_not_warned(&site, &["-d", OLD, NEW]);
}

#[test]
fn an_edit_of_another_file_than_the_server_s_is_warned_of() {
    let site = site_with_conf();
    site.write("/db/ics.conf", "caldb.berkeleydb.homedir.path = \".\"\n");
    assert_warned(&site, &["-d", "--ics-conf", "/db/ics.conf", OLD, NEW], "/var/opt/SUNWics5/csdb", NEW);
}

#[test]
fn a_hard_linked_file_keeps_its_names_and_one_that_cannot_be_found_is_named() {
    let site = site_with_conf();
    let other = format!("{CONF}.saved");
    std::fs::hard_link(site.path(CONF), site.path(&other)).unwrap();
    site.run(&["-q", "--ics-conf", CONF, "--read-only", "on"]).succeeded();
    assert_eq!(site.read(&other), site.read(CONF));
    std::fs::rename(site.path(&other), site.path("/db/elsewhere")).unwrap();
    let outcome = site.run(&["-d", "--ics-conf", CONF, "--read-only", "off"]).failed();
    assert!(outcome.stderr.contains("a hard-linked file with 2 names, and only 1 can be found"), "{outcome}");
    assert!(outcome.stderr.contains("Nothing was changed."), "{outcome}");
}
