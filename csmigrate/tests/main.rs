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
#[path = "../../shared/bdb/tests/read_support/environments.rs"]
mod environments;
mod hostile;
mod random_environments;
mod readme;
mod strace_kill;
mod support;
mod sweeps;

/// Where `environments` finds its archive, from this crate.
const DATA: &str = "../shared/bdb/tests/data";

mod migrates {
    mod as_another_user;
    mod genuine_databases_db5_3;
    pub(crate) mod genuine_environments;
    mod keeping_attributes;
    mod keys_in_another_order;
    mod odd_entries;
    mod what_can_be_read_db5_3;
}

mod refuses {
    mod damaged_databases;
    mod files_that_change_strace;
    mod foreign_databases;
    mod lack_of_space;
    mod source_in_use;
    mod unclean_environments;
    mod unfit_directories;
    mod unreadable_files_as_another_user;
    mod while_another_run_goes_on;
    mod wrong_usage;
}

mod options {
    mod backup;
    mod dry_run;
    mod dup_sorted;
    mod ics_conf;
    mod inspect;
    mod json_and_report;
    mod log_directory;
    mod log_files;
    mod log_level;
    mod owner;
    mod quiet;
    mod runs;
    mod version_and_help;
}

mod takes_back {
    mod a_run;
    mod after_changes;
}

mod goes_on {
    mod after_an_interruption_strace;
    mod only_when_interrupted;
}
