//! Files that are decided as a whole, against the digests of the test data, and the merge by line that is proposed for them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use documents::apply;
use documents::changes::{Changes, Secrets};
use documents::merge::{Base, Carrier, Merge, RootMove, Rules};
use documents::whole_file::{Content, digest, merge, proposal, proposal_without_base};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

fn data(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/whole-file").join(name)).unwrap()
}

fn line(file: &str, merge: &Merge) -> String {
    let mut changes = Changes::default();
    changes.add(file, merge, Secrets { key: |_| false, value: |_| false });
    let line = changes.lines().next().unwrap();
    [&*line.key, &line.base, &line.site, &line.new, line.decision.as_str(), line.outcome.as_str()].join("\t")
}

fn merged(base: Option<&[u8]>, site: Option<&[u8]>, new: Option<&[u8]>, rules: &Rules) -> Merge {
    merge(Base::Known(base), site, new, Content::Text, rules).unwrap()
}

#[test]
fn a_file_that_both_changed_is_a_conflict_and_stays_the_site_s() {
    let [base, site, new] = ["stock-old", "site", "stock-new"].map(|tree| data(&format!("xlate-pabperson.{tree}.xml")));
    let merge = merged(Some(&base), Some(&site), Some(&new), &Rules::default());
    assert_eq!(
        line("config/ldappstore/xlate-pabperson.xml", &merge),
        "xlate-pabperson.xml:<file>\tsha256:8f66cc44f13d8a63b7e71a62f31e663230d595103ff2f678588df95b75523f3f\t\
         sha256:97f5bca09f29e549875c4849586466b0a1674e6c5f28bad0a3eec836c88fc8a3\t\
         sha256:3ca869c72c236c9b5de9b06f08c9d73ce85c10554f1707fc53917db086eed68d\tconflict\t\
         sha256:97f5bca09f29e549875c4849586466b0a1674e6c5f28bad0a3eec836c88fc8a3"
    );
    assert_eq!(merge.bytes, site);
}

#[test]
fn a_root_moves_in_all_of_a_text_and_in_no_binary_file() {
    let [base, site, new] = ["stock-old", "site", "stock-new"].map(|tree| data(&format!("conversions.{tree}")));
    let roots = vec![RootMove { from: "/opt/SUNWmsgsr".into(), to: "/opt/sun/comms/messaging".into() }];
    let rules = Rules { roots, ..Rules::default() };
    let text = merged(Some(&base), Some(&site), Some(&new), &rules);
    assert_eq!(
        line("conversions", &text),
        "conversions:<file>\tsha256:6d1ae12ad978c4fc8e475bd9dcba8ce987f931b75af068d5a40900017bd08ec0\t\
         sha256:3628469725594561fc81a6f4b298f52f836ce596f0c4d76f9e1a28c51e6c8c0c\t\
         sha256:6d1ae12ad978c4fc8e475bd9dcba8ce987f931b75af068d5a40900017bd08ec0\trewrite-root\t\
         sha256:7e23cf1a7720f4e99f497b13a61441ae29776668b2b3497c6f9aa83ccfe25594"
    );
    assert_eq!(apply(&site, &text.edits).unwrap(), text.bytes);
    assert_eq!((text.edits.len(), text.edits[0].insert.len()), (1, "sun/comms/messaging".len()));
    let binary = merge(Base::Known(Some(&base)), Some(&site), Some(&new), Content::Binary, &rules).unwrap();
    assert_eq!((binary.bytes, binary.decisions[0].word.as_str()), (site, "keep-site"));
}

#[test]
fn an_empty_file_is_told_from_none() {
    let (empty, none, other) = (Some(&b""[..]), None, Some(&b"x"[..]));
    for (base, site, new, word, outcome) in [
        (none, empty, none, "site-addition", empty),
        (empty, empty, none, "drop-obsolete", none),
        (none, none, empty, "add-new", empty),
        (other, other, empty, "take-new", empty),
        (empty, none, empty, "stays-deleted", none),
        (other, none, empty, "conflict", none),
        (empty, empty, empty, "same", empty),
        (empty, other, none, "obsolete-customised", other),
    ] {
        for carrier in [Carrier::Site, Carrier::New] {
            let merge = merged(base, site, new, &Rules { carrier, ..Rules::default() });
            let decision = &merge.decisions[0];
            let found = decision.outcome.present().map(|value| value.clone().unwrap());
            assert_eq!((decision.word.as_str(), found.as_deref()), (word, outcome), "{base:?} {site:?} {new:?}");
            assert_eq!(merge.bytes, outcome.unwrap_or_default());
        }
    }
    assert_eq!(digest(b""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_proposal_joins_what_each_side_changed_and_marks_what_both_did() {
    let base = b"a\nb\nc\nd\ne\n";
    let both = proposal(base, b"A\nb\nc\nd\ne\n", b"a\nb\nc\nd\nE\nf\n").unwrap();
    assert_eq!((both.text.as_slice(), both.conflicts), (&b"A\nb\nc\nd\nE\nf\n"[..], 0));
    let same = proposal(base, b"a\nX\nc\nd\ne\n", b"a\nX\nc\nd\n").unwrap();
    assert_eq!((same.text.as_slice(), same.conflicts), (&b"a\nX\nc\nd\n"[..], 0));
    let conflict = proposal(base, b"a\nX\nc\nd\ne\n", b"a\nY\nc\nd\ne\n").unwrap();
    let expected = b"a\n<<<<<<< site\nX\n=======\nY\n>>>>>>> new release\nc\nd\ne\n";
    assert_eq!((conflict.text.as_slice(), conflict.conflicts), (&expected[..], 1));
    assert_eq!(proposal(b"\0", b"a", b"a"), None);
    assert_eq!(proposal(&b"\n".repeat(20_001), b"a", b"a"), None);
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a\n", "b\n", "c\n", "d\n", "e\r\n", "f"]), 0..14)
        .prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn proposals_follow_the_laws_of_a_merge(base in text(), site in text(), new in text()) {
        let [b, m, t] = [&base, &site, &new].map(|text| text.as_bytes());
        for (base, site, new, result) in [(b, m, b, m), (b, b, t, t), (b, m, m, m)] {
            let proposal = proposal(base, site, new).unwrap();
            prop_assert_eq!((proposal.text.as_slice(), proposal.conflicts), (result, 0));
        }
        let proposal = proposal(b, m, t).unwrap();
        for line in m.split_inclusive(|byte| *byte == b'\n').filter(|line| !b.windows(line.len()).any(|known| known == *line)) {
            prop_assert!(proposal.text.windows(line.len()).any(|found| found == line), "a line of the site is lost");
        }
    }

    #[test]
    fn the_edits_of_a_decision_make_its_bytes(base in text(), site in text(), new in text()) {
        let rules = Rules { roots: vec![RootMove { from: "b".into(), to: "bb".into() }], ..Rules::default() };
        let merge = merged(Some(base.as_bytes()), Some(site.as_bytes()), Some(new.as_bytes()), &rules);
        prop_assert_eq!(apply(site.as_bytes(), &merge.edits).unwrap(), merge.bytes);
    }
}

/// Where git finds no conflict and we find none, both texts are the same.
#[test]
fn a_proposal_without_conflict_is_what_git_makes_of_it() {
    let place = tempfile::tempdir().unwrap();
    let mut compared = 0;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let base: Vec<String> = (0..12).map(|number| format!("{number}\n")).collect();
    // A side has one or two of the lines replaced, removed, or followed by another one.
    let side = prop::collection::vec((0..12usize, prop::sample::select(vec!["x\n", "", "+"])), 1..3).prop_map({
        let base = base.clone();
        move |edits| {
            let mut lines = base.clone();
            edits.iter().for_each(|(at, edit)| match *edit {
                "+" => lines[*at] += "y\n",
                edit => lines[*at] = edit.to_owned(),
            });
            lines.concat()
        }
    });
    for _ in 0..150 {
        let (site, new) = (&side, &side).new_tree(&mut runner).unwrap().current();
        let texts = (base.concat(), site, new);
        let ours = proposal(texts.0.as_bytes(), texts.1.as_bytes(), texts.2.as_bytes()).unwrap();
        let files = [("base", &texts.0), ("site", &texts.1), ("new", &texts.2)].map(|(name, text)| {
            let path = place.path().join(name);
            fs::write(&path, text).unwrap();
            path
        });
        let git =
            Command::new("git").args(["merge-file", "-p"]).args([&files[1], &files[0], &files[2]]).output().unwrap();
        if ours.conflicts == 0 && git.status.success() {
            assert_eq!(String::from_utf8(ours.text).unwrap(), String::from_utf8(git.stdout).unwrap(), "{texts:?}");
            compared += 1;
        }
    }
    assert!(compared >= 50, "{compared}");
}

#[test]
fn without_a_base_each_difference_is_a_place_to_decide() {
    let made = proposal_without_base(b"a\nmine\nb\nc\n", b"a\nyours\nb\nc\nmore").unwrap();
    assert_eq!(
        String::from_utf8(made.text).unwrap(),
        "a\n<<<<<<< site\nmine\n=======\nyours\n>>>>>>> new release\nb\nc\n<<<<<<< site\n=======\nmore\n>>>>>>> new release\n"
    );
    assert_eq!(made.conflicts, 2);
    assert_eq!(proposal_without_base(b"a\n", b"a\n").unwrap(), proposal(b"", b"a\n", b"a\n").unwrap());
    assert!(proposal_without_base(b"a\0", b"a").is_none());
}
