#![no_main]
#[path = "../targets/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::run(data));
