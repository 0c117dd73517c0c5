//! Replays the corpus of the fuzz target, which runs long only by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../../../fuzz/targets/ics_conf.rs"]
mod ics_conf;

#[test]
fn the_corpus_of_ics_conf_passes() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/ics_conf");
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= 6, "the corpus is incomplete");
    for input in inputs {
        ics_conf::run(&std::fs::read(input).unwrap());
    }
}
