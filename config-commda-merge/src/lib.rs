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
pub mod own_files;
pub mod plan;
pub mod program;
pub mod resolutions;
pub mod run;
pub mod saved;
pub mod service_packages;
pub mod snapshot;

use std::process::ExitCode;

use upgrade_engine::command_line::{self, Ended};
use upgrade_engine::exit::Exit;
use upgrade_engine::options::Color;
use upgrade_engine::terminal::{Talk, Terminal};

pub use error::Error;

/// What `file` returns for everything but a merged file: git takes less for a number of conflicts.
const MERGE_DRIVER_TROUBLE: u8 = 129;

/// Runs the program.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let lines = [
            format!("internal error: {panic}"),
            "config-commda-merge --list-runs shows whether a run is unfinished.".to_owned(),
        ];
        Terminal::new(Color::Auto, Talk::Normal).error(plan::TOOL, &lines);
    }));
    let exit = std::panic::catch_unwind(parse_and_run).unwrap_or(Exit::Internal);
    let is_trouble = !matches!(exit, Exit::Done | Exit::NeedsReview);
    ExitCode::from(if is_trouble && is_merge_driver() { MERGE_DRIVER_TROUBLE } else { exit as u8 })
}

fn parse_and_run() -> Exit {
    match command_line::parse::<cli::Args>(plan::TOOL, "Nothing was changed.") {
        Ok(args) => run::run(&args),
        Err(Ended::Shown) => Exit::Done,
        Err(Ended::WrongUsage) => Exit::Usage,
    }
}

/// Returns whether `file` was called, however wrongly.
fn is_merge_driver() -> bool {
    let matches = cli::command().ignore_errors(true).try_get_matches();
    matches.is_ok_and(|matches| matches.subcommand_name() == Some("file"))
}
