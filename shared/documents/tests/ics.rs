//! The `ics.conf` dialect against files with known entries, and edits against the exact bytes expected afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use documents::ics::Flavour;
use documents::{Bytes, Document, EditError, Entry, IcsConf, Key, ParseError, State, apply};
use proptest::prelude::*;

fn data(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(part)
}

fn parse(bytes: &[u8]) -> IcsConf {
    IcsConf::parse(bytes.to_vec()).unwrap()
}

fn active(document: &IcsConf) -> Vec<&Entry> {
    document.entries().iter().filter(|e| e.state == State::Active).collect()
}

fn set(before: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
    apply(before, &parse(before).set(&Key::new(key), value).unwrap()).unwrap()
}

#[track_caller]
fn assert_bytes(found: &[u8], expected: &[u8], case: &str) {
    assert_eq!(found.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{case}");
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() { "-".into() } else { bytes.iter().map(|b| format!("{b:02x}")).collect() }
}

/// `section key value line` as in the expectation files.
fn row(entry: &Entry) -> String {
    let value = entry.value.as_ref().map_or("<none>".into(), |v| hex(v));
    format!("-\t{}\t{value}\t{}", hex(&entry.key.name), entry.line)
}

#[test]
fn every_file_gives_the_entries_expected_of_it() {
    let mut files = 0;
    for path in fs::read_dir(data("ics")).unwrap().map(|e| e.unwrap().path()) {
        if path.extension().unwrap() != "conf" {
            continue;
        }
        let expected = fs::read(path.with_extension("expect.tsv")).unwrap();
        let expected: Vec<String> = expected
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty() && !l.starts_with(b"#"))
            .map(|l| l.split(|b| *b == b'\t').take(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\t"))
            .collect();
        let document = parse(&fs::read(&path).unwrap());
        let found: Vec<String> = active(&document).into_iter().map(row).collect();
        assert_eq!(found, expected, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 14);
}

#[test]
fn every_edit_gives_the_bytes_expected_of_it() {
    let table = fs::read_to_string(data("edits/edits.tsv")).unwrap();
    let mut cases: BTreeMap<&str, Vec<(Key, Vec<u8>)>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let [case, key, value] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        cases.entry(case).or_default().push((Key::new(key), value.into()));
    }
    assert_eq!(cases.len(), 12);
    for (case, changes) in cases {
        let before = fs::read(data(&format!("edits/{case}.conf"))).unwrap();
        let after = fs::read(data(&format!("edits/{case}.expect.conf"))).unwrap();
        let document = parse(&before);
        assert_bytes(document.to_bytes(), &before, case);
        assert_bytes(&apply(&before, &document.set_all(&changes).unwrap()).unwrap(), &after, case);
    }
}

#[test]
fn a_disabled_key_is_listed_as_commented_out_and_prose_is_not() {
    let document =
        parse(b"!a = \"1\"\n!!b.[host].c=2\n! c = 3\n!!! d = 4\n!!!e = 5\n!say x = 6\n!====\n!\n!f\n!!g;lang-fr = 7\n");
    let found: Vec<_> =
        document.entries().iter().map(|e| (e.key.to_string(), e.value.clone().unwrap(), e.line, e.state)).collect();
    let expected = [("a", "1", 1), ("b.[host].c", "2", 2), ("g;lang-fr", "7", 10)]
        .map(|(key, value, line)| (key.to_owned(), value.into(), line, State::CommentedOut));
    assert_eq!(found, expected);
}

#[test]
fn a_language_belongs_to_its_key_whatever_blanks_stand_round_the_mark() {
    let before = b"m = \"x\"\nm ; lang-fr = \"y\"\nm\t;lang-de=z\nn ; other = 1\n!m ; lang-it = 2\n";
    let document = parse(before);
    let keys: Vec<_> = document.entries().iter().map(|e| e.key.to_string()).collect();
    assert_eq!(keys, ["m", "m;lang-fr", "m;lang-de", "n ; other", "m;lang-it"]);
    let after = b"m = \"x\"\nm ; lang-fr = \"v\"\nm\t;lang-de=z\nn ; other = 1\n!m ; lang-it = 2\n";
    assert_bytes(&set(before, "m;lang-fr", b"v"), after, "the language is one key");
}

#[test]
fn quotes_that_do_not_enclose_the_whole_value_are_data() {
    let document = parse(b"a = \"x\" y\nb = \"x\nc = x\"\nd = \"x\\\"\ne = \"c:\\d\" \t\nf = c:\\\\\n");
    let values: Vec<_> =
        document.entries().iter().map(|e| String::from_utf8(e.value.clone().unwrap().into()).unwrap()).collect();
    assert_eq!(values, ["\"x\" y", "\"x", "x\"", "\"x\\\"", "c:\\d", "c:\\\\"]);
}

#[test]
fn an_edit_keeps_what_stands_round_the_value() {
    for (before, value, after) in [
        ("k=1", "2", "k=2"),
        (" k\t=  \"1\"  \r\nz = 1", "2", " k\t=  \"2\"  \r\nz = 1"),
        ("k = a, \\\n   b\nz = 1\n", "c", "k = c\nz = 1\n"),
        ("k = \"a,\\\n   b\" \\\n  \n", "c", "k = \"c\" \\\n  \n"),
        ("k = a\n", "b,c", "k = \"b,c\"\n"),
        ("k = a\n", "b\\", "k = \"b\\\\\"\n"),
        ("k = \"a\" b\n", "c", "k = c\n"),
        ("k =\n", "x", "k =x\n"),
        ("k = \\\n  \n", "x", "k = \\\n  x\n"),
        ("k = 1", "", "k = "),
        ("k = \\\r1\nz = 1", "", "k = \\\r\"\"\nz = 1"),
        ("k = 1\n!k = 9\nk = 3\n", "4", "k = 1\n!k = 9\nk = 4\n"),
    ] {
        assert_bytes(&set(before.as_bytes(), "k", value.as_bytes()), after.as_bytes(), before);
    }
}

#[test]
fn an_added_key_is_never_swallowed_by_the_last_line() {
    for (before, after) in [
        ("", "! My ics.conf Changes\nk = \"v\"\n"),
        ("a = 1\r\n! My ics.conf Changes \r\nb = 2", "a = 1\r\n! My ics.conf Changes \r\nb = 2\r\nk = \"v\"\r\n"),
        ("a = 1\rb = 2\\", "a = 1\rb = 2\\\r\r! My ics.conf Changes\rk = \"v\"\r"),
        ("a = 1\\\n", "a = 1\\\n\n! My ics.conf Changes\nk = \"v\"\n"),
        ("a = 1\nb = 2\\\r", "a = 1\nb = 2\\\r\r! My ics.conf Changes\nk = \"v\"\n"),
        ("! x\\\n", "! x\\\n! My ics.conf Changes\nk = \"v\"\n"),
        ("k\n", "k\n! My ics.conf Changes\nk = \"v\"\n"),
    ] {
        assert_bytes(&set(before.as_bytes(), "k", b"v"), after.as_bytes(), before);
    }
}

#[test]
fn several_new_keys_share_one_marker_and_the_last_value_of_a_key_counts() {
    let before = b"a = 1";
    let changes = [("x", "1"), ("a", "2"), ("y", "2"), ("x", "3")].map(|(k, v)| (Key::new(k), v.into()));
    let after = apply(before, &parse(before).set_all(&changes).unwrap()).unwrap();
    assert_bytes(&after, b"a = 2\n! My ics.conf Changes\ny = \"2\"\nx = \"3\"\n", "");
}

#[test]
fn the_line_that_says_whose_changes_these_are_is_written_into_ics_conf_only() {
    for (flavour, expected) in [
        (Flavour::IcsConf, "a = 1\n! My ics.conf Changes\nx = \"2\"\n"),
        (Flavour::IimConf, "a = 1\nx = \"2\"\n"),
        (Flavour::HttpbindConf, "a = 1\nx = \"2\"\n"),
    ] {
        let document = IcsConf::parse_as(flavour, b"a = 1".to_vec()).unwrap();
        let document = document.parse_alike(document.to_bytes().to_vec()).unwrap();
        let after = apply(b"a = 1", &document.set(&Key::new("x"), b"2").unwrap()).unwrap();
        assert_bytes(&after, expected.as_bytes(), &format!("{flavour:?}"));
    }
}

#[test]
fn a_nul_byte_is_an_error_that_names_its_place() {
    let error = IcsConf::parse(b"a = 1\r\nbc\0".to_vec()).unwrap_err();
    assert_eq!(error, ParseError { line: 2, column: 3, reason: "a NUL byte: this is not a text file" });
    assert_eq!(error.to_string(), "line 2, column 3: a NUL byte: this is not a text file");
}

#[test]
fn what_the_dialect_cannot_spell_is_refused() {
    let document = parse(b"a = 1\n");
    for value in ["x\ny", "x\r", "\0"] {
        assert!(matches!(document.set(&Key::new("a"), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for key in ["", "!a", "a=b", " a", "a\t", "a\nb"] {
        assert_eq!(document.set(&Key::new(key), b"1"), Err(EditError::Key { key: Key::new(key) }));
    }
    let sectioned = Key { section: Some("s".into()), name: "a".into() };
    assert_eq!(document.set(&sectioned, b"1"), Err(EditError::Key { key: sectioned.clone() }));
}

/// Bytes that meet this dialect's rules often.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        8 => prop::sample::select(b"abk!=;\"\\ \t\n\r,".to_vec()),
        1 => 1..=255u8,
    ];
    prop::collection::vec(byte, 0..80)
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => prop::sample::select(b"x\"\\ \t,;!=".to_vec()), 1 => 1..=255u8];
    prop::collection::vec(byte, 0..12).prop_map(|v| v.into_iter().filter(|b| !matches!(b, b'\n' | b'\r')).collect())
}

/// All that an edit must leave alone, which is everything of an entry but its place.
fn facts(entry: &Entry) -> (Key, Option<Bytes>, State) {
    (entry.key.clone(), entry.value.clone(), entry.state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_that_parse_print_identically(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        match IcsConf::parse(bytes.clone()) {
            Ok(document) => prop_assert_eq!(document.to_bytes(), bytes),
            Err(_) => prop_assert!(bytes.contains(&0)),
        }
    }

    #[test]
    fn an_edit_changes_one_value_and_nothing_else(bytes in text(), value in value(), pick in any::<prop::sample::Index>()) {
        let document = parse(&bytes);
        let keys: Vec<_> = active(&document).into_iter().filter(|e| e.value.is_some()).map(|e| e.key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let key = &keys[pick.index(keys.len())];
        let edited = document.entries().iter().rposition(|e| {
            e.key == *key && e.state == State::Active && e.value.is_some()
        }).unwrap();

        let edits = document.set(key, &value).unwrap();
        let after = apply(&bytes, &edits).unwrap();
        if document.entries()[edited].value.as_deref() == Some(value.as_slice()) {
            prop_assert_eq!(edits, []);
            return Ok(());
        }
        let span = &document.entries()[edited].span;
        prop_assert_eq!(&after[..span.start], &bytes[..span.start]);
        prop_assert!(after.ends_with(&bytes[span.end..]));

        let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
        expected[edited].1 = Some(value.into());
        prop_assert_eq!(parse(&after).entries().iter().map(facts).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_new_key_is_added_behind_all_others(bytes in text(), value in value()) {
        let document = parse(&bytes);
        let after = apply(&bytes, &document.set(&Key::new("new.key"), &value).unwrap()).unwrap();
        prop_assert!(after.starts_with(&bytes));
        let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
        expected.push((Key::new("new.key"), Some(value.into()), State::Active));
        prop_assert_eq!(parse(&after).entries().iter().map(facts).collect::<Vec<_>>(), expected);
    }
}
