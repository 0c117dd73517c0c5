#![no_main]
#[path = "../targets/mappings.rs"]
mod mappings;

libfuzzer_sys::fuzz_target!(|data: &[u8]| mappings::run(data));
