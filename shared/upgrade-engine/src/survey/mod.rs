//! What tools look at before they plan: directories, other names of a file, trees, free space, processes that hold a file open,
//! owner names. Everything here only reads.

mod directory;
mod holders;
mod links;
mod names;
mod owner;
mod space;
mod to_copy;
mod walk;

use std::fmt::Display;
use std::io;

use crate::fs::RootPath;

pub use directory::{Parent, ancestors, anchor, identity, open_parent};
pub use holders::{Holder, add_files_below, holders};
pub use links::{
    MAX_SIZE, follow, is_absent, is_directory, kind, read_file, read_file_up_to, real_path, real_path_within_rights,
    with_path,
};
pub use names::{FileNames, names_of};
pub use owner::{group_id, user_id};
pub use space::{Lack, Need, Space, lack_of_space};
pub use to_copy::ToCopy;
pub use walk::{Below, Limits, walk};

/// Why something cannot be surveyed.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The operating system refused something.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A tree is larger than any that is expected.
    #[error(
        "{path}: it holds more than {} entries or {} levels of directories, or too many entries far down; move what does not \
         belong there elsewhere",
        limits.entries, limits.depth
    )]
    TooMuch {
        /// Its top directory.
        path: RootPath,
        /// What is expected at most.
        limits: Limits,
    },
    /// Not all names of a file can be found.
    #[error(
        "{path} is a hard-linked file with {links} names, and only {known} can be found: remove its other names, or make \
         {path} a file of its own"
    )]
    Names {
        /// One of its names.
        path: RootPath,
        /// How many names it has.
        links: u64,
        /// How many were found.
        known: u64,
    },
}

impl SurveyError {
    /// Wraps an I/O error with what was tried on what.
    pub fn io(verb: &'static str, path: impl Display, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_string(), source }
    }
}
