//! Behaviour of the program, each test in a directory of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod canary;
mod checks;
mod fuzz_corpus;
mod hostile;
mod live_389ds;
mod makes_profiles;
mod packages;
mod profile_rules;
mod readme;
mod refuses;
mod requirements;
mod support;
mod upgrades;
mod windows_reads;
