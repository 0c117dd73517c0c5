#![no_main]
#[path = "../targets/merge.rs"]
mod merge;

libfuzzer_sys::fuzz_target!(|data: &[u8]| merge::run(data));
