//! `--dry-run` writes nothing at all, and shows the plan that the real run then has.

use std::fs;

use serde_json::Value;

use super::support::{CONFIG, OLD, Site};

#[test]
fn nothing_is_written_by_any_dry_run() {
    let site = Site::sample();
    let [moved, _, copied, _, _] = site.writes_nothing([
        &["--dry-run", OLD],
        &["--dry-run", "--json", OLD],
        &["--dry-run", OLD, "--data-root", "/var/copy"],
        &["--references", OLD],
        &["--list-runs"],
    ]);
    moved
        .succeeded()
        .says("Dry run: this would be done, and nothing was written:")
        .says("edit /var/opt/SUNWmsgsr/config/imta.cnf");
    copied.succeeded().says("make /var/copy");
}

#[test]
fn the_plan_of_a_dry_run_is_the_plan_of_the_run() {
    for form in [&[][..], &["--data-root", "/var/copy"]] {
        let site = Site::sample();
        let report = site.beside("report");
        let arguments = [&["--report", report.to_str().unwrap(), "--store-backup", "none", OLD], form].concat();
        site.run(&[&["--dry-run"], arguments.as_slice()].concat()).succeeded();
        let dry: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        site.run(&arguments).succeeded();
        let plan: Value = serde_json::from_slice(&site.file_of_newest_run("plan.json")).unwrap();
        assert_eq!(dry["plan"], plan);
        assert!(plan["steps"].as_array().unwrap().len() >= 4);
    }
}

#[test]
fn a_file_that_was_edited_after_an_interruption_is_not_overwritten_strace() {
    // The plan of an interrupted run is taken up again after somebody edited a file that it had not come to.
    let site = Site::sample();
    let killed = testkit::strace::signalled(&site, "KILL", "renameat", 3, &["--store-backup", "none", OLD]);
    assert!(killed.signal.is_some(), "{killed}");
    let path = format!("{CONFIG}/option.dat");
    site.write(&path, "X=edited\n");
    site.run(&["--store-backup", "none", OLD]).exits(5).says("option.dat").says("-u");
    assert_eq!(site.text(&path), "X=edited\n");
}
