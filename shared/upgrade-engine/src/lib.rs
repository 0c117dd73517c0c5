//! Plan, apply under a journal, undo.
//!
//! Every tool goes one way: it surveys (reads only), makes a [`plan::Plan`] (pure), has a [`engine::Session`] apply it under a
//! journal, and can have that undone. Only [`fs`] changes the file system.

mod check;
pub mod digest;
pub mod engine;
mod error;
mod execution;
pub mod fs;
mod journal;
mod locks;
pub mod new_files;
mod original;
pub mod place;
pub mod plan;
pub mod redact;
mod removal;
mod run;
pub mod run_list;
pub mod scope;
pub mod state_directory;
pub mod step;
pub mod survey;
pub mod trust;
mod undo;

pub use check::check;
pub use documents::shown;
pub use error::JournalError;
pub use journal::RunEnd;
pub use original::Original;
pub use run::{AllRuns, Identity, Run, Status, UnreadableRun};
pub use undo::Undo;
