#![no_main]
#[path = "../targets/btree_reader.rs"]
mod btree_reader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| btree_reader::run(data));
