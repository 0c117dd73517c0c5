//! Prepares a Directory Server for the Communications Suite, as `comm_dssetup.pl` did: schema, indexes, suffixes.
//!
//! `Choices` are what the administrator answered, `Facts` what the server holds; [`plan::plan`] compares the two and
//! decides everything, without reading or writing anything. What it decides is a list of directory changes in order, which the
//! generated LDIF file holds and the program applies: the two cannot differ.

pub mod answers;
pub mod apply;
pub mod choices;
pub mod cli;
pub mod console;
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
pub mod run;
pub mod schema_files;

use std::process::ExitCode;

use upgrade_engine::command_line::{self, Ended};
use upgrade_engine::exit::Exit;
use upgrade_engine::options::Color;
use upgrade_engine::terminal::{Talk, Terminal};

pub use error::Error;

/// Runs the program.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // What a server makes the client library stumble over is told as an error of the server.
        if std::thread::current().name() == Some(ldap::THREAD) {
            return;
        }
        let lines = [
            format!("internal error: {panic}"),
            "commdssetup --list-runs shows whether a run is unfinished.".to_owned(),
        ];
        Terminal::new(Color::Auto, Talk::Normal).error(program::TOOL, &lines);
    }));
    ExitCode::from(std::panic::catch_unwind(parse_and_run).unwrap_or(Exit::Internal) as u8)
}

fn parse_and_run() -> Exit {
    match command_line::parse::<cli::Args>(program::TOOL, "Nothing was changed in the directory.") {
        Ok(args) => run::run(&args),
        Err(Ended::Shown) => Exit::Done,
        Err(Ended::WrongUsage) => Exit::Usage,
    }
}
