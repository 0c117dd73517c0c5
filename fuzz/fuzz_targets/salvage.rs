#![no_main]
#[path = "../targets/contents.rs"]
mod contents;
#[path = "../targets/salvage.rs"]
mod salvage;

libfuzzer_sys::fuzz_target!(|data: &[u8]| salvage::run(data));
