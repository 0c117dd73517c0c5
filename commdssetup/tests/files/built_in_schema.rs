//! The built-in schema files and the index table against the published facts (`tests/facts/`).

use std::collections::{BTreeMap, BTreeSet};

use commdssetup::schema_files::{FILES, Open, built_in};

use crate::support::published::{DIFFERENCES, Row, cells, names, wanted};
use crate::support::{IA5, TEXT, choices, facts, planned};

const INDEXES: &str = include_str!("../facts/indexes.tsv");

/// What the table of differences says of a field of an element, but for a server's own schema.
fn differing(kind: &str, name: &str, field: &str) -> BTreeSet<&'static str> {
    let is_it = |cells: &Vec<&str>| {
        cells[0] == kind
            && cells[1].eq_ignore_ascii_case(name)
            && cells[3] == field
            && !cells[6].starts_with("seen only in the funambol")
    };
    cells(DIFFERENCES).filter(is_it).flat_map(|cells| [cells[4], cells[5]]).collect()
}

/// Whether an identifier of a row is the one that is built in, an older one, or none.
fn is_known(oid: &str, ours: &str, others: &[String]) -> bool {
    let own = |text: &str| text.to_ascii_lowercase().replace("oid-", "").replace("-oid", "");
    oid == "UNKNOWN" || own(oid) == own(ours) || others.iter().any(|other| other == oid) || oid.ends_with("-oid")
}

#[test]
fn every_attribute_of_the_facts_is_built_in_and_what_the_editions_differ_in_is_open() {
    let ours = built_in().unwrap();
    let rows: Vec<Row> = wanted().into_iter().filter(|row| row.kind == "attribute").collect();
    for row in &rows {
        let element = ours.attributes.iter().find(|element| element.definition.is(row.name));
        let element = element.unwrap_or_else(|| panic!("{} is missing", row.name));
        let (oid, others) = (&element.definition.oid, &element.other_oids);
        assert!(is_known(row.oid, oid, others), "{}: {} is neither {oid} nor one of {others:?}", row.name, row.oid);
    }
    for element in &ours.attributes {
        let definition = &element.definition;
        let name = definition.name();
        let own: Vec<&Row> = rows.iter().filter(|row| row.name.eq_ignore_ascii_case(name)).collect();
        assert!(own.iter().any(|row| row.names == definition.names), "{name}");
        let is_unknown = own.iter().all(|row| row.oid == "UNKNOWN");
        assert_eq!(element.open.contains(&Open::Oid), is_unknown, "{name}");
        let mut syntaxes: BTreeSet<&str> = own.iter().map(|row| row.syntax).collect();
        syntaxes.extend(differing("attribute", name, "syntax"));
        syntaxes.retain(|syntax| syntax.starts_with("1.3.6.1.4.1.1466.115.121.1."));
        // Texts hold each other's values: where the editions have several, the widest is built in.
        let is_text = syntaxes.iter().all(|syntax| [TEXT, IA5].contains(syntax)) && !syntaxes.is_empty();
        assert_eq!(element.open.contains(&Open::Syntax), syntaxes.len() != 1 && !is_text, "{name}: {syntaxes:?}");
        let syntax = if syntaxes.len() == 1 { syntaxes.first().unwrap() } else { TEXT };
        assert_eq!(definition.syntax.as_ref().unwrap().to_string(), syntax, "{name}");
        let mut numbers: BTreeSet<&str> = own.iter().map(|row| row.contents).collect();
        numbers.extend(differing("attribute", name, "cardinality"));
        numbers.retain(|number| ["single", "multi"].contains(number));
        assert_eq!(element.open.contains(&Open::SingleValue), numbers.len() != 1, "{name}: {numbers:?}");
        assert_eq!(definition.single_value, numbers == BTreeSet::from(["single"]), "{name}");
        has_a_source(&own, definition.extension("X-ORIGIN"), name);
        assert!(definition.extension("X-NOT-PUBLISHED").is_empty(), "no server may see it");
    }
    assert_eq!(ours.attributes.len(), 616);
}

fn has_a_source(rows: &[&Row], origin: &[String], name: &str) {
    let [origin] = origin else { panic!("{name}: {origin:?}") };
    assert!(rows.iter().any(|row| row.source.split(';').next() == Some(origin)), "{name}: {origin}");
}

#[test]
fn every_class_of_the_facts_is_built_in_and_allows_what_any_edition_allows() {
    let ours = built_in().unwrap();
    let rows: Vec<Row> = wanted().into_iter().filter(|row| row.kind == "objectclass").collect();
    for row in &rows {
        let element = ours.classes.iter().find(|element| element.definition.is(row.name));
        let element = element.unwrap_or_else(|| panic!("{} is missing", row.name));
        let (definition, others) = (&element.definition, &element.other_oids);
        assert!(is_known(row.oid, &definition.oid, others), "{}: {}", row.name, row.oid);
        let (must, may) = row.attributes();
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect::<BTreeSet<_>>();
        let (our_must, our_may) = (lower(&definition.must), lower(&definition.may));
        for name in names(must).iter().chain(&names(may)) {
            let is_allowed = our_must.contains(name) || our_may.contains(name) || name == "objectclass";
            // Other names of `cn` and `o`; with the latter's, a server would spell the class anew at each start.
            let is_other = name == "commonname" || name == "organizationname" && our_may.contains("o");
            assert!(is_allowed || is_other, "{} allows {name}", row.name);
        }
        // The one that is built in is the newest; what its own rows in the vendor's files have is not of some editions only.
        let is_newest = row.oid.eq_ignore_ascii_case(&definition.oid) && row.source.contains("vendor schema file");
        if is_newest && !differing("objectclass", row.name, "MAY").iter().any(|text| text.contains("only in dump")) {
            for name in names(may) {
                assert!(!element.some_editions.contains(&name), "{} {name}", row.name);
            }
        }
        let (sup, kind) = row.superior_and_kind();
        if is_newest && !element.open.contains(&Open::Sup) {
            assert!(sup == "(none given)" && definition.sup == ["top"] || definition.sup == [sup], "{}", row.name);
        }
        if is_newest && !element.open.contains(&Open::Kind) {
            assert_eq!(definition.kind.keyword(), kind, "{}", row.name);
        }
    }
    for element in &ours.classes {
        let name = element.definition.name();
        let own: Vec<&Row> = rows.iter().filter(|row| row.name.eq_ignore_ascii_case(name)).collect();
        has_a_source(&own, element.definition.extension("X-ORIGIN"), name);
        assert!(element.definition.extension("X-SOME-EDITIONS").is_empty(), "no server may see it");
    }
    assert_eq!(ours.classes.len(), 118);
}

/// What section 2A decides where the tables differ.
#[test]
fn where_the_tables_differ_the_newest_of_the_vendor_is_built_in() {
    let ours = built_in().unwrap();
    let class = |name: &str| &ours.classes.iter().find(|element| element.definition.is(name)).unwrap().definition;
    let attribute =
        |name: &str| &ours.attributes.iter().find(|element| element.definition.is(name)).unwrap().definition;
    for (name, oid) in [
        ("icsCalendarUser", "1.3.6.1.4.1.42.2.27.9.2.140"),
        ("icsCalendarResource", "1.3.6.1.4.1.42.2.27.9.2.141"),
        ("icsCalendarDomain", "1.3.6.1.4.1.42.2.27.9.2.149"),
        ("icsCalendarGroup", "1.3.6.1.4.1.42.2.27.9.2.113"),
        ("inetMailGroup", "1.3.6.1.4.1.42.2.27.9.2.117"),
        ("inetDomainAuthInfo", "2.16.840.1.113894.1009.1.2.4"),
        ("iPlanetPreferences", "1.3.6.1.4.1.1466.101.121.142"),
        ("piPStoreRoot", "piPStoreRoot-oid"),
    ] {
        assert_eq!(class(name).oid, oid);
    }
    for (name, oid) in [
        ("icsDWPHost", "1.3.6.1.4.1.42.2.27.9.1.1"),
        ("icsRegularExpressions", "1.3.6.1.4.1.42.2.27.9.1.2"),
        ("icsDomainNames", "1.3.6.1.4.1.42.2.27.9.1.3"),
        ("psRoot", "1.3.6.1.4.1.42.2.27.9.1.987"),
        ("psIncludeInGAB", "1.3.6.1.4.1.42.2.27.9.1.988"),
        ("sunOrganizationSkin", "sunOrganizationSkin-oid"),
    ] {
        assert_eq!(attribute(name).oid, oid);
    }
    for (name, must) in [
        ("inetDomainAlias", &["dc"][..]),
        ("pabGroup", &["cn"]),
        ("mailPublicFolder", &["mailFolderName"]),
        ("sunDelegatedOrganization", &[]),
    ] {
        assert_eq!(class(name).must, must, "{name}");
    }
    assert_eq!(class("sunUCPreferences").kind.keyword(), "AUXILIARY", "it stands beside the class of a person");
}

#[test]
fn within_a_kind_no_identifier_and_no_name_is_there_twice() {
    let ours = built_in().unwrap();
    let mut seen = BTreeSet::new();
    let attributes = ours.attributes.iter().map(|e| (e.definition.oid.clone(), e.definition.names.clone()));
    let classes = ours.classes.iter().map(|e| (e.definition.oid.clone(), e.definition.names.clone()));
    for (kind, (oid, names)) in attributes.map(|e| ("a", e)).chain(classes.map(|e| ("c", e))) {
        assert!(seen.insert(format!("{kind} {}", oid.to_ascii_lowercase())), "{oid}");
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
    assert_eq!(classes.collect::<Vec<_>>(), Vec::<String>::new());
    assert!(text.contains("Object classes without a published identifier: none."));
}

/// The published rows for the suffix whose description begins so.
fn published(suffix: &str) -> BTreeMap<String, BTreeSet<String>> {
    let is_of_tool = |cells: &Vec<&str>| cells[4].starts_with("Communications Suite 5 Installation Guide");
    let rows = cells(INDEXES).filter(is_of_tool).filter(|cells| cells[2].starts_with(suffix));
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
