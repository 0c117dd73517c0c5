//! Makes, upgrades and checks the configuration of Outlook Connector, and makes packages, Outlook profile files and browsing
//! indexes from it.
//!
//! There is no run and no journal here: each command reads files and makes one new file or directory that the administrator named,
//! whole or not at all. The vendor's `.ini` is not published (docs/reference/outlook-connector.md section 3). So there are two
//! kinds of files: those of [`schema`], which is ours, and those of the vendor, which are read and edited through a [`map`] that
//! the site supplies, without loss.

pub mod check;
pub mod cli;
pub mod configuration;
pub mod error;
pub mod files;
pub mod filter;
pub mod map;
pub mod output;
pub mod package;
pub mod prf;
pub mod program;
pub mod requirements;
pub mod schema;
pub mod steps;
pub mod users;
pub mod vlv;

use command::{CommonOptions, Completion, Context};

pub use error::Error;

/// The program.
pub struct OccUpgrade;

impl command::Program for OccUpgrade {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "occ-upgrade";

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        program::Program { args, context }.carry_out()
    }
}
