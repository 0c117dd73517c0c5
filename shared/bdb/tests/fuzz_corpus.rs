//! Replays the corpus of the fuzz targets, which run long only by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "../../../fuzz/targets/btree_reader.rs"]
mod btree_reader;
#[path = "../../../fuzz/targets/contents.rs"]
mod contents;
#[path = "../../../fuzz/targets/hash_reader.rs"]
mod hash_reader;
#[path = "../../../fuzz/targets/log_judge.rs"]
mod log_judge;
#[path = "../../../fuzz/targets/log_reader.rs"]
mod log_reader;
#[path = "../../../fuzz/targets/log_versions.rs"]
mod log_versions;
#[path = "../../../fuzz/targets/salvage.rs"]
mod salvage;
#[path = "../../../fuzz/targets/subdatabase_reader.rs"]
mod subdatabase_reader;

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        run(&std::fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs >= 3, "the corpus of {target} is incomplete");
}

#[test]
fn the_corpus_of_the_btree_reader_passes() {
    replay("btree_reader", btree_reader::run);
}

#[test]
fn the_corpus_of_the_log_reader_passes() {
    replay("log_reader", log_reader::run);
}

#[test]
fn the_corpus_of_the_hash_reader_passes() {
    replay("hash_reader", hash_reader::run);
}

#[test]
fn the_corpus_of_the_reader_of_sub_databases_passes() {
    replay("subdatabase_reader", subdatabase_reader::run);
}

#[test]
fn the_corpus_of_salvage_passes() {
    replay("salvage", salvage::run);
}

#[test]
fn the_corpus_of_log_versions_passes() {
    replay("log_versions", log_versions::run);
}

#[test]
fn the_corpus_of_judged_logs_passes() {
    replay("log_judge", log_judge::run);
}
