//! Outlook Connector configuration, packages, profiles and browsing indexes.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<occ_upgrade::OccUpgrade>()
}
