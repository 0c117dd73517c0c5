//! What the tests of all tools share; nothing that is installed uses it.
//!
//! * [`tree`] builds directory trees with everything that makes copying hard;
//! * [`manifest`] writes down a whole tree, so that two states can be compared;
//! * [`sweep`] stops, fails or cuts the power of a scenario at every file system call;
//! * [`unsafe_control`] is a deliberately careless engine that the sweep must catch;
//! * [`outcome`] is what a run of a program did;
//! * [`canary`] marks secrets with words that can be searched for;
//! * [`properties`] makes triples of properties files, and says what a merge of them must give;
//! * [`peers`] finds the independent programs that judge our output.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "only tests use this crate, and a test reports by panicking"
)]

pub mod canary;
pub mod manifest;
pub mod outcome;
pub mod peers;
pub mod properties;
pub mod random;
pub mod sweep;
pub mod tree;
pub mod unsafe_control;
