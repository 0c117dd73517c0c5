//! Keeps what a site changed in the Delegated Administrator properties files when `config-commda` resets them.

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main::<config_commda_merge::ConfigCommdaMerge>()
}
