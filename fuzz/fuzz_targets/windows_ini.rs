#![no_main]
#[path = "../targets/windows_ini.rs"]
mod windows_ini;

libfuzzer_sys::fuzz_target!(|data: &[u8]| windows_ini::run(data));
