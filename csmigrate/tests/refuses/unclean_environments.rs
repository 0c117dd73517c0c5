//! Environments whose process ended without closing them: committed records exist only in the log.

use std::fs;

use insta::assert_snapshot;

use crate::environments::environments;
use crate::migrates::genuine_environments::place;
use crate::support::Site;
use crate::support::genuine::unclean_environments;
use crate::support::site::{NEW, OLD, names_in};

#[test]
fn every_environment_that_was_not_closed_is_refused_with_the_number_of_missing_records() {
    let mut said = String::new();
    for name in unclean_environments() {
        let site = Site::with(&[&name]);
        // Their hash databases would be reason enough.
        for name in names_in(&site.path(OLD)) {
            let path = site.path(OLD).join(name);
            if fs::read(&path).unwrap()[12..16] == 0x0006_1561_u32.to_le_bytes() {
                fs::remove_file(path).unwrap();
            }
        }
        let outcome = site.refused(&[OLD, NEW]);
        let first = outcome.stderr.lines().next().unwrap();
        said.push_str(&format!("{name}: {first}\n"));
    }
    assert_snapshot!(said, @r#"
    env-3.2.9-crash-1: csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (5 for folder.db, 1 for peruser.db)
    env-3.2.9-crash-1-32bit: csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (5 for folder.db, 1 for peruser.db)
    env-3.2.9-crash-2: csmigrate: /db/old was not closed properly: 3 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (3 for quota.db)
    env-3.2.9-crash-2-32bit: csmigrate: /db/old was not closed properly: 3 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (3 for quota.db)
    env-3.2.9-unclean: csmigrate: /db/old was not closed properly: 1 committed transaction is only in the log in /db/old, not in the data files, the first of 2026-11-23 15:18:21 UTC (1 for mbox.db)
    env-4.2.52-crash-1: csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (5 for folder.db, 1 for peruser.db)
    env-4.2.52-crash-2: csmigrate: /db/old was not closed properly: 3 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (3 for quota.db)
    env-4.4.20-crash-1: csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:17 UTC (5 for folder.db, 1 for peruser.db)
    env-4.4.20-crash-2: csmigrate: /db/old was not closed properly: 2 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:17 UTC (2 for quota.db)
    env-4.4.20-unclean: csmigrate: /db/old was not closed properly: 1 committed transaction is only in the log in /db/old, not in the data files, the first of 2026-11-23 15:18:23 UTC (1 for mbox.db)
    env-4.7.25-crash-1: csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:17 UTC (5 for folder.db, 1 for peruser.db)
    env-4.7.25-crash-2: csmigrate: /db/old was not closed properly: 2 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:17 UTC (2 for quota.db)
    env-4.7.25-unclean: csmigrate: /db/old was not closed properly: 1 committed transaction is only in the log in /db/old, not in the data files, the first of 2026-11-23 15:18:23 UTC (1 for mbox.db)
    "#);
}

#[test]
fn the_message_says_what_to_do() {
    let site = Site::with(&["env-4.4.20-unclean"]);
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old was not closed properly: 1 committed transaction is only in the log in /db/old, not in the data files, the first of 2026-11-23 15:18:23 UTC (1 for mbox.db)
      Start and stop the old Calendar Server once. Or copy the databases and the log files of /db/old into one new directory, without DB_CONFIG, run db5.3_recover (Debian package db5.3-util), or the db_recover of the release that the server has, with -h and that directory, and then csmigrate on it. --salvage migrates the databases as they are.
      Nothing was changed.
    "#);
}

#[test]
fn a_dry_run_refuses_it_as_well() {
    let site = Site::with(&["env-3.2.9-crash-1"]);
    assert_snapshot!(site.refused(&["-d", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old was not closed properly: 6 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-23 15:47:16 UTC (5 for folder.db, 1 for peruser.db)
      Start and stop the old Calendar Server once. Or copy the databases and the log files of /db/old into one new directory, without DB_CONFIG, run the db_recover of Berkeley DB 3.2, with -h and that directory, and then csmigrate on it. --salvage migrates the databases as they are.
      Nothing was changed.
    "#);
}

#[test]
fn a_log_that_ends_before_the_databases_is_not_theirs() {
    let site = Site::with(&["env-4.7.25-clean"]);
    site.write(
        "/db/old/log.0000000001",
        fs::read(crate::support::genuine::data().join("csdb-6.2-le/log.0000000001")).unwrap(),
    );
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: page 2 of mbox.db was last changed by log record 1/148714, but the log files in /db/old end at 1/8072: they are not the log of these databases, or newer ones were removed. --log-files names another directory. If the files are only left over, move log.* away and run csmigrate with --without-logs
      Nothing was changed.
    "#);
}

#[test]
fn a_log_newer_than_known_is_refused() {
    let site = Site::with(&["env-4.7.25-clean"]);
    let mut log = site.read("/db/old/log.0000000001");
    // The version follows the record header and the magic number.
    let at = log.windows(4).position(|bytes| bytes == 0x0004_0988_u32.to_le_bytes()).unwrap() + 4;
    log[at..at + 4].copy_from_slice(&99_u32.to_le_bytes());
    site.write("/db/old/log.0000000001", log);
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: log.0000000001: log version 99 is newer than known
      Nothing was changed.
    "#);
}

#[test]
fn a_log_that_is_no_log_is_refused() {
    let site = Site::with(&["env-4.7.25-clean"]);
    site.write("/db/old/log.0000000001", vec![b'x'; 4096]);
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: log.0000000001: not a Berkeley DB log file
      Nothing was changed.
    "#);
}

#[test]
fn what_is_missing_is_told_of_each_file() {
    let environments = environments();
    let site = Site::bare();
    place(&site, &environments, "env-4.4.20-partial-flush");
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old was not closed properly: 50 committed transactions are only in the log in /db/old, not in the data files, the first of 2026-11-28 19:55:52 UTC (50 for cal.db)
      Start and stop the old Calendar Server once. Or copy the databases and the log files of /db/old into one new directory, without DB_CONFIG, run db5.3_recover (Debian package db5.3-util), or the db_recover of the release that the server has, with -h and that directory, and then csmigrate on it. --salvage migrates the databases as they are.
      Nothing was changed.
    "#);
}

#[test]
fn a_salvage_puts_aside_only_the_file_whose_log_holds_more() {
    let environments = environments();
    let site = Site::bare();
    place(&site, &environments, "env-4.4.20-partial-flush");
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert_eq!(names_in(&site.path(NEW)), ["alarm.db", "prop.db", "salvaged"]);
    assert_eq!(names_in(&site.path("/db/new/salvaged")), ["cal.db"]);
    assert!(outcome.stderr.contains("cal.db does not agree with its log: "), "{outcome}");
    assert!(!outcome.stderr.contains("alarm.db does not agree"), "{outcome}");
}

#[test]
fn a_file_that_cannot_be_read_because_its_environment_was_not_closed_is_not_called_damaged() {
    let environments = environments();
    let unreadable = environments.details.iter().filter(|row| row["raw_unreadable"] != "-");
    let mut count = 0;
    for row in unreadable.filter(|row| row["truth"] == "unclean") {
        let site = Site::bare();
        place(&site, &environments, &row["directory"]);
        let said = site.refused(&[OLD, NEW]).stderr;
        assert!(said.contains("was not closed properly") && !said.contains("good backup"), "{said}");
        count += 1;
    }
    assert!(count >= 5, "only {count} of these environments have such a file");
}
