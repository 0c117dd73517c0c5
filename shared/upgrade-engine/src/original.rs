//! The content that a file had before a run, for tools that compare with it.

use crate::engine::Session;
use crate::error::EngineError;
use crate::fs::Name;
use crate::place::Place;
use crate::run::Run;
use crate::step::{Step, read_original};

impl Session {
    /// Returns the bytes that a run saved before it replaced or removed the file at a place; nothing when it did neither. Where the run
    /// changed the file several times, they are those from before the first time. Another name of the file is as good.
    ///
    /// # Errors
    /// [`EngineError::Step`] when the saved file cannot be read, [`EngineError::State`] when the journal does not fit the plan.
    pub fn original(&self, run: &Run, at: &Place) -> Result<Option<Vec<u8>>, EngineError> {
        for record in run.steps().into_iter().filter(|record| record.report.is_some()) {
            let prepared = record.prepared;
            let saved = match run.plan.steps.get(record.step) {
                Some(Step::ReplaceFile(step)) if step.at == *at || step.links.contains(at) => prepared,
                Some(Step::RemoveFile(step)) if step.at == *at => prepared,
                Some(Step::Rename(step)) if step.to == *at && step.replaces.is_some() => {
                    prepared.get("replaced").unwrap_or(prepared)
                }
                _ => continue,
            };
            let saved: Name = serde_json::from_value(saved.clone()).map_err(|e| EngineError::state(&run.id, e))?;
            let content = read_original(self.runs_dir(), &run.id, &saved);
            return content.map(Some).map_err(EngineError::before_any_change);
        }
        Ok(None)
    }
}
