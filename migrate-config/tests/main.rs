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
    mod canary;
    mod chains;
    mod installs;
    mod refuses;
    mod sweeps;
}

mod patch {
    mod copies;
    mod every_expected_row;
    mod refuses;
    mod resolves;
    mod site_values;
    mod structures;
}

mod facts {
    mod compatibility;
    mod release;
    mod store;
    mod store_backup;
    mod support;
}

mod migrate_config {
    mod moves_the_sample_site;
    mod refuses_files;
    mod refuses_roots;
    mod support;
    mod takes_back;
}
