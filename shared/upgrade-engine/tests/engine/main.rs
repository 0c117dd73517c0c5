//! The engine as a tool uses it: plans applied, interrupted, resumed, undone, on disks in memory and on the real one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod chain;
mod checks;
mod conflicts;
mod copies_and_renames;
mod costs;
mod fixture;
mod hostile;
mod links;
mod not_begun;
mod random_plans;
mod state_directory;
mod sweeps;
