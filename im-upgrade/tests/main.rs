//! Tests of `im-upgrade`, one module for each subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod canary;
mod hostile;
mod redeploy {
    mod deploys;
    mod live;
    mod makes_resources;
    mod sweeps;
}
mod rollback {
    mod puts_back;
    mod refuses;
    mod sweeps;
}
mod support;
mod upgrade {
    mod cluster;
    mod every_expected_row;
    mod moves_runtime_data;
    mod prepares_and_finishes;
    mod redeploys;
    mod refuses;
    mod saves_files;
    pub(crate) mod sweeps;
    mod undoes;
}
