//! The built-in schema files and the index table against the published facts (`tests/facts/`).

use std::collections::{BTreeMap, BTreeSet};

use commdssetup::schema_files::{FILES, Open, SUPERSEDED, built_in};
use ldif::schema::is_numeric_oid;

use crate::support::{choices, facts, planned};

const SCHEMA: &str = include_str!("../facts/schema.tsv");
const INDEXES: &str = include_str!("../facts/indexes.tsv");
const TEXT: &str = "1.3.6.1.4.1.1466.115.121.1.15";

struct Row {
    kind: &'static str,
    oid: &'static str,
    names: Vec<&'static str>,
    syntax: &'static str,
    contents: &'static str,
    equality: &'static str,
    product: &'static str,
    source: &'static str,
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

/// The rows that are to be built in: all but superseded definitions and those that others made of the same identifiers.
fn wanted() -> Vec<Row> {
    let rows = rows(SCHEMA).map(|cells| Row {
        kind: cells[0],
        oid: cells[1],
        names: cells[2].split('|').collect(),
        syntax: cells[3],
        contents: cells[4],
        equality: cells[5],
        product: cells[6],
        source: cells[7],
    });
    let is_wanted = |row: &Row| {
        !SUPERSEDED.iter().any(|(_, old, _)| row.oid == *old) && !row.product.contains("conflict reference")
    };
    rows.filter(is_wanted).collect()
}

fn names(list: &str) -> Vec<String> {
    list.split(',').filter(|name| !matches!(*name, "-" | "...")).map(str::to_owned).collect()
}

#[test]
fn every_attribute_of_the_facts_is_built_in_as_it_was_published() {
    let ours = built_in().unwrap();
    let mut checked = 0;
    for row in wanted().iter().filter(|row| row.kind == "attribute") {
        let element = ours.attributes.iter().find(|element| element.definition.is(row.names[0]));
        let element = element.unwrap_or_else(|| panic!("{} is missing", row.names[0]));
        let definition = &element.definition;
        assert_eq!(definition.names, row.names);
        assert_eq!(element.open.contains(&Open::Oid), row.oid == "UNKNOWN", "{}", row.names[0]);
        let oid = if row.oid == "UNKNOWN" { format!("{}-oid", row.names[0]) } else { row.oid.to_owned() };
        assert_eq!(definition.oid, oid);
        assert_eq!(element.open.contains(&Open::Syntax), row.syntax.is_empty(), "{}", row.names[0]);
        let syntax = if row.syntax.is_empty() { TEXT } else { row.syntax };
        assert_eq!(definition.syntax.as_ref().unwrap().to_string(), syntax, "{}", row.names[0]);
        assert_eq!(element.open.contains(&Open::SingleValue), row.contents.ends_with('?'), "{}", row.names[0]);
        assert_eq!(definition.single_value, row.contents == "single", "{}", row.names[0]);
        assert_eq!(definition.equality.as_deref(), Some(row.equality).filter(|rule| *rule != "-"));
        assert_eq!(definition.extension("X-ORIGIN"), [row.source]);
        assert!(definition.extension("X-NOT-PUBLISHED").is_empty(), "no server may see it");
        checked += 1;
    }
    assert_eq!((checked, ours.attributes.len()), (285, 285));
}

#[test]
fn every_class_of_the_facts_is_built_in_as_it_was_published() {
    let ours = built_in().unwrap();
    let mut checked = 0;
    for row in wanted().iter().filter(|row| row.kind == "objectclass") {
        let element = ours.classes.iter().find(|element| element.definition.is(row.names[0]));
        let element = element.unwrap_or_else(|| panic!("{} is missing", row.names[0]));
        let definition = &element.definition;
        assert_eq!(definition.names, row.names);
        assert_eq!(element.open.contains(&Open::Oid), row.oid == "UNKNOWN", "{}", row.names[0]);
        let (sup, kind) = row.syntax.strip_prefix("SUP ").unwrap().rsplit_once(' ').unwrap();
        let is_known = !matches!(sup, "?" | "top?" | "(unassigned)");
        assert_eq!(element.open.contains(&Open::Sup), !is_known, "{}", row.names[0]);
        assert_eq!(definition.sup, [if is_known { sup.trim_end_matches("(implicit)") } else { "top" }]);
        assert_eq!(element.open.contains(&Open::Kind), kind.ends_with('?'), "{}", row.names[0]);
        let kind = if kind.ends_with('?') { "AUXILIARY" } else { kind };
        assert_eq!(definition.kind.keyword(), kind, "{}", row.names[0]);
        let (must, may) = row.contents.strip_prefix("MUST ").unwrap().split_once("; MAY ").unwrap();
        assert_eq!(definition.must, names(must), "{}", row.names[0]);
        assert_eq!(definition.may, names(may), "{}", row.names[0]);
        assert!(!may.contains("...") || element.open.contains(&Open::May), "{}", row.names[0]);
        assert_eq!(definition.extension("X-ORIGIN"), [row.source]);
        checked += 1;
    }
    assert_eq!((checked, ours.classes.len()), (91, 91));
}

#[test]
fn no_identifier_and_no_name_is_there_twice() {
    let ours = built_in().unwrap();
    let mut seen = BTreeSet::new();
    let attributes = ours.attributes.iter().map(|e| (e.definition.oid.clone(), e.definition.names.clone()));
    let classes = ours.classes.iter().map(|e| (e.definition.oid.clone(), e.definition.names.clone()));
    for (kind, (oid, names)) in attributes.map(|e| ("a", e)).chain(classes.map(|e| ("c", e))) {
        if is_numeric_oid(&oid) {
            assert!(seen.insert(oid.clone()), "{oid}");
        }
        for name in names {
            assert!(seen.insert(format!("{kind} {}", name.to_ascii_lowercase())), "{name}");
        }
    }
}

#[test]
fn the_files_can_be_read_as_ldif_and_the_calendar_file_has_its_documented_name() {
    assert!(FILES.iter().any(|(name, product, _)| *name == "60iplanet-calendar.ldif" && *product == "Calendar Server"));
    for (name, _, content) in FILES {
        let records: Vec<_> = ldif::records(content.as_bytes()).collect::<Result<_, _>>().unwrap();
        assert_eq!(records.len(), 1, "{name}");
        assert_eq!(records[0].dn.to_string(), "cn=schema", "{name}");
        assert!(content.lines().all(|line| line.len() <= 140 && line.trim_end() == line), "{name}");
    }
}

#[test]
fn what_compatibility_md_lists_is_what_has_no_published_identifier() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/COMPATIBILITY.md")).unwrap();
    let after = |mark: &str| {
        let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("no `{mark}`"));
        let list = rest.split_once("\n\n").map_or(rest, |(list, _)| list);
        list.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.'))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let ours = built_in().unwrap();
    let attributes =
        ours.attributes.iter().filter(|e| e.open.contains(&Open::Oid)).map(|e| e.definition.name().to_owned());
    let classes = ours.classes.iter().filter(|e| e.open.contains(&Open::Oid)).map(|e| e.definition.name().to_owned());
    assert_eq!(after("Attribute types without a published identifier:"), attributes.collect());
    assert_eq!(after("Object classes without a published identifier:"), classes.collect());
}

/// The published rows for the suffix whose description begins so.
fn published(suffix: &str) -> BTreeMap<String, BTreeSet<String>> {
    let is_of_tool = |cells: &Vec<&str>| cells[4].starts_with("Communications Suite 5 Installation Guide");
    let rows = rows(INDEXES).filter(is_of_tool).filter(|cells| cells[2].starts_with(suffix));
    rows.map(|cells| (cells[0].to_ascii_lowercase(), cells[1].split(',').map(str::to_owned).collect())).collect()
}

#[test]
fn a_bare_database_gets_every_index_of_the_published_table() {
    let mut facts = facts();
    facts.backends[0].indexes.clear();
    facts.default_indexes.clear();
    let plan = planned(&facts, &choices());
    let mut planned: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for change in &plan.changes {
        if let (commdssetup::plan::Area::Indexes, commdssetup::plan::Operation::Add { attributes }) =
            (change.part, &change.operation)
        {
            let of = |name: &str| attributes.iter().find(|values| values.attribute == name).unwrap().values.clone();
            let database = change.dn.split(',').nth(2).unwrap().to_owned();
            planned.insert((database, of("cn")[0].to_ascii_lowercase()), of("nsIndexType").into_iter().collect());
        }
    }
    let mut expected = BTreeMap::new();
    for (suffix, database) in [
        ("user/group suffix", "cn=userRoot"),
        ("printed under the PAB group", "cn=userRoot"),
        ("DC tree suffix", "cn=internet"),
        ("PAB suffix", "cn=pab"),
        ("new PAB", "cn=PiServerDb"),
    ] {
        for (attribute, types) in published(suffix) {
            expected.insert((database.to_owned(), attribute), types);
        }
    }
    assert_eq!(expected.len(), 21);
    assert_eq!(planned, expected);
}
