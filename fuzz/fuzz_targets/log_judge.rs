#![no_main]
#[path = "../targets/log_judge.rs"]
mod log_judge;

libfuzzer_sys::fuzz_target!(|data: &[u8]| log_judge::run(data));
