//! Tests of `im-upgrade`, one module for each subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod support;
mod rollback {
    mod puts_back;
    mod refuses;
    mod sweeps;
}
