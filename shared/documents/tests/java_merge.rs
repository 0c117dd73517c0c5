//! Random triples of properties files: Java reads all four files, and a second opinion says what each key must be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use documents::merge::{Base, Carrier, Obsolete, Rules, Sides, Word, merge};
use documents::properties::utf16;
use documents::{Document, Properties};
use support::count;
use testkit::java::Java;
use testkit::properties::{Spelling, Triple};
use testkit::random::Random;

type Map = BTreeMap<Vec<u16>, Vec<u16>>;

/// What a key must be, and the word for it, spelled out case by case.
fn oracle(
    base: Option<&Vec<u16>>,
    site: Option<&Vec<u16>>,
    new: Option<&Vec<u16>>,
    obsolete: Obsolete,
) -> (Word, Option<Vec<u16>>) {
    let (word, result) = match (base, site, new) {
        (Some(b), Some(m), Some(t)) if b == m && m == t => (Word::Same, site),
        (_, Some(m), Some(t)) if m == t => (Word::Same, site),
        (Some(b), Some(m), Some(_)) if b == m => (Word::TakeNew, new),
        (Some(b), Some(_), Some(t)) if b == t => (Word::KeepSite, site),
        (_, Some(_), Some(_)) => (Word::Conflict, site),
        (None, None, _) => (Word::AddNew, new),
        (None, Some(_), None) => (Word::SiteAddition, site),
        (Some(_), None, None) => (Word::Same, None),
        (Some(b), Some(m), None) if b == m => (Word::DropObsolete, None),
        (Some(_), Some(_), None) if obsolete == Obsolete::OnlyReport => (Word::ObsoleteCustomised, None),
        (Some(_), Some(_), None) => (Word::ObsoleteCustomised, site),
        (Some(b), None, Some(t)) if b == t => (Word::StaysDeleted, None),
        (Some(_), None, Some(_)) => (Word::Conflict, None),
    };
    (word, result.cloned())
}

#[test]
fn every_key_of_the_merged_file_is_what_java_and_the_table_say() {
    let mut java = Java::start();
    let mut random = Random::new(6);
    let mut words: BTreeMap<Word, usize> = BTreeMap::new();
    for number in 0..count(1_000, 10_000) {
        let triple = Triple::random(&mut random, Spelling::AtRandom);
        let files = [triple.base.bytes, triple.site.bytes, triple.new.bytes];
        let shown = || files.each_ref().map(|file| file.escape_ascii().to_string()).join("\n");
        let map = |java: &mut Java, file: &[u8]| -> Map { java.load(file).unwrap().into_iter().collect() };
        let [b, m, t] = files.each_ref().map(|file| map(&mut java, file));
        let [base, site, new] = files.each_ref().map(|file| Properties::parse(file.clone()).unwrap());
        for (carrier, obsolete) in [(Carrier::Site, Obsolete::Keep), (Carrier::New, Obsolete::OnlyReport)] {
            let rules = Rules { carrier, obsolete, ..Rules::default() };
            let merge = merge(&Sides { base: Base::Known(&base), site: &site, new: &new }, &rules).unwrap();
            let found = map(&mut java, &merge.bytes);
            let keys: BTreeSet<_> = b.keys().chain(m.keys()).chain(t.keys()).collect();
            assert_eq!(merge.decisions.len(), keys.len(), "{number}\n{}", shown());
            for key in keys {
                let name = String::from_utf16(key).unwrap();
                let decision = merge.decisions.iter().find(|d| d.key == name).unwrap();
                let (word, value) = oracle(b.get(key), m.get(key), t.get(key), obsolete);
                assert_eq!(decision.word, word, "{number} {name} {carrier:?}\n{}", shown());
                assert_eq!(found.get(key), value.as_ref(), "{number} {name} {carrier:?}\n{}", shown());
                let outcome = decision.outcome.present().map(|v| utf16::decode(v.as_ref().unwrap()).unwrap());
                assert_eq!(outcome, value, "{number} {name} {carrier:?}\n{}", shown());
                *words.entry(word).or_default() += 1;
            }
        }
    }
    println!("{words:?}");
    assert_eq!(words.len(), 9, "not every decision was met: {words:?}");
}
