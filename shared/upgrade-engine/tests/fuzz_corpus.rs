//! Replays the corpus of the fuzz targets, which run long only by hand.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

#[path = "../../../fuzz/targets/state_files.rs"]
mod state_files;

fn replay(target: &str, least: usize, run: fn(&[u8])) {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() >= least, "the corpus of {target} is incomplete");
    for input in inputs {
        run(&std::fs::read(input).unwrap());
    }
}

#[test]
fn the_corpora_pass() {
    replay("state_journal", 3, state_files::journal);
    replay("state_plan", 3, state_files::plan);
    replay("state_status", 3, state_files::status);
}
