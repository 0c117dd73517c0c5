//! One run being applied: step by step, each between its intent and its report in the journal.

use std::io;

use crate::error::{EngineError, JournalError, StateAfter, StepError};
use crate::fs::{Attribute, Dir, Name, RelPath, RootPath, Time};
use crate::journal::{Journal, Record, RunEnd};
use crate::place::Place;
use crate::plan::Plan;
use crate::run::{self, name};
use crate::shown;
use crate::step::{Recovered, Step, StepContext};

/// A run that is done.
#[derive(Debug)]
pub struct Done {
    /// Its name.
    pub run: Name,
    /// What needs a human: owners that could not be set, files that were kept.
    pub findings: Vec<String>,
}

/// One run being applied.
pub(crate) struct Execution<'a, 'w> {
    plan: &'a Plan,
    id: &'a Name,
    /// The directory of the run, for messages.
    at: RootPath,
    world: &'a StepContext<'w>,
    runs: &'a dyn Dir,
    journal: Journal,
    /// Steps that are done.
    pub(crate) done: usize,
    /// The directories that the step at hand touches, with their times before.
    touched: Vec<(Place, Time)>,
}

impl<'a, 'w> Execution<'a, 'w> {
    /// Begins with the first step.
    pub(crate) fn new(
        plan: &'a Plan,
        id: &'a Name,
        at: RootPath,
        world: &'a StepContext<'w>,
        runs: &'a dyn Dir,
        journal: Journal,
    ) -> Self {
        Self { plan, id, at, world, runs, journal, done: 0, touched: Vec::new() }
    }

    /// Does the steps that are not done; `interrupted` is what the first of them had prepared when it was cut off.
    pub(crate) fn run(mut self, mut interrupted: Option<serde_json::Value>) -> Result<Done, EngineError> {
        let mut findings = Vec::new();
        for (number, step) in self.plan.steps.iter().enumerate().skip(self.done) {
            let line = step.action().describe(&|place| self.world.show(place));
            self.log(&format!("step {} of {}: {line}", number.saturating_add(1), self.plan.steps.len()));
            self.world.observer.step_begins(number, self.plan.steps.len(), &line);
            let mut prepared = interrupted.take();
            match self.step(number, step, &mut prepared) {
                Ok(report) => findings.extend(findings_of(&report)),
                Err(error) => return Err(self.failed(number, step, prepared.as_ref(), error)),
            }
            self.done = self.done.saturating_add(1);
        }
        self.record(&Record::End { outcome: RunEnd::Finished }).map_err(|error| EngineError::Step {
            error,
            run: Some(self.id.clone()),
            state_after: StateAfter::Unfinished,
        })?;
        self.log("finished");
        Ok(Done { run: self.id.clone(), findings: distinct(findings) })
    }

    /// Does one step. `prepared` is what it had prepared when it was cut off; on return, what it prepared this time.
    fn step(
        &mut self,
        number: usize,
        step: &Step,
        prepared: &mut Option<serde_json::Value>,
    ) -> Result<serde_json::Value, StepError> {
        if self.world.observer.stop_requested() {
            return Err(StepError::Interrupted);
        }
        let action = step.action();
        if let Some(prepared) = prepared
            && let Recovered::Done(report) = action.recover(self.world, prepared)?
        {
            self.record(&Record::Done { step: number, report: report.clone() })?;
            return Ok(report);
        }
        *prepared = None;
        let now = action.prepare(self.world)?;
        self.touched = self.times(&action.touches())?;
        self.record(&Record::Intent { step: number, touched: self.touched.clone(), prepared: now.clone() })?;
        let report = action.apply(self.world, prepared.insert(now))?;
        self.record(&Record::Done { step: number, report: report.clone() })?;
        Ok(report)
    }

    fn times(&self, touched: &[Place]) -> Result<Vec<(Place, Time)>, StepError> {
        let mut times = Vec::new();
        for place in touched {
            match self.world.dir(place)?.stat(&place.path) {
                Ok(stat) => times.push((place.clone(), stat.modified)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(self.world.error("look at", place, e)),
            }
        }
        Ok(times)
    }

    fn record(&mut self, record: &Record) -> Result<(), StepError> {
        self.journal.append(record).map_err(|e| match e {
            JournalError::Io(source) => StepError::io("write", &format!("{}/journal", self.at), source),
            damaged @ JournalError::Damaged { .. } => StepError::Broken(damaged.to_string()),
        })
    }

    /// Cleans up after a failed step where that can be done, and says in which state the system is left.
    fn failed(
        &mut self,
        number: usize,
        step: &Step,
        prepared: Option<&serde_json::Value>,
        error: StepError,
    ) -> EngineError {
        self.log(&format!("step {} failed: {error}", number.saturating_add(1)));
        let left = match prepared {
            None => Ok(Recovered::NotDone),
            Some(prepared) => step.action().recover(self.world, prepared),
        };
        let closed = match left {
            // A journal that takes no more, such as on a full disk, goes: else a run of which nothing was done stays unfinished.
            Ok(Recovered::NotDone) if self.done == 0 && self.restore_times() => {
                self.record(&Record::End { outcome: RunEnd::Abandoned }).is_ok() || run::withdraw(self.runs, self.id)
            }
            Ok(Recovered::Done(report)) => {
                // Whether this is noted or found out again later makes no difference.
                let _ = self.record(&Record::Done { step: number, report });
                false
            }
            _ => false,
        };
        let state_after = if closed { StateAfter::NothingChanged } else { StateAfter::Unfinished };
        EngineError::Step { error, run: Some(self.id.clone()), state_after }
    }

    /// Hides that something was made and removed again in the directories that the step touched.
    fn restore_times(&self) -> bool {
        self.touched.iter().all(|(place, time)| {
            let Ok(Ok(dir)) = self.world.dir(place).map(|dir| dir.hold(&place.path)) else { return false };
            // Where nothing could be made nothing is to be hidden, nor may be: the directory is somebody else's.
            dir.stat().is_ok_and(|now| now.modified == *time) || dir.set(&Attribute::Modified(*time)).is_ok()
        })
    }

    /// Notes something in the run's log, which is for people only: a failure to write it is no failure of the run.
    fn log(&self, line: &str) {
        if let Ok(log) = name("log") {
            let path = RelPath::from(self.id.clone()).join(&log);
            let _ = self.runs.append(&path, format!("{} {}\n", jiff::Timestamp::now(), shown::line(line)).as_bytes());
        }
    }
}

/// Sentences for the administrator in what a step reports: lists of strings, by convention of the steps.
fn findings_of(report: &serde_json::Value) -> Vec<String> {
    let list = report.get("unset").unwrap_or(report);
    let strings = list.as_array().into_iter().flatten();
    strings.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// What holds for every file of a tree is said once.
fn distinct(mut findings: Vec<String>) -> Vec<String> {
    let mut said = std::collections::BTreeSet::new();
    findings.retain(|finding| said.insert(finding.clone()));
    findings
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_finding_is_said_once_in_its_first_place() {
        let findings = ["b", "a", "b", "c", "a"].map(str::to_owned).to_vec();
        assert_eq!(super::distinct(findings), ["b", "a", "c"]);
    }
}
