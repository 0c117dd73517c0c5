//! `--json` and `--report FILE`: the result for programs.

use std::fs;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn json_is_all_that_is_printed_and_the_report_holds_the_same() {
    let site = Site::calendar();
    let outcome = site.migrate(&["--json", "--report", "../report.json"]);
    assert_eq!(outcome.stderr, "");
    let printed = outcome.json();
    let written: serde_json::Value =
        serde_json::from_str(&site.plain(&fs::read_to_string(site.beside("report.json")).unwrap())).unwrap();
    assert_eq!(printed, written);
    assert_eq!(printed["version"], 1);
    assert_eq!(printed["outcome"], "done");
    assert_eq!(printed["run"], "[RUN 1]");
    assert_eq!(printed["backup"], "/db/old/backup");
    assert_eq!(printed["undo"], "csmigrate --root [TEMP]/root --undo /db/new");
    let details = &printed["details"];
    let records: Vec<_> = details["databases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["file"].as_str().unwrap(), d["records"].as_u64().unwrap()))
        .collect();
    assert_eq!(records, [("ics50events.db", 200), ("ics50todos.db", 205)]);
    assert_eq!(details["carried_over"], serde_json::json!(["ics50caldb.conf"]));
}

#[test]
fn a_failure_is_reported_in_the_same_form() {
    let site = Site::bare();
    let outcome = site.refused(&["--json", "--report", "../report.json", OLD, NEW]);
    let report = outcome.json();
    assert_eq!(report["outcome"], "failed");
    assert_eq!(report["error"], serde_json::json!(["/db/old: the directory is empty", "Nothing was changed."]));
    assert_eq!(fs::read_to_string(site.beside("report.json")).unwrap().trim_end(), outcome.stdout.trim_end());
}

#[test]
fn an_earlier_report_is_replaced_as_a_whole() {
    let site = Site::calendar();
    fs::write(site.beside("report.json"), "x".repeat(100_000)).unwrap();
    site.run(&["-q", "-d", "--report", "../report.json", OLD, NEW]).succeeded();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(site.beside("report.json")).unwrap()).unwrap();
    assert_eq!(report["outcome"], "dry-run");
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure_that_says_what_was_done() {
    let site = Site::calendar();
    let outcome = site.run(&["-q", "--report", "/no/such/directory/report.json", OLD, NEW]).failed();
    insta::assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: the report cannot be written: /no/such/directory/report.json: No such file or directory (os error 2)
      The run is done; only the report is missing.
    "#);
}
