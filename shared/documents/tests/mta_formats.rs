//! `mappings` and `imta.cnf` against files with known entries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::{Document, ImtaCnf, Mappings};

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() { "-".into() } else { bytes.iter().map(|b| format!("{b:02x}")).collect() }
}

/// Compares every file of a set: section, key, value and line of each entry. The value of an include is not listed there.
fn assert_entries<D: Document>(set: &str, least: usize) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(set);
    let mut files = 0;
    for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().unwrap() == "tsv" {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let document = D::parse(bytes.clone()).unwrap();
        assert_eq!(document.to_bytes(), bytes);
        let row = |entry: &documents::Entry| {
            let value = entry.value.as_deref().filter(|_| document.included(entry).is_none()).unwrap_or_default();
            let section = entry.key.section.as_deref().unwrap_or_default();
            format!("{}\t{}\t{}\t{}", hex(section), hex(&entry.key.name), hex(value), entry.line)
        };
        let found: Vec<String> = document.entries().iter().map(row).collect();
        let expected = fs::read_to_string(path.with_extension("expect.tsv")).unwrap();
        let columns = |line: &str| line.split('\t').take(4).collect::<Vec<_>>().join("\t");
        let expected: Vec<String> = expected.lines().filter(|line| !line.starts_with('#')).map(columns).collect();
        assert_eq!(found, expected, "{}", path.display());
        files += 1;
    }
    assert!(files >= least, "the set {set} is incomplete");
}

#[test]
fn every_file_of_mappings_gives_the_entries_expected_of_it() {
    assert_entries::<Mappings>("mappings", 10);
}

#[test]
fn every_imta_cnf_gives_the_entries_expected_of_it() {
    assert_entries::<ImtaCnf>("imta-cnf", 7);
}
