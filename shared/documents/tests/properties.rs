//! Java properties against files with known entries, and edits that change one value and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::properties::{DisabledKeys, utf16};
use documents::{Bytes, Document, EditError, Entry, Key, ParseError, Place, Properties, State, apply};
use proptest::prelude::*;

fn parse(bytes: &[u8]) -> Properties {
    Properties::parse(bytes.to_vec()).unwrap()
}

fn set(before: &[u8], key: &str, value: &[u8]) -> Vec<u8> {
    apply(before, &parse(before).set(&Key::new(key), value).unwrap()).unwrap()
}

#[track_caller]
fn assert_bytes(found: &[u8], expected: &[u8], case: &str) {
    assert_eq!(found.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{case}");
}

fn hex(text: &[u8]) -> String {
    let units = utf16::decode(text).unwrap();
    if units.is_empty() { "-".into() } else { units.iter().map(|unit| format!("{unit:04x}")).collect() }
}

#[test]
fn every_file_gives_the_entries_expected_of_it() {
    let (mut files, mut rejected) = (0, 0);
    for path in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/properties")).unwrap() {
        let path = path.unwrap().path();
        if path.extension().unwrap() != "properties" {
            continue;
        }
        let expected = fs::read(path.with_extension("expect.tsv")).unwrap();
        let expected = String::from_utf8_lossy(&expected).into_owned();
        let parsed = Properties::parse(fs::read(&path).unwrap());
        files += 1;
        if expected.starts_with("ERROR") {
            assert!(parsed.is_err(), "{}", path.display());
            rejected += 1;
            continue;
        }
        let rows = expected.lines().filter(|line| !line.starts_with('#'));
        let expected: Vec<_> = rows.map(|line| line.splitn(5, '\t').take(4).collect::<Vec<_>>().join("\t")).collect();
        let row = |e: &Entry| format!("-\t{}\t{}\t{}", hex(&e.key.name), hex(e.value.as_ref().unwrap()), e.line);
        let found: Vec<_> = parsed.unwrap().entries().iter().map(row).collect();
        assert_eq!(found, expected, "{}", path.display());
    }
    assert_eq!((files, rejected), (66, 4));
}

#[test]
fn a_malformed_escape_is_an_error_that_names_its_place() {
    let reason = "`\\u` without four hexadecimal digits; for a backslash, as in a Windows path, write two: `\\\\u`";
    for (file, line, column) in [
        (&b"a=1\r\nbc=\\u12"[..], 2, 4),
        (b"\\uzzzz=1", 1, 1),
        (b"a=x\\\n   y\\u12\n", 2, 5),
        (b"\\u12=34", 1, 1),
        (b"a=\\\\\\u1", 1, 5),
    ] {
        let error = Properties::parse(file.to_vec()).unwrap_err();
        assert_eq!(error, ParseError { line, column, reason }, "{}", file.escape_ascii());
    }
    assert_eq!(Properties::parse(b"\\u".to_vec()).unwrap_err().to_string(), format!("line 1, column 1: {reason}"));
}

#[test]
fn a_disabled_key_is_listed_where_the_files_have_them_and_prose_is_not() {
    let file = b"!a=1\n!b = \\u0032\n! c=3\n!note about x=4\n!see: x\n!!d=5\n#e=6\n !f=7\n!g\n!h=\\u1\n!=1\n";
    let document = Properties::parse_with(file.to_vec(), DisabledKeys::Listed).unwrap();
    let found: Vec<_> =
        document.entries().iter().map(|e| (e.key.to_string(), e.value.clone(), e.line, e.state)).collect();
    let entry =
        |key: &str, value: &str, line| (key.to_owned(), Some(value.to_owned().into()), line, State::CommentedOut);
    assert_eq!(found, [entry("a", "1", 1), entry("b", "2", 2)]);
    assert_eq!(parse(file).entries(), []);
}

#[test]
fn an_edit_keeps_what_stands_round_the_value() {
    for (before, value, after) in [
        ("k=1", "2", "k=2"),
        ("  k\t : 1\r\nz=1", "2", "  k\t : 2\r\nz=1"),
        ("k=a,\\\n   b\nz=1\n", "c", "k=c\nz=1\n"),
        ("k=a\\\n", "c", "k=c\\\n"),
        ("k 1\n", "=2", "k \\=2\n"),
        ("k=1\n", "=2", "k==2\n"),
        ("k=1\n", " \t x ", "k=\\ \\t x \n"),
        ("k\n", "v", "k=v\n"),
        ("k  ", "v", "k  v"),
        ("k=", "v", "k=v"),
        ("k = \\\n  \n", "x", "k = \\\n  x\n"),
        ("k=1\nk=2\n", "3", "k=1\nk=3\n"),
        ("k=1\n", "\u{e4}\u{2013}\u{1f600}\\\n\r\u{c}\u{7f}", "k=\\u00e4\\u2013\\ud83d\\ude00\\\\\\n\\r\\f\\u007f\n"),
        ("k=\\\r1\nz=1", "", "k=\\\r \nz=1"),
        ("\\k=1\n", "2", "\\k=2\n"),
    ] {
        assert_bytes(&set(before.as_bytes(), "k", value.as_bytes()), after.as_bytes(), before);
    }
}

#[test]
fn an_added_key_has_the_style_of_its_neighbour_and_a_line_of_its_own() {
    for (before, after) in [
        ("", "n=v\n"),
        ("a=1", "a=1\nn=v\n"),
        ("a = 1\r\n# c", "a = 1\r\n# c\r\nn = v\r\n"),
        ("  a 1\n", "  a 1\n  n v\n"),
        ("a\t:\t1\n", "a\t:\t1\nn\t:\tv\n"),
        ("a\\\n=1\n", "a\\\n=1\nn=v\n"),
        ("a\n", "a\nn=v\n"),
        ("a=1\\", "a=1\\\n\nn=v\n"),
        ("a=1\\\n", "a=1\\\n\nn=v\n"),
        ("a=1\\\r", "a=1\\\r\rn=v\r"),
        ("a=1\\\n  ", "a=1\\\n  \nn=v\n"),
        ("a=1\n\\", "a=1\nn=v\n\\"),
        ("a=1\n\\\n\\\n", "a=1\nn=v\n\\\n\\\n"),
        ("# c\\", "# c\\\nn=v\n"),
    ] {
        assert_bytes(&set(before.as_bytes(), "n", b"v"), after.as_bytes(), before);
    }
    assert_bytes(&set(b"", "#a =:\u{e9}b!#", b""), b"\\#a\\ \\=\\:\\u00e9b!#=\n", "a key with separators");
    assert_bytes(&set(b"a=1\n\\", "", b"v"), b"a=1\n=v\\", "the empty key of the last backslash");
}

#[test]
fn lines_and_the_comment_above_belong_to_an_entry() {
    let file = b"# head\n\n# one\n! two\na=1,\\\n  2\n# three\n\nb=2\n\\\nc=3\n";
    let document = parse(file);
    let text = |range: &std::ops::Range<usize>| String::from_utf8(file[range.clone()].to_vec()).unwrap();
    let found: Vec<_> = document.entries().iter().map(|e| (text(&e.comment), text(&e.lines), e.line)).collect();
    let expected = [("# one\n! two\n", "a=1,\\\n  2\n", 5), ("", "b=2\n", 9), ("", "\\\nc=3\n", 11)];
    assert_eq!(found, expected.map(|(comment, lines, line)| (comment.to_owned(), lines.to_owned(), line)));
}

#[test]
fn placed_lines_take_the_line_end_of_the_file() {
    let document = parse(b"a=1\r\nb=2");
    let place = |place: Place<'_>| apply(document.to_bytes(), &[document.place(place, b"x=1,\\\n  2\ny=3\n")]).unwrap();
    assert_bytes(&place(Place::Behind(&document.entries()[0])), b"a=1\r\nx=1,\\\r\n  2\r\ny=3\r\nb=2", "behind");
    assert_bytes(&place(Place::InsteadOf(&document.entries()[1])), b"a=1\r\nx=1,\\\r\n  2\r\ny=3", "instead of");
    assert_bytes(&place(Place::EndOf(None)), b"a=1\r\nb=2\r\nx=1,\\\r\n  2\r\ny=3\r\n", "at the end");
}

#[test]
fn what_is_no_sequence_of_utf_16_units_is_refused() {
    let document = parse(b"a=1\n");
    assert!(matches!(document.set(&Key::new("a"), b"\xff"), Err(EditError::Value { .. })));
    for key in [Key::new(b"\xe9".as_slice()), Key { section: Some("s".into()), name: "a".into() }] {
        assert_eq!(document.set(&key, b"1"), Err(EditError::Key { key: key.clone() }));
    }
}

/// Bytes that meet this dialect's rules often.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        8 => prop::sample::select(b"abk!#=:\\ \t\x0c\n\r".to_vec()),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..80)
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let unit = prop_oneof![3 => prop::sample::select(b"x=:\\ \t\n#!".map(u16::from).to_vec()), 1 => any::<u16>()];
    prop::collection::vec(unit, 0..12).prop_map(|units| utf16::encode(&units))
}

fn facts(entry: &Entry) -> (Key, Option<Bytes>, State) {
    (entry.key.clone(), entry.value.clone(), entry.state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_that_parse_print_identically(bytes in text()) {
        if let Ok(document) = Properties::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }

    #[test]
    fn an_edit_changes_one_value_and_nothing_else(bytes in text(), value in value(), pick in any::<prop::sample::Index>()) {
        let Ok(document) = Properties::parse_with(bytes.clone(), DisabledKeys::Listed) else { return Ok(()) };
        let active: Vec<_> = document.entries().iter().filter(|e| e.state == State::Active).collect();
        if active.is_empty() {
            return Ok(());
        }
        let key = &active[pick.index(active.len())].key;
        let edited = document.entries().iter().rposition(|e| e.key == *key && e.state == State::Active).unwrap();
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
        let reread = Properties::parse_with(after, DisabledKeys::Listed).unwrap();
        prop_assert_eq!(reread.entries().iter().map(facts).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_new_key_is_added_and_all_others_stay(bytes in text(), value in value()) {
        let Ok(document) = Properties::parse(bytes.clone()) else { return Ok(()) };
        let after = apply(&bytes, &document.set(&Key::new("new.key"), &value).unwrap()).unwrap();
        let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
        let reread = parse(&after);
        let found: Vec<_> = reread.entries().iter().map(facts).collect();
        // An entry that consists of the last backslash stays last.
        let at = found.iter().position(|(key, ..)| *key.name == *b"new.key").unwrap();
        prop_assert!(at + 2 >= found.len());
        expected.insert(at, (Key::new("new.key"), Some(value.into()), State::Active));
        prop_assert_eq!(found, expected);
    }
}
