//! Accounts that may write some of the files: uid 65534 against root.

mod links_strace;
mod long_files;
mod odd_files;
mod paths_strace;
mod programs;
mod runs;
mod shown;

use std::process::Command;

use crate::support::merging::{OLD, Site};

/// All programs of the crate, with the path of each.
const PROGRAMS: [(&str, &str); 6] = [
    ("migrate-config", env!("CARGO_BIN_EXE_migrate-config")),
    ("patch-config", env!("CARGO_BIN_EXE_patch-config")),
    ("install-newconfig", env!("CARGO_BIN_EXE_install-newconfig")),
    ("uninstall-newconfig", env!("CARGO_BIN_EXE_uninstall-newconfig")),
    ("useconfig", env!("CARGO_BIN_EXE_useconfig")),
    ("ha_ip_config", env!("CARGO_BIN_EXE_ha_ip_config")),
];

/// Returns a program on a site, told yes in advance.
fn command(site: &Site, program: &str, arguments: &[&str]) -> Command {
    let (_, path) = PROGRAMS.iter().find(|(name, _)| *name == program).unwrap();
    let mut command = Command::new(path);
    command.args(site.command(arguments).get_args());
    site.surround(&mut command);
    command
}

/// The move of the sample site.
const MOVE: &[&str] = &["--store-backup", "none", OLD];
/// Where the programs of the new release are.
const SBIN: &str = "/opt/sun/comms/messaging/sbin";
