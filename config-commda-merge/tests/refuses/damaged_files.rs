//! Files that are no properties files, or not readable as such.

use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE};

#[test]
fn a_file_with_nul_bytes_is_refused_whichever_side_it_is_on() {
    let site = Site::reset();
    let saved = site.snapshot().join("tree").join(RESOURCE.trim_start_matches('/'));
    let good = std::fs::read(&saved).unwrap();
    std::fs::write(&saved, b"a=1\n\0\0\0").unwrap();
    site.refused(&["merge"]).exits(1).says("resource.properties is not a properties file: byte 4 is NUL");
    std::fs::write(&saved, good).unwrap();
    site.write(RESOURCE, b"\x7fELF\0");
    for command in ["merge", "status"] {
        site.refused(&[command]).exits(1).says(&format!("{RESOURCE} is not a properties file: byte 4 is NUL"));
    }
}

#[test]
fn a_malformed_escape_is_refused_with_file_line_and_column() {
    let site = Site::reset();
    let path = format!("{CONSOLE}/Resources.properties");
    site.write(&path, "a=1\n# \\uzz\nb=caf\\u00g9\n");
    for command in ["merge", "status"] {
        let place = format!("{path}, line 3, column 6: `\\u` without four hexadecimal digits");
        site.refused(&[command]).exits(1).says(&place);
    }
}

#[test]
fn a_stock_file_that_is_damaged_is_refused_with_its_place() {
    let site = Site::reset();
    let base = site.beside("base");
    std::fs::create_dir(&base).unwrap();
    std::fs::write(base.join("logger.properties"), "a=\\u").unwrap();
    let outcome = site.refused(&["merge", "--base", base.to_str().unwrap()]).exits(1);
    outcome.says("[TEMP]/base/logger.properties, line 1, column 3");
}

#[test]
fn a_directory_where_a_file_should_be_and_a_dangling_link_are_refused() {
    let site = Site::reset();
    std::fs::remove_file(site.path(RESOURCE)).unwrap();
    std::os::unix::fs::symlink("nowhere", site.path(RESOURCE)).unwrap();
    site.refused(&["merge"]).exits(1).says("resource.properties");
    std::fs::remove_file(site.path(RESOURCE)).unwrap();
    std::fs::create_dir(site.path(RESOURCE)).unwrap();
    // A directory is no original: the file is one that is not there now.
    site.run(&["merge", "--dry-run"]).says("resource.properties was saved, but is not there now");
}

#[test]
fn a_link_does_not_lead_out_of_the_root() {
    let site = Site::reset();
    let outside = site.beside("outside.properties");
    std::fs::write(&outside, "untouched=1\n").unwrap();
    std::fs::remove_file(site.path(RESOURCE)).unwrap();
    std::os::unix::fs::symlink(&outside, site.path(RESOURCE)).unwrap();
    site.refused(&["merge"]).exits(1);
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "untouched=1\n");
}

#[test]
fn a_snapshot_whose_record_is_damaged_is_refused() {
    let site = Site::reset();
    std::fs::write(site.snapshot().join("snapshot.json"), "{\"version\": 1").unwrap();
    site.refused(&["merge"]).exits(1).says("[STATE]/[SNAPSHOT]/snapshot.json");
}
