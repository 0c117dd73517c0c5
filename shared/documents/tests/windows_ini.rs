//! Windows ini and prf files against files with known entries, and edits that change one value and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use documents::windows_ini::CodePage;
use documents::{Bytes, Document, EditError, Entry, Key, ParseError, State, WindowsIni, apply};
use proptest::prelude::*;

fn parse(bytes: &[u8]) -> WindowsIni {
    WindowsIni::parse(bytes.to_vec()).unwrap()
}

fn page(name: &str) -> CodePage {
    CodePage::named(name).unwrap()
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
        let name = path.file_name().unwrap().to_str().unwrap();
        let page = if name.contains("shift-jis") { page("shift_jis") } else { CodePage::SINGLE_BYTE };
        let document = WindowsIni::parse_with(fs::read(&path).unwrap(), page).unwrap();
        let found: Vec<_> = document.entries().iter().map(row).collect();
        assert_eq!(found, expected, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 20);
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
        ("[A]\nk=\"1\"\n", "1", "[A]\nk=\"1\"\n"),
        ("[A]\nx=1\n; c\n\n[B]\n", "2", "[A]\nx=1\nk=2\n; c\n\n[B]\n"),
        ("[A]\rk=1\r", "2", "[A]\rk=2\r"),
        ("[A]\rx=1\r\r[B]\r", "2", "[A]\rx=1\rk=2\r\r[B]\r"),
        ("[B]\rx=1", "2", "[B]\rx=1\r[a]\rk=2\r"),
        ("[A]\rx=1\r\n\n[B]\n", "2", "[A]\rx=1\r\nk=2\r\n\n[B]\n"),
        ("[A \nx=1\n", "2", "[A \nx=1\nk=2\n"),
        ("[A]]=x\nx=1\n", "2", "[A]]=x\nx=1\nk=2\n"),
    ] {
        let edits = parse(before.as_bytes()).set(&key("a", "k"), value.as_bytes()).unwrap();
        assert_bytes(&apply(before.as_bytes(), &edits).unwrap(), after.as_bytes(), before);
        let edits = parse(&utf16(before)).set(&key("a", "k"), value.as_bytes()).unwrap();
        assert_bytes(&apply(&utf16(before), &edits).unwrap(), &utf16(after), &format!("{before}, in UTF-16"));
    }
    let after = apply(b"\xff\xfe", &parse(b"\xff\xfe").set(&key("a", "k"), b"2").unwrap()).unwrap();
    assert_bytes(&after, &utf16("[a]\r\nk=2\r\n"), "only the mark");
    let edits = parse(b"; c\n[A]\nx=1\n").set(&Key::new("k"), b"1").unwrap();
    assert_bytes(&apply(b"; c\n[A]\nx=1\n", &edits).unwrap(), b"k=1\n; c\n[A]\nx=1\n", "ahead of all sections");
}

#[test]
fn what_the_dialect_cannot_read_or_spell_is_refused() {
    let reason = "UTF-16 of the byte order that Windows does not read (big endian)";
    assert_eq!(WindowsIni::parse(b"\xfe\xff\0[".to_vec()).unwrap_err(), ParseError { line: 1, column: 1, reason });
    for (bytes, page, error) in [
        (&b"[A]\nx\0"[..], CodePage::SINGLE_BYTE, "line 2, column 2: a NUL: this is not a text file"),
        (b"[A]\r\x95", page("932"), "line 2, column 1: half a character: this is not text of the code page"),
        (b"[A]\na=\x95\n", page("932"), "line 2, column 3: half a character: this is not text of the code page"),
        (b"\xff\xfea\0\x00\xdc", page("1252"), "line 1, column 5: a lone surrogate: this is not UTF-16 text"),
        (b"\xff\xfe\n\0a\0\x00\xd8b\0", page("1252"), "line 2, column 3: a lone surrogate: this is not UTF-16 text"),
        (b"\xff\xfe\x00\xd8", page("1252"), "line 1, column 3: a lone surrogate: this is not UTF-16 text"),
        (b"\xff\xfea\0\0\0", page("1252"), "line 1, column 5: a NUL: this is not a text file"),
        (
            b"\xff\xfea\0\n\0x",
            page("1252"),
            "line 2, column 1: half a unit of UTF-16: the file is cut, or of mixed encodings",
        ),
    ] {
        let case = bytes.escape_ascii().to_string();
        assert_eq!(WindowsIni::parse_with(bytes.to_vec(), page).unwrap_err().to_string(), error, "{case}");
    }
    let document = parse(b"[A]\nk=1\n");
    for value in ["a\nb", "a\rb", "\0"] {
        assert!(matches!(document.set(&key("A", "k"), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for name in [";x", "[x", " x", "a=b", "a\nb", "a\rb"] {
        assert_eq!(document.set(&key("A", name), b"1"), Err(EditError::Key { key: key("A", name) }));
    }
    for section in ["B]", " B", "B\r"] {
        assert_eq!(document.set(&key(section, "x"), b"1"), Err(EditError::Key { key: key(section, "x") }));
    }
}

/// Section 7.1 row by row, where the format set has no case of it: what each entry is, `section|key|value`.
#[test]
fn a_file_reads_as_on_windows() {
    for (row, file, expected) in [
        ("line end", "[A]\ra=1\r\rb=2\n\nc=3\r\nd=4", "A|a|1 A|b|2 A|c|3 A|d|4"),
        ("blanks", "\t[\x0b A\x0c]\n\x1a a \x1a= \t1\x0b\n", "A|a|1"),
        ("kept controls", "[A]\na=\x01 1\x1f\n", "A|a|\x01 1\x1f"),
        ("Ctrl-Z", "[A]\na=1\n\x1a\nb=2\x1a\n", "A|a|1 A|b|2"),
        ("quotes", "[A]\na=\"\"x\"\"\nb=\"x'\nc=\"\nd=\"\"\n", "A|a|\"x\" A|b|\"x' A|c|\" A|d|"),
        ("escapes", "[A]\na=C:\\n\\\nb=%x%\n", "A|a|C:\\n\\ A|b|%x%"),
        ("comments", "[A]\n ;a=1\nb=1 ;c\n#d=2\n'e=3\n", "A|b|1 ;c A|#d|2 A|'e|3"),
        ("separator", "[A]\na:b=c=d\n", "A|a:b|c=d"),
        ("empty key", "[A]\n=1\n", "A||1"),
        ("line without =", "[A]\na\na=1\n", "A|a|<none> A|a|1"),
        ("header", "[A]x\na=1\n[B]=x\nb=2\n[C];x\nc=3\n", "A|a|1 B|b|2 C|c|3"),
        ("which ]", "[A]x]\na=1\n[B]]\nb=2\n", "A|a|1 B|b|2"),
        ("unclosed", "[A \na=1\n[ B=x\nb=2\n", "A|a|1 B=x|b|2"),
        ("[]", "x=0\n[]\na=1\n", "-|x|0 |a|1"),
        ("UTF-8 mark", "\u{feff}[A]\na=1\n[B]\nb=2\n", "-|\u{feff}[A]|<none> -|a|1 B|b|2"),
        ("UTF-8 without mark", "[Ä]\nä=ö\n", "Ä|ä|ö"),
    ] {
        let expected: Vec<_> = expected.split(' ').map(str::to_owned).collect();
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let found = |entry: &Entry| {
            let section = entry.key.section.as_ref().map_or("-".into(), text);
            format!("{section}|{}|{}", text(&entry.key.name), entry.value.as_ref().map_or("<none>".into(), text))
        };
        let all = |document: WindowsIni| document.entries().iter().map(found).collect::<Vec<_>>().join(" ");
        assert_eq!(all(parse(file.as_bytes())), expected.join(" "), "{row}");
        if row != "UTF-8 mark" {
            assert_eq!(all(parse(&utf16(file))), expected.join(" "), "{row}, in UTF-16");
        }
    }
}

#[test]
fn only_the_letters_a_to_z_ignore_case_and_a_trail_byte_is_no_letter() {
    let document = parse("[A]\nx=1\nX=2\nä=1\nÄ=2\n".as_bytes());
    let states = |document: &WindowsIni| document.entries().iter().map(|e| e.state).collect::<Vec<_>>();
    let (active, shadowed) = (State::Active, State::Shadowed);
    assert_eq!(states(&document), [active, shadowed, active, active]);
    let file = b"[\x83A]\nx=1\n[\x83a]\nx=2\n\x83B=1\n\x83b=2\n";
    let document = WindowsIni::parse_with(file.to_vec(), page("932")).unwrap();
    assert_eq!(states(&document), [active; 4]);
    assert_eq!(states(&parse(file)), [active, shadowed, shadowed, shadowed], "in a code page of single bytes");
}

#[test]
fn code_pages_are_known_by_their_names_and_numbers() {
    for (name, bytes, text) in [
        ("windows-1252", &b"\x80"[..], "€"),
        ("cp1251", b"\xcf\xf0", "Пр"),
        ("932", b"\x95\x5c", "表"),
        ("Shift_JIS", b"\x83\x5c", "ソ"),
    ] {
        assert_eq!(page(name).decode(bytes).as_deref(), Some(text), "{name}");
        assert_eq!(page(name).encode(text).as_deref(), Some(bytes), "{name}");
    }
    assert_eq!(page("1252").encode("表"), None);
    for name in ["utf-8", "utf-16le", "iso-2022-jp", "437", "nonsense"] {
        assert_eq!(CodePage::named(name), None, "{name}");
    }
}

#[test]
fn a_file_in_utf_16_keeps_its_mark_and_gets_its_edits_in_utf_16() {
    let before = utf16("[A]\r\nимя = Ж \r\nflag\r\n");
    let document = parse(&before);
    assert_eq!(document.effective(&key("a", "имя")).unwrap().value, Some(Bytes::from("Ж")));
    let changes = [("A", "имя", "表😀"), ("a", "Flag", "1"), ("A", "new", " x"), ("Б", "k", "v")]
        .map(|(section, name, value)| (key(section, name), value.into()));
    let after = apply(&before, &document.set_all(&changes).unwrap()).unwrap();
    let expected = "[A]\r\nимя = 表😀 \r\nflag=1\r\nnew=\" x\"\r\n[Б]\r\nk=v\r\n";
    assert_bytes(&after, &utf16(expected), "edited");
    assert!(matches!(document.set(&key("A", "имя"), b"\xff"), Err(EditError::Value { .. })));
    assert_eq!(document.value_notation()("Ж😀".as_bytes()), "\\u0416\\ud83d\\ude00");
}

#[test]
fn a_value_that_would_swallow_what_follows_it_is_refused() {
    let document = WindowsIni::parse_with(b"[A]\nk=1\n".to_vec(), page("932")).unwrap();
    assert!(matches!(document.set(&key("A", "k"), b"\x95"), Err(EditError::Value { .. })));
    assert_eq!(document.set(&key("A", "k"), b"\x95\x5c").unwrap()[0].insert, b"\x95\x5c");
    let section = Key { section: Some(Bytes::from(&b"\x95]"[..])), name: Bytes::from("k") };
    let after = apply(document.to_bytes(), &document.set(&section, b"1").unwrap()).unwrap();
    assert_bytes(&after, b"[A]\nk=1\n[\x95]]\nk=1\n", "a trail byte is no bracket");
}

fn utf16(text: &str) -> Vec<u8> {
    b"\xff\xfe".iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
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
    fn any_bytes_that_parse_print_identically(bytes in text(), page in code_page()) {
        let utf16 = [b"\xff\xfe", bytes.as_slice()].concat();
        for bytes in [bytes, utf16] {
            if let Ok(document) = WindowsIni::parse_with(bytes.clone(), page) {
                prop_assert_eq!(document.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn an_edit_changes_one_value_and_nothing_else(
        text in "[abAB\\[\\]=;\"' \t\r\n\x1aäжЖ表ソ]{0,60}",
        value in "[xy\"' ;=\\[\\]\\t\\x1aж表]{0,8}",
        page in code_page(),
        in_utf16: bool,
        pick in any::<prop::sample::Index>(),
    ) {
        let bytes = if in_utf16 { Some(utf16(&text)) } else { page.encode(&text).map(|b| b.into_owned()) };
        let value = if in_utf16 { Some(value.into_bytes()) } else { page.encode(&value).map(|b| b.into_owned()) };
        let (Some(bytes), Some(value)) = (bytes, value) else { return Ok(()) };
        let document = WindowsIni::parse_with(bytes.clone(), page).unwrap();
        let active: Vec<_> = document.entries().iter().filter(|e| e.state == State::Active).collect();
        if active.is_empty() {
            return Ok(());
        }
        let key = &active[pick.index(active.len())].key;
        let edited = document.entries().iter().position(|e| e.key == *key && e.state == State::Active).unwrap();
        let after = apply(&bytes, &document.set(key, &value).unwrap()).unwrap();
        let span = &document.entries()[edited].span;
        prop_assert_eq!(&after[..span.start], &bytes[..span.start]);
        prop_assert!(after.ends_with(&bytes[span.end..]));
        let mut expected: Vec<_> = document.entries().iter().map(facts).collect();
        expected[edited].1 = Some(value.into());
        let after = WindowsIni::parse_with(after, page).unwrap();
        prop_assert_eq!(after.entries().iter().map(facts).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_entry_that_counts_is_the_first_of_its_name_in_the_first_section_of_its_name(
        text in "(\\[?[aAbBäÄアヂ]{1,2}[\\]=]?[xX]?\n){0,12}",
        page in code_page(),
        in_utf16: bool,
    ) {
        let bytes = if in_utf16 { Some(utf16(&text)) } else { page.encode(&text).map(|b| b.into_owned()) };
        let Some(bytes) = bytes else { return Ok(()) };
        let document = WindowsIni::parse_with(bytes, page).unwrap();
        let entries = document.entries();
        let states: Vec<_> = entries.iter().map(|e| e.state).collect();
        prop_assert_eq!(&states, &states_of(&text));
        let one_form = |entry: &Entry| document.canonical(&entry.key).into_owned();
        for entry in entries {
            let form = one_form(entry);
            let active = entries.iter().find(|e| e.state == State::Active && one_form(e) == form);
            prop_assert_eq!(document.entry_to_set(&entry.key), active);
            for other in entries {
                prop_assert_eq!(document.is_canonical(&form, &other.key), one_form(other) == form);
            }
        }
    }

    #[test]
    fn a_new_key_is_found_and_all_others_stay(bytes in text(), page in code_page()) {
        let Ok(document) = WindowsIni::parse_with(bytes.clone(), page) else { return Ok(()) };
        let new = key("a", "new.key");
        let after = apply(&bytes, &document.set(&new, b"v").unwrap()).unwrap();
        let after = WindowsIni::parse_with(after, page).unwrap();
        prop_assert_eq!(after.effective(&new).unwrap().value.as_deref(), Some(&b"v"[..]));
        let others: Vec<_> = after.entries().iter().filter(|e| *e.key.name != *b"new.key").map(facts).collect();
        prop_assert_eq!(others, document.entries().iter().map(facts).collect::<Vec<_>>());
    }
}

/// Returns which keys of a file count, from its characters. The file has no blanks and no comments.
fn states_of(text: &str) -> Vec<State> {
    let (mut sections, mut keys) = (HashSet::from([None]), HashSet::new());
    let (mut section, mut counts) = (None, true);
    let mut states = Vec::new();
    for line in text.to_ascii_lowercase().lines() {
        if let Some(heading) = line.strip_prefix('[') {
            section = Some(heading.split(']').next().unwrap().to_owned());
            counts = sections.insert(section.clone());
        } else {
            let name = line.split('=').next().unwrap().to_owned();
            let is_first = counts && keys.insert((section.clone(), name));
            states.push(if is_first { State::Active } else { State::Shadowed });
        }
    }
    states
}

fn code_page() -> impl Strategy<Value = CodePage> {
    prop::sample::select(vec![CodePage::SINGLE_BYTE, page("windows-1252"), page("windows-1251"), page("shift_jis")])
}
