//! Replays the corpus of the fuzz targets, which run long only by hand, and inputs near to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../../../fuzz/targets/ldif_records.rs"]
mod ldif_records;
#[path = "../../../fuzz/targets/schema_description.rs"]
mod schema_description;

use proptest::prelude::*;
use proptest::sample::{Index, select};

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> =
        std::fs::read_dir(corpus).unwrap().map(|e| std::fs::read(e.unwrap().path()).unwrap()).collect();
    assert!(inputs.len() >= 5, "the corpus of {target} is incomplete");
    inputs
}

#[test]
fn the_corpus_of_ldif_records_passes() {
    corpus("ldif_records").iter().for_each(|input| ldif_records::run(input));
}

#[test]
fn the_corpus_of_schema_descriptions_passes() {
    corpus("schema_description").iter().for_each(|input| schema_description::run(input));
}

/// Puts pieces of the syntax into an input, or takes bytes out.
fn mutated(mut input: Vec<u8>, edits: Vec<(Index, Index, &'static str)>) -> Vec<u8> {
    for (at, length, piece) in edits {
        let at = at.index(input.len() + 1);
        let end = (at + length.index(12)).min(input.len());
        input.splice(at..end, piece.bytes());
    }
    input
}

fn edits(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<(Index, Index, &'static str)>> {
    prop::collection::vec((any::<Index>(), any::<Index>(), select(pieces)), 0..6)
}

const LDIF: &[&str] = &[
    "",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "-\n",
    ":",
    "::",
    ":<",
    "#",
    "dn: o=x\n",
    "dn:: bz14\n",
    "changetype: modify\n",
    "add: a\n",
    "a: \tb\n",
    "control: 1.2.3 true: x\n",
    "control: 1.2:: AA==\n",
    "newrdn: cn=a\n",
    "deleteoldrdn: 1\n",
    "\u{e9}",
    "\0",
];
const SCHEMA: &[&str] = &[
    "",
    "(",
    ")",
    "$",
    "'",
    "''",
    " ",
    "\t",
    "\\27",
    "\\5C",
    "\\",
    "{9}",
    " NAME 'x'",
    " X-A ( )",
    " MUST ( )",
    " SUP a",
    "\u{e9}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn files_near_to_the_corpus_keep_their_meaning(which in any::<Index>(), edits in edits(LDIF)) {
        let corpus = corpus("ldif_records");
        ldif_records::run(&mutated(corpus[which.index(corpus.len())].clone(), edits));
    }

    #[test]
    fn descriptions_near_to_the_corpus_keep_their_meaning(which in any::<Index>(), edits in edits(SCHEMA)) {
        let corpus = corpus("schema_description");
        schema_description::run(&mutated(corpus[which.index(corpus.len())].clone(), edits));
    }
}
