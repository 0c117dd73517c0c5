//! What each command does, on whatever file systems it is given.

use command::{Completion, Context, RunRequest, Runs};

use crate::cli::{self, Args, Command};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::upgrade::{Phase, Upgrade};

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
        match (&self.args.command, request) {
            (None, Some(_)) => self.requested(),
            (None, None) => Err(Error::usage("a command is missing")),
            (Some(_), Some(request)) if request != RunRequest::Resume => {
                Err(Error::usage(format!("{} is used without a command", request.option())))
            }
            (Some(Command::Status(args)), None) => crate::status::show(args, self.context),
            (Some(Command::Check(args)), None) => crate::check::show(args, self.context),
            (Some(Command::Status(_) | Command::Check(_)), Some(_)) => {
                Err(Error::usage("--resume is used without this command"))
            }
            (Some(Command::Prepare(args)), _) => self.upgrade(args, None, Phase::Prepare),
            (Some(Command::Finish(args)), _) => self.upgrade(&args.upgrade, Some(&args.resources), Phase::Finish),
            (Some(Command::Upgrade(args)), _) => self.upgrade(&args.upgrade, Some(&args.resources), Phase::Upgrade),
            (Some(Command::Redeploy(args)), _) => crate::redeploy::carry_out(args, self.context),
            (Some(Command::Rollback(args)), _) => crate::rollback::carry_out(args, self.context),
        }
    }

    fn upgrade(
        &self,
        args: &cli::Upgrade,
        resources: Option<&cli::ResourceOptions>,
        phase: Phase,
    ) -> Result<Completion, Error> {
        Upgrade { args, resources, phase, context: self.context }.carry_out()
    }

    fn requested(&self) -> Result<Completion, Error> {
        let handler = AnyRun { context: self.context };
        Runs::new(self.context, &handler).requested()?.ok_or_else(|| Error::usage("a command is missing"))
    }
}
