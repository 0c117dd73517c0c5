#![no_main]
#[path = "../targets/contents.rs"]
mod contents;
#[path = "../targets/subdatabase_reader.rs"]
mod subdatabase_reader;

libfuzzer_sys::fuzz_target!(|data: &[u8]| subdatabase_reader::run(data));
