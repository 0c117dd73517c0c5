//! Names and addresses of hosts, replaced in every dialect: a configuration that is copied to another host.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use documents::substitution::Substitutions;
use documents::{Dialect, NameMove, apply};
use proptest::prelude::*;

fn moves() -> [NameMove; 2] {
    [NameMove::new("mail.siroe.com", "new.siroe.com"), NameMove::new("10.1.110.13", "10.9.9.9")]
}

fn moved(dialect: Dialect, before: &str) -> String {
    let edits = dialect.rewrite_names(before.as_bytes(), &moves()).unwrap();
    String::from_utf8(apply(before.as_bytes(), &edits).unwrap()).unwrap()
}

#[test]
fn names_and_addresses_move_in_values_includes_patterns_and_keys_and_nowhere_else() {
    for (dialect, before, after) in [
        (
            Dialect::OptionValues,
            "! mail.siroe.com\nlocal.hostname = mail.siroe.com\na = xmail.siroe.com,\\\nmail.siroe.com.\n",
            "! mail.siroe.com\nlocal.hostname = new.siroe.com\na = xmail.siroe.com,\\\nnew.siroe.com.\n",
        ),
        (
            Dialect::Sectioned,
            "[SERVICE=SMTP]\nINTERFACE_ADDRESS=10.1.110.13\n! 10.1.110.13\n",
            "[SERVICE=SMTP]\nINTERFACE_ADDRESS=10.9.9.9\n! 10.1.110.13\n",
        ),
        (
            Dialect::Mappings,
            "PORT_ACCESS\n\n  *|*|10.1.110.13|*|*  $C$|INTERNAL_IP;10.1.110.13|$Y$E\n  *|*|110.1.110.130|*|*  $N\n",
            "PORT_ACCESS\n\n  *|*|10.9.9.9|*|*  $C$|INTERNAL_IP;10.9.9.9|$Y$E\n  *|*|110.1.110.130|*|*  $N\n",
        ),
        (
            Dialect::ImtaCnf,
            "! mail.siroe.com\nmail.siroe.com  $U%$D@mail.siroe.com\n.mail.siroe.com  $U\n</etc/mail.siroe.com/r\n\nl smtp\nmail.siroe.com\n",
            "! mail.siroe.com\nnew.siroe.com  $U%$D@new.siroe.com\n.mail.siroe.com  $U\n</etc/new.siroe.com/r\n\nl smtp\nnew.siroe.com\n",
        ),
        (
            Dialect::Aliases,
            "joe@mail.siroe.com: joe@MAIL.siroe.com\nmail.siroe.com.au: x\n",
            "joe@new.siroe.com: joe@new.siroe.com\nmail.siroe.com.au: x\n",
        ),
        (
            Dialect::Proxy,
            "default:LdapUrl \"ldap://mail.siroe.com:389/o=x\"\n#default:LdapUrl mail.siroe.com\n",
            "default:LdapUrl \"ldap://new.siroe.com:389/o=x\"\n#default:LdapUrl mail.siroe.com\n",
        ),
        (Dialect::Text, "# mail.siroe.com\nmail-siroe.com\n", "# new.siroe.com\nmail-siroe.com\n"),
        (Dialect::Binary, "mail.siroe.com", "mail.siroe.com"),
    ] {
        assert_eq!(moved(dialect, before), after, "{}", dialect.name());
    }
}

#[test]
fn a_name_that_is_spelled_over_two_lines_moves_as_well() {
    for (dialect, before) in
        [(Dialect::OptionValues, "a=mail.\\\nsiroe.com\n"), (Dialect::Properties, "a=mail\\u002esiroe.com\n")]
    {
        let after = moved(dialect, before);
        let entries = dialect.entries(after.clone().into_bytes()).unwrap();
        assert_eq!(entries[0].entry.value.as_deref(), Some(b"new.siroe.com".as_slice()), "{after}");
    }
}

#[test]
fn entries_that_hold_a_name_are_found_with_key_and_line() {
    let found = |dialect: Dialect, text: &str, name: &str| {
        let found = dialect.find_names(text.as_bytes(), name).unwrap();
        found.into_iter().map(|found| format!("{}: {}", found.line, found.key)).collect::<Vec<_>>()
    };
    let conf = "# mail.siroe.com\na = x\nlocal.hostname = Mail.Siroe.com\nb = xmail.siroe.com\n";
    assert_eq!(found(Dialect::OptionValues, conf, "mail.siroe.com"), ["3: local.hostname"]);
    let imta = "mail.siroe.com  $U\n\nl smtp\nmail.siroe.com\n";
    assert_eq!(found(Dialect::ImtaCnf, imta, "mail.siroe.com"), ["1: rewrite mail.siroe.com", "4: channel l"]);
    assert_eq!(found(Dialect::Text, "x\nmail.siroe.com\n", "mail.siroe.com"), ["2: <file>"]);
    assert_eq!(found(Dialect::Sectioned, "[SERVICE=A]\nI=10.1.110.13\n", "10.1.110.13"), ["2: [SERVICE=A]I"]);
    assert_eq!(found(Dialect::Binary, "mail.siroe.com", "mail.siroe.com"), Vec::<String>::new());
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_name_that_is_moved_and_moved_back_gives_the_same_bytes_in_every_dialect() {
    let there = moves();
    let back = [NameMove::new("new.siroe.com", "mail.siroe.com"), NameMove::new("10.9.9.9", "10.1.110.13")];
    let mut paths = Vec::new();
    for tree in ["site", "stock-old", "stock-new"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/merge/messaging").join(tree), &mut paths);
    }
    let mut moved = 0;
    for path in &paths {
        let before = fs::read(path).unwrap();
        for dialect in Dialect::names().map(|name| Dialect::named(name).unwrap()) {
            let Ok(edits) = dialect.rewrite_names(&before, &there) else { continue };
            let after = apply(&before, &edits).unwrap();
            let returned = dialect.rewrite_names(&after, &back).unwrap();
            assert!(apply(&after, &returned).unwrap() == before, "{} as {}", path.display(), dialect.name());
            moved += edits.len();
        }
    }
    assert!(moved > 50, "{moved}");
}

/// Texts of pieces that are names, addresses, or nearly so.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "mail.siroe.com",
        "mail",
        ".",
        "-",
        "_",
        "siroe.com",
        "10.1.110.13",
        "1",
        ":",
        "::",
        "ffff",
        " ",
        "|",
        "@",
        "a",
        "\n",
        "/",
        "2001:db8::1",
        "\u{e9}",
    ];
    prop::collection::vec(prop::sample::select(pieces.map(str::as_bytes).to_vec()), 0..12)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn there_and_back_is_the_identity_and_leaves_no_whole_name(before in text()) {
        let pairs = [("mail.siroe.com", "host.new.example"), ("10.1.110.13", "192.0.2.7"), ("2001:db8::1", "2001:db8:ffff::7")];
        let there = pairs.map(|(from, to)| NameMove::new(from, to));
        let back = pairs.map(|(from, to)| NameMove::new(to, from));
        let after = there.rewrite(&before).into_owned();
        prop_assert_eq!(there.rewrite(&after).into_owned(), after.clone());
        prop_assert_eq!(back.rewrite(&after).into_owned(), before.clone());
        // Taken apart at what continues no name, a text holds the name only as one of its parts.
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte) || !byte.is_ascii();
        let whole = |text: &[u8], name: &[u8]| {
            text.split(|byte| !is_inside(byte)).filter(|part| part.strip_suffix(b".").unwrap_or(part) == name).count()
        };
        prop_assert!(whole(&before, b"mail.siroe.com") <= whole(&after, b"host.new.example"));
        prop_assert_eq!(whole(&after, b"mail.siroe.com"), 0);
    }
}
