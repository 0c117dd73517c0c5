//! The command line: raw arguments, uninterpreted. The guide calls the program without any (`reference/messaging.md` section 2.1).

use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use command::CommonOptions;

/// Merges the site's Messaging Server configuration with that of the new release into a work directory
///
/// Run it after migrate-config and before install-newconfig. Nothing live is touched. Exit status: 0 done, 1 failed and nothing was
/// changed, 2 wrong usage, 3 done with conflicts to review, 5 resume or undo the unfinished run first, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "patch-config", version, max_term_width = 100)]
pub struct Args {
    /// The server root of the new release [default: the one that this program is installed in]
    #[arg(long, value_name = "DIR")]
    pub new_root: Option<PathBuf>,
    /// The stock files of the old release: their directory, or a tree like a root that holds one [default: found below install of the
    /// old root]
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// The stock files of the new release [default: found below install of the new root]
    #[arg(long, value_name = "DIR")]
    pub new: Option<PathBuf>,
    /// Where the merged files go [default: install/newconfig below the new root]
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
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
