//! The MTA's, the proxy's and the ACL files' dialects against files with known entries, and edits that change one value only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use documents::roots::RootMove;
use documents::{
    Aliases, Bytes, Document, EditError, Entry, Key, Mmp, OptionValues, ParseError, Sectioned, SslPassword, State,
    WholeLines, apply, mmp, whole_lines,
};
use proptest::prelude::*;

type Parse<D> = fn(Vec<u8>) -> Result<D, ParseError>;

fn conversions(bytes: Vec<u8>) -> Result<WholeLines, ParseError> {
    WholeLines::parse_as(whole_lines::Flavour::Conversions, bytes)
}

fn certmap(bytes: Vec<u8>) -> Result<Mmp, ParseError> {
    Mmp::parse_as(mmp::Flavour::Certmap, bytes)
}

fn in_section(section: &str, name: &str) -> Key {
    Key { section: Some(section.to_owned().into()), name: name.to_owned().into() }
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() { "-".into() } else { bytes.iter().map(|b| format!("{b:02x}")).collect() }
}

fn row(entry: &Entry) -> String {
    let value = entry.value.as_ref().map_or("<none>".into(), |v| hex(v));
    let section = entry.key.section.as_ref().map_or("-".into(), |s| hex(s));
    format!("{section}\t{}\t{value}\t{}", hex(&entry.key.name), entry.line)
}

/// Compares the active entries of a folder's files with what is expected of them, and returns how many files there are.
fn compare<D: Document>(folder: &str, parse: Parse<D>) -> usize {
    let mut files = 0;
    for path in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)).unwrap() {
        let path = path.unwrap().path();
        if path.extension().unwrap() == "tsv" {
            continue;
        }
        let expected = fs::read_to_string(path.with_extension("expect.tsv")).unwrap();
        let rows = expected.lines().filter(|line| !line.starts_with('#'));
        let expected: Vec<_> = rows.map(|line| line.splitn(5, '\t').take(4).collect::<Vec<_>>().join("\t")).collect();
        let document = parse(fs::read(&path).unwrap()).unwrap();
        let active = document.entries().iter().filter(|entry| entry.state == State::Active);
        assert_eq!(active.map(row).collect::<Vec<_>>(), expected, "{}", path.display());
        files += 1;
    }
    files
}

#[test]
fn every_file_gives_the_entries_expected_of_it() {
    assert_eq!(compare("option-dat", OptionValues::parse), 11);
    assert_eq!(compare("sectioned", Sectioned::parse), 8);
    assert_eq!(compare("mmp", Mmp::parse), 7);
    assert_eq!(compare("mmp", certmap), 7);
}

/// Returns keys and values, one entry a line, with the number of the line.
#[track_caller]
fn read<D: Document>(parse: Parse<D>, text: &str) -> Vec<String> {
    let document = parse(text.as_bytes().to_vec()).unwrap();
    let shown = |entry: &Entry| {
        let mark = if entry.state == State::CommentedOut { "!" } else { "" };
        format!("{} {mark}{}|{}", entry.line, document.shown(&entry.key), entry.value.as_ref().unwrap().escape_ascii())
    };
    document.entries().iter().map(shown).collect()
}

#[test]
fn option_values_are_continued_by_any_backslash_and_across_comments() {
    assert_eq!(read(OptionValues::parse, "L=a\\\\\nb\nM=1\n"), ["1 L|a\\\\b", "3 M|1"]);
    assert_eq!(read(OptionValues::parse, "#c\\\nM=1\n"), ["2 M|1"]);
    assert_eq!(read(OptionValues::parse, "L=a,\\\n  b \nM = x \\ \n"), ["1 L|a,  b", "3 M|x \\\\"]);
    assert_eq!(read(OptionValues::parse, "L=a\\\n\nM=1\\"), ["1 L|a", "3 M|1"]);
    assert_eq!(read(OptionValues::parse, "L=a\rb\r\r\nM\n#\\\n=1\n"), ["1 L|a\\rb", "4 |1"]);
    assert_eq!(
        read(OptionValues::parse, "groupA=a*\nstaff=(staff|admin).*"),
        ["1 groupA|a*", "2 staff|(staff|admin).*"]
    );
}

#[test]
fn aliases_keep_quotes_and_list_includes() {
    let text = "! a: b\\\nroot: x, \\\n!y@z\n\"Sales: Office\" : \"|/bin/a: -q\"\n</etc/lists\nnothing\n";
    let expected = ["2 root|x, !y@z", "4 \"Sales: Office\"|\\\"|/bin/a: -q\\\"", "5 include /etc/lists|</etc/lists"];
    assert_eq!(read(Aliases::parse, text), expected);
}

#[test]
fn the_other_files_give_their_entries() {
    assert_eq!(
        read(SslPassword::parse, "Internal (Software) Token:net:scape!\r\n"),
        ["1 Internal (Software) Token|net:scape!"]
    );
    assert_eq!(read(WholeLines::parse, "# v=3.0\nu:admin \n\nd:false"), ["2 u:admin|u:admin", "4 d:false|d:false"]);
    assert_eq!(read(conversions, "! x\na=1;\\\n b=\"/c\"\n"), ["2 a=1; b=\"/c\"|a=1; b=\\\"/c\\\""]);
    let text = "#default:A 1\n#default:B \"x y\"\n# default:C 1\n#v:D 1\n#default: text\n";
    assert_eq!(read(Mmp::parse, text), ["1 !default:A|1", "2 !default:B|x y", "5 !default:text|"]);
    assert!(read(certmap, text).is_empty());
}

#[track_caller]
fn assert_set<D: Document>(parse: Parse<D>, key: &Key, cases: &[(&str, &str, &str)]) {
    for (before, value, after) in cases {
        let edits = parse(before.as_bytes().to_vec()).unwrap().set(key, value.as_bytes()).unwrap();
        let found = apply(before.as_bytes(), &edits).unwrap();
        assert_eq!(found.escape_ascii().to_string(), after.as_bytes().escape_ascii().to_string(), "{before}");
    }
}

#[test]
fn an_edit_keeps_what_stands_round_the_value() {
    assert_set(
        OptionValues::parse,
        &Key::new("L"),
        &[
            ("L=1\n", "2", "L=2\n"),
            ("L = 1 \r\nM=1\n", "#2", "L = #2 \r\nM=1\n"),
            ("L=1\nL=2\n", "3", "L=1\nL=3\n"),
            ("L=a,\\\nb,\\\nc\n", "a,\\b2,c", "L=a,\\\n\\b2,\\\nc\n"),
            ("L=a,\\\n#b,\\\nc\n", "x", "L=\\\n#b,\\\nx\n"),
            ("L=a,\\\n#b,\\\nc,\\\nd\n", "xx,c,yy", "L=xx,\\\n#b,\\\nc,\\\nyy\n"),
            ("L=a,\\\n#b,\\\nc\n", "a,d", "L=a,\\\n#b,\\\nd\n"),
            ("L=a,\\\n#b,\\\nc\n", "#", "L=#\\\n#b,\\\n\n"),
            ("L=\\\na\n", "#a", "L=\\\n #a\n"),
            ("L=1\n", "C:\\", "L=C:\\ \n"),
            ("M = 1\n", "2", "M = 1\nL = 2\n"),
            ("M=1\r\nN=a\\", "2", "M=1\r\nN=a\\\r\n\r\nL=2\r\n"),
            ("N=a\\\n#c", "2", "N=a\\\n#c\n\nL=2\n"),
            ("# L=1", "2", "# L=1\nL=2\n"),
            ("L=\n", "x", "L=x\n"),
            ("", "x", "L=x\n"),
        ],
    );
    assert_set(
        Sectioned::parse,
        &in_section("S=A", "k"),
        &[
            ("k=0\n[S=A]\nk=1\n", "2", "k=0\n[S=A]\nk=2\n"),
            ("[S=A]\nx=1\n\n! b\n[S=B]\nk=1\n", "2", "[S=A]\nx=1\nk=2\n\n! b\n[S=B]\nk=1\n"),
            ("[S=A]\nx=1\n[S=B]\n[S=A]\ny=1\n[S=C]\n", "2", "[S=A]\nx=1\n[S=B]\n[S=A]\ny=1\nk=2\n[S=C]\n"),
            ("x=1\r\n[S=B]", "2", "x=1\r\n[S=B]\r\n[S=A]\r\nk=2\r\n"),
            ("! [S=A]\n", "2", "! [S=A]\n[S=A]\nk=2\n"),
            ("[S=A]", "2", "[S=A]\nk=2\n"),
        ],
    );
    assert_set(
        Sectioned::parse,
        &Key::new("k"),
        &[
            ("! c\nx=1\n!\n[S=A]\nk=1\n", "2", "! c\nx=1\nk=2\n!\n[S=A]\nk=1\n"),
            ("[S=A]\nk=1\n", "2", "k=2\n[S=A]\nk=1\n"),
        ],
    );
    assert_set(
        Mmp::parse,
        &in_section("default", "A"),
        &[
            ("default:A\t1\r\n", "2", "default:A\t2\r\n"),
            ("default:A \"1\"\n", "2", "default:A \"2\"\n"),
            ("default:A 1\n", "a b", "default:A \"a b\"\n"),
            ("default:A a b\n", "c d", "default:A c d\n"),
            ("default:A 1\n", "", "default:A \"\"\n"),
            ("default:A\n", "1", "default:A 1\n"),
            ("default:A 1\n", "\"x\"", "default:A \"\"x\"\"\n"),
            ("#default:A 1\ndefault:B 1\n", "2", "#default:A 1\ndefault:B 1\ndefault:A 2\n"),
            ("v:A 1", "cn=Directory Manager", "v:A 1\ndefault:A \"cn=Directory Manager\"\n"),
        ],
    );
    assert_set(
        Aliases::parse,
        &Key::new("\"a: b\""),
        &[("\"a: b\": c\n", "d", "\"a: b\": d\n"), ("x: y\n</l\n", "d", "x: y\n</l\n\"a: b\": d\n")],
    );
    assert_set(
        SslPassword::parse,
        &Key::new("T x"),
        &[("T x:1\nb:2\n", "a:b", "T x:a:b\nb:2\n"), ("", "p", "T x:p\n")],
    );
    assert_set(WholeLines::parse, &Key::new("u:x"), &[("d:true", "u:x", "d:true\nu:x\n"), ("u:x\n", "u:x", "u:x\n")]);
}

#[test]
fn long_aliases_are_written_in_lines_that_the_mta_reads_whole() {
    let address = |n| format!("user{n:03}@example.com, ");
    let value: String = (0..100).map(address).collect::<String>() + "last@example.com";
    for value in [value.as_str(), &"x".repeat(1000), &format!("{} y", "!".repeat(300)), &"\\".repeat(600)] {
        let document = Aliases::parse(b"a: b\r\n".to_vec()).unwrap();
        for name in ["a", "new"] {
            let after = apply(b"a: b\r\n", &document.set(&Key::new(name), value.as_bytes()).unwrap()).unwrap();
            let after = Aliases::parse(after).unwrap();
            let found = after.effective(&Key::new(name)).and_then(|entry| entry.value.clone());
            assert_eq!(found, Some(Bytes::from(value.to_owned())));
            let is_short =
                |line: &[u8]| line.trim_ascii_end().len() <= 252 || value.starts_with('\\') || value.starts_with('!');
            assert!(after.to_bytes().split(|b| *b == b'\n').all(is_short), "{}", after.to_bytes().escape_ascii());
        }
    }
}

#[track_caller]
fn assert_refused<D: Document>(parse: Parse<D>, section: Option<&str>, names: &[&str], values: &[&str]) {
    assert_eq!(
        parse(b"a\r\nb\0=1".to_vec()).err().map(|error| error.to_string()).as_deref(),
        Some("line 2, column 2: a NUL byte: this is not a text file")
    );
    let document = parse(Vec::new()).unwrap();
    let key = |name: &str| Key { section: section.map(|s| s.to_owned().into()), name: name.to_owned().into() };
    for name in names.iter().chain(&["", "a\nb", "a\rb", " a", "a\t", "a\0"]) {
        assert_eq!(document.set(&key(name), name.as_bytes()).err().map(|_| ()), Some(()), "{name:?}");
    }
    for value in values.iter().chain(&["1\n2", "1\r2", "1\n", "1\r", "\0"]) {
        let found = document.set(&key("a"), value.as_bytes());
        assert!(matches!(found, Err(EditError::Value { .. })), "{value:?}: {found:?}");
    }
}

#[test]
fn what_a_dialect_cannot_express_is_refused() {
    let blanks = [" 1", "1 ", "\t"];
    assert_refused(OptionValues::parse, None, &["#a", "!a", ";a", "a=b"], &blanks);
    assert_refused(Sectioned::parse, Some("S=A"), &["!a", "[a", "a=b"], &blanks);
    assert_refused(Sectioned::parse, None, &["!a", "[a", "a=b"], &blanks);
    assert_refused(Mmp::parse, Some("default"), &["#a", "a b"], &[]);
    assert_refused(Aliases::parse, None, &["!a", "<a", "a:b", "\"a:b"], &blanks);
    assert_refused(Aliases::parse, Some("include"), &[], &["</other", "a", "<"]);
    assert_refused(SslPassword::parse, None, &["a:b"], &blanks);
    assert_refused(WholeLines::parse, None, &["#a"], &["b", ""]);
    assert_refused(conversions, None, &["!a"], &["b", ""]);
    for section in ["a b", "a:b", "#a", "", "a\nb"] {
        assert!(Mmp::parse(Vec::new()).unwrap().set(&in_section(section, "k"), b"1").is_err(), "{section}");
    }
    for section in ["a\nb", "a\r"] {
        assert!(Sectioned::parse(Vec::new()).unwrap().set(&in_section(section, "k"), b"1").is_err(), "{section}");
    }
    assert!(OptionValues::parse(Vec::new()).unwrap().set(&in_section("S", "k"), b"1").is_err());
    let error = Sectioned::parse(b"a=1\n [POOL=X\n".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 2: a `[` that no `]` closes");
}

/// Moves a root in every value, and in the paths of keys, as a merge with the same three files does.
fn moved<D: Document>(parse: Parse<D>, bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    use documents::merge::{Base, Rules, Sides, merge};
    let document = parse(bytes.to_vec()).unwrap();
    let roots = vec![RootMove { from: from.into(), to: to.into() }];
    let empty = parse(Vec::new()).unwrap();
    let sides = Sides { base: Base::Known(&empty), site: &document, new: &empty };
    merge(&sides, &Rules { roots, ..Rules::default() }).unwrap().bytes
}

/// Joins lines, each with a number of its own for `%`, and moves the root in them.
fn there_and_back<D: Document>(parse: Parse<D>, pieces: &[&str]) -> Result<(), TestCaseError> {
    let lines = pieces.iter().enumerate().map(|(number, piece)| piece.replace('%', &number.to_string()));
    let text = lines.collect::<String>().into_bytes();
    let there = moved(parse, &text, "/opt/old", "/opt/sun/new");
    prop_assert!(!there.windows(9).any(|part| part == b"/opt/old/"), "{}", there.escape_ascii());
    let back = moved(parse, &there, "/opt/sun/new", "/opt/old");
    prop_assert_eq!(back.escape_ascii().to_string(), text.escape_ascii().to_string());
    Ok(())
}

fn facts(entry: &Entry) -> (Key, Option<Bytes>, State) {
    (entry.key.clone(), entry.value.clone(), entry.state)
}

/// An edit changes one entry, within its value's span; all else stays.
fn edit_one<D: Document>(
    parse: Parse<D>,
    bytes: &[u8],
    value: &str,
    pick: prop::sample::Index,
) -> Result<(), TestCaseError> {
    let Ok(document) = parse(bytes.to_vec()) else { return Ok(()) };
    prop_assert_eq!(document.to_bytes(), bytes);
    for entry in document.entries() {
        prop_assert!(entry.lines.start <= entry.span.start && entry.span.end <= entry.lines.end);
    }
    let active: Vec<_> = document.entries().iter().filter(|e| e.state == State::Active).collect();
    if active.is_empty() {
        return Ok(());
    }
    let key = &active[pick.index(active.len())].key;
    let Ok(edits) = document.set(key, value.as_bytes()) else { return Ok(()) };
    let edited = document.entries().iter().rposition(|e| e.key == *key && e.state == State::Active).unwrap();
    let after = apply(bytes, &edits).unwrap();
    let span = &document.entries()[edited].span;
    prop_assert_eq!(&after[..span.start], &bytes[..span.start]);
    prop_assert!(after.ends_with(&bytes[span.end..]));
    let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
    expected[edited].1 = Some(value.to_owned().into());
    let after = parse(after).unwrap();
    prop_assert_eq!(after.entries().iter().map(facts).collect::<Vec<_>>(), expected);
    Ok(())
}

/// Comments stay, between the lines of a value as well.
fn edit_keeps_comments(bytes: &[u8], value: &str, pick: prop::sample::Index) -> Result<(), TestCaseError> {
    let Ok(document) = OptionValues::parse(bytes.to_vec()) else { return Ok(()) };
    if document.entries().is_empty() {
        return Ok(());
    }
    let key = &document.entries()[pick.index(document.entries().len())].key;
    let Ok(edits) = document.set(key, value.as_bytes()) else { return Ok(()) };
    let after = apply(bytes, &edits).unwrap();
    prop_assert_eq!(comments(&after), comments(bytes), "{}", after.escape_ascii());
    Ok(())
}

/// Returns the lines that begin with a comment mark of the option files.
fn comments(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    lines.filter(|line| line.first().is_some_and(|b| b"#!;".contains(b)) && line.contains(&b'~')).collect()
}

fn add_one<D: Document>(parse: Parse<D>, bytes: &[u8], key: &Key, value: &[u8]) -> Result<(), TestCaseError> {
    let Ok(document) = parse(bytes.to_vec()) else { return Ok(()) };
    let after = parse(apply(bytes, &document.set(key, value).unwrap()).unwrap()).unwrap();
    prop_assert_eq!(after.effective(key).unwrap().value.as_deref(), Some(value));
    let others: Vec<_> = after.entries().iter().filter(|e| e.key != *key).map(facts).collect();
    prop_assert_eq!(others, document.entries().iter().map(facts).collect::<Vec<_>>());
    Ok(())
}

/// Bytes that meet the dialects' rules often.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(b"abAB[]=:;#!<\"\\\\ \t\r\n\n\n".to_vec()).prop_map(|byte| vec![byte]),
        2 => prop::sample::select(["a=", "\\\n", "\\\n#~\n", "\\\n;~\\\n", "[S]\n", "default:a ", "#default:", "a:", "</"].as_slice())
            .prop_map(|piece| piece.as_bytes().to_vec()),
        1 => (1..=255u8).prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn lines(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(pieces), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn files_print_back_and_an_edit_changes_one_value_only(bytes in text(), value in "[xy#!;<\"\\\\ =:]{0,8}", pick in any::<prop::sample::Index>()) {
        edit_one(OptionValues::parse, &bytes, &value, pick)?;
        edit_keeps_comments(&bytes, &value, pick)?;
        edit_one(Sectioned::parse, &bytes, &value, pick)?;
        edit_one(Mmp::parse, &bytes, &value, pick)?;
        edit_one(certmap, &bytes, &value, pick)?;
        edit_one(Aliases::parse, &bytes, &value, pick)?;
        edit_one(SslPassword::parse, &bytes, &value, pick)?;
        edit_one(WholeLines::parse, &bytes, &value, pick)?;
        edit_one(conversions, &bytes, &value, pick)?;
    }

    #[test]
    fn a_new_key_is_found_and_all_others_stay(bytes in text(), value in "[xy#!;<\"\\\\=:]{0,8}") {
        let (key, value) = (Key::new("new.key"), value.as_bytes());
        add_one(OptionValues::parse, &bytes, &key, value)?;
        add_one(Sectioned::parse, &bytes, &key, value)?;
        add_one(Sectioned::parse, &bytes, &in_section("S", "new.key"), value)?;
        add_one(Mmp::parse, &bytes, &in_section("default", "new.key"), value)?;
        add_one(Aliases::parse, &bytes, &key, value)?;
        add_one(SslPassword::parse, &bytes, &key, value)?;
        add_one(WholeLines::parse, &bytes, &key, b"new.key")?;
        add_one(conversions, &bytes, &key, b"new.key")?;
    }

    #[test]
    fn a_root_moves_there_and_back(
        options in lines(&["k%=/opt/old/%\n", "l%=a:/opt/old,\\\r\n#/opt/older\n/opt/old/b\r\n", "# /opt/older\n", "m=1 \n", "n=\\\n/opt/old/,\\\n\n"]),
        sections in lines(&["[S=%]\n", "k%=/opt/old/%\r\n", "! /opt/older\n", "m=/opt/older\n"]),
        proxies in lines(&["default:K% \"/opt/old/%\"\n", "v:L% /opt/old/lib@1|2 /opt/old/x\r\n", "# c\n"]),
        aliases in lines(&["a%: \"|/opt/old/bin -q\", \\\n b\n", "</opt/old/%\r\n", "< /opt/old/lists/%\n", "! c\n"]),
        conversions in lines(&["a=%;\\\n  command=\"/opt/old/a\"\n", "/opt/old/%\r\n", "! c\n"]),
    ) {
        there_and_back(OptionValues::parse, &options)?;
        there_and_back(Sectioned::parse, &sections)?;
        there_and_back(Mmp::parse, &proxies)?;
        there_and_back(Aliases::parse, &aliases)?;
        there_and_back(self::conversions, &conversions)?;
    }
}
