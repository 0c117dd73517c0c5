//! `--dry-run` writes nothing at all, and shows the plan that the real run then has.

use crate::support::Site;
use crate::support::site::{assert_same, data};

#[test]
fn nothing_is_written_by_the_dry_run_of_any_command() {
    let site = Site::reset();
    let before = site.everything();
    site.run(&["merge", "--dry-run"]).exits(3).says("Dry run: this would be done, and nothing was written:");
    site.run(&["--json", "merge", "--dry-run"]).exits(3);
    site.run(&["deploy", "--dry-run"]).succeeded().says("Dry run: nothing was run");
    assert_same(&before, &site.everything());
    site.run(&["merge"]).exits(3);
    let before = site.everything();
    site.run(&["undo", "--dry-run"]).succeeded().says("Dry run: this would be done");
    assert_same(&before, &site.everything());
}

#[test]
fn the_plan_of_a_dry_run_is_the_plan_of_the_run() {
    let site = Site::reset();
    let base = data("stock-old");
    let report = site.beside("report");
    let merge = |more: &[&str]| {
        let all = [&["--report", report.to_str().unwrap(), "merge", "--base", base.to_str().unwrap()], more].concat();
        site.run(&all).exits(3)
    };
    merge(&["--dry-run"]);
    let dry: serde_json::Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    merge(&[]);
    let run = site.run_names().pop().unwrap();
    let plan = site.state().join("config-commda-merge").join(run).join("plan.json");
    let mut plan: serde_json::Value = serde_json::from_slice(&std::fs::read(plan).unwrap()).unwrap();
    let mut dry = dry["plan"].clone();
    for plan in [&mut plan, &mut dry] {
        plan.as_object_mut().unwrap().remove("run");
    }
    assert_eq!(dry, plan);
    assert!(plan["steps"].as_array().unwrap().len() >= 6, "{plan}");
}
