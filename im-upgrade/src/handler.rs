//! What is known of the runs of every command: each can be listed, resumed and undone whatever the command is that does so.

use command::{Context, ProductCommands, Providers, RunHandler, Work};
use upgrade_engine::engine::EngineError;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::StepError;

use crate::error::Error;
use crate::request::Request;
use crate::service::{NOT_STOPPED, Stopped, Switch};

/// A run of any of the commands.
pub struct AnyRun<'a> {
    /// What the program works with.
    pub context: &'a Context<'a>,
}

impl RunHandler for AnyRun<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        Request::of(plan).map_or_else(|| "run".to_owned(), |request| request.describe())
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        Ok(Providers {
            services: vec![
                Box::new(ProductCommands::new(self.context)),
                Box::new(Switch::new(self.context)),
                Box::new(Stopped { fs: self.context.fs }),
            ],
            ..Providers::default()
        })
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        match Request::of(plan) {
            Some(Request::Rollback(rollback)) => {
                crate::rollback::next(plan, &rollback, &self.context.invocation().command)
            }
            _ => Vec::new(),
        }
    }

    /// A run whose server was not stopped has changed nothing else by then.
    fn undone_at_once(&self, error: &EngineError) -> Option<Error> {
        match error {
            EngineError::Step { error: StepError::Service(what), .. } if what.starts_with(NOT_STOPPED) => {
                Some(Error::NotStopped(what.clone()))
            }
            _ => None,
        }
    }
}
