//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use command::CommonOptions;

/// Upgrades Communications Express to 6.3 with the site's configuration
///
/// Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5 resume or undo the
/// unfinished run, 6 a check found an error, 7 another run is active.
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
    /// Merge the site's configuration with that of the new release into a work directory; nothing live is touched
    ///
    /// This is what the program does when it is called patch-config.
    PatchConfig(Patch),
    /// Install the merged files of patch-config into the deployed configuration
    ///
    /// This is what the program does when it is called install-newconfig.
    InstallNewconfig(Install),
    /// Undo the newest installation of merged files
    ///
    /// This is what the program does when it is called uninstall-newconfig.
    #[command(visible_alias = "undo")]
    UninstallNewconfig(Uninstall),
    /// Move the customised mail pages that were saved from the mail server to where 6.3 has them, once
    MigrateMailUi(MigrateMailUi),
    /// Check the remote address books, the order of upgrades, and the files of the user interface
    Check(Check),
    /// Show the installation, and how far its upgrade is
    Status(Status),
}

/// Options of `patch-config`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Patch {
    /// The patch that brought the new release, such as 122793-21, or a path that ends in it
    #[arg(value_name = "PATCH")]
    pub patch: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    /// Take the site's files from this deployment: the old one beside the new one, or one that was copied from another host
    #[arg(long, value_name = "OLD_DEPLOYED")]
    pub from: Option<PathBuf>,
    /// With --from: replace this host name or address in the site's files
    #[arg(long, value_name = "NAME", requires_all = ["new_host", "from"])]
    pub old_host: Option<String>,
    /// The host name or address that replaces it
    #[arg(long, value_name = "NAME", requires = "old_host")]
    pub new_host: Option<String>,
    /// Stock files of the old release: a tree like a root, an installation, or a directory WEB-INF [default: not known]
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Stock files of the new release, likewise [default: lib/config-templates of the installation]
    #[arg(long, value_name = "DIR")]
    pub new: Option<PathBuf>,
    /// Where the merged files go [default: newconfig below the installation]
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
    /// Resolve a conflict: the site's value, the new one, or another one (a secret's goes into a --resolutions file)
    #[arg(long, value_name = "FILE:KEY=site|new|VALUE")]
    pub resolve: Vec<String>,
    /// A file with one such line for each conflict; lines that begin with # are comments
    #[arg(long, value_name = "FILE")]
    pub resolutions: Option<PathBuf>,
    /// Forget how conflicts were resolved in earlier calls
    #[arg(long)]
    pub forget_resolutions: bool,
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

/// Options of `migrate-mail-ui`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct MigrateMailUi {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    /// The saved copy of the mail server's config/html, below the root [default: data/preJES5/config/html of Messaging Server]
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// The pages that the old release shipped: their directory, a mail server, or a tree like a root [default: not known]
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Resolve a conflict: take the saved page, or leave the deployed one
    #[arg(long, value_name = "FILE:<file>=site|new")]
    pub resolve: Vec<String>,
    /// Write a merge by line of each page in conflict below this new directory
    #[arg(long, value_name = "DIR")]
    pub proposals: Option<PathBuf>,
}

/// Options of `check`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Check {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    /// The version of Messaging Server, such as 7.0-0.03 [default: what is installed below the root]
    #[arg(long, value_name = "VERSION")]
    pub messaging: Option<String>,
    /// The version of Calendar Server, such as 6.3-7.03 [default: what is installed below the root]
    #[arg(long, value_name = "VERSION")]
    pub calendar: Option<String>,
    /// The version of Comms DSSetup, such as 6.4-1.04 [default: what is installed below the root]
    #[arg(long, value_name = "VERSION")]
    pub dssetup: Option<String>,
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
