//! Prepares a Directory Server for the Communications Suite, as `comm_dssetup.pl` did: schema, indexes, suffixes.
//!
//! `Choices` are what the administrator answered, `Facts` what the server holds; [`plan::plan`] compares the two and
//! decides everything, without reading or writing anything. What it decides is a list of directory changes in order, which the
//! generated LDIF file holds and the program applies: the two cannot differ.

pub mod answers;
pub mod apply;
pub mod byte_order_mark;
pub mod choices;
pub mod cli;
pub mod detect;
pub mod error;
pub mod facts;
pub mod generate;
pub mod generated;
pub mod instance;
pub mod ldap;
pub mod own_files;
pub mod plan;
pub mod program;
pub mod report;
pub mod reverse;
pub mod schema_files;
pub mod stored;

use command::{CommonOptions, Completion, Context, CoreDumps};
use ldap::{Connection, Directory};

pub use error::Error;

/// The program.
pub struct Commdssetup;

impl command::Program for Commdssetup {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "commdssetup";
    const UNCHANGED: &'static str = error::UNCHANGED;
    /// What a server makes the client library stumble over is an error of the server.
    const ISOLATED_THREADS: &'static [&'static str] = &[ldap::THREAD];
    /// It starts no other program, and its own memory holds the Directory Manager's password.
    const CORE_DUMPS: CoreDumps = CoreDumps::LimitedToNone;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        let connect = |target: &ldap::Target, password: Option<&ldap::Password>| {
            Connection::open(target, password).map(|connection| -> Box<dyn Directory> { Box::new(connection) })
        };
        program::Program::new(args, context, &connect).carry_out()
    }
}
