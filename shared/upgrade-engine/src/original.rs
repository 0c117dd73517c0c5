//! What a finished run saved before it changed something.

use crate::engine::Session;
use crate::error::EngineError;
use crate::fs::{Name, RelPath};
use crate::place::Place;
use crate::run::{Run, name};
use crate::step::{Step, read_whole};

impl Session {
    /// Returns the bytes that a run saved before it replaced or removed a file; nothing where it did neither.
    ///
    /// # Errors
    /// [`EngineError::State`] when they are not there; [`EngineError::Io`].
    pub fn original(&self, run: &Run, at: &Place) -> Result<Option<Vec<u8>>, EngineError> {
        let is_about = |step: &Step| match step {
            Step::ReplaceFile(step) => step.at == *at || step.links.contains(at),
            Step::RemoveFile(step) => step.at == *at,
            _ => false,
        };
        let steps = run.steps();
        let Some(record) = steps.iter().find(|record| run.plan.steps.get(record.step).is_some_and(is_about)) else {
            return Ok(None);
        };
        let saved: Name =
            serde_json::from_value(record.prepared.clone()).map_err(|e| EngineError::state(&run.id, e))?;
        let path = RelPath::from(run.id.clone()).join(&name("before")?).join(&saved);
        let failed = |e| EngineError::io("read", &path, e);
        read_whole(&*self.runs_dir().open(&path).map_err(failed)?).map(Some).map_err(failed)
    }
}
