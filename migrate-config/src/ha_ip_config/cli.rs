//! The command line: raw arguments, uninterpreted. The guide calls the program without any (`reference/messaging.md` section 4.3).

use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use command::CommonOptions;

/// Binds a Messaging Server configuration to the IP address of a cluster's logical host
///
/// Without --ip it asks. Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5
/// resume or undo the unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "ha_ip_config", version, max_term_width = 100)]
pub struct Args {
    /// The address of the logical host
    #[arg(long, value_name = "IP")]
    pub ip: Option<String>,
    /// The server root whose configuration is changed [default: the one that this program is installed in]
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
