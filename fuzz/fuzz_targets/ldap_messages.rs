#![no_main]
#[path = "../targets/ldap_messages.rs"]
mod ldap_messages;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ldap_messages::run(data));
