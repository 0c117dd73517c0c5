//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use command::CommonOptions;

/// Upgrades Communications Express to 6.3 with the site's configuration
///
/// Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5 resume or undo the
/// unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "ce-upgrade", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// What is to be done.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Install the merged files of patch-config into the deployed configuration
    ///
    /// This is what the program does when it is called install-newconfig.
    InstallNewconfig(Install),
    /// Undo the newest installation of merged files
    ///
    /// This is what the program does when it is called uninstall-newconfig.
    #[command(visible_alias = "undo")]
    UninstallNewconfig(Uninstall),
    /// Show the installation, and how far its upgrade is
    Status(Status),
}

/// Options of `install-newconfig`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Install {
    /// Install although conflicts are not resolved: the site's values are kept in them
    #[arg(short = 'f', long)]
    pub force: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    /// Where patch-config put the merged files [default: newconfig below the installation]
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}

/// Options of `uninstall-newconfig`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Uninstall {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
}

/// Options of `status`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Status {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    /// Where patch-config put the merged files [default: newconfig below the installation]
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}

/// Which installation.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Place {
    /// Where Communications Express is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub uwc_base: Option<PathBuf>,
    /// What is deployed to the web container: the directory that holds WEB-INF [default: found]
    #[arg(long, value_name = "DIR")]
    pub deployed: Option<PathBuf>,
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
