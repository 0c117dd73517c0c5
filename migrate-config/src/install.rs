//! `install-newconfig` puts the merged files of `patch-config` into the live configuration, as one run; `uninstall-newconfig` takes the
//! newest such run back (`reference/messaging.md` section 2.1).

mod activation;
pub mod cli;
mod program;

use command::{CommonOptions, Completion, Context};

use crate::TOOL;
use crate::error::Error;

pub(crate) use activation::{Activation, Built};
pub use program::{Install, Uninstall};

/// The program that installs.
pub struct InstallNewconfig;

impl command::Program for InstallNewconfig {
    type Args = cli::Args;
    type Error = Error;
    const NAME: &'static str = "install-newconfig";
    const TOOL: &'static str = TOOL;

    fn options(args: &cli::Args) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::Args, context: &Context<'_>) -> Result<Completion, Error> {
        Install { args, context }.carry_out()
    }
}

/// The program that takes an installation back.
pub struct UninstallNewconfig;

impl command::Program for UninstallNewconfig {
    type Args = cli::UninstallArgs;
    type Error = Error;
    const NAME: &'static str = "uninstall-newconfig";
    const TOOL: &'static str = TOOL;

    fn options(args: &cli::UninstallArgs) -> &CommonOptions {
        &args.common
    }

    fn run(args: &cli::UninstallArgs, context: &Context<'_>) -> Result<Completion, Error> {
        Uninstall { args, context }.carry_out()
    }
}
