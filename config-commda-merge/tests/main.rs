//! Behaviour of the program, each test on a site of its own below a temporary root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs
)]

mod canary;
mod deploys;
mod dry_run;
mod hostile;
mod moves_service_packages;
mod readme;
mod saves_and_shows;
mod support;
mod sweeps;
mod takes_back;

mod merges {
    mod as_another_user;
    mod by_special_rules;
    mod every_expected_row;
    mod hard_linked_files;
    mod named_files_git;
    mod with_resolutions;
    mod without_a_base;
}

mod refuses {
    mod changed_files;
    mod damaged_files;
    mod files_that_cannot_be_meant;
    mod missing_things;
    mod wrong_usage;
}
