//! Waits until no process uses the runtime files of some instances any more: a service without an effect of its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upgrade_engine::fs::{FileId, FileSystem, RootPath};
use upgrade_engine::step::{Observer, Request, Service, Step, StepError};
use upgrade_engine::survey::{add_files_below, holders};

use super::switch::NOT_STOPPED;
use crate::error::Error;
use crate::server::Instance;

/// The name of the service in plans.
const SERVICE: &str = "stopped";
/// The directories of an instance whose files only its own processes hold open (`reference/instant-messaging.md` section 4).
const RUNTIME: [&str; 3] = ["db", "lock", "log"];
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What is to be at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtRest {
    runtime: Vec<RootPath>,
    seconds: u64,
}

/// Returns the step that waits; its undo waits, too.
pub(super) fn step(instances: &[Instance], seconds: u64) -> Result<Step, Error> {
    let runtime = instances.iter().map(Instance::runtime).collect::<Result<_, _>>()?;
    let request = json!(AtRest { runtime, seconds });
    let names: Vec<&str> = instances.iter().map(|instance| instance.name.as_str()).collect();
    let line = format!("see that {} has stopped", names.join(", "));
    Ok(Step::Request(Request {
        service: SERVICE.to_owned(),
        line: line.clone(),
        forward: request.clone(),
        backward: Some(request),
        backward_line: Some(line),
    }))
}

/// Returns the processes that use the runtime files of an instance, a line each. Other users' processes are visible to root only.
pub fn users_of(fs: &dyn FileSystem, runtime: &RootPath) -> Vec<String> {
    let mut files: HashMap<FileId, String> = HashMap::new();
    for name in RUNTIME {
        let Ok(top) = runtime.resolve(name.as_bytes()) else { continue };
        add_files_below(fs, &top, &mut files);
    }
    if files.is_empty() {
        return Vec::new();
    }
    holders(&files).iter().map(ToString::to_string).collect()
}

/// Waits for servers that stop.
pub struct Stopped<'a> {
    /// The product root.
    pub fs: &'a dyn FileSystem,
}

impl Service for Stopped<'_> {
    fn name(&self) -> &str {
        SERVICE
    }

    fn prepare(&self, _: &Value) -> Result<Value, StepError> {
        Ok(Value::Null)
    }

    fn apply(&self, request: &Value, _: &Value, observer: &dyn Observer) -> Result<Value, StepError> {
        let asked = AtRest::deserialize(request)
            .map_err(|e| StepError::Broken(format!("the plan names no runtime directory: {e}")))?;
        let begun = Instant::now();
        loop {
            let users: Vec<String> = asked.runtime.iter().flat_map(|runtime| users_of(self.fs, runtime)).collect();
            let Some(first) = users.first() else { return Ok(Value::Null) };
            if observer.stop_requested() {
                return Err(StepError::Interrupted);
            }
            if begun.elapsed() >= Duration::from_secs(asked.seconds) {
                return Err(StepError::Service(format!(
                    "{NOT_STOPPED}{first}, {} seconds after the stop; end the process, then repeat the command",
                    asked.seconds
                )));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// It is done again: it changes nothing.
    fn recover(&self, _: &Value, _: &Value) -> Result<Option<Value>, StepError> {
        Ok(None)
    }

    fn check_undo(&self, _: &Value, _: &Value) -> Result<(), StepError> {
        Ok(())
    }
}
