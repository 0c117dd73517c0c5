//! The project's own commands, run as `cargo xtask COMMAND`: tests, demo, benchmarks, fuzzing, man pages.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "works for developers on build products and temporary trees, never on an administrator's data"
)]

mod bench;
mod compatibility;
mod demo;
mod directory_server;
mod fuzz;
mod licences;
mod man;
mod peers;
mod process;
mod readme;
mod references;
mod test;
mod test_output;
mod tools;

use clap::Parser;
use std::process::ExitCode;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Command {
    /// Runs every check and every test; what the README names and CI calls
    Test(test::Args),
    /// Shows the tools at work on a copy of the example site, and checks what they promise
    Demo(demo::Args),
    /// Measures a tool against peer programs on the same machine, as ratios
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Fuzzes the targets in fuzz/
    Fuzz(fuzz::Args),
    /// Writes man pages and shell completions of the tools
    Man(man::Args),
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> process::Result<ExitCode> {
    std::env::set_current_dir(process::top()?)?;
    match command {
        Command::Test(args) => return test::run(&args),
        Command::Demo(args) => demo::run(&args)?,
        Command::Bench(bench) => bench::run(&bench)?,
        Command::Fuzz(args) => fuzz::run(&args)?,
        Command::Man(args) => man::run(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}
