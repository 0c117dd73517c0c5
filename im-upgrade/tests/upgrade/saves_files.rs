//! Copies named `-pre73`: one that is there already stays.

use crate::support::{CONF, ROOT, Site};

#[test]
fn a_copy_of_an_earlier_attempt_stays_and_the_runs_own_copy_counts() {
    let site = Site::new();
    let earlier = format!("{CONF}-pre73");
    site.write(&earlier, "an earlier attempt\n");
    site.run(&["prepare", "--run-commands"]).succeeded().says("iim.conf-pre73 is there already and is kept");
    assert_eq!(site.text(&earlier), "an earlier attempt\n");
    assert_eq!(site.read(&format!("{CONF}-pre73.1")), site.read(CONF));
    site.package_step();
    site.with_stock(&["finish"]).exits(3);
    assert!(site.conf().contains("smtp.siroe.com"), "the site's values come from the run's own copy");
}

#[test]
fn no_copy_of_a_copy_is_ever_made() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let names: Vec<String> = walk(&site.path(ROOT));
    assert!(names.iter().any(|name| name == "iim.conf-pre73.2"), "{names:?}");
    assert!(names.iter().all(|name| name.matches("-pre73").count() < 2), "{names:?}");
}

#[test]
fn copies_that_the_package_step_made_count_where_prepare_did_not_run() {
    let site = Site::new();
    let conf = site.read(CONF);
    site.package_step();
    site.write(&format!("{CONF}-pre73"), conf);
    let base = site.beside("stock-old");
    site.run(&["finish", "--run-commands", "--base", base.to_str().unwrap()])
        .exits(3)
        .says("no run of `prepare` saved it");
    assert!(site.conf().contains("smtp.siroe.com"));
    assert!(site.conf().contains("iim_server.audio.enable"));
}

#[test]
fn a_copy_that_was_changed_since_is_not_merged() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    site.write(&format!("{CONF}-pre73"), "something else\n");
    let before = site.product();
    site.with_stock(&["finish"])
        .exits(1)
        .says("iim.conf-pre73 was changed since it was saved")
        .says("Nothing was changed.");
    before.assert_same(&site.product());
}

fn walk(directory: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        names.push(entry.file_name().to_str().unwrap().to_owned());
        if entry.file_type().unwrap().is_dir() {
            names.extend(walk(&entry.path()));
        }
    }
    names
}
