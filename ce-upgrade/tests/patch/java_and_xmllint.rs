//! The merged files as others read them: `java.util.Properties` and `xmllint`.

use std::collections::BTreeMap;
use std::process::Command;

use documents::dialect::Dialect;
use documents::product_files::CommunicationsExpress;
use testkit::expected::{self, Value};
use testkit::java::Java;
use testkit::{peers, process};

use crate::support::{DEPLOYED, Site, WORK, data, rows};

#[test]
fn every_property_of_the_report_is_what_java_reads_in_the_merged_file() {
    let site = Site::sample();
    let reported = rows(&site.patch(&["--json"]).exits(3).json());
    // The report hides passwords; the table, which the report is compared with elsewhere, has them.
    let table: BTreeMap<(String, String), String> =
        expected::rows(&data()).into_iter().map(|row| ((row.file, row.key), row.outcome)).collect();
    let (mut java, mut checked) = (Java::start(), 0);
    let mut files: BTreeMap<String, BTreeMap<Vec<u16>, Vec<u16>>> = BTreeMap::new();
    for row in reported.iter().filter(|row| row.file.ends_with(".properties")) {
        let merged = files.entry(row.file.clone()).or_insert_with(|| {
            let bytes = site.read(&format!("{WORK}/merged/{}", row.file));
            java.load(&bytes).unwrap().into_iter().collect()
        });
        let key: Vec<u16> = expected::units(row.key.split_once(':').unwrap().1);
        let outcome = &table[&(row.file.clone(), row.key.clone())];
        let expected = match Value::from(outcome.as_str()) {
            Value::Written(written) => Some(expected::units(written)),
            _ => None,
        };
        assert_eq!(merged.remove(&key), expected, "{row}");
        checked += 1;
    }
    assert!(checked > 100);
    for (file, left) in files {
        assert!(left.is_empty(), "{file} has keys that the report does not name: {left:?}");
    }
}

#[test]
fn merged_address_books_pass_xmllint_and_differ_in_the_spliced_spans_only() {
    let xmllint = peers::need("xmllint");
    let site = Site::sample();
    site.patch(&[]).exits(3);
    for (file, from, to) in [
        ("domain/defaultps/defaultps.xml", ">Personal<", ">This is your default address book<"),
        ("domain/example.net/defaultps/defaultps.xml", ">Personal<", ">This is your default address book<"),
    ] {
        let merged = site.path(&format!("{WORK}/merged/{file}"));
        let output = process::output(Command::new(&xmllint).arg("--noout").arg(&merged));
        assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        let (live, merged) = (site.live(file), site.candidate(file));
        assert_eq!(live.matches(from).count(), 1);
        assert_eq!(merged, live.replace(from, to), "{file}");
        assert_eq!(Dialect::of(CommunicationsExpress, file), Some(Dialect::AddressBooks));
    }
}

#[test]
fn a_proposal_for_a_field_map_passes_xmllint_and_has_what_both_sides_changed() {
    let xmllint = peers::need("xmllint");
    let site = Site::sample();
    let name = "config/ldappstore/xlate-pabperson.xml";
    site.patch(&[]).exits(3).says(&format!("proposals/{name} in the work directory is a merge by element"));
    let proposal = site.path(&format!("{WORK}/proposals/{name}"));
    let output = process::output(Command::new(&xmllint).arg("--noout").arg(&proposal));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&std::fs::read(&proposal).unwrap()).into_owned();
    assert!(text.contains("roomNumber") && text.contains("sunUCMobile"), "{text}");
    assert_eq!(site.candidate(name), String::from_utf8_lossy(&site.read(&format!("{DEPLOYED}/WEB-INF/{name}"))));
}
