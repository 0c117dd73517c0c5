//! What the sheet says about `mappings`, `imta.cnf` and their includes, one rule at a time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use documents::imta::Flavour;
use documents::includes::{self, Continuation};
use documents::merge::{Base, RootMove, Rules, Sides, merge};
use documents::{Document, EditError, ImtaCnf, Key, Mappings, apply};

fn merged<D: Document>(base: &str, site: &str, new: &str, rules: &Rules) -> String {
    let [base, site, new] = [base, site, new].map(|text| D::parse(text.into()).unwrap());
    let merge = merge(&Sides { base: Base::Known(&base), site: &site, new: &new }, rules).unwrap();
    String::from_utf8(merge.bytes).unwrap()
}

fn key(section: &str, name: &str) -> Key {
    Key { section: Some(section.as_bytes().to_vec().into()), ..Key::new(name) }
}

fn set<D: Document>(text: &str, key: &Key, value: &str) -> String {
    let document = D::parse(text.into()).unwrap();
    String::from_utf8(apply(text.as_bytes(), &document.set(key, value.as_bytes()).unwrap()).unwrap()).unwrap()
}

fn refused<D: Document>(bytes: &str) -> String {
    D::parse(bytes.into()).err().unwrap().to_string()
}

#[test]
fn broken_structure_is_refused_with_its_place() {
    for (text, error) in [
        ("! c\n  x  y\nA\n", "line 2, column 3: an entry ahead of the first table"),
        ("A\n\n  x y\n\nA\n", "line 5, column 1: a second table of this name"),
        ("A\n\nx y\n", "line 3, column 1: neither a table's name nor an entry, which is indented"),
        ("A\n\n< \n", "line 3, column 1: an include that names no file"),
        ("A\n\n  x\0 y\n", "line 3, column 4: a NUL byte: this is not a text file"),
    ] {
        assert_eq!(refused::<Mappings>(text), error, "{text}");
    }
    for (text, error) in [
        ("a b\n\n smtp\nhost\n", "line 3, column 1: a channel block without a name in the first column"),
        ("a b\n<\n", "line 2, column 1: an include that names no file"),
        ("a\0b\n", "line 1, column 2: a NUL byte: this is not a text file"),
    ] {
        assert_eq!(refused::<ImtaCnf>(text), error, "{text}");
    }
}

#[test]
fn what_is_tried_first_in_the_new_release_is_added_first() {
    let (old, new) = ("A\n\n! all\n  *  $N\n", "A\n\n  x  $Y\n! all\n  *  $N\n");
    assert_eq!(merged::<Mappings>(old, old, new, &Rules::default()), new);
    let (old, new) = ("a b\n* c\n\nl\nh\n", "x y\na b\nz 1\n* c\n\nk\nh\n\nl\nh\n");
    assert_eq!(merged::<ImtaCnf>(old, old, new, &Rules::default()), new);
}

#[test]
fn a_new_table_is_made_once_with_its_blank_lines() {
    let new = "A\n\n  x y\n\nB\n\n  p q\n  r s\n\n</tables\n";
    assert_eq!(merged::<Mappings>("A\n\n  x y\n", "A\n\n  x y", new, &Rules::default()), new);
    let emptied = merged::<Mappings>("A\n\n  x y\n\nB\n", "A\n\nB\n", "A\n\n  x y\n  z w\n\nB\n", &Rules::default());
    assert_eq!(emptied, "A\n\n  z w\n\nB\n");
}

#[test]
fn an_entry_is_never_added_behind_an_include_that_may_hold_tables() {
    let site = "A\n\n  x y\n\n</tables\n";
    assert_eq!(set::<Mappings>(site, &key("A", "z"), "w"), "A\n\n  x y\n  z  w\n\n</tables\n");
}

#[test]
fn blank_lines_stay_between_blocks_and_out_of_rules() {
    let (old, new) = ("a b\n\nl\nh\n", "a b\nc d\n\nl\nh\n\n! new\nm\nh\n\nn\nh\n");
    assert_eq!(merged::<ImtaCnf>(old, old, new, &Rules::default()), new);
    assert_eq!(merged::<ImtaCnf>("", "a b", new, &Rules::default()), "a b\nc d\n\nl\nh\n\n! new\nm\nh\n\nn\nh\n");
    let crlf = merged::<ImtaCnf>("a b\n\nl\nh\n", "a b\r\n\r\nl\r\nh", "a b\n\nl\nh\n\nm\nh\n", &Rules::default());
    assert_eq!(crlf, "a b\r\n\r\nl\r\nh\r\n\r\nm\r\nh\r\n");
}

#[test]
fn a_rule_that_goes_never_leaves_a_blank_line() {
    let site = merged::<ImtaCnf>("x y", "x y", "a b\n", &Rules::default());
    assert_eq!(site, "!\na b\n");
    assert_eq!(merged::<ImtaCnf>("c d\n", "a b\rc d\n\nl\nh\n", "", &Rules::default()), "a b\r!\n\nl\nh\n");
}

#[test]
fn an_include_among_the_blocks_stays_among_them() {
    let new = "a b\n\n</lmtp.blocks\n\nl\nh\n";
    assert_eq!(merged::<ImtaCnf>("a b\n\nl\nh\n", "a b\n\nl\nh\n", new, &Rules::default()), new);
    assert_eq!(merged::<ImtaCnf>("", "a b\n", "a b\n\n</lmtp.blocks\n", &Rules::default()), "a b\n\n</lmtp.blocks\n");
}

#[test]
fn a_block_keeps_its_comments_when_it_changes() {
    let site = "\nl smtp\n! why\nhost\n! below\n";
    assert_eq!(set::<ImtaCnf>(site, &key("channel", "l"), "l mx\nhost\nmore"), "\nl mx\n! why\nhost\nmore\n! below\n");
    assert_eq!(set::<ImtaCnf>(site, &key("channel", "l"), "l mx"), "\nl mx\n! why\n! below\n");
}

#[test]
fn what_would_be_read_otherwise_is_refused() {
    let mappings = Mappings::parse(b"A\n\n  x  y\n".to_vec()).unwrap();
    for value in ["a\nB", "a\r", "a ", " a", "a\\", "a\0"] {
        let error = mappings.set(&key("A", "x"), value.as_bytes());
        assert!(matches!(error, Err(EditError::Value { .. })), "{value:?}");
        assert!(matches!(mappings.set(&key("A", "new"), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for bad in [key("A", "a b"), key("A", ""), key("A", "a\nb"), key("A b", "x"), key("!", "x")] {
        assert!(matches!(mappings.set(&bad, b"1"), Err(EditError::Key { .. })), "{bad}");
    }
    let imta = ImtaCnf::parse(b"a b\n\nl\nhost\n".to_vec()).unwrap();
    for (name, value) in [("a", "x\n\nm"), ("a", "x "), ("a", "x\ny z")] {
        assert!(matches!(imta.set(&key("rewrite", name), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for value in ["l\n\nm", "m\nhost", "l\n!host", "l\n</x", " l", "", "l\n", "l\n \nx"] {
        assert!(matches!(imta.set(&key("channel", "l"), value.as_bytes()), Err(EditError::Value { .. })), "{value:?}");
    }
    for bad in [key("rewrite", "!x"), key("rewrite", "<x"), key("rewrite", ""), key("channel", "a b"), key("x", "y")] {
        assert!(matches!(imta.set(&bad, b"1"), Err(EditError::Key { .. })), "{bad}");
    }
}

#[test]
fn blank_lines_do_not_end_a_file_of_rules() {
    let rules = ImtaCnf::parse_as(Flavour::Rules, b"a b\n\nc d\n".to_vec()).unwrap();
    let names: Vec<_> = rules.entries().iter().map(|entry| rules.shown(&entry.key)).collect();
    assert_eq!(names, ["rewrite a", "rewrite c"]);
}

#[test]
fn comments_and_other_roots_stay_when_a_root_moves() {
    let roots = vec![RootMove { from: "/opt/SUNWmsgsr".into(), to: "/new".into() }];
    let rules = Rules { roots, ..Rules::default() };
    let site =
        "! /opt/SUNWmsgsr\nA\n\n  /opt/SUNWmsgsr/$ x|\\\n*  /opt/SUNWmsgsr2,\\\n/opt/SUNWmsgsr\n</opt/SUNWmsgsr/a\n";
    let moved = "! /opt/SUNWmsgsr\nA\n\n  /new/$ x|\\\n*  /opt/SUNWmsgsr2,\\\n/new\n</new/a\n";
    assert_eq!(merged::<Mappings>("", site, "", &rules), moved);
    let site = "< /opt/SUNWmsgsr/r\n/opt/SUNWmsgsr x\n\nl /opt/SUNWmsgsr\n! /opt/SUNWmsgsr\nh\n";
    assert_eq!(merged::<ImtaCnf>("", site, "", &rules), "< /new/r\n/new x\n\nl /new\n! /opt/SUNWmsgsr\nh\n");
}

type Files = &'static [(&'static str, &'static str)];

fn read(main: &'static str, files: Files) -> Result<Vec<String>, String> {
    let mut asked = Vec::new();
    let fetch = |path: &[u8]| {
        let path = String::from_utf8(path.to_vec()).unwrap();
        assert!(!asked.contains(&path), "{path} is asked for twice");
        asked.push(path.clone());
        files.iter().find(|(name, _)| **name == path).map(|(_, text)| text.as_bytes().to_vec()).ok_or("no such file")
    };
    let found = includes::read(b"/main", main.as_bytes(), Continuation::Backslash, fetch);
    found
        .map(|files| files.iter().map(|file| String::from_utf8(file.path.to_vec()).unwrap()).collect())
        .map_err(|error| error.to_string())
}

#[test]
fn included_files_are_read_once_and_three_levels_deep() {
    let files: Files = &[("/a", "x y\n</b\n"), ("/b", "</c\r\n"), ("/c", "! </d\n  </e\nx \\\n</f\n")];
    assert_eq!(read("</a\n< /c \n</a\n", files).unwrap(), ["/a", "/b", "/c"]);
}

#[test]
fn includes_that_loop_are_missing_or_go_too_deep_are_refused_with_their_place() {
    let chain: Files = &[("/a", "\n</b\n"), ("/b", "x\n</c"), ("/c", "</d\n"), ("/d", "")];
    let deep = "/c: line 1, column 2: `/d` would be the fourth level of included files, and three are the limit";
    assert_eq!(read("</a\n", chain), Err(deep.into()));
    // It is too deep by one way, though not by the other.
    assert_eq!(read("</d\n</c\n</b\n</a\n", chain), Err(deep.into()));
    let looped: Files = &[("/a", "</b\n"), ("/b", "!\n<  /a\n"), ("/self", "</self"), ("/up", "</main\n")];
    assert_eq!(read("</a\n", looped), Err("/b: line 2, column 4: `/a` includes itself".into()));
    assert_eq!(read("</self\n", looped), Err("/self: line 1, column 2: `/self` includes itself".into()));
    assert_eq!(read("</up\n", looped), Err("/up: line 1, column 2: `/main` includes itself".into()));
    assert_eq!(read("x\n</gone\n", &[]), Err("/main: line 2, column 2: cannot include `/gone`: no such file".into()));
    assert_eq!(read("<\n", &[]), Err("/main: line 1, column 2: an include that names no file".into()));
}
