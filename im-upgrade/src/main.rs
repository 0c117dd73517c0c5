//! Upgrades Instant Messaging 7.2 to 7.3, and rolls it back.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<im_upgrade::ImUpgrade>()
}
