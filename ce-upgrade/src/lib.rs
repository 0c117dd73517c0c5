//! Upgrades the configuration of Communications Express to 6.3: the program `ce-upgrade`.
//!
//! [`deployment`] finds an installation and what of it is deployed. Each command has a module of its own; all of their runs are
//! [`request::Request`]s, and [`handler`] knows each of them.

pub mod check;
pub mod cli;
pub mod deployment;
pub mod error;
pub mod handler;
pub mod install;
pub mod mail_ui;
pub mod patch;
pub mod program;
pub mod request;
mod status;
pub mod ui_trees;

use std::ffi::OsString;

use command::{CommonOptions, Completion, Context};

pub use error::Error;

/// The directory of the runs.
pub const TOOL: &str = "ce-upgrade";

/// The name of the product, which the first line of every output has: Messaging Server has programs of the same names.
pub const PRODUCT_NAME: &str = "Communications Express";

/// The program.
pub struct CeUpgrade;

impl command::Program for CeUpgrade {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = TOOL;
    const OTHER_NAMES: &'static [&'static str] = &program::NAMES;

    fn spelled_as_expected(arguments: Vec<OsString>) -> Vec<OsString> {
        program::with_command(arguments)
    }

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        program::Program { args, context }.carry_out()
    }
}
