//! Conflicts that the administrator resolves, on the command line or in a file.

use crate::support::Site;
use crate::support::site::{RESOURCE, data, decisions};

const KEY: &str = "resource.properties:jdapi-wildorgsearchmaxresults";

fn merge(site: &Site, more: &[&str]) -> crate::support::Outcome {
    site.run(&[&["merge", "--base", data("stock-old").to_str().unwrap()], more].concat())
}

#[test]
fn without_one_the_value_of_the_site_stands_and_the_run_ends_with_3() {
    let site = Site::reset();
    merge(&site, &[])
        .exits(3)
        .says("2 conflicts: the site's values are kept")
        .says("--resolve FILE:KEY=site|new|VALUE");
    assert!(site.text(RESOURCE).contains("jdapi-wildorgsearchmaxresults=10\n"));
    assert!(!site.text(RESOURCE).contains("<<<<"));
}

#[test]
fn by_the_site_by_the_release_or_by_another_value() {
    for (choice, value) in [("site", "10"), ("new", "500"), ("42", "42")] {
        let site = Site::reset();
        let other = "daconfig.properties:console.session.timeout=new";
        let outcome = merge(&site, &["--resolve", &format!("{KEY}={choice}"), "--resolve", other]).succeeded();
        outcome.says(&format!("jdapi-wildorgsearchmaxresults = {value} (resolved)"));
        assert!(site.text(RESOURCE).contains(&format!("jdapi-wildorgsearchmaxresults={value}\n")), "{choice}");
    }
}

#[test]
fn from_a_file_with_comments() {
    let site = Site::reset();
    let file = site.beside("resolutions");
    let lines = format!("# decided on Monday\n\n{KEY}=7\n  # and\ndaconfig.properties:console.session.timeout=site\n");
    std::fs::write(&file, lines).unwrap();
    merge(&site, &["--resolutions", file.to_str().unwrap()]).succeeded();
    assert!(site.text(RESOURCE).contains("jdapi-wildorgsearchmaxresults=7\n"));
}

#[test]
fn the_report_tells_what_was_decided_as_ever() {
    let site = Site::reset();
    let base = data("stock-old");
    let run = site.run(&["--json", "merge", "--base", base.to_str().unwrap(), "--resolve", &format!("{KEY}=42")]);
    let decision = decisions(&run).into_iter().find(|(key, ..)| key == KEY).unwrap();
    assert_eq!(decision, (KEY.to_owned(), "conflict".to_owned(), "42".to_owned()));
}

#[test]
fn a_key_without_conflict_is_refused() {
    let site = Site::reset();
    let base = data("stock-old");
    let refuse = |text: &str| site.refused(&["merge", "--base", base.to_str().unwrap(), "--resolve", text]);
    refuse("resource.properties:jdapi-wildusersearchmaxresults=new")
        .exits(1)
        .says("`jdapi-wildusersearchmaxresults` is not in conflict: there is nothing to resolve")
        .says("`merge --dry-run` shows which keys are in conflict.");
    refuse("resource.properties:no-such-key=new").exits(1).says("`no-such-key` is not in conflict");
    refuse("other.properties:a=new").exits(2).says("`other.properties:a`: a resolution is FILE:KEY=site|new|VALUE");
    refuse("jdapi-wildorgsearchmaxresults=new").exits(2).says("a resolution is FILE:KEY=site|new|VALUE");
    let twice = [format!("{KEY}=new"), format!("{KEY}=site")];
    let arguments = ["merge", "--base", base.to_str().unwrap(), "--resolve", &twice[0], "--resolve", &twice[1]];
    site.refused(&arguments).exits(1).says("is resolved twice");
}

#[test]
fn a_secret_is_not_taken_from_the_command_line() {
    let site = Site::bare();
    site.write(RESOURCE, "admin.password=one\n");
    site.run(&["snapshot"]).succeeded();
    site.write(RESOURCE, "admin.password=two\n");
    let outcome = site.refused(&["merge", "--resolve", "resource.properties:admin.password=three"]).exits(2);
    assert!(!outcome.stderr.contains("three") && outcome.stderr.contains("--resolutions"), "{outcome}");
    let file = site.beside("resolutions");
    std::fs::write(&file, "resource.properties:admin.password=three\n").unwrap();
    let outcome = site.run(&["merge", "--resolutions", file.to_str().unwrap()]).succeeded();
    assert!(!outcome.to_string().contains("three"), "{outcome}");
    assert_eq!(site.text(RESOURCE), "admin.password=three\n");
}
