//! Where each product lives below the product root, and which version it has. Everything here only reads.
//!
//! One module for each product. A module knows the default places of the releases it deals with, finds the ones that are
//! present, and turns values of the product's configuration into paths.

mod bounded;
pub mod calendar;
pub mod delegated_administrator;

pub use bounded::{MAX_SIZE, follow, read_file};
