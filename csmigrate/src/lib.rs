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
pub mod salvage;
pub mod undone;
pub mod workers;
pub mod write_behind;

use command::{CommonOptions, Completion, Context, Exit, Verbosity};

pub use error::Error;

/// Documented: 0 for success, 255 for failure, and nothing else (`reference/calendar.md` section 1.2).
const FAILURE: u8 = 255;

/// The program.
pub struct Csmigrate;

impl command::Program for Csmigrate {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = plan::TOOL;
    const UNTOUCHED: Option<&'static str> = Some("The source is as it was.");

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn verbosity(args: &cli::Args) -> Verbosity {
        if args.quiet || args.common.json { Verbosity::Quiet } else { Verbosity::Normal }
    }

    /// Everything that is not success ends with 255: wrong usage, panics, signals, and what is left for a human.
    fn exit_code(exit: Exit) -> u8 {
        if exit == Exit::Done { 0 } else { FAILURE }
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        let command = args.command().map_err(Error::usage)?;
        let logs = logs::of_command(args, context.terminal, context.fs, &command)?;
        let log = |line: &str| logs.iter().for_each(|logs| logs.line(line));
        let context = Context { log: Some(&log), ..context.clone() };
        let program = program::Program { args, context: &context, logs: logs.as_ref() };
        program.carry_out(&command).inspect_err(|error| program.log_error(error))
    }
}
