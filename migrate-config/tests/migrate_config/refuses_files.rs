//! Configuration files that are broken: the file and the line are named, and nothing is changed.

use std::fs;

use super::support::{CONFIG, OLD, Site};

#[track_caller]
fn refused(site: &Site, texts: &[&str]) {
    for dry in [&[][..], &["--dry-run"]] {
        let outcome =
            site.refused(&[dry, &["--store-backup", "none", OLD]].concat()).exits(1).says("Nothing was changed.");
        texts.iter().fold(outcome, |outcome, text| outcome.says(text));
    }
    assert!(site.run_names().is_empty());
}

fn append(site: &Site, name: &str, text: &str) {
    let path = format!("{CONFIG}/{name}");
    let mut bytes = site.read(&path);
    bytes.extend(text.as_bytes());
    site.write(&path, bytes);
}

#[test]
fn a_table_of_mappings_without_its_blank_line() {
    let site = Site::sample();
    append(&site, "mappings", "\nBROKEN_TABLE\n  a  b\n");
    refused(&site, &["/var/opt/SUNWmsgsr/config/mappings", "line "]);
}

#[test]
fn an_include_that_is_missing() {
    let site = Site::sample();
    fs::remove_file(site.path(CONFIG).join("site.rules")).unwrap();
    refused(&site, &["/var/opt/SUNWmsgsr/config/imta.cnf: line 1", "site.rules", "there is no such file"]);
}

#[test]
fn includes_that_are_more_than_three_levels_deep_or_a_loop() {
    let site = Site::sample();
    for (file, next) in [("internet.rules", "a.rules"), ("a.rules", "b.rules"), ("b.rules", "c.rules")] {
        site.write(&format!("{CONFIG}/{next}"), "! rules\n");
        append(&site, file, &format!("</opt/SUNWmsgsr/config/{next}\n"));
    }
    refused(&site, &["c.rules", "fourth level"]);
    let site = Site::sample();
    append(&site, "internet.rules", "</opt/SUNWmsgsr/config/internet.rules\n");
    refused(&site, &["internet.rules", "includes itself"]);
}

#[test]
fn a_nul_in_a_file_of_the_mta() {
    let site = Site::sample();
    append(&site, "aliases", "x: y\0\n");
    refused(&site, &["/var/opt/SUNWmsgsr/config/aliases", "NUL"]);
}

#[test]
fn a_hard_link_elsewhere_that_would_be_left_behind() {
    let site = Site::sample();
    fs::hard_link(site.path(CONFIG).join("option.dat"), site.path("/var/elsewhere")).unwrap();
    refused(&site, &["/var/opt/SUNWmsgsr/config/option.dat is a hard-linked file with 2 names"]);
}
