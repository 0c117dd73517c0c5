#![no_main]
#[path = "../targets/line_dialects.rs"]
#[allow(dead_code, reason = "each target runs one of its dialects")]
mod line_dialects;

libfuzzer_sys::fuzz_target!(|data: &[u8]| line_dialects::aliases(data));
