//! Merging many configuration files of a product: what every tool that merges needs, and no product and no dialect.
//!
//! A tool finds the [`Versions`] of each file and implements [`Merger`], which knows how one file merges. Two ways lead from there
//! to the disk:
//!
//! * at once: [`Merges::plan_replacements`] plans steps that hold recipes (paths and digests, never contents), and
//!   [`MergeProducer`] makes each file anew when its step is due;
//! * by way of [`candidates`]: the merged files and their reports go into a work directory, a later command installs them.
//!
//! Nothing here changes the product: the engine does that, step by step. Only [`candidates::write`] and [`snapshot::write`] write,
//! each a new directory that is there whole or not at all.

mod by_dialect;
pub mod candidates;
mod error;
mod files;
pub mod guards;
pub mod kept;
pub mod layout;
mod merges;
mod neighbours;
pub mod own_files;
mod recipe;
mod report;
mod resolutions;
pub mod snapshot;
pub mod summary;
mod work_directory;

pub use by_dialect::{Method, by_dialect, is_whole, proposal_by_line};
pub use error::Error;
pub use files::{FileSystems, Source, Stock, Version, Versions, Where};
pub use merges::{FileToMerge, Live, MergeResult, Merged, Merger, Merges, merge, merge_again, merge_with};
pub use neighbours::Neighbours;
pub use recipe::MergeProducer;
pub use report::{SECRETS, changes_as_json};
pub use resolutions::{ResolutionLines, Resolutions};
pub use work_directory::WorkDirectory;
