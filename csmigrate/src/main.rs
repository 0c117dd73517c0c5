//! Migrates a Calendar Server 6.0-6.2 database directory to Calendar Server 6.3.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<csmigrate::Csmigrate>()
}
