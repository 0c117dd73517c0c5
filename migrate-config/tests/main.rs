//! Behaviour of the programs, and of what they find out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod facts {
    mod compatibility;
    mod high_availability;
    mod references;
    mod release;
    mod running;
    mod store;
    mod store_backup;
    mod support;
}
