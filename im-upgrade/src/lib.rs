//! Upgrades Instant Messaging 7.2 to 7.3: the program `im-upgrade`.
//!
//! [`server`] finds an installation and its instances, [`service`] stops and starts them. Each command has a module of its own; all
//! of their runs are [`request::Request`]s, and [`handler`] knows each of them.

mod check;
pub mod cli;
pub mod error;
pub mod handler;
pub mod program;
pub mod redeploy;
mod release;
pub mod request;
pub mod rollback;
pub mod server;
pub mod service;
mod status;
pub mod upgrade;

use std::ffi::OsString;

use command::{CommonOptions, Completion, Context};

pub use error::Error;

/// The directory of the runs.
pub const TOOL: &str = "im-upgrade";

/// The program.
pub struct ImUpgrade;

impl command::Program for ImUpgrade {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = TOOL;
    const OTHER_NAMES: &'static [&'static str] = &redeploy::NAMES;

    fn spelled_as_expected(arguments: Vec<OsString>) -> Vec<OsString> {
        redeploy::with_command(arguments)
    }

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        program::Program { args, context }.carry_out()
    }
}
