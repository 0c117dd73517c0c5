//! Prepares a Directory Server for the Communications Suite.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<commdssetup::Commdssetup>()
}
