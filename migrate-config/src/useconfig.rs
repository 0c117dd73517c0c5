//! `useconfig CONFIGDIR` points a root's links `config`, `data` and `log` at the data root of a configuration, so that several nodes of
//! a cluster share one (`reference/messaging.md` section 4.3). It is no upgrade. The library path, which the vendor's program changes
//! as well, is only printed.

pub mod cli;
mod place;
mod program;

use command::{CommonOptions, Completion, Context};
use upgrade_engine::fs::RootPath;

use crate::TOOL;
use crate::error::Error;

pub use program::Use;

/// The program.
pub struct UseConfig;

impl command::Program for UseConfig {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "useconfig";
    const TOOL: &'static str = TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        Use { args, context }.carry_out()
    }
}

/// Why a configuration is not used.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such directory.
    #[error("there is no directory {}", paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", nor "))]
    NoDirectory {
        /// Where it was looked for.
        paths: Vec<RootPath>,
    },
    /// The directory is something else.
    #[error("{0} is neither a configure_ directory nor a configuration")]
    NotAConfiguration(RootPath),
    /// Nothing above it is a data root.
    #[error(
        "{0} does not lie in a data root: no directory above it has a config directory with Messaging Server's files"
    )]
    NoDataRoot(RootPath),
    /// The data root lacks a directory.
    #[error("the data root {data_root} has no directory {name}")]
    Incomplete {
        /// The data root.
        data_root: RootPath,
        /// What it lacks.
        name: &'static str,
    },
    /// The root has a directory of its own in the place of a link.
    #[error("{0} is a directory, and not a link to one")]
    OwnDirectory(RootPath),
}

impl Refusal {
    /// Returns what can be done.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoDirectory { .. } => {
                "CONFIGDIR is install/configure_YYYYMMDDHHMMSS, or the absolute path of such a directory, or of the configuration \
                 itself. Is the shared disk mounted?"
                    .to_owned()
            }
            Self::NotAConfiguration(_) | Self::NoDataRoot(_) => {
                "Name the directory data/setup/configure_YYYYMMDDHHMMSS of the shared disk, or its directory config.".to_owned()
            }
            Self::Incomplete { .. } => return None,
            Self::OwnDirectory(_) => "Move it away if its content is no longer needed.".to_owned(),
        })
    }
}
