//! What is decided from what a server holds, and what is written about it: mostly of a server that is made up, and of a real one
//! in `live_389ds`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod certificates_openssl;
mod check_and_run;
mod command_line;
mod hostile;
mod limits;
mod live_389ds;
mod password_prompt_python3;
mod storage;
mod support;
mod sweeps;

mod files {
    mod built_in_schema;
    mod generated_files;
}

mod plans {
    mod conflicts;
    mod indexes;
    mod kinds;
    mod schema;
    mod site_files;
    mod suffixes;
    mod unpublished;
}
