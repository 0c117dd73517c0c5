#![no_main]
#[path = "../targets/contents.rs"]
mod contents;
#[path = "../targets/hash_reader.rs"]
mod hash_reader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hash_reader::run(data));
