//! The command lines: raw arguments, uninterpreted. The guide calls `install-newconfig` without any (`reference/messaging.md` section
//! 2.1); `-f` is recalled (section 2.3).

use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use command::{CommandOptions, CommonOptions};

/// Installs the merged files of patch-config into the live Messaging Server configuration
///
/// Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5 resume or undo the
/// unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "install-newconfig", version, max_term_width = 100)]
pub struct Args {
    /// Install although conflicts are not resolved: the site's values are kept in them
    #[arg(short = 'f', long)]
    pub force: bool,
    /// The server root of the new release [default: the one that this program is installed in]
    #[arg(long, value_name = "DIR")]
    pub new_root: Option<PathBuf>,
    /// Where patch-config put the merged files [default: install/newconfig below the new root]
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub commands: CommandOptions,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// Undoes the newest installation of merged files by install-newconfig
///
/// Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5 resume or undo the
/// unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "uninstall-newconfig", version, max_term_width = 100)]
pub struct UninstallArgs {
    /// The server root of the new release [default: the one that this program is installed in]
    #[arg(long, value_name = "DIR")]
    pub new_root: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub commands: CommandOptions,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// Returns the definition of the command line of `install-newconfig`, for man pages and completions.
pub fn install_command() -> clap::Command {
    Args::command()
}

/// Returns the definition of the command line of `uninstall-newconfig`.
pub fn uninstall_command() -> clap::Command {
    UninstallArgs::command()
}
