//! Has a service of the tool change something that is no file: entries of a directory server.
//!
//! The engine knows the request only as the tool's own JSON. What it does is keep the order of things: the service looks, the
//! intent is durable, the service acts; and after an interruption the service finds out from what is there whether it had acted.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ahead::Ahead;
use super::{Action, Inverse, Known, Recovered, Step, StepContext, StepError};
use crate::place::Place;

/// A request to a service that the tool brings along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the service.
    pub service: String,
    /// Its line of the dry run.
    pub line: String,
    /// What is asked for.
    pub forward: Value,
    /// Its inverse; nothing when there is nothing to undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backward: Option<Value>,
    /// The line of the dry run of an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backward_line: Option<String>,
}

impl Action for Request {
    type Prepared = Value;
    type Done = Value;

    fn describe(&self, _: &dyn Fn(&Place) -> String) -> String {
        self.line.clone()
    }

    fn places_mut(&mut self) -> Vec<&mut Place> {
        Vec::new()
    }

    fn touches(&self) -> Vec<Place> {
        Vec::new()
    }

    /// What the requests before it will have changed only the service knows: it looks when the request is due.
    fn check(&self, world: &StepContext<'_>, _: &mut Ahead) -> Result<(), StepError> {
        world.service(&self.service).map(drop)
    }

    fn prepare(&self, world: &StepContext<'_>) -> Result<Value, StepError> {
        world.service(&self.service)?.prepare(&self.forward)
    }

    fn apply(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Value, StepError> {
        world.service(&self.service)?.apply(&self.forward, prepared, world.observer)
    }

    fn recover(&self, world: &StepContext<'_>, prepared: &Value) -> Result<Recovered<Value>, StepError> {
        let done = world.service(&self.service)?.recover(&self.forward, prepared)?;
        Ok(done.map_or(Recovered::NotDone, Recovered::Done))
    }

    fn learn(&self, _: &Value, _: &mut Known) {}

    /// Unlike a file, an entry that somebody changed since is not kept aside: the undo is refused before its first change.
    fn inverse(
        &self,
        world: &StepContext<'_>,
        _: &Value,
        done: &Value,
        _: &Known,
        _: &Ahead,
    ) -> Result<Inverse, StepError> {
        let Some(backward) = &self.backward else { return Ok(Inverse::default()) };
        world.service(&self.service)?.check_undo(&self.forward, done)?;
        Ok(Inverse::of(Step::Request(Self {
            service: self.service.clone(),
            line: self.backward_line.clone().unwrap_or_else(|| format!("undo: {}", self.line)),
            forward: backward.clone(),
            backward: Some(self.forward.clone()),
            backward_line: Some(self.line.clone()),
        })))
    }
}
