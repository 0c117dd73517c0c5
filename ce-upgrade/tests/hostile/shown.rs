//! Keys, values and names are shown as what they are: nothing in them steers a terminal or forges a line.

use std::fs;

use testkit::hostile::{STEERING, assert_plain, assert_plain_text};

use super::patch;
use crate::support::{DEPLOYED, Site, WORK};

/// A site with such values, spelled as escapes as well, and with files of such a name.
fn steering() -> Site {
    let site = Site::sample();
    let raw = STEERING.replace('\n', "");
    let spelled = "x\\nSuccessful\\: all is well\\u001b]0;title\\u0007\\u202ey";
    let path = format!("{DEPLOYED}/WEB-INF/config/uwcconfig.properties");
    let more = format!("steering.{spelled}={spelled}\nraw={raw}\n");
    site.write(&path, [site.read(&path), more.into_bytes()].concat());
    for directory in ["WEB-INF/config", "webmail", "WEB-INF/ui"] {
        site.write(&format!("{DEPLOYED}/{directory}/{STEERING}.xml"), format!("<a b=\"{raw}\">{raw}</a>\n"));
    }
    site
}

#[test]
fn each_command_shows_names_and_values_on_their_line() {
    let site = steering();
    for json in [&[][..], &["--json"]] {
        assert_plain(&site.outcome(patch(&site, &[&["--dry-run"], json].concat())));
        assert_plain(&site.outcome(patch(&site, json)));
        for call in [
            &["check"][..],
            &["status"],
            &["migrate-mail-ui", "--dry-run"],
            &["install-newconfig", "-f", "--dry-run"],
            &["install-newconfig", "-f"],
            &["--list-runs"],
            &["uninstall-newconfig"],
        ] {
            assert_plain(&site.outcome(site.command(&[call, json].concat())));
        }
    }
    let reports = site.path(&format!("{WORK}/changes"));
    let mut todo = vec![reports];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                assert_plain_text(&String::from_utf8_lossy(&fs::read(path).unwrap()));
            }
        }
    }
}

#[test]
fn operands_and_values_of_options_are_shown_on_their_line() {
    let site = steering();
    for call in [
        &["--undo", STEERING][..],
        &["--prune", STEERING],
        &[STEERING],
        &["patch-config", "--base", STEERING],
        &["patch-config", "--resolve", STEERING],
        &["install-newconfig", "--deployed", STEERING],
        &["migrate-mail-ui", "--saved", STEERING],
    ] {
        assert_plain(&site.outcome(site.command(call)));
    }
}
