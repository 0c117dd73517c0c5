//! `--log-files`, `--without-logs` and `DB_CONFIG`: where the logs and the databases are.

use std::fs;

use crate::environments::environments;
use crate::migrates::genuine_environments::place;
use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

/// Logs beside the databases; killed, so that committed transactions are only in the log.
const KILLED: &str = "env-4.4.20-killed-after-commit";
const CLEAN: &str = "env-4.4.20-close-without-ckp";

fn site(name: &str) -> Site {
    let site = Site::bare();
    place(&site, &environments(), name);
    site
}

/// Moves the log files into another directory below the root.
fn move_logs(site: &Site, to: &str) {
    fs::create_dir_all(site.path(to)).unwrap();
    for name in names_in(&site.path(OLD)).iter().filter(|name| name.starts_with("log.")) {
        fs::rename(site.path(OLD).join(name), site.path(to).join(name)).unwrap();
    }
}

#[track_caller]
fn is_refused_for_its_log(site: &Site, options: &[&str], place: &str) {
    let said = site.refused(&[options, &[OLD, NEW]].concat()).stderr;
    assert!(
        said.contains("was not closed properly") && said.contains(&format!("only in the log in {place},")),
        "{said}"
    );
}

#[test]
fn logs_are_found_where_db_config_and_applications_put_them() {
    for (place, config) in [
        ("/db/old/journal", "set_lg_dir journal\n"),
        ("/var/logs/db", "set_cachesize 0 1 1\nset_lg_dir /var/logs/db\n"),
        ("/db/old/log", ""),
        ("/db/old/anything", ""),
        ("/db", ""),
        ("/db/logs", ""),
    ] {
        for name in [KILLED, CLEAN] {
            let site = site(name);
            move_logs(&site, place);
            if !config.is_empty() {
                site.write("/db/old/DB_CONFIG", config);
            }
            match name {
                KILLED => is_refused_for_its_log(&site, &[], place),
                _ => drop(site.migrate(&[])),
            }
        }
    }
}

#[test]
fn the_directory_above_may_say_where_the_logs_are() {
    let site = site(KILLED);
    move_logs(&site, "/elsewhere");
    site.write("/db/DB_CONFIG", "set_data_dir old\nset_lg_dir /elsewhere\n");
    is_refused_for_its_log(&site, &[], "/elsewhere");
}

#[test]
fn log_files_names_the_directory() {
    let site = site(KILLED);
    move_logs(&site, "/far/away");
    is_refused_for_its_log(&site, &["--log-files", "/far/away"], "/far/away");
}

#[test]
fn logs_of_other_databases_are_not_taken_for_theirs() {
    let site = site(CLEAN);
    move_logs(&site, "/far/away");
    // Another environment's log in a place that is only guessed.
    for (path, bytes) in &environments().all["env-4.4.20-killed-open-txn"] {
        if path.starts_with("log.") {
            site.write(&format!("/db/logs/{path}"), bytes);
        }
    }
    let said = site.refused(&[OLD, NEW]).stderr;
    assert!(said.contains("its log files cannot be found: not in /db/old, /db, /db/db, /db/log, /db/logs"), "{said}");
}

#[test]
fn a_log_beside_the_databases_that_is_whole_and_does_not_name_them_is_not_theirs() {
    let site = site(CLEAN);
    move_logs(&site, "/far/away");
    // It ends behind every page, so that its end tells nothing.
    for name in ["shared/bdb/tests/data", "csmigrate/tests/data"] {
        let log = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(name)
            .join("env-4.4.20-crash-1/log.0000000001");
        if let Ok(bytes) = fs::read(log) {
            site.write("/db/old/log.0000000001", bytes);
        }
    }
    let said = site.refused(&[OLD, NEW]).stderr;
    assert!(said.contains("its log files cannot be found: not in /db/old\n"), "{said}");
    site.migrate(&["--without-logs"]);
}

#[test]
fn databases_whose_log_cannot_be_found_are_refused_unless_that_was_allowed() {
    let site = site(KILLED);
    move_logs(&site, "/far/away");
    let said = site.refused(&["-q", OLD, NEW]).stderr;
    assert!(said.contains("was last changed by record") && said.contains("--without-logs"), "{said}");
    let report = site.beside("report.json");
    let outcome = site.migrate(&["-q", "--without-logs", "--report", report.to_str().unwrap()]);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    let report = fs::read_to_string(report).unwrap();
    assert!(report.contains("that log cannot be found: changes that only the log holds are lost"), "{report}");
}

#[test]
fn without_logs_does_not_overrule_a_log_that_is_there() {
    is_refused_for_its_log(&site(KILLED), &["--without-logs"], OLD);
}

#[test]
fn the_target_gets_no_line_that_names_a_directory() {
    let site = site(CLEAN);
    move_logs(&site, "/db/old/logs");
    site.write("/db/old/DB_CONFIG", "# ours\nset_cachesize 0 1048576 1\nset_lg_dir logs\nset_tmp_dir /tmp\n");
    let outcome = site.migrate(&[]);
    assert_eq!(site.read("/db/new/DB_CONFIG"), b"# ours\nset_cachesize 0 1048576 1\n");
    let line = "DB_CONFIG: lines that name directories are not carried over: \"set_lg_dir logs\", \"set_tmp_dir /tmp\"";
    assert!(outcome.stderr.contains(line), "{outcome}");
    assert!(site.read("/db/old/backup/DB_CONFIG").ends_with(b"/tmp\n"));
    // The same once more is nothing to do.
    assert!(site.migrate(&[]).stdout.starts_with("Already migrated by run"));
}

#[test]
fn a_db_config_of_nothing_but_directories_does_not_come_along() {
    let site = site("env-4.4.20-lgdir-clean");
    site.migrate(&[]);
    assert_eq!(names_in(&site.path(NEW)), ["alarm.db", "cal.db", "prop.db"]);
}

#[test]
fn databases_in_a_directory_below_are_found() {
    let site = site(CLEAN);
    for name in names_in(&site.path(OLD)).iter().filter(|name| name.ends_with(".db")) {
        fs::create_dir_all(site.path("/db/old/data")).unwrap();
        fs::rename(site.path(OLD).join(name), site.path("/db/old/data").join(name)).unwrap();
    }
    site.write("/db/old/DB_CONFIG", "set_data_dir data\n");
    site.migrate(&[]);
    assert_eq!(names_in(&site.path(NEW)), ["alarm.db", "cal.db", "prop.db"]);
    assert!(site.path("/db/old/backup/data/cal.db").is_file());
}

#[test]
fn databases_in_a_directory_elsewhere_are_found_with_the_logs_of_their_environment() {
    for name in [KILLED, CLEAN] {
        let site = site(name);
        for name in names_in(&site.path(OLD)).iter().filter(|name| name.ends_with(".db")) {
            fs::create_dir_all(site.path("/data")).unwrap();
            fs::rename(site.path(OLD).join(name), site.path("/data").join(name)).unwrap();
        }
        site.write("/db/old/DB_CONFIG", "set_data_dir /data\n");
        if name == KILLED {
            let said = site.refused(&[OLD, NEW]).stderr;
            assert!(said.contains("only in the log in /db/old,"), "{said}");
        } else {
            site.migrate(&[]);
            assert!(names_in(&site.path(NEW)).contains(&"cal.db".to_owned()));
            assert!(site.path("/db/old/backup/cal.db").is_file());
        }
    }
}

#[test]
fn databases_in_several_directories_are_refused() {
    let site = site(CLEAN);
    fs::create_dir_all(site.path("/data")).unwrap();
    fs::rename(site.path("/db/old/alarm.db"), site.path("/data/alarm.db")).unwrap();
    site.write("/db/old/DB_CONFIG", "set_data_dir /data\n");
    let said = site.refused(&[OLD, NEW]).stderr;
    assert!(said.contains("databases are in /data and /db/old"), "{said}");
}
