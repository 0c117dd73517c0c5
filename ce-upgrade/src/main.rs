//! Upgrades the configuration of Communications Express to 6.3.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<ce_upgrade::CeUpgrade>()
}
