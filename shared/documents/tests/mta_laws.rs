//! What merges and edits of `mappings` and `imta.cnf` must hold to, whatever the files say. Entries of one key all count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use documents::imta::Flavour;
use documents::merge::{Base, Carrier, Merge, RootMove, Rules, Sides, Word, merge};
use documents::{Bytes, Document, ImtaCnf, Key, Mappings, ParseError, apply};
use proptest::prelude::*;

/// Base, site and new file.
#[derive(Clone)]
struct Triple([Vec<u8>; 3]);

impl fmt::Debug for Triple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|file| write!(f, "b\"{}\" ", file.escape_ascii()))
    }
}

type Parse<D> = fn(Vec<u8>) -> Result<D, ParseError>;
type Values = BTreeMap<(Key, usize), Bytes>;

/// Returns what every entry says, those of one key in their order.
fn values<D: Document>(document: &D) -> Values {
    let mut counts: BTreeMap<&Key, usize> = BTreeMap::new();
    let mut values = Values::new();
    for entry in document.entries() {
        let count = counts.entry(&entry.key).or_default();
        *count += 1;
        values.insert((entry.key.clone(), *count), entry.value.clone().unwrap());
    }
    values
}

/// Returns the values of each key in their order, whatever number each of them has.
fn lists(values: &Values) -> BTreeMap<Key, Vec<Bytes>> {
    let mut lists: BTreeMap<Key, Vec<Bytes>> = BTreeMap::new();
    for ((key, _), value) in values {
        lists.entry(key.clone()).or_default().push(value.clone());
    }
    lists
}

fn merged<D: Document>(base: &D, site: &D, new: &D, carrier: Carrier) -> Merge {
    merge(&Sides { base: Base::Known(base), site, new }, &Rules { carrier, ..Rules::default() })
        .unwrap_or_else(|e| panic!("{e} {carrier:?} {:?}", Triple([base, site, new].map(|d| d.to_bytes().to_vec()))))
}

fn check<D: Document>(parse: Parse<D>, files: Triple) -> Result<(), TestCaseError> {
    let mut parsed = Vec::new();
    for file in files.0 {
        let Ok(document) = parse(file) else { return Ok(()) };
        parsed.push(document);
    }
    let [base, site, new] = parsed.try_into().ok().unwrap();
    let result = |merge: &Merge| values(&parse(merge.bytes.clone()).unwrap());
    for carrier in [Carrier::Site, Carrier::New] {
        for document in [&base, &site, &new] {
            prop_assert_eq!(&merged(&base, document, document, carrier).bytes, document.to_bytes());
        }
        prop_assert_eq!(lists(&result(&merged(&base, &site, &base, carrier))), lists(&values(&site)));
        prop_assert_eq!(lists(&result(&merged(&base, &base, &new, carrier))), lists(&values(&new)));

        let once = merged(&base, &site, &new, carrier);
        let (b, m, t) = (values(&base), values(&site), values(&new));
        let mut expected = Values::new();
        for key in b.keys().chain(m.keys()).chain(t.keys()).collect::<BTreeSet<_>>() {
            // The decision table once more.
            let value = if b.get(key) == m.get(key) { t.get(key) } else { m.get(key) };
            expected.extend(value.map(|value| (key.clone(), value.clone())));
        }
        prop_assert_eq!(lists(&result(&once)), lists(&expected));
        prop_assert!(m.len() <= once.decisions.len());
        let given_up = once.decisions.iter().filter(|d| matches!(d.word, Word::TakeNew | Word::DropObsolete)).count();
        let found = lists(&result(&once));
        let lost = lists(&m).into_iter().flat_map(|(key, values)| values.into_iter().map(move |v| (key.clone(), v)));
        let lost = lost.filter(|(key, value)| !found.get(key).is_some_and(|values| values.contains(value))).count();
        prop_assert!(lost <= given_up, "{} entries of the site are lost", lost);
    }
    prop_assert_eq!(&merged(&base, &site, &base, Carrier::Site).bytes, site.to_bytes());
    prop_assert_eq!(&merged(&base, &base, &new, Carrier::New).bytes, new.to_bytes());
    Ok(())
}

/// A file as such: it prints back, and a value or a new entry changes nothing else, or is refused.
fn check_edits<D: Document>(parse: Parse<D>, file: Vec<u8>, key: &Key, value: &[u8]) -> Result<(), TestCaseError> {
    let Ok(document) = parse(file.clone()) else { return Ok(()) };
    prop_assert_eq!(document.to_bytes(), &file);
    let facts = |document: &D| -> Vec<(Key, Bytes)> {
        document.entries().iter().map(|e| (e.key.clone(), e.value.clone().unwrap())).collect()
    };
    let before = facts(&document);
    let mut end = 0;
    for (index, entry) in document.entries().iter().enumerate() {
        prop_assert!(
            entry.lines.start >= end && entry.span.start >= entry.lines.start && entry.span.end <= entry.lines.end
        );
        end = entry.lines.end;
        let same = document.respell(entry, entry.value.as_deref().unwrap());
        if let Ok(same) = same {
            prop_assert_eq!(facts(&parse(apply(&file, &[same]).unwrap()).unwrap()), before.clone());
        }
        let Ok(edit) = document.respell(entry, value) else { continue };
        prop_assert_eq!((edit.offset, edit.remove), (entry.span.start as u64, entry.span.len() as u64));
        let after = facts(&parse(apply(&file, &[edit]).unwrap()).unwrap());
        let mut expected = before.clone();
        expected[index].1 = Bytes::copy_from_slice(value);
        // A path names what it belongs to.
        if document.included(entry).is_some() || entry.key.name.contains(&b'/') {
            expected[index].0 = after[index].0.clone();
        }
        prop_assert_eq!(after, expected);
        // Without it, all others are as they are.
        let after = parse(apply(&file, &[document.remove(entry)]).unwrap());
        if let Ok(after) = after {
            let mut expected = before.clone();
            expected.remove(index);
            prop_assert_eq!(facts(&after), expected);
        } else {
            prop_assert!(false, "an entry cannot be removed");
        }
    }
    if let Ok(edits) = document.set(key, value) {
        let after = parse(apply(&file, &edits).unwrap()).unwrap();
        prop_assert_eq!(after.effective(key).and_then(|e| e.value.as_deref()), Some(value));
        prop_assert!(after.entries().len() <= before.len() + 1);
        let mut found = facts(&after);
        let mut expected = before;
        found.retain(|(other, _)| other != key);
        expected.retain(|(other, _)| other != key);
        prop_assert_eq!(found, expected);
    }
    Ok(())
}

/// The root moves there and back. A value whose line ends within or between two paths is joined, so those are left out.
fn check_root<D: Document>(parse: Parse<D>, file: &[u8]) -> Result<(), TestCaseError> {
    let Ok(document) = parse(file.to_vec()) else { return Ok(()) };
    let nothing = parse(Vec::new()).unwrap();
    let moved = |site: &D, from: &str, to: &str| {
        let roots = vec![RootMove { from: from.into(), to: to.into() }];
        let sides = Sides { base: Base::Known(&nothing), site, new: &nothing };
        merge(&sides, &Rules { roots, ..Rules::default() }).unwrap().bytes
    };
    let there = moved(&document, "/opt/old", "/new/root");
    let there = parse(there).unwrap();
    for entry in there.entries() {
        let text = [entry.key.name.as_ref(), b" ", entry.value.as_deref().unwrap()].concat();
        prop_assert!(!documents::roots::occurs(&text, b"/opt/old"), "{}", text.escape_ascii());
    }
    let back = moved(&there, "/new/root", "/opt/old");
    prop_assert_eq!(back.escape_ascii().to_string(), file.escape_ascii().to_string());
    Ok(())
}

/// Pieces of files, with whatever else bytes can be between them.
fn file(pieces: &'static [&'static str], bytes: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        24 => prop::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => prop::sample::select(bytes).prop_map(|byte| vec![byte]),
        1 => (1..=255u8).prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn files(pieces: &'static [&'static str], bytes: &'static [u8]) -> impl Strategy<Value = Triple> {
    [file(pieces, bytes), file(pieces, bytes), file(pieces, bytes)].prop_map(Triple)
}

/// A file that begins with a table: most of what follows is read then. A pattern that is spelled as an include has the key of
/// one, so that a merge of the two is refused: those are left out.
fn tables() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(vec!["A\n\n", "A\r\n\r\n", "\nA\n", "! c\nA\n\n"]), file(MAPPINGS, b"xy$\\< \n\r!"))
        .prop_map(|(head, rest)| [head.as_bytes(), &rest].concat())
        .prop_filter("a pattern spelled as an include", |file| {
            !file.windows(2).any(|pair| matches!(pair, b" <" | b"\t<")) || !file.windows(2).any(|pair| pair == b"</")
        })
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => prop::sample::select(b"x$\\ \t<!l\n/".to_vec()), 1 => any::<u8>()];
    prop_oneof![
        3 => prop::collection::vec(byte, 0..8),
        1 => prop::sample::select(vec!["l a\nb", "l\n\nb", "l\n!b", "l\n</x", "</x", "l\n b\nc", "l\r\nb", "t \\"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

const MAPPINGS: &[&str] = &[
    "  x  1\n",
    "  x  2\n",
    "\tx\t3\r\n",
    "  y  1\n",
    "  y  $Y$ $N \n",
    "  a$ b  1\n",
    "  $$ 2\n",
    "  z\n",
    "  z|\\\nw  a\\\n  b\n",
    "  q a\\\r\\\rc\r",
    "  *  /opt/old/x,/opt/old2\n",
    "  /opt/old/*  1\n",
    "</opt/old/more.map\n",
    "< /opt/old/more.map \n",
    "</b\n",
    "! c\n",
    "! d \\\n",
    "\n",
    "\n",
    "  \n",
    "B\n\n",
    "C\n",
    "\nD\r\n\r\n",
    "  e  1",
    "\\\n",
    "\\",
];
const IMTA: &[&str] = &[
    "a  1\n",
    "a  2\n",
    "b\t$U@x\r\n",
    " c  1 \n",
    "d\n",
    "$*  /opt/old/x\n",
    "/opt/old/y  1\n",
    " !e  1\n",
    "</opt/old/rules\n",
    "< /b \n",
    "! c\n",
    "! d\n",
    "\n",
    "\n",
    " \t\n",
    "l\nhost\n\n",
    "l smtp\n! why\nhost\n\n",
    "\nm mx /opt/old/z\r\nhost\r\n\r\n",
    "n\n</c\nhost \n",
    "/opt/old/chan x\nhost\n",
    "l\rhost\r",
    "z  1",
];

fn rules(bytes: Vec<u8>) -> Result<ImtaCnf, ParseError> {
    ImtaCnf::parse_as(Flavour::Rules, bytes)
}

fn key(section: &str, name: &str) -> Key {
    Key { section: Some(section.as_bytes().to_vec().into()), ..Key::new(name) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("COMMSUITE_FULL").is_some() { 10_000 } else { 1_000 }))]

    #[test]
    fn mappings_merge_by_the_laws(files in [tables(), tables(), tables()].prop_map(Triple)) {
        check(Mappings::parse, files)?;
    }

    #[test]
    fn imta_cnf_merges_by_the_laws(files in files(IMTA, b"al< \n\r!")) {
        check(ImtaCnf::parse, files)?;
    }

    #[test]
    fn rewrite_rules_merge_by_the_laws(files in files(IMTA, b"al< \n\r!")) {
        check(rules, files)?;
    }

    #[test]
    fn mappings_change_only_where_they_are_edited(
        file in tables(), table in "[ABE]", name in "([xz*]|\\$ | |<|!|\\\\|\n){0,4}", value in value()
    ) {
        check_edits(Mappings::parse, file, &key(&table, &name), &value)?;
    }

    #[test]
    fn imta_cnf_changes_only_where_it_is_edited(
        file in file(IMTA, b"al< \n\r!"),
        section in prop::sample::select(vec!["rewrite", "channel", "include", "other"]),
        name in "([alm/]| |<|!|\n){0,3}",
        value in value(),
    ) {
        check_edits(ImtaCnf::parse, file.clone(), &key(section, &name), &value)?;
        check_edits(rules, file, &key(section, &name), &value)?;
    }

    #[test]
    fn a_root_moves_there_and_back(mappings in tables(), imta in file(IMTA, b"al< \n\r!")) {
        if !mappings.contains(&b'\\') {
            check_root(Mappings::parse, &mappings)?;
        }
        check_root(ImtaCnf::parse, &imta)?;
        check_root(rules, &imta)?;
    }

    #[test]
    fn any_bytes_print_back_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = Mappings::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), &bytes);
        }
        if let Ok(document) = ImtaCnf::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), &bytes);
        }
    }
}
