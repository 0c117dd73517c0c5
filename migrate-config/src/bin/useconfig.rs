//! See the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<migrate_config::useconfig::UseConfig>()
}
