//! Migrates a Calendar Server 6.0, 6.1 or 6.2 database directory to Calendar Server 6.3, in place of the vendor's csmigrate.
//!
//! The way of a migration: [`detect`] reads everything, [`plan`] decides, the engine applies the plan under a journal with
//! [`migrate`] making the new files, [`report`] says what happened. Keys and data are not reinterpreted.

pub mod cli;
pub mod cursor;
pub mod db_config;
pub mod detect;
pub mod error;
pub mod inspect;
pub mod logs;
pub mod migrate;
pub mod plan;
pub mod program;
pub mod record_digest;
pub mod report;
pub mod run;
pub mod salvage;
pub mod workers;
pub mod write_behind;

use std::process::ExitCode;

use upgrade_engine::command_line::{self, Ended};
use upgrade_engine::options::Color;
use upgrade_engine::terminal::{Talk, Terminal};

pub use error::Error;

/// Documented: 0 for success, 255 for failure, and nothing else (`reference/calendar.md` section 1.2).
const FAILURE: u8 = 255;

/// Runs the program: everything that is not success ends with 255, wrong usage, panics and signals included.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let lines = [
            format!("internal error: {panic}"),
            "The source is as it was. csmigrate --list-runs shows whether a run is unfinished.".to_owned(),
        ];
        Terminal::new(Color::Auto, Talk::Normal).error(plan::TOOL, &lines);
    }));
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(Failed)) | Err(_) => ExitCode::from(FAILURE),
    }
}

/// The run failed, and that was said.
struct Failed;

fn run() -> Result<(), Failed> {
    match command_line::parse::<cli::Args>(plan::TOOL, "Nothing was changed.") {
        Ok(args) => run::run(&args).map_err(|run::Reported| Failed),
        Err(Ended::Shown) => Ok(()),
        Err(Ended::WrongUsage) => Err(Failed),
    }
}
