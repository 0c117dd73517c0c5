#![no_main]
#[path = "../targets/dialects.rs"]
mod dialects;

libfuzzer_sys::fuzz_target!(|data: &[u8]| dialects::run(data));
