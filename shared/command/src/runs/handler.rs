//! What a tool knows of its runs.

use std::ffi::OsStr;
use std::num::NonZeroUsize;

use upgrade_engine::Run;
use upgrade_engine::engine::{EngineError, Session};
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Producer, Service};

use crate::error::ToolError;

/// What a tool knows of its runs. Only the first two functions must be written.
pub trait RunHandler {
    /// The tool's error type.
    type Error: ToolError;

    /// Returns what a plan is about, in a few words: `merge from /saved`. Never called for an undo.
    fn describe(&self, plan: &Plan) -> String;

    /// Returns what makes the content of the steps, and changes what is no file. Undo plans need the same as the plan that they undo.
    ///
    /// # Errors
    /// When there is no connection to what is changed.
    fn providers<'s>(&'s self, work: &Work<'_>) -> Result<Providers<'s>, Self::Error>;

    /// Returns what is printed when a step begins.
    fn announcement(&self, _plan: &Plan, _step: usize) -> Announcement {
        Announcement::Step
    }

    /// Returns about how many bytes a plan reads and writes, for progress; 0 for no progress.
    fn bytes(&self, _plan: &Plan) -> u64 {
        0
    }

    /// Returns where the administrator finds a copy of what was there before.
    fn backup(&self, _plan: &Plan) -> Option<String> {
        None
    }

    /// Returns the arguments that undo a run, after the program's name, `--root` and `--state-dir`.
    fn undo_arguments(&self, _plan: &Plan, run: &Name) -> String {
        format!("--undo {run}")
    }

    /// Returns whether what was typed after `--undo` means this run, where it is not the run's name.
    fn is_meant(&self, _run: &Run, _typed: &OsStr) -> bool {
        false
    }

    /// Returns the error to print for a step that failed when its run is to be undone at once; nothing where the run stays
    /// unfinished. It stays so too when the undo fails, or would leave something.
    fn undone_at_once(&self, _error: &EngineError) -> Option<Self::Error> {
        None
    }

    /// Returns lines about what to do next after a plan, which may be an undo, was applied.
    fn next(&self, _plan: &Plan) -> Vec<String> {
        Vec::new()
    }

    /// Returns whether an undo is confirmed first.
    fn confirms_undo(&self) -> bool {
        true
    }

    /// Returns the last line of a success, such as `The run is finished`, in the tool's legacy form; nothing where it has none.
    fn legacy_last_line(&self, _line: &str) -> Option<String> {
        None
    }

    /// Refuses to undo a run for a reason of the tool's own. `runs` are all, oldest first.
    ///
    /// # Errors
    /// The reason.
    fn check_undo(&self, _runs: &[Run], _run: &Run) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Returns what there is to know after an undo.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn after_undo(&self, _undone: &Run, _undo: &Plan) -> Result<AfterUndo, Self::Error> {
        Ok(AfterUndo::default())
    }
}

/// What the steps of a plan are needed for.
pub enum Work<'a> {
    /// To apply a new plan.
    Apply(&'a Plan),
    /// To resume a run, which may be an undo.
    Resume(&'a Session, &'a Run),
    /// To undo a run.
    Undo(&'a Session, &'a Run),
}

/// What makes and changes things in the steps of a plan.
pub struct Providers<'a> {
    /// What makes new content.
    pub producers: Vec<Box<dyn Producer + 'a>>,
    /// What changes things that are no files.
    pub services: Vec<Box<dyn Service + 'a>>,
    /// How many files may be worked on at a time.
    pub workers: NonZeroUsize,
}

impl Default for Providers<'_> {
    fn default() -> Self {
        Self { producers: Vec::new(), services: Vec::new(), workers: NonZeroUsize::MIN }
    }
}

impl<'a> Providers<'a> {
    /// Adds what else there is by another name, for the undo of several runs.
    pub(super) fn add(&mut self, other: Self) {
        for producer in other.producers {
            if !self.producers.iter().any(|known| known.name() == producer.name()) {
                self.producers.push(producer);
            }
        }
        for service in other.services {
            if !self.services.iter().any(|known| known.name() == service.name()) {
                self.services.push(service);
            }
        }
        self.workers = self.workers.max(other.workers);
    }
}

/// What is printed when a step begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// `1 of 3: replace /etc/x`, on standard error.
    Step,
    /// A line of the result, on standard output.
    Result(String),
    /// Nothing.
    Nothing,
}

/// What there is to know after an undo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AfterUndo {
    /// What the state before the run is called; nothing for `run RUN`.
    pub before: Option<String>,
    /// What is not as it was, for the administrator to look at.
    pub findings: Vec<String>,
    /// Lines about what to do next.
    pub next: Vec<String>,
}
