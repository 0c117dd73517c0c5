//! `patch-config`: merges the site's configuration with that of the new release, file by file and key by key, into a work directory. It
//! touches nothing live; `install-newconfig` does.

mod copies;
mod descriptor;
mod files;
mod leftovers;
mod merging;
mod needs;
mod origin;
mod program;
mod shipped;
mod site;
mod stock;
mod tree;

use std::path::Path;

use command::{Completion, Context};
use config_merge::candidates::Record;
use config_merge::{WorkDirectory, own_files};
use serde::{Deserialize, Serialize};
use upgrade_engine::fs::RootPath;

use crate::cli;
use crate::error::Error;

pub use merging::CeMerger;
pub use shipped::Shipped;

/// Where the work directory is below the installation.
const WORK_DIRECTORY: &str = "newconfig";

/// What the candidates of a work directory were made for: the request in its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeFor {
    /// What is deployed: where the merged files go, without links.
    pub deployed: RootPath,
    /// The deployment that the site's files were taken from, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RootPath>,
    /// Whether that is another host's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_other_host: bool,
    /// The patch that brought the new release, where it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// How the shipped files are recognised.
    pub shipped: Shipped,
}

impl MadeFor {
    /// Reads it from the record of a work directory.
    ///
    /// # Errors
    /// [`Error::Record`].
    pub fn of(work: &WorkDirectory, record: &Record) -> Result<Self, Error> {
        let wrong = |e: serde_json::Error| Error::Record { work: work.path.clone(), what: e.to_string() };
        Self::deserialize(&record.request).map_err(wrong)
    }
}

/// Merges the site's configuration.
///
/// # Errors
/// Why it was not done. Nothing live was changed in any case.
pub(crate) fn carry_out(args: &cli::Patch, context: &Context<'_>) -> Result<Completion, Error> {
    program::Program { args, context }.carry_out()
}

/// Returns the work directory that was named, or the usual one of an installation.
///
/// # Errors
/// For a name that no directory can have.
pub fn work_directory(base: &RootPath, named: Option<&Path>) -> Result<WorkDirectory, Error> {
    Ok(match named {
        Some(named) => WorkDirectory::named(named)?,
        None => WorkDirectory::usual(own_files::below(base, WORK_DIRECTORY)?),
    })
}
