//! Each row of the table of expected decisions, as `merge` and as `file` decide it, and the values that the files hold
//! afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use documents::{Document, Properties};
use serde_json::Value;
use testkit::expected::{self, Row};

use crate::support::Site;
use crate::support::site::data;

/// Returns the rows of a report.
fn rows(json: &Value, file: impl Fn(&Value) -> String) -> Vec<Row> {
    let row = |line: &Value| {
        let [key, base, site, new, decision, outcome] =
            ["key", "base", "site", "new", "decision", "final"].map(|field| line[field].as_str().unwrap());
        Row::new([&file(line), key, base, site, new, decision, outcome])
    };
    json["decisions"].as_array().unwrap().iter().map(row).collect()
}

/// The notation of the table is that of the documents, so the values of a file are read with it too.
fn values(bytes: Vec<u8>) -> BTreeMap<String, String> {
    let document = Properties::parse(bytes).unwrap();
    let keys: Vec<_> = document.entries().iter().map(|entry| entry.key.clone()).collect();
    let value = |key| document.effective(key).unwrap().value.clone().unwrap_or_default();
    keys.iter().map(|key| (key.to_string(), Properties::notation(&value(key)))).collect()
}

#[track_caller]
fn assert_holds(expected: &[Row], file: &str, bytes: Vec<u8>) {
    let now = values(bytes);
    for row in expected.iter().filter(|row| row.file == file) {
        let key = row.key.split_once(':').unwrap().1;
        assert_eq!(now.get(key).map_or("<absent>", String::as_str), row.outcome, "{}", row.key);
    }
}

#[test]
fn by_merge() {
    let site = Site::reset();
    let mut expected = expected::rows(&data("."));
    expected.retain(|row| row.file != "da-save/daconfig.properties");
    let base = data("stock-old");
    let outcome = site.run(&["--json", "merge", "--base", base.to_str().unwrap()]).exits(3);
    let found = rows(&outcome.json(), |line| line["file"].as_str().unwrap().to_owned());
    expected::assert_decided(&expected, &found);
    for row in expected::files(&data(".")) {
        if let [Some(_), _, Some(path)] = &row.paths {
            assert_holds(&expected, &row.file, site.read(&format!("/{path}")));
        }
    }
}

#[test]
fn by_file() {
    let site = Site::bare();
    let out = site.beside("out");
    for row in expected::files(&data(".")) {
        let mut expected = expected::rows(&data("."));
        expected.retain(|line| line.file == row.file);
        let at = |(tree, path): (&str, &Option<String>)| {
            path.as_ref().map_or_else(|| PathBuf::from("/dev/null"), |path| data(tree).join(path))
        };
        let trees = ["stock-old", "site", "stock-new"];
        let files: Vec<PathBuf> = trees.into_iter().zip(&row.paths).map(at).collect();
        let files: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
        let outcome = site.run(&[&["--json", "file", "-o", out.to_str().unwrap()], files.as_slice()].concat());
        let is_clean = expected.iter().all(|line| line.decision != "conflict");
        assert_eq!(outcome.status, Some(if is_clean { 0 } else { 3 }), "{outcome}");
        expected::assert_decided(&expected, &rows(&outcome.json(), |_| row.file.clone()));
        assert_holds(&expected, &row.file, fs::read(&out).unwrap());
    }
}
