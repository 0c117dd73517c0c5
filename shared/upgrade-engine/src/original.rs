//! The content that a file had before a run, for tools that compare with it or put it back.

use crate::engine::Session;
use crate::error::EngineError;
use crate::fs::Name;
use crate::place::Place;
use crate::run::Run;
use crate::step::{Attributes, NewContent, Step, read_original, read_original_attributes};

/// A file as it was before a run.
#[derive(Debug)]
pub struct Original {
    /// Its content.
    pub content: Vec<u8>,
    /// Its owner, mode, extended attributes and time.
    pub attributes: Attributes,
    /// The content as a step of another run takes it.
    pub saved: NewContent,
}

impl Session {
    /// Returns the bytes that a run saved before it replaced or removed the file at a place; nothing when it did neither. Where the run
    /// changed the file several times, they are those from before the first time. Another name of the file is as good.
    ///
    /// # Errors
    /// [`EngineError::Step`] when the saved file cannot be read, [`EngineError::State`] when the journal does not fit the plan.
    pub fn original(&self, run: &Run, at: &Place) -> Result<Option<Vec<u8>>, EngineError> {
        let Some(saved) = saved_name(run, at)? else { return Ok(None) };
        let content = read_original(self.runs_dir(), &run.id, &saved);
        content.map(Some).map_err(EngineError::before_any_change)
    }

    /// As [`Session::original`], with everything that is needed to write the file again.
    ///
    /// # Errors
    /// As [`Session::original`].
    pub fn original_file(&self, run: &Run, at: &Place) -> Result<Option<Original>, EngineError> {
        let Some(name) = saved_name(run, at)? else { return Ok(None) };
        let content = read_original(self.runs_dir(), &run.id, &name).map_err(EngineError::before_any_change)?;
        let attributes =
            read_original_attributes(self.runs_dir(), &run.id, &name).map_err(EngineError::before_any_change)?;
        Ok(Some(Original { content, attributes, saved: NewContent::Saved { run: run.id.clone(), name } }))
    }
}

/// Returns the name under which a run saved the file at a place, the first time.
fn saved_name(run: &Run, at: &Place) -> Result<Option<Name>, EngineError> {
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
        return serde_json::from_value(saved.clone()).map(Some).map_err(|e| EngineError::state(&run.id, e));
    }
    Ok(None)
}
