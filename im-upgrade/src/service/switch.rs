//! Runs the command that stops or starts the server: a service over the product's commands that knows when a stop has come to its end.
//!
//! A stop that was interrupted is done when no process uses the runtime files any more: then its undo starts the server. A stop that
//! failed is not done, so that a run that came no further is undone at once.

use std::sync::atomic::{AtomicBool, Ordering};

use command::{Context, ProductCommand, ProductCommands};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::step::{Observer, Request, Service, Step, StepError};

use super::stopped::users_of;

/// The name of the service in plans.
const SERVICE: &str = "server";
/// What the error of a stop begins with.
pub(crate) const NOT_STOPPED: &str = "the server was not stopped: ";

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It stops the server.
    Stop,
    /// It starts it.
    Start,
}

impl Action {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Stop => Self::Start,
            Self::Start => Self::Stop,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    action: Action,
    command: ProductCommand,
    /// The runtime directories of what is stopped or started.
    runtime: Vec<RootPath>,
}

/// Returns the step that runs a command; `inverse` is the command that undoes it.
pub(super) fn step(action: Action, command: &ProductCommand, inverse: &ProductCommand, runtime: &[RootPath]) -> Step {
    let asked =
        |action, command: &ProductCommand| json!(Asked { action, command: command.clone(), runtime: runtime.to_vec() });
    Step::Request(Request {
        service: SERVICE.to_owned(),
        line: format!("run {}", command.line()),
        forward: asked(action, command),
        backward: Some(asked(action.other(), inverse)),
        backward_line: Some(format!("run {}", inverse.line())),
    })
}

/// Stops and starts the server.
pub struct Switch<'a> {
    commands: ProductCommands<'a>,
    fs: &'a dyn FileSystem,
    /// Set once a command failed: what it did until then is not known.
    has_failed: AtomicBool,
}

impl<'a> Switch<'a> {
    /// Returns the service.
    pub fn new(context: &'a Context<'_>) -> Self {
        Self { commands: ProductCommands::new(context), fs: context.fs, has_failed: AtomicBool::new(false) }
    }
}

fn asked(request: &Value) -> Result<Asked, StepError> {
    Asked::deserialize(request).map_err(|e| StepError::Broken(format!("the plan names no command: {e}")))
}

fn failed(asked: &Asked, what: &str) -> StepError {
    let prefix = if asked.action == Action::Stop { NOT_STOPPED } else { "" };
    StepError::Service(format!("{prefix}{}: {what}", asked.command.line()))
}

impl Service for Switch<'_> {
    fn name(&self) -> &str {
        SERVICE
    }

    fn prepare(&self, request: &Value) -> Result<Value, StepError> {
        let asked = asked(request)?;
        self.commands.check(&asked.command).map_err(|what| failed(&asked, &what))?;
        Ok(Value::Null)
    }

    fn apply(&self, request: &Value, _: &Value, _: &dyn Observer) -> Result<Value, StepError> {
        let asked = asked(request)?;
        let result = self.commands.run(&asked.command);
        self.has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
        result.map_err(|what| failed(&asked, &what))?;
        Ok(Value::Null)
    }

    fn recover(&self, request: &Value, _: &Value) -> Result<Option<Value>, StepError> {
        let asked = asked(request)?;
        let has_failed = self.has_failed.load(Ordering::Relaxed);
        match asked.action {
            // A command that failed is repeated; so is a start that was interrupted.
            Action::Stop if has_failed => Ok(None),
            Action::Start if has_failed => Err(failed(&asked, "what it did before it failed is not known")),
            Action::Start => Ok(None),
            Action::Stop => {
                let runs = asked.runtime.iter().any(|runtime| !users_of(self.fs, runtime).is_empty());
                Ok((!runs).then_some(Value::Null))
            }
        }
    }

    fn check_undo(&self, _: &Value, _: &Value) -> Result<(), StepError> {
        Ok(())
    }
}
