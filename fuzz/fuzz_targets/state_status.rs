#![no_main]
#[allow(dead_code, reason = "each target uses one of its functions")]
#[path = "../targets/state_files.rs"]
mod state_files;

libfuzzer_sys::fuzz_target!(|data: &[u8]| state_files::status(data));
