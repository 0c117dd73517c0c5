//! What each command does, on whatever file systems it is given.

use std::ffi::OsString;
use std::path::Path;

use command::{Completion, Context, RunRequest, Runs};

use crate::PRODUCT_NAME;
use crate::cli::{Args, Command};
use crate::error::Error;
use crate::handler::AnyRun;

/// Names of the program by which it does what the command of this name does, as the guide calls them.
pub const NAMES: [&str; 3] = ["patch-config", "install-newconfig", "uninstall-newconfig"];

/// One call of the program.
pub struct Program<'a> {
    /// What was typed.
    pub args: &'a Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

impl Program<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let request = self.args.common.request().map_err(Error::usage)?;
        let Some(command) = &self.args.command else {
            return if request.is_some() { self.requested() } else { Err(Error::usage("a command is missing")) };
        };
        match request {
            Some(RunRequest::Resume) if !command.has_runs() => {
                return Err(Error::usage("--resume is used without this command"));
            }
            Some(RunRequest::Resume) | None => {}
            Some(other) => return Err(Error::usage(format!("{} is used without a command", other.option()))),
        }
        let context = self.context;
        context.say(&format!("{PRODUCT_NAME}: {}", command.name()));
        match command {
            Command::PatchConfig(args) => crate::patch::carry_out(args, context),
            Command::InstallNewconfig(args) => crate::install::carry_out(args, context),
            Command::UninstallNewconfig(args) => crate::install::take_back(args, context),
            Command::MigrateMailUi(args) => crate::mail_ui::carry_out(args, context),
            Command::Check(args) => crate::check::show(args, context),
            Command::Status(args) => crate::status::show(args, context),
        }
    }

    fn requested(&self) -> Result<Completion, Error> {
        let handler = AnyRun { context: self.context };
        Runs::new(self.context, &handler).requested()?.ok_or_else(|| Error::usage("a command is missing"))
    }
}

impl Command {
    /// Returns the name of the command.
    fn name(&self) -> &'static str {
        match self {
            Self::PatchConfig(_) => "patch-config",
            Self::InstallNewconfig(_) => "install-newconfig",
            Self::UninstallNewconfig(_) => "uninstall-newconfig",
            Self::MigrateMailUi(_) => "migrate-mail-ui",
            Self::Check(_) => "check",
            Self::Status(_) => "status",
        }
    }

    /// Returns whether the command changes something, as a run that can be resumed.
    fn has_runs(&self) -> bool {
        match self {
            Self::InstallNewconfig(_) | Self::MigrateMailUi(_) => true,
            Self::PatchConfig(_) | Self::UninstallNewconfig(_) | Self::Check(_) | Self::Status(_) => false,
        }
    }
}

/// Adds the command where the program is called by one of its other names.
pub(crate) fn with_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().and_then(|path| Path::new(path).file_name()?.to_str().map(str::to_owned));
    let Some(called) = called.filter(|called| NAMES.contains(&called.as_str())) else { return arguments };
    // These are used without a command.
    let is_request = |word: &OsString| {
        let option = word.to_str().and_then(|word| word.split('=').next()).unwrap_or_default();
        ["--undo", "--list-runs", "--prune", "--version", "-V"].contains(&option)
    };
    if !arguments.iter().any(is_request) {
        arguments.insert(1, OsString::from(called));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::with_command;
    use std::ffi::OsString;

    #[test]
    fn by_the_names_of_the_guide_the_program_does_what_they_say() {
        let with = |words: &[&str]| {
            let words = with_command(words.iter().map(OsString::from).collect());
            words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            with(&["/opt/SUNWuwc/sbin/patch-config", "--yes"]),
            "/opt/SUNWuwc/sbin/patch-config patch-config --yes"
        );
        assert_eq!(with(&["uninstall-newconfig"]), "uninstall-newconfig uninstall-newconfig");
        assert_eq!(with(&["install-newconfig", "--undo=x"]), "install-newconfig --undo=x");
        assert_eq!(with(&["ce-upgrade", "status"]), "ce-upgrade status");
    }
}
