//! Merges of a toy product with two dialects and files that are decided as a whole, on a disk in memory.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod candidates;
mod guards;
mod kept_files;
mod merges;
mod sweeps;
mod toy;
