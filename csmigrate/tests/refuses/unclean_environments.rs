//! Environments whose process ended without closing them: committed records exist only in the log.

use std::fs;

use insta::assert_snapshot;

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
    env-3.2.9-crash-1: csmigrate: /db/old was not closed properly: 940 log records follow the last checkpoint, with 6 committed transactions; 941 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-3.2.9-crash-1-32bit: csmigrate: /db/old was not closed properly: 928 log records follow the last checkpoint, with 6 committed transactions; 929 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-3.2.9-crash-2: csmigrate: /db/old was not closed properly: 724 log records follow the last checkpoint, with 6 committed transactions (165 before it belong to transactions that were open then); 810 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-3.2.9-crash-2-32bit: csmigrate: /db/old was not closed properly: 690 log records follow the last checkpoint, with 6 committed transactions (178 before it belong to transactions that were open then); 777 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-3.2.9-unclean: csmigrate: /db/old was not closed properly: 47 log records follow the last checkpoint, with 1 committed transaction; 48 log records are newer than every page, so what they did is not in the data files: 1 committed transaction is only in the log
    env-4.2.52-crash-1: csmigrate: /db/old was not closed properly: 949 log records follow the last checkpoint, with 6 committed transactions (1 before it belong to transactions that were open then); 950 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-4.2.52-crash-2: csmigrate: /db/old was not closed properly: 666 log records follow the last checkpoint, with 6 committed transactions (195 before it belong to transactions that were open then); 765 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-4.4.20-crash-1: csmigrate: /db/old was not closed properly: 949 log records follow the last checkpoint, with 6 committed transactions (1 before it belong to transactions that were open then); 950 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-4.4.20-crash-2: csmigrate: /db/old was not closed properly: 668 log records follow the last checkpoint, with 4 committed transactions (194 before it belong to transactions that were open then); 767 log records are newer than every page, so what they did is not in the data files: 4 committed transactions are only in the log
    env-4.4.20-unclean: csmigrate: /db/old was not closed properly: 47 log records follow the last checkpoint, with 1 committed transaction (1 before it belong to transactions that were open then); 48 log records are newer than every page, so what they did is not in the data files: 1 committed transaction is only in the log
    env-4.7.25-crash-1: csmigrate: /db/old was not closed properly: 949 log records follow the last checkpoint, with 6 committed transactions (1 before it belong to transactions that were open then); 950 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
    env-4.7.25-crash-2: csmigrate: /db/old was not closed properly: 668 log records follow the last checkpoint, with 4 committed transactions (194 before it belong to transactions that were open then); 767 log records are newer than every page, so what they did is not in the data files: 4 committed transactions are only in the log
    env-4.7.25-unclean: csmigrate: /db/old was not closed properly: 47 log records follow the last checkpoint, with 1 committed transaction (1 before it belong to transactions that were open then); 48 log records are newer than every page, so what they did is not in the data files: 1 committed transaction is only in the log
    "#);
}

#[test]
fn the_message_says_what_to_do() {
    let site = Site::with(&["env-4.4.20-unclean"]);
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old was not closed properly: 47 log records follow the last checkpoint, with 1 committed transaction (1 before it belong to transactions that were open then); 48 log records are newer than every page, so what they did is not in the data files: 1 committed transaction is only in the log
      Start and stop the old Calendar Server once, or run the db_recover of its own Berkeley DB release on a copy, then run csmigrate on the result.
      Nothing was changed.
    "#);
}

#[test]
fn a_dry_run_refuses_it_as_well() {
    let site = Site::with(&["env-3.2.9-crash-1"]);
    assert_snapshot!(site.refused(&["-d", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old was not closed properly: 940 log records follow the last checkpoint, with 6 committed transactions; 941 log records are newer than every page, so what they did is not in the data files: 6 committed transactions are only in the log
      Start and stop the old Calendar Server once, or run the db_recover of its own Berkeley DB release on a copy, then run csmigrate on the result.
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
    csmigrate: /db/old: page 2 of mbox.db was last changed by log record 1/148714, but the log files end at 1/8072: they are not the log of these databases, or newer ones were removed. If they are only left over, move log.* away and run csmigrate again
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
fn without_the_log_files_it_is_migrated_with_a_warning() {
    let site = Site::with(&["env-4.7.25-clean"]);
    fs::remove_file(site.path("/db/old/log.0000000001")).unwrap();
    assert_snapshot!(site.migrate(&[]), @r#"
    exit 0
    --- stdout
    Scanning mbox.db database...
    140 records scanned
    Backing up /db/old to /db/old/backup...
    Writing 1 new files, each read back and compared...
    Moving 1 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    --- stderr
    csmigrate: warning: there are no log files, although these databases were written with a log: it cannot be proven that they were closed properly
    "#);
}
