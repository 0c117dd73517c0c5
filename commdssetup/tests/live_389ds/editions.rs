//! Directories that hold the vendor's schema already: the complete set of each edition, made from the published facts.

use std::collections::{BTreeMap, BTreeSet};

use super::choices;
use super::server::Live;
use crate::support::published::{FIRST, FOUND, Row, rows};
use crate::support::{SILENT, TEXT};

/// Where editions differ, and how identifiers are written.
#[derive(Clone, Copy, PartialEq)]
enum Edition {
    /// The oldest identifiers, several values, identifiers of words in place of those that came later.
    Older,
    /// The newest identifiers, one value.
    Newest,
    /// As the newest, with `oid-NAME` for identifiers of words, in capitals.
    AsDocumentsWriteIt,
}

/// The rows of an edition, one for each name.
fn chosen(edition: Edition) -> Vec<Row> {
    let (one, other) = if edition == Edition::Older { (FIRST, FOUND) } else { (FOUND, FIRST) };
    let is_usable = |row: &Row| {
        !["mailLocalAddress", "piStoreRoot"].contains(&row.name)
            && row.source != "funambol schema.ldif"
            && !(row.source.starts_with("table row") && edition != Edition::Older)
    };
    let mut by_name: BTreeMap<(&str, String), Vec<Row>> = BTreeMap::new();
    for row in rows(one).chain(rows(other)).filter(is_usable) {
        by_name.entry((row.kind, row.name.to_ascii_lowercase())).or_default().push(row);
    }
    let first = |mut rows: Vec<Row>| {
        // Another identifier of the IETF's is the last of its name.
        let text = |row: &Row| row.oid.ends_with("-oid");
        match edition {
            Edition::Older if rows.iter().any(text) => rows.retain(text),
            _ if rows.iter().any(|row| row.oid != "UNKNOWN") => rows.retain(|row| row.oid != "UNKNOWN"),
            _ => {}
        }
        rows.swap_remove(0)
    };
    by_name.into_values().map(first).collect()
}

fn oid(row: &Row, edition: Edition) -> String {
    let own = if row.oid == "UNKNOWN" { format!("{}-oid", row.name) } else { row.oid.to_owned() };
    match own.strip_suffix("-oid") {
        Some(name) if edition == Edition::AsDocumentsWriteIt => format!("oid-{}", name.to_ascii_uppercase()),
        _ => own,
    }
}

fn attribute(row: &Row, edition: Edition) -> String {
    let syntax = if row.syntax.starts_with("1.3.6.1.4.1.1466.115.121.1.") { row.syntax } else { TEXT };
    let names: Vec<_> = row.names.iter().map(|name| format!("'{name}'")).collect();
    let single = match (row.contents, edition) {
        ("single", _) | ("?" | "single?", Edition::Newest) => " SINGLE-VALUE",
        _ => "",
    };
    format!("( {} NAME ( {} ) SYNTAX {syntax}{single} )", oid(row, edition), names.join(" "))
}

fn class(row: &Row, edition: Edition, known: &BTreeSet<String>) -> String {
    let (sup, kind) = row.superior_and_kind();
    let sup = if sup.contains(['?', '(']) { "top" } else { sup };
    let kind = if kind.contains('?') { "AUXILIARY" } else { kind };
    let (must, may) = row.attributes();
    let list = |keyword: &str, names: &str| {
        let names: Vec<_> = names.split(',').filter(|name| known.contains(&name.to_ascii_lowercase())).collect();
        if names.is_empty() { String::new() } else { format!(" {keyword} ( {} )", names.join(" $ ")) }
    };
    format!("( {} NAME '{}' SUP {sup} {kind}{}{} )", oid(row, edition), row.name, list("MUST", must), list("MAY", may))
}

/// Puts an edition into the server, superiors first.
fn load(live: &Live, edition: Edition) {
    let rows = chosen(edition);
    let attributes: Vec<_> = rows.iter().filter(|row| row.kind == "attribute").collect();
    let mut known: BTreeSet<String> =
        attributes.iter().flat_map(|row| &row.names).map(|name| name.to_ascii_lowercase()).collect();
    for text in live.facts(&choices()).subschema.attribute_types {
        let names = ldif::schema::AttributeType::parse(&text).unwrap().names;
        known.extend(names.iter().map(|name| name.to_ascii_lowercase()));
    }
    let mut classes: Vec<_> = rows.iter().filter(|row| row.kind == "objectclass").collect();
    let depth = |row: &Row| {
        let (mut depth, mut at) = (0, row.superior_and_kind().0);
        while let Some(above) = rows.iter().find(|row| row.kind == "objectclass" && row.name.eq_ignore_ascii_case(at)) {
            (depth, at) = (depth + 1, above.superior_and_kind().0);
        }
        depth
    };
    classes.sort_by_key(|row| depth(row));
    let values = attributes.iter().map(|row| ("attributeTypes", attribute(row, edition)));
    let values = values.chain(classes.iter().map(|row| ("objectClasses", class(row, edition, &known))));
    let text: String = values.map(|(of, value)| format!("add: {of}\n{of}: {value}\n-\n")).collect();
    live.take(&format!("dn: cn=schema\nchangetype: modify\n{text}"));
}

/// Prepares a server that holds an edition; returns what lay in its schema before and after.
fn prepared(name: &str, edition: Edition) -> (BTreeSet<String>, BTreeSet<String>) {
    let live = Live::start(name);
    live.log_at_once();
    load(&live, edition);
    let before = live.state(&choices());
    let check = live.run(&[&SILENT[..], &["--check"]].concat()).exits(0);
    assert!(!check.stdout.contains("Conflict: "), "{check}");
    live.run(&SILENT).exits(0).says("\nSuccessful: ");
    let after = live.state(&choices());
    let sent = live.changes_logged();
    live.run(&SILENT).exits(0).says("nothing was changed");
    assert_eq!(live.changes_logged(), sent, "the second run sent a modification");
    live.finish(&["--undo"]).exits(0);
    let undone = live.state(&choices());
    let (lost, left): (Vec<_>, Vec<_>) = (before.difference(&undone).collect(), undone.difference(&before).collect());
    assert_eq!((lost, left), (vec![], vec![]));
    (before, after)
}

fn altered(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    before.difference(after).filter(|value| value.starts_with("( ")).cloned().collect()
}

#[test]
fn the_newest_edition_is_kept_word_for_word() {
    for (name, edition) in [("new", Edition::Newest), ("docs", Edition::AsDocumentsWriteIt)] {
        let (before, after) = prepared(name, edition);
        assert_eq!(altered(&before, &after), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_older_edition_keeps_its_identifiers_and_gets_what_it_lacks() {
    let (before, after) = prepared("older", Edition::Older);
    let altered = altered(&before, &after);
    let user = altered.iter().find(|value| value.contains("'icsCalendarUser'")).unwrap();
    let now = after.iter().find(|value| value.starts_with("( 2.16.840.1.113730.3.2.141 ")).unwrap();
    assert!(user.starts_with("( 2.16.840.1.113730.3.2.141 ") && !user.contains("icsCalendarOwned"), "{user}");
    assert!(now.contains("icsCalendarOwned"), "{now}");
    for value in altered {
        let oid = value.split_whitespace().nth(1).unwrap();
        let now = after.iter().find(|value| value.split_whitespace().nth(1) == Some(oid)).unwrap();
        let (old, new) =
            (ldif::schema::ObjectClass::parse(&value).unwrap(), ldif::schema::ObjectClass::parse(now).unwrap());
        assert_eq!((old.must, old.kind, old.sup), (new.must, new.kind, new.sup), "only what is allowed grows: {now}");
        assert!(old.may.iter().all(|name| new.may.contains(name)), "{now}");
    }
}
