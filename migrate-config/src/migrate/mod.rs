//! `migrate-config OLDROOT` and `migrate-config -u OLDROOT`: the configuration of 6.x goes to a 7.0 server beside it, and back.
//!
//! The way of a move: [`detect`] reads both roots and every configuration file, [`plan`] says which files are edited and which links
//! are made, the engine does that under a journal. Mailboxes stay where they are: both roots lead to the same data. With
//! `--data-root` the new root gets a copy of the configuration instead, and the old one is not touched ([`copy`]).

pub mod back;
pub mod cli;
pub mod copy;
pub mod detect;
pub mod forward;
pub mod ldap_settings;
pub mod moves;
pub mod plan;
pub mod produce;
pub mod program;
pub mod refusal;
pub mod report;
pub mod rewrite;
mod workers;

use std::ffi::OsString;

use command::{CommonOptions, Completion, Context};

use crate::error::Error;

/// The program.
pub struct MigrateConfig;

impl command::Program for MigrateConfig {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "migrate-config";
    const TOOL: &'static str = crate::TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn spelled_as_expected(arguments: Vec<OsString>) -> Vec<OsString> {
        cli::spelled_as_expected(arguments)
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        program::Program { args, context }.carry_out()
    }
}
