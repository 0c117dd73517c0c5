//! Keeps what a site changed in the six properties files of Delegated Administrator when `config-commda` resets them.
//!
//! The way of a merge: [`detect`] finds the new files and [`saved`] the ones from before, [`merging`] decides key by key,
//! [`plan`] says which files are replaced, the engine applies that under a journal.

pub mod cli;
pub mod defaults;
pub mod detect;
pub mod error;
pub mod merging;
pub mod notes;
pub mod plan;
pub mod program;
pub mod saved;
pub mod service_packages;
pub mod snapshot;

use command::{CommonOptions, Completion, Context, Exit};

pub use error::Error;

/// What `file` returns for everything but a merged file: git takes less for a number of conflicts.
const MERGE_DRIVER_TROUBLE: u8 = 129;

/// The program.
pub struct ConfigCommdaMerge;

impl command::Program for ConfigCommdaMerge {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = plan::TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn exit_code(exit: Exit) -> u8 {
        let is_trouble = !matches!(exit, Exit::Done | Exit::NeedsReview);
        if is_trouble && is_merge_driver() { MERGE_DRIVER_TROUBLE } else { exit as u8 }
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        program::Program { args, context }.carry_out()
    }
}

/// Returns whether `file` was called, however wrongly.
fn is_merge_driver() -> bool {
    let matches = cli::command().ignore_errors(true).try_get_matches();
    matches.is_ok_and(|matches| matches.subcommand_name() == Some("file"))
}
