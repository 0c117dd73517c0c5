#![no_main]
#[path = "../targets/log_versions.rs"]
mod log_versions;

libfuzzer_sys::fuzz_target!(|data: &[u8]| log_versions::run(data));
