//! The command line: raw arguments, uninterpreted. The guide calls it `useconfig configdir` (`reference/messaging.md` section 4.3).

use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use command::CommonOptions;

/// Points a Messaging Server root at the configuration and data of CONFIGDIR
///
/// The links config, data and log of the root are changed. CONFIGDIR is install/configure_YYYYMMDDHHMMSS, or the absolute path of such
/// a directory, or of the directory config. Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with
/// something to review, 5 resume or undo the unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "useconfig", version, max_term_width = 100)]
pub struct Args {
    /// The configuration to use
    #[arg(value_name = "CONFIGDIR")]
    pub config_dir: Option<PathBuf>,
    /// The server root whose links are changed [default: the one that this program is installed in]
    #[arg(long, value_name = "DIR")]
    pub new_root: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
