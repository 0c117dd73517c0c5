//! Moves the configuration of Messaging Server 6.x to a 7.0 server beside it, and back.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<migrate_config::migrate::MigrateConfig>()
}
