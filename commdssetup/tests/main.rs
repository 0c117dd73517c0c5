//! What is decided from what a server holds, and what is written about it. The server is made up; nothing here needs a network.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod support;

mod files {
    mod built_in_schema;
    mod generated_files;
}

mod plans {
    mod conflicts;
    mod indexes;
    mod schema;
    mod site_files;
    mod suffixes;
    mod unpublished;
}
