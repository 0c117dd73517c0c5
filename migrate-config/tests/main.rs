//! Behaviour of the programs, each test on a site of its own below a temporary root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod support;

mod install {
    mod installs;
    mod refuses;
}

mod patch {
    mod every_expected_row;
    mod resolves;
    mod site_values;
}
