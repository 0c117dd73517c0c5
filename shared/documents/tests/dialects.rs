//! The calls that tools make, for every dialect alike: merge, move roots, set, list; and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use documents::dialect::{ChangeError, FileMerge, MergeError, Version, Versions};
use documents::merge::{Additions, Base, RootMove, Rules, Word};
use documents::windows_ini::CodePage;
use documents::{Dialect, Key, apply};
use proptest::prelude::*;

#[path = "../../../fuzz/targets/dialects.rs"]
mod target;

const PAGE: CodePage = CodePage::SINGLE_BYTE;

fn all() -> Vec<Dialect> {
    Dialect::names().map(|name| Dialect::named(name).unwrap()).collect()
}

fn step(from: &str, to: &str) -> Vec<RootMove> {
    vec![RootMove { from: from.into(), to: to.into() }]
}

fn moved(dialect: Dialect, before: &str) -> String {
    let edits = dialect.rewrite_roots(before.as_bytes(), &step("/opt/OLD", "/opt/sun/new")).unwrap();
    String::from_utf8(apply(before.as_bytes(), &edits).unwrap()).unwrap()
}

fn merged(dialect: Dialect, versions: [Option<&str>; 3], rules: &Rules) -> Result<FileMerge, MergeError> {
    let [base, site, new] = versions.map(|version| version.map(str::as_bytes));
    dialect.merge(&Versions { base: Base::Known(base), site, new }, rules)
}

fn words(merge: &FileMerge) -> Vec<(&str, Word)> {
    merge.merge.decisions.iter().map(|decision| (decision.key.as_str(), decision.word)).collect()
}

#[test]
fn every_dialect_has_a_name_of_its_own() {
    for dialect in all() {
        assert_eq!(Dialect::named(dialect.name()), Some(dialect));
    }
    assert_eq!(Dialect::WindowsIni(CodePage::named("932").unwrap()).name(), "windows-ini");
    assert_eq!(Dialect::named("ini"), None);
}

#[test]
fn a_root_moves_in_values_include_lines_patterns_and_keys_and_nowhere_else() {
    for (dialect, before, after) in [
        (
            Dialect::Ics,
            "! /opt/OLD\na = \"/opt/OLD/x\" \n!b = /opt/OLD\n",
            "! /opt/OLD\na = \"/opt/sun/new/x\" \n!b = /opt/OLD\n",
        ),
        (Dialect::Iim, "a=/opt/OLD/x,/opt/OLD2\n", "a=/opt/sun/new/x,/opt/OLD2\n"),
        (Dialect::Httpbind, "a=/var/opt/OLD:/opt/OLD\n", "a=/var/opt/OLD:/opt/sun/new\n"),
        (
            Dialect::OptionValues,
            "! /opt/OLD\nA=/opt/OLD/a,\\\n! between\n/opt/OLD/b\n",
            "! /opt/OLD\nA=/opt/sun/new/a,\\\n! between\n/opt/sun/new/b\n",
        ),
        (Dialect::Sectioned, "[SERVICE=A]\nIMAGE=/opt/OLD/b\n", "[SERVICE=A]\nIMAGE=/opt/sun/new/b\n"),
        (
            Dialect::Mappings,
            "T\n\n  /opt/OLD/*  $C$[/opt/OLD/l.so,x]$Y\n! /opt/OLD\n</opt/OLD/t\n",
            "T\n\n  /opt/sun/new/*  $C$[/opt/sun/new/l.so,x]$Y\n! /opt/OLD\n</opt/sun/new/t\n",
        ),
        (
            Dialect::ImtaCnf,
            "! /opt/OLD\n/opt/OLD/x   $U@/opt/OLD\n<  /opt/OLD/r\n\nch smtp /opt/OLD\n",
            "! /opt/OLD\n/opt/sun/new/x   $U@/opt/sun/new\n<  /opt/sun/new/r\n\nch smtp /opt/sun/new\n",
        ),
        (Dialect::ImtaRules, "a  /opt/OLD\n\nb  /opt/OLD\n", "a  /opt/sun/new\n\nb  /opt/sun/new\n"),
        (
            Dialect::Aliases,
            "a: </opt/OLD/list\\\n,b\n</opt/OLD/more\n! </opt/OLD/no\n",
            "a: </opt/sun/new/list\\\n,b\n</opt/sun/new/more\n! </opt/OLD/no\n",
        ),
        (
            Dialect::Proxy,
            "default:LogDir \"/opt/OLD/log\"\n#default:SSLKeyFile /opt/OLD/k\n",
            "default:LogDir \"/opt/sun/new/log\"\n#default:SSLKeyFile /opt/OLD/k\n",
        ),
        (Dialect::Certmap, "default:Library /opt/OLD/l.so\n", "default:Library /opt/sun/new/l.so\n"),
        (Dialect::SslPassword, "token:/opt/OLD\n", "token:/opt/sun/new\n"),
        (Dialect::Acl, "# /opt/OLD\n  u:/opt/OLD  \n", "# /opt/OLD\n  u:/opt/sun/new  \n"),
        (
            Dialect::Conversions,
            "in-channel=a; \\\n  command=\"/opt/OLD/c\"\n",
            "in-channel=a; \\\n  command=\"/opt/sun/new/c\"\n",
        ),
        (Dialect::Properties, "# /opt/OLD\n/opt/OLD=\\u0041:/opt/OLD\n", "# /opt/OLD\n/opt/OLD=\\u0041:/opt/sun/new\n"),
        (Dialect::PropertiesDisabled, "!a=/opt/OLD\na = x\\\n  /opt/OLD\n", "!a=/opt/OLD\na = x\\\n  /opt/OLD\n"),
        (
            Dialect::WindowsIni(PAGE),
            "[A]\r\nk= \"/opt/OLD\" \r\n;/opt/OLD\r\n",
            "[A]\r\nk= \"/opt/sun/new\" \r\n;/opt/OLD\r\n",
        ),
        (
            Dialect::AddressBooks,
            "<b><!-- /opt/OLD --><book><entry entryID=\"i\"><x>/opt/OLD</x></entry></book></b>",
            "<b><!-- /opt/OLD --><book><entry entryID=\"i\"><x>/opt/sun/new</x></entry></book></b>",
        ),
        (Dialect::AddressBooks, "<b><!-- /opt/OLD --></b", "<b><!-- /opt/sun/new --></b"),
        (Dialect::Xml, "<!-- /opt/OLD --><a>/opt/OLD</a>", "<!-- /opt/sun/new --><a>/opt/sun/new</a>"),
        (Dialect::Text, "# /opt/OLD\n/opt/OLD/b /opt/OLD-1", "# /opt/sun/new\n/opt/sun/new/b /opt/OLD-1"),
        (Dialect::Text, "/opt/OLD\0", "/opt/OLD\0"),
        (Dialect::Binary, "/opt/OLD", "/opt/OLD"),
    ] {
        assert_eq!(moved(dialect, before), after, "{}", dialect.name());
    }
}

#[test]
fn a_root_that_is_spelled_in_another_way_moves_as_well() {
    for (dialect, before, value) in [
        (Dialect::Properties, "a=/opt/\\u004fLD/x\n", "/opt/sun/new/x"),
        (Dialect::Properties, "a=/opt/\\\n  OLD/x\n", "/opt/sun/new/x"),
        (Dialect::Ics, "a = \"/opt/\\\n OLD/x\"\n", "/opt/sun/new/x"),
        (Dialect::OptionValues, "a=/opt\\\n/OLD/x\n", "/opt/sun/new/x"),
    ] {
        let after = moved(dialect, before);
        let entries = dialect.entries(after.clone().into_bytes()).unwrap();
        let found: Vec<_> = entries.iter().map(|listed| listed.entry.value.as_deref().unwrap()).collect();
        assert_eq!(found, [value.as_bytes()], "{after}");
    }
}

/// Every file below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_root_that_is_moved_and_moved_back_gives_the_same_bytes_in_every_dialect() {
    let mut moved = 0;
    for (product, root) in
        [("messaging", "/opt/SUNWmsgsr"), ("instant-messaging", "/opt/SUNWiim"), ("calendar", "/opt/SUNWics5")]
    {
        let (there, back) = (step(root, "/new/place"), step("/new/place", root));
        let mut paths = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/merge").join(product), &mut paths);
        for path in &paths {
            let before = fs::read(path).unwrap();
            for dialect in all() {
                let Ok(edits) = dialect.rewrite_roots(&before, &there) else { continue };
                let after = apply(&before, &edits).unwrap();
                let returned = dialect.rewrite_roots(&after, &back).unwrap();
                assert_eq!(returned.len(), edits.len(), "{} as {}", path.display(), dialect.name());
                assert!(apply(&after, &returned).unwrap() == before, "{} as {}", path.display(), dialect.name());
                moved += edits.len();
            }
        }
    }
    assert!(moved > 1_000, "{moved}");
}

#[test]
fn one_call_sets_a_value_in_every_dialect_of_keys_and_in_no_other() {
    let key = |section: &str, name: &str| Key {
        section: (!section.is_empty()).then(|| section.to_owned().into()),
        ..Key::new(name)
    };
    for (dialect, before, key, value, after) in [
        (Dialect::Ics, "a = \"1\"\n", key("", "b"), "2", "a = \"1\"\n! My ics.conf Changes\nb = \"2\"\n"),
        (Dialect::Iim, "a = \"1\"\n", key("", "b"), "2", "a = \"1\"\nb = \"2\"\n"),
        (Dialect::Httpbind, "a = \"1\"\n", key("", "a"), "2", "a = \"2\"\n"),
        (Dialect::OptionValues, "A = 1\n", key("", "A"), "2", "A = 2\n"),
        (Dialect::Sectioned, "[S]\nA=1\n[T]\n", key("S", "B"), "2", "[S]\nA=1\nB=2\n[T]\n"),
        (Dialect::Mappings, "T\n\n  a  b\n", key("T", "a"), "c", "T\n\n  a  c\n"),
        (Dialect::ImtaCnf, "a  b\n\nc\n", key("rewrite", "d"), "e", "a  b\nd  e\n\nc\n"),
        (Dialect::ImtaRules, "a  b\n", key("rewrite", "a"), "c", "a  c\n"),
        (Dialect::Aliases, "a: b\n", key("", "a"), "c", "a: c\n"),
        (Dialect::Proxy, "default:A \"1\"\n", key("default", "A"), "2", "default:A \"2\"\n"),
        (Dialect::Certmap, "default:A 1\n", key("default", "B"), "2", "default:A 1\ndefault:B 2\n"),
        (Dialect::SslPassword, "t:old\n", key("", "t"), "new", "t:new\n"),
        (Dialect::Acl, "a\n", key("", "b"), "b", "a\nb\n"),
        (Dialect::Conversions, "a\n", key("", "b"), "b", "a\nb\n"),
        (Dialect::Properties, "a=1\n", key("", "a"), "2", "a=2\n"),
        (Dialect::PropertiesDisabled, "!a=1\n", key("", "a"), "2", "!a=1\na=2\n"),
        (Dialect::WindowsIni(PAGE), "[S]\r\nA=1\r\n", key("s", "a"), "2", "[S]\r\nA=2\r\n"),
    ] {
        let edits = dialect.set(before.as_bytes(), &[(key, value.into())]).unwrap();
        let found = apply(before.as_bytes(), &edits).unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), after, "{}", dialect.name());
    }
    for dialect in [Dialect::Xml, Dialect::Text, Dialect::Binary] {
        let refused = dialect.set(b"<a/>", &[(key("", "a"), b"1".to_vec())]);
        assert!(matches!(refused, Err(ChangeError::Edit(_))), "{}", dialect.name());
    }
}

#[test]
fn what_is_no_text_or_too_large_is_refused_with_its_place() {
    // Zeros that nobody touches take no memory.
    let too_large = || vec![0; (256 << 20) + 1];
    for dialect in all() {
        let error = dialect.entries(too_large()).unwrap_err().to_string();
        assert!(error.contains("line 1, column 1: the file is larger than "), "{}: {error}", dialect.name());
        let error = dialect.rewrite_roots(&too_large(), &[]).unwrap_err().to_string();
        assert!(error.contains("larger than"), "{}: {error}", dialect.name());
        let with_nul = dialect.entries(b"a\n\n b\0c\n".to_vec());
        match dialect {
            // To Java a NUL is a character as any other.
            Dialect::Properties | Dialect::PropertiesDisabled | Dialect::Text | Dialect::Binary => {
                assert_eq!(
                    with_nul.unwrap().last().unwrap().entry.value.as_ref().map(|value| value.contains(&0)),
                    Some(!matches!(dialect, Dialect::Properties | Dialect::PropertiesDisabled)),
                    "{}",
                    dialect.name()
                );
            }
            Dialect::Xml | Dialect::AddressBooks => assert!(with_nul.is_err()),
            _ => {
                let error = with_nul.unwrap_err();
                assert_eq!((error.line, error.column), (3, 3), "{}: {error}", dialect.name());
            }
        }
    }
    let error = merged(Dialect::Sectioned, [Some("A=1\n"), Some("A=1\n"), Some("A=1\n[B\n")], &Rules::default());
    let Err(MergeError::Parse { version: Version::New, error }) = error else { panic!("{error:?}") };
    let shown = MergeError::Parse { version: Version::New, error }.to_string();
    assert_eq!(shown, "the new release's file: line 2, column 1: a `[` that no `]` closes");
}

#[test]
fn a_file_that_the_site_deleted_stays_deleted_as_a_whole() {
    let rules = Rules::default();
    let merge = merged(Dialect::OptionValues, [Some("A=1\n"), None, Some("A=1\n")], &rules).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![("<file>", Word::StaysDeleted)], None));
    let merge = merged(Dialect::OptionValues, [Some("A=1\n"), None, Some("A=1\nB=2\n")], &rules).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![("<file>", Word::Conflict)], None));
    // What it held need not be of the dialect, and the administrator may have the new one.
    let rules = Rules { resolutions: vec!["<file>=new".into()], ..rules };
    let merge = merged(Dialect::Sectioned, [Some("[A\n"), None, Some("[B\n")], &rules).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![("<file>", Word::Conflict)], Some(b"[B\n".as_slice())));
}

#[test]
fn a_file_that_only_the_new_release_has_comes_as_it_is() {
    let new = "! A comment of the whole file.\n\nA=1\n! of B\nB=2\n! at the end\n";
    let merge = merged(Dialect::OptionValues, [None, None, Some(new)], &Rules::default()).unwrap();
    assert_eq!(words(&merge), [("A", Word::AddNew), ("B", Word::AddNew)]);
    assert_eq!(merge.bytes(), Some(new.as_bytes()));
    assert_eq!(apply(b"", &merge.merge.edits).unwrap(), new.as_bytes());
    let merge = merged(Dialect::OptionValues, [Some(new), None, None], &Rules::default()).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![("A", Word::Same), ("B", Word::Same)], None));
}

#[test]
fn overrides_take_no_key_that_the_site_does_not_set() {
    let rules = Rules { additions: Additions::Leave, roots: step("/opt/OLD", "/new"), ..Rules::default() };
    let (base, new) = ("A=1\nB=1\nC=/opt/OLD\nD=1\nE=1\n", "A=2\nB=2\nC=/new\nD=1\nF=1\n");
    let site = "! ours\nA=1\nB=3\nC=/opt/OLD\nE=1\nG=/opt/OLD\n";
    let merge = merged(Dialect::OptionValues, [Some(base), Some(site), Some(new)], &rules).unwrap();
    let expected = [
        ("A", Word::TakeNew),
        ("B", Word::Conflict),
        ("C", Word::RewriteRoot),
        ("E", Word::DropObsolete),
        ("G", Word::SiteAddition),
    ];
    assert_eq!(words(&merge), expected);
    assert_eq!(merge.bytes(), Some(b"! ours\nA=2\nB=3\nC=/new\nG=/new\n".as_slice()));
    let merge = merged(Dialect::OptionValues, [Some(base), None, Some(new)], &rules).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![], None));
}

#[test]
fn address_books_of_another_shape_are_decided_as_a_whole() {
    let book = |name: &str| format!("<b><book><entry entryID=\"i\"><x>{name}</x></entry></book></b>");
    let (old, new) = (book("1"), book("2"));
    let merge = merged(Dialect::AddressBooks, [Some(&old), Some(&old), Some(&new)], &Rules::default()).unwrap();
    assert_eq!(words(&merge), [("entry i/x", Word::TakeNew)]);
    for broken in ["<b><book;></b>".to_owned(), format!("<!DOCTYPE b [<!ENTITY x \"y\">]>{old}")] {
        let merge = merged(Dialect::AddressBooks, [Some(&old), Some(&broken), Some(&new)], &Rules::default()).unwrap();
        assert_eq!((words(&merge), merge.bytes()), (vec![("<file>", Word::Conflict)], Some(broken.as_bytes())));
    }
}

#[test]
fn a_text_with_a_nul_byte_is_treated_as_binary() {
    let rules = Rules { roots: step("/opt/OLD", "/new"), ..Rules::default() };
    let merge = merged(Dialect::Text, [None, Some("/opt/OLD\0"), None], &rules).unwrap();
    assert_eq!((words(&merge), merge.bytes()), (vec![("<file>", Word::SiteAddition)], Some(b"/opt/OLD\0".as_slice())));
    let merge = merged(Dialect::Text, [None, Some("/opt/OLD"), None], &rules).unwrap();
    assert_eq!(merge.bytes(), Some(b"/new".as_slice()));
}

#[test]
fn every_value_of_a_file_of_passwords_is_a_secret() {
    assert!(Dialect::SslPassword.secret_keys()("Internal (Software) Token"));
    assert!(Dialect::OptionValues.secret_keys()("local.ugldapbindcred"));
    assert!(!Dialect::OptionValues.secret_keys()("Internal (Software) Token"));
}

/// Files of pieces that mean something in one dialect or another.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&str] = &[
        "/opt/OLD",
        "/opt/",
        "OLD",
        "host.old",
        "Host.Old",
        "host.",
        "\\",
        "\\\n",
        "\n",
        "\n",
        "\r",
        "=",
        ":",
        " ",
        "\t",
        "a",
        "b",
        "\"",
        "[",
        "]",
        "!",
        "#",
        ";",
        "<",
        "</opt/OLD",
        "\u{ff}",
        "T\n\n",
        "\n\n",
        "[S]\n",
        "default:",
        "a = \"/opt/OLD/x\"\n",
        " /opt/OLD/$ x  ",
        "<b>",
        "</b>",
        "a=1\n",
        "<book><entry entryID=\"i\"><x>",
        "</x></entry></book>",
        "\\u004f",
        "$",
        ",",
    ];
    let pieces: Vec<Vec<u8>> =
        pieces.iter().map(|piece| if *piece == "\u{ff}" { vec![0xff] } else { piece.as_bytes().to_vec() }).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(u32::try_from(testkit::ordinary_or_full(2_000, 10_000)).unwrap())
    })]

    #[test]
    fn roots_move_back_and_versions_merge_whatever_the_files_say(file in file()) {
        for number in 0..u8::try_from(all().len()).unwrap() {
            target::run(&[&[number], file.as_slice()].concat());
        }
    }
}
