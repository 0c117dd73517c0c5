//! The guide's tables, each cell of them, and what is said where something is not known.

use install_root::{Release, Version};
use migrate_config::compatibility::{Reply, Strategy, TABLE, Verdict, decide};
use migrate_config::release::Bits::{self, Bits32, Bits64};
use testkit::tree::Tree;

use super::support::{configured, found, known, path};

fn verdict(from: (&str, Option<Bits>), to: Option<Bits>, strategy: Strategy) -> (Verdict, String) {
    let answer = decide(&known(from.0, from.1), &known("7.0", to), strategy);
    (answer.verdict, answer.lines.join("\n"))
}

#[test]
fn every_release_of_the_tables_has_the_guides_answer() {
    use Verdict::{Allowed, FreshInstall, Refused};
    for (release, bits, to, side_by_side, coexistent) in [
        ("5.2", Bits32, Bits32, FreshInstall, Allowed),
        ("6.0", Bits32, Bits32, Allowed, Allowed),
        ("6.1", Bits32, Bits32, Allowed, Allowed),
        ("6.2-10.28", Bits32, Bits32, Allowed, Allowed),
        ("6.3-0.15", Bits32, Bits32, Allowed, Allowed),
        ("6.3", Bits64, Bits32, Allowed, Allowed),
        ("5.2", Bits32, Bits64, Refused, Refused),
        ("6.0", Bits32, Bits64, Refused, Refused),
        ("6.1", Bits32, Bits64, Refused, Refused),
        ("6.2", Bits32, Bits64, Refused, Refused),
        ("6.3", Bits32, Bits64, Allowed, Allowed),
        ("6.3", Bits64, Bits64, Allowed, Allowed),
        ("7.0", Bits32, Bits32, Refused, Refused),
        ("7 Update 1", Bits64, Bits64, Refused, Refused),
        ("4.15", Bits32, Bits32, Refused, Refused),
    ] {
        let of = |strategy| verdict((release, Some(bits)), Some(to), strategy);
        assert_eq!(of(Strategy::SideBySide).0, side_by_side, "{release} {bits} to {to}");
        assert_eq!(of(Strategy::Coexistent).0, coexistent, "{release} {bits} to {to}");
    }
}

#[test]
fn the_rows_are_the_guides() {
    let rows: Vec<_> = TABLE.iter().map(|row| (row.from, row.to, row.in_place.reply)).collect();
    assert_eq!(
        rows,
        [
            ("5.2", Bits32, Reply::No),
            ("6.0, 6.1, 6.2, 6.3 (32-bit)", Bits32, Reply::Yes),
            ("6.3 (64-bit)", Bits32, Reply::No),
            ("6.3 (32-bit)", Bits64, Reply::No),
            ("6.3 (64-bit)", Bits64, Reply::Yes),
        ]
    );
}

#[test]
fn the_note_of_the_row_is_given() {
    let (_, lines) = verdict(("6.2", Some(Bits32)), Some(Bits32), Strategy::SideBySide);
    assert!(lines.contains("there is no way back to the old data format"), "{lines}");
    let (_, lines) = verdict(("6.3", Some(Bits32)), Some(Bits64), Strategy::Coexistent);
    assert!(lines.contains("recommended for the store"), "{lines}");
    let (_, lines) = verdict(("6.2", Some(Bits32)), Some(Bits64), Strategy::SideBySide);
    assert!(lines.contains("no side-by-side upgrade from 6.2 (32-bit) to 7.0 64-bit"), "{lines}");
    assert!(lines.contains("7.0 32-bit"), "{lines}");
}

#[test]
fn what_is_unknown_does_not_matter_where_every_possible_row_allows() {
    assert_eq!(verdict(("6.3", None), Some(Bits32), Strategy::SideBySide).0, Verdict::Allowed);
    assert_eq!(verdict(("6.3", None), None, Strategy::SideBySide).0, Verdict::Allowed);
}

#[test]
fn what_is_unknown_and_matters_is_named_with_the_option_that_settles_it() {
    let (verdict_of, lines) = verdict(("6.2", Some(Bits32)), None, Strategy::SideBySide);
    assert_eq!(verdict_of, Verdict::Unsettled);
    assert!(lines.contains("--to-bits") && !lines.contains("--from-release"), "{lines}");

    let old = known("", None);
    let six = Release::default().within(Version::parse("6.0"), None);
    let answer = decide(
        &migrate_config::release::Found { release: six, ..old },
        &known("7.0", Some(Bits64)),
        Strategy::SideBySide,
    );
    assert_eq!(answer.verdict, Verdict::Unsettled);
    let lines = answer.lines.join("\n");
    assert!(lines.contains("--from-release") && !lines.contains("--to-bits"), "{lines}");
}

#[test]
fn a_release_before_63_is_refused_for_64_bits_although_it_is_not_known_which_one() {
    let tree = configured(Tree::new(), "/opt/SUNWmsgsr").file("/var/opt/SUNWmsgsr/config/local.conf", "");
    let old = found(&tree.disk(), "/opt/SUNWmsgsr");
    assert_eq!(decide(&old, &known("7.0", Some(Bits64)), Strategy::SideBySide).verdict, Verdict::Refused);
    assert_eq!(decide(&old, &known("7.0", Some(Bits32)), Strategy::SideBySide).verdict, Verdict::Allowed);
}

#[test]
fn a_5x_instance_is_explained_and_not_migrated() {
    let mut old = known("", None);
    old.layout_5x = vec![path("/usr/iplanet/server5/msg-store")];
    let answer = decide(&old, &known("7.0", Some(Bits32)), Strategy::SideBySide);
    assert_eq!(answer.verdict, Verdict::FreshInstall);
    let lines = answer.lines.join("\n");
    for word in ["/usr/iplanet/server5/msg-store", "a fresh install", "imsbackup"] {
        assert!(lines.contains(word), "{word}: {lines}");
    }
}

#[test]
fn a_new_root_that_holds_an_older_release_is_refused() {
    let answer = decide(&known("6.0", Some(Bits32)), &known("6.3", Some(Bits32)), Strategy::SideBySide);
    assert_eq!(answer.verdict, Verdict::Refused);
}
