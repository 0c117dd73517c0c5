#![no_main]
#[path = "../targets/ldif_records.rs"]
mod ldif_records;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ldif_records::run(data));
