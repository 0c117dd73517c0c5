//! `patch-config`: merges the site's configuration with that of the new release, file by file and key by key, into a work directory. It
//! touches nothing live; `install-newconfig` does.
//!
//! Three versions of each file meet: what the old release shipped, the site's as it was before the root move, and what the new release
//! ships (`reference/messaging.md` sections 2.2 and 2.4).

pub mod cli;
mod files;
mod merging;
mod program;
mod roots;
mod site;
mod stock;

use std::path::Path;

use command::{CommonOptions, Completion, Context};
use config_merge::{WorkDirectory, own_files};
use upgrade_engine::fs::RootPath;

use crate::error::Error;
use crate::{TOOL, request};

pub use merging::MessagingMerger;
pub use program::Program;

/// The program.
pub struct PatchConfig;

impl command::Program for PatchConfig {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "patch-config";
    const TOOL: &'static str = TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        Program { args, context }.carry_out()
    }
}

/// Where the work directory is below the new root.
const WORK_DIRECTORY: &str = "install/newconfig";

/// Returns the work directory that was named, or the usual one of a root.
///
/// # Errors
/// For a name that no directory can have.
pub fn work_directory(new_root: &RootPath, named: Option<&Path>) -> Result<WorkDirectory, Error> {
    Ok(match named {
        Some(named) => WorkDirectory::named(named)?,
        None => WorkDirectory::usual(own_files::below(new_root, WORK_DIRECTORY)?),
    })
}

/// What the candidates of a work directory were made for: the request in its record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeFor {
    /// The root of the new release.
    pub new_root: RootPath,
    /// The move that it was made after, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<request::Move>,
}
