#![no_main]
#[path = "../targets/connector_users.rs"]
mod connector_users;

libfuzzer_sys::fuzz_target!(|data: &[u8]| connector_users::run(data));
