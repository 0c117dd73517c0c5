//! Keys and values of properties files are shown as what they are: nothing in them steers a terminal or forges a line.

use std::fs;

use testkit::hostile::{STEERING, assert_plain};

use super::{command, merge, merge_on};
use crate::support::Site;
use crate::support::site::RESOURCE;

/// A customised site whose file has such keys and values: as they are, and spelled as escapes, with which a value has line breaks.
fn steering() -> Site {
    let site = Site::customised();
    let spelled = "x\\nSuccessful\\: all is well\\u001b]0;title\\u0007\\u202ey";
    let raw = STEERING.replace('\n', "");
    let more = format!("steering.{spelled}={spelled}\nraw={raw}\n");
    site.write(RESOURCE, [site.read(RESOURCE), more.into_bytes()].concat());
    site.run(&["snapshot"]).succeeded();
    site.run_config_commda();
    site
}

#[test]
fn each_command_shows_keys_and_values_on_their_line() {
    let site = steering();
    let merging = merge();
    let merging: Vec<&str> = merging.iter().map(String::as_str).collect();
    for json in [&[][..], &["--json"]] {
        for call in [&["status"][..], &["snapshot", "--dry-run"], &["deploy"], &["service-packages"]] {
            assert_plain(&site.outcome(command(&site, &[call, json].concat())));
        }
        assert_plain(&site.outcome(command(&site, &[&merging, &["--dry-run"][..], json].concat())));
    }
    assert_plain(&site.outcome(merge_on(&site)).exits(3));
    assert_plain(&site.outcome(command(&site, &["--list-runs"])));
    assert_plain(&site.outcome(command(&site, &["undo"])));
}

#[test]
fn operands_and_values_of_options_are_shown_on_their_line() {
    let site = steering();
    for call in [
        &["--undo", STEERING][..],
        &["--prune", STEERING],
        &[STEERING],
        &["merge", "--base", STEERING],
        &["merge", "--resolve", STEERING],
        &["merge", "--saved", STEERING],
        &["file", STEERING, STEERING, STEERING],
        &["service-packages", STEERING],
    ] {
        assert_plain(&site.outcome(command(&site, call)));
    }
    let export = site.beside("cwd/export.ldif");
    fs::write(&export, format!("dn: cn={}\n", STEERING.replace('\n', ""))).unwrap();
    assert_plain(&site.outcome(command(&site, &["service-packages", export.to_str().unwrap()])));
}
