#![no_main]
#[path = "../targets/ics_conf.rs"]
mod ics_conf;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ics_conf::run(data));
