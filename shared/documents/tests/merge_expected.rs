//! Merges of whole products' files against their tables of expected decisions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use documents::changes::{Changes, Secrets};
use documents::imta::Flavour;
use documents::merge::{Base, Carrier, Merge, Obsolete, RootMove, Rules, Shipped, Sides, merge};
use documents::properties::DisabledKeys;
use documents::{Document, IcsConf, ImtaCnf, Mappings, Properties};

fn data(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/merge").join(part)
}

fn table(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Merges a row of `files.tsv` with a dialect: `-` is no file, which is an unknown base where the row says so.
fn merge_row<D: Document>(product: &str, row: &[String], rules: &Rules, parse: impl Fn(Vec<u8>) -> D) -> Merge {
    let read = |tree: &str, path: &str| {
        parse(if path == "-" { Vec::new() } else { fs::read(data(product).join(tree).join(path)).unwrap() })
    };
    let (base, site, new) = (read("stock-old", &row[2]), read("site", &row[3]), read("stock-new", &row[4]));
    let base = if row[1].ends_with("base unknown") { Base::Unknown } else { Base::Known(&base) };
    merge(&Sides { base, site: &site, new: &new }, rules).unwrap()
}

#[track_caller]
fn assert_decided_as_expected(product: &str, rules: impl Fn(&str) -> Rules) {
    let mut found = Vec::new();
    for row in table(&data(product).join("files.tsv")) {
        let rules = rules(&row[0]);
        let merge = match row[1].as_str() {
            "ics" => merge_row(product, &row, &rules, |b| IcsConf::parse(b).unwrap()),
            "mappings" => merge_row(product, &row, &rules, |b| Mappings::parse(b).unwrap()),
            "imta" => merge_row(product, &row, &rules, |b| ImtaCnf::parse(b).unwrap()),
            "imta-rules" => merge_row(product, &row, &rules, |b| ImtaCnf::parse_as(Flavour::Rules, b).unwrap()),
            "properties-commented" => {
                merge_row(product, &row, &rules, |b| Properties::parse_with(b, DisabledKeys::Listed).unwrap())
            }
            _ => merge_row(product, &row, &rules, |b| Properties::parse(b).unwrap()),
        };
        let mut changes = Changes::default();
        changes.add(&row[0], &merge, Secrets { key: |_| false, value: |_| false });
        found.extend(changes.lines().map(|line| {
            let word = line.decision.as_str().to_owned();
            [line.file, line.key, line.base, line.site, line.new, word, line.outcome].to_vec()
        }));
    }
    let mut expected = table(&data(product).join("expected.tsv"));
    found.sort();
    expected.sort();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{product}");
    }
    assert_eq!(found.len(), expected.len(), "{product}");
}

fn root(from: &str, to: &str) -> Vec<RootMove> {
    vec![RootMove { from: from.into(), to: to.into() }]
}

#[test]
fn every_row_of_delegated_administrator_is_decided_as_expected() {
    assert_decided_as_expected("delegated-administrator", |file| Rules {
        carrier: Carrier::New,
        obsolete: Obsolete::OnlyReport,
        shipped: if file == "Security.properties" { Shipped::Stands } else { Shipped::Mergeable },
        lists: vec![b"loginAuth-idAttr-".to_vec()],
        ..Rules::default()
    });
}

#[test]
fn the_carrier_makes_no_difference_to_what_is_decided() {
    assert_decided_as_expected("delegated-administrator", |_| Rules {
        obsolete: Obsolete::OnlyReport,
        lists: vec![b"loginAuth-idAttr-".to_vec()],
        ..Rules::default()
    });
}

#[test]
fn every_row_of_communications_express_is_decided_as_expected() {
    assert_decided_as_expected("communications-express", |_| Rules::default());
}

#[test]
fn every_row_of_the_calendar_server_is_decided_as_expected() {
    assert_decided_as_expected("calendar", |_| Rules {
        roots: root("/opt/SUNWics5", "/opt/sun/comms/calendar/SUNWics5"),
        ..Rules::default()
    });
}

#[test]
fn every_row_of_the_mta_s_tables_and_rules_is_decided_as_expected() {
    assert_decided_as_expected("messaging", |_| Rules {
        roots: root("/opt/SUNWmsgsr", "/opt/sun/comms/messaging"),
        ..Rules::default()
    });
}

#[test]
fn every_row_of_instant_messaging_is_decided_as_expected() {
    assert_decided_as_expected("instant-messaging", |_| Rules {
        roots: root("/opt/SUNWiim", "/opt/sun/comms/im"),
        ..Rules::default()
    });
}
