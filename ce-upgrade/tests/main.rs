//! Behaviour of the program, each test on a site of its own below a temporary root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod support;

mod canary;
mod hostile;
mod check {
    mod address_books;
    mod order;
}
mod mail_ui {
    mod moves;
    mod refuses;
    pub(crate) mod support;
    mod sweeps;
}
mod status;
mod ui_trees;

mod patch {
    mod damaged_files;
    mod descriptor;
    mod every_expected_row;
    mod java_and_xmllint;
    mod needs_a_value;
    mod refuses;
    mod resolves;
    mod strategies;
    mod unused_copies;
}

mod install {
    mod config_uwc_again;
    mod installs;
    mod refuses;
    mod sweeps;
}
