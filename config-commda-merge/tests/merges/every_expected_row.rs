//! Each row of the table of expected decisions, as `merge` and as `file` decide it, and the values that the files hold
//! afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use documents::{Document, Properties};
use serde_json::Value;

use crate::support::Site;
use crate::support::site::data;

fn table(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(data(".").join(name)).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Returns the rows of a report for a file of the table.
fn rows(file: &str, json: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |line: &Value| {
        let fields = ["key", "base", "site", "new", "decision", "final"].map(|field| text(&line[field]));
        std::iter::once(file.to_owned()).chain(fields).collect()
    };
    json["decisions"].as_array().unwrap().iter().map(row).collect()
}

#[track_caller]
fn assert_rows(found: Vec<Vec<String>>, expected: Vec<Vec<String>>) {
    let sorted = |mut rows: Vec<Vec<String>>| {
        rows.sort();
        rows
    };
    assert!(!expected.is_empty());
    assert_eq!(sorted(found), sorted(expected));
}

/// The notation of the table is that of the documents, so the values of a file are read with it too.
fn values(bytes: Vec<u8>) -> BTreeMap<String, String> {
    let document = Properties::parse(bytes).unwrap();
    let keys: Vec<_> = document.entries().iter().map(|entry| entry.key.clone()).collect();
    let value = |key| document.effective(key).unwrap().value.clone().unwrap_or_default();
    keys.iter().map(|key| (key.to_string(), Properties::notation(&value(key)))).collect()
}

#[test]
fn by_merge() {
    let site = Site::reset();
    let expected: Vec<_> =
        table("expected.tsv").into_iter().filter(|row| row[0] != "da-save/daconfig.properties").collect();
    let base = data("stock-old");
    let outcome = site.run(&["--json", "merge", "--base", base.to_str().unwrap()]).exits(3);
    let json = outcome.json();
    let mut found = Vec::new();
    for line in json["decisions"].as_array().unwrap() {
        let file = line["file"].as_str().unwrap();
        found.extend(rows(file, &serde_json::json!({ "decisions": [line] })));
    }
    assert_rows(found, expected.clone());

    for row in table("files.tsv").into_iter().filter(|row| row[2] != "-") {
        let now = values(site.read(&format!("/{}", row[4])));
        for line in expected.iter().filter(|line| line[0] == row[0]) {
            let key = line[1].split_once(':').unwrap().1;
            let found = now.get(key).map_or("<absent>", String::as_str);
            assert_eq!(found, line[6], "{}", line[1]);
        }
    }
}

#[test]
fn by_file() {
    let site = Site::bare();
    let out = site.beside("out");
    for row in table("files.tsv") {
        let expected: Vec<_> = table("expected.tsv").into_iter().filter(|line| line[0] == row[0]).collect();
        let at = |tree: &str, path: &str| if path == "-" { PathBuf::from("/dev/null") } else { data(tree).join(path) };
        let files = [at("stock-old", &row[2]), at("site", &row[3]), at("stock-new", &row[4])];
        let files = files.each_ref().map(|path| path.to_str().unwrap());
        let outcome = site.run(&[&["--json", "file", "-o", out.to_str().unwrap()], files.as_slice()].concat());
        let is_clean = expected.iter().all(|line| line[5] != "conflict");
        assert_eq!(outcome.status, Some(if is_clean { 0 } else { 3 }), "{outcome}");
        assert_rows(rows(&row[0], &outcome.json()), expected.clone());
        let now = values(fs::read(&out).unwrap());
        for line in &expected {
            let key = line[1].split_once(':').unwrap().1;
            assert_eq!(now.get(key).map_or("<absent>", String::as_str), line[6], "{}", line[1]);
        }
    }
}
