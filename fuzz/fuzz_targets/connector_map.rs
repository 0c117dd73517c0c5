#![no_main]
#[path = "../targets/connector_map.rs"]
mod connector_map;

libfuzzer_sys::fuzz_target!(|data: &[u8]| connector_map::run(data));
