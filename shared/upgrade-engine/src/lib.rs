//! Plan, apply under a journal, undo.
//!
//! Every tool goes one way: it surveys (reads only), makes a [`plan::Plan`] (pure), has a [`engine::Session`] apply it under a
//! journal, and can have that undone. Only [`fs`] changes the file system.

mod check;
pub mod command_line;
pub mod digest;
pub mod engine;
mod error;
mod execution;
pub mod exit;
pub mod fs;
pub mod interrupt;
mod journal;
mod locks;
pub mod new_files;
pub mod options;
pub mod place;
pub mod plan;
pub mod redact;
pub mod report;
mod run;
pub mod run_list;
pub mod step;
pub mod survey;
pub mod terminal;
mod undo;

pub use check::check;
pub use error::JournalError;
pub use journal::Outcome;
pub use run::{Identity, Run, Status};
pub use undo::Undo;
