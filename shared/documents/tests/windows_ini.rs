//! Windows ini and prf files against files with known entries, and edits that change one value and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::{Bytes, Document, EditError, Entry, Key, ParseError, State, WindowsIni, apply};
use proptest::prelude::*;

fn parse(bytes: &[u8]) -> WindowsIni {
    WindowsIni::parse(bytes.to_vec()).unwrap()
}

fn key(section: &str, name: &str) -> Key {
    Key { section: Some(section.to_owned().into()), name: name.to_owned().into() }
}

#[track_caller]
fn assert_bytes(found: &[u8], expected: &[u8], case: &str) {
    assert_eq!(found.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{case}");
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() { "-".into() } else { bytes.iter().map(|b| format!("{b:02x}")).collect() }
}

fn row(entry: &Entry) -> String {
    let value = entry.value.as_ref().map_or("<none>".into(), |v| hex(v));
    let section = entry.key.section.as_ref().map_or("-".into(), |s| hex(s));
    format!("{section}\t{}\t{value}\t{}", hex(&entry.key.name), entry.line)
}

#[test]
fn every_file_gives_the_entries_expected_of_it() {
    let mut files = 0;
    for path in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/windows-ini")).unwrap() {
        let path = path.unwrap().path();
        if path.extension().unwrap() == "tsv" {
            continue;
        }
        let expected = fs::read_to_string(path.with_extension("expect.tsv")).unwrap();
        let rows = expected.lines().filter(|line| !line.starts_with('#'));
        let expected: Vec<_> = rows.map(|line| line.splitn(5, '\t').take(4).collect::<Vec<_>>().join("\t")).collect();
        let found: Vec<_> = parse(&fs::read(&path).unwrap()).entries().iter().map(row).collect();
        assert_eq!(found, expected, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 10);
}

#[test]
fn the_first_section_of_a_name_and_its_first_key_count() {
    let document = parse(b"[A]\r\nx=1\r\nX=2\r\nflag\r\nflag=1\r\n[a]\r\ny=3\r\n");
    let value = |name| document.effective(&key("a", name)).and_then(|e| e.value.clone());
    assert_eq!(value("x"), Some(Bytes::from("1")));
    assert_eq!(value("Y"), None);
    assert_eq!(value("flag"), None);
    let states: Vec<_> = document.entries().iter().map(|e| e.state).collect();
    let (active, shadowed) = (State::Active, State::Shadowed);
    assert_eq!(states, [active, shadowed, active, shadowed, shadowed]);
}

#[test]
fn an_edit_keeps_what_stands_round_the_value() {
    for (before, value, after) in [
        ("[A]\r\nk=1\r\n", "2", "[A]\r\nk=2\r\n"),
        ("[A]\n k = \"1\" \n", "2", "[A]\n k = \"2\" \n"),
        ("[A]\n k = '1'\n", "", "[A]\n k = ''\n"),
        ("[A]\nk=1", " x", "[A]\nk=\" x\""),
        ("[A]\nk=1", "\"x\"", "[A]\nk=\"\"x\"\""),
        ("[A]\nk=1", "a\"b", "[A]\nk=a\"b"),
        ("[A]\nk=C:\\a\\", "C:\\b\\", "[A]\nk=C:\\b\\"),
        ("[A]\nk=\r\n", "x", "[A]\nk=x\r\n"),
        ("[A]\nk \r\n", "x", "[A]\nk=x \r\n"),
        ("[A]\nK=1\nk=2\n", "3", "[A]\nK=3\nk=2\n"),
        ("[A]\r\na=1\r\n\r\n[B]\r\nk=1", "2", "[A]\r\na=1\r\nk=2\r\n\r\n[B]\r\nk=1"),
        ("[A]", "2", "[A]\r\nk=2\r\n"),
        ("[B]\nx=1", "2", "[B]\nx=1\n[a]\nk=2\n"),
        ("", "2", "[a]\r\nk=2\r\n"),
        ("[A]\n[a]\nk=1\n", "2", "[A]\nk=2\n[a]\nk=1\n"),
    ] {
        let edits = parse(before.as_bytes()).set(&key("a", "k"), value.as_bytes()).unwrap();
        assert_bytes(&apply(before.as_bytes(), &edits).unwrap(), after.as_bytes(), before);
    }
    let edits = parse(b"; c\n[A]\nx=1\n").set(&Key::new("k"), b"1").unwrap();
    assert_bytes(&apply(b"; c\n[A]\nx=1\n", &edits).unwrap(), b"k=1\n; c\n[A]\nx=1\n", "ahead of all sections");
}

#[test]
fn what_the_dialect_cannot_read_or_spell_is_refused() {
    let reason = "UTF-16 text: save the file as ANSI text first";
    assert_eq!(WindowsIni::parse(b"\xff\xfe[\0".to_vec()).unwrap_err(), ParseError { line: 1, column: 1, reason });
    assert_eq!(
        WindowsIni::parse(b"[A]\nx\0".to_vec()).unwrap_err().to_string(),
        "line 2, column 2: a NUL byte: this is not a text file"
    );
    let document = parse(b"[A]\nk=1\n");
    for value in ["a\nb", "\0"] {
        assert!(matches!(document.set(&key("A", "k"), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for name in [";x", "[x", " x", "a=b", "a\nb"] {
        assert_eq!(document.set(&key("A", name), b"1"), Err(EditError::Key { key: key("A", name) }));
    }
}

/// Bytes that meet this dialect's rules often.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![8 => prop::sample::select(b"abAB[]=;\"' \t\r\n\n\x1a".to_vec()), 1 => 1..=255u8];
    prop::collection::vec(byte, 0..80)
}

fn facts(entry: &Entry) -> (Key, Option<Bytes>, State) {
    (entry.key.clone(), entry.value.clone(), entry.state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_that_parse_print_identically(bytes in text()) {
        if let Ok(document) = WindowsIni::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }

    #[test]
    fn an_edit_changes_one_value_and_nothing_else(bytes in text(), value in "[xy\"' ;=\\[\\]\\t\\x1a]{0,8}", pick in any::<prop::sample::Index>()) {
        let Ok(document) = WindowsIni::parse(bytes.clone()) else { return Ok(()) };
        let active: Vec<_> = document.entries().iter().filter(|e| e.state == State::Active).collect();
        if active.is_empty() {
            return Ok(());
        }
        let key = &active[pick.index(active.len())].key;
        let edited = document.entries().iter().position(|e| e.key == *key && e.state == State::Active).unwrap();
        let edits = match document.set(key, value.as_bytes()) {
            // With a `]` behind it, a key that begins with `[` would become a section.
            Err(error) => {
                prop_assert!(key.name.starts_with(b"[") && value.contains(']'), "{}", error);
                return Ok(());
            }
            Ok(edits) => edits,
        };
        let after = apply(&bytes, &edits).unwrap();
        let span = &document.entries()[edited].span;
        prop_assert_eq!(&after[..span.start], &bytes[..span.start]);
        prop_assert!(after.ends_with(&bytes[span.end..]));
        let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
        expected[edited].1 = Some(value.into());
        prop_assert_eq!(parse(&after).entries().iter().map(facts).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_new_key_is_found_and_all_others_stay(bytes in text()) {
        let Ok(document) = WindowsIni::parse(bytes.clone()) else { return Ok(()) };
        let new = key("a", "new.key");
        let after = parse(&apply(&bytes, &document.set(&new, b"v").unwrap()).unwrap());
        prop_assert_eq!(after.effective(&new).unwrap().value.as_deref(), Some(&b"v"[..]));
        let others: Vec<_> = after.entries().iter().filter(|e| *e.key.name != *b"new.key").map(facts).collect();
        prop_assert_eq!(others, document.entries().iter().map(facts).collect::<Vec<_>>());
    }
}
