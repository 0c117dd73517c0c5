#![no_main]
#[path = "../targets/schema_description.rs"]
mod schema_description;

libfuzzer_sys::fuzz_target!(|data: &[u8]| schema_description::run(data));
