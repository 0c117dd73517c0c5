#![no_main]
#[path = "../targets/imta_cnf.rs"]
mod imta_cnf;

libfuzzer_sys::fuzz_target!(|data: &[u8]| imta_cnf::run(data));
