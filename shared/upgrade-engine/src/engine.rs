//! Applies plans under a journal: one run at a time per product root, each resumable, each taken back by a plan of its own.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;

use crate::fs::{Attribute, Dir, FileId, FileSystem, Lock, Name, RelPath, RootPath, Time};
use crate::journal::{Journal, JournalError, Outcome, Record};
use crate::locks::{lock_anchors, take_lock, write_holder};
use crate::place::{Devices, OpenAnchors, Place};
use crate::plan::Plan;
use crate::run::{self, Identity, Run, Status, name};
use crate::run_list::{in_effect, unfinished};
use crate::scope::Scope;
use crate::step::{Observer, Producer, Recovered, Service, Step, StepError, World};

/// In which state a failed operation leaves the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was changed.
    NothingChanged,
    /// A run is unfinished: it is to be resumed or undone.
    Unfinished,
}

/// Why the engine stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A step could not be done.
    #[error("{error}")]
    Step {
        /// Why.
        error: StepError,
        /// The run it belongs to, when one had begun.
        run: Option<Name>,
        /// What that means for the system.
        standing: Standing,
    },
    /// Another run holds the lock.
    #[error("another run is going on{}", holder.as_ref().map(|h| format!(": {h}")).unwrap_or_default())]
    Locked {
        /// Who, as far as that is known.
        holder: Option<String>,
    },
    /// A run of something else is unfinished.
    #[error("run {run} is unfinished")]
    Pending {
        /// The run.
        run: Name,
    },
    /// There is no such run.
    #[error("there is no run {0} to do that with")]
    NoSuchRun(String),
    /// A later run changed the same places.
    #[error("run {newer} changed the same places after run {run}: undo it first")]
    Overtaken {
        /// The run that was to be undone.
        run: Name,
        /// The run that came after it.
        newer: Name,
    },
    /// Without this run, the one that it took back would count as not undone.
    #[error("run {undo} says that run {undone} was taken back: delete run {undone} first")]
    TookBack {
        /// The run that was to be deleted.
        undo: Name,
        /// The run that it took back, which is still kept.
        undone: Name,
    },
    /// A journal is not trusted.
    #[error("run {run}: {problem}")]
    Journal {
        /// The run.
        run: Name,
        /// Why.
        problem: JournalError,
    },
    /// The directory of a run is not as it should be.
    #[error("run {run}: {what}")]
    State {
        /// The run.
        run: Name,
        /// What is wrong.
        what: String,
    },
    /// The state directory is open to others.
    #[error("{0} can be written by others; it keeps saved originals and must belong to root or to you alone")]
    OpenToOthers(RootPath),
    /// The operating system refused something outside a step.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl EngineError {
    pub(crate) fn io(verb: &'static str, path: impl fmt::Display, source: io::Error) -> Self {
        Self::Io { verb, path: path.to_string(), source }
    }

    pub(crate) fn state(run: &Name, what: impl fmt::Display) -> Self {
        Self::State { run: run.clone(), what: what.to_string() }
    }

    pub(crate) fn before_any_change(error: StepError) -> Self {
        Self::Step { error, run: None, standing: Standing::NothingChanged }
    }

    /// Returns in which state the system is.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Step { standing, .. } => *standing,
            Self::Pending { .. } | Self::Journal { .. } | Self::State { .. } => Standing::Unfinished,
            _ => Standing::NothingChanged,
        }
    }
}

/// What a tool brings along to apply its plans.
pub struct Means<'a> {
    /// The product root.
    pub fs: &'a dyn FileSystem,
    /// What makes new content.
    pub producers: &'a [&'a dyn Producer],
    /// What changes things that are no files.
    pub services: &'a [&'a dyn Service],
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// How many files may be worked on at a time.
    pub workers: NonZeroUsize,
}

/// A run that is done.
#[derive(Debug)]
pub struct Done {
    /// Its name.
    pub run: Name,
    /// What needs a human: owners that could not be set, files that were kept.
    pub findings: Vec<String>,
}

/// What an unfinished run means for what was asked.
#[derive(Debug)]
pub enum Pending {
    /// There is none.
    Nothing,
    /// It does what was asked: resume it.
    Same(Run),
    /// It does something else: it must be resumed or undone first.
    Other(Run),
}

/// The runs of a tool on a product root, under lock.
pub struct Session {
    runs: Box<dyn Dir>,
    /// Where the runs are, for messages.
    at: RootPath,
    identity: Identity,
    /// The state directory.
    state: FileId,
    _lock: Box<dyn Lock>,
}

impl Session {
    /// Takes the lock and opens the state directory, making it when needed.
    ///
    /// # Errors
    /// [`EngineError::Locked`] with its holder; [`EngineError::OpenToOthers`]; [`EngineError::Io`].
    pub fn open(state: &dyn FileSystem, path: &RootPath, tool: &str, identity: Identity) -> Result<Self, EngineError> {
        run::open_or_make(state, path)?;
        match Self::open_existing(state, path, tool, identity)? {
            Some(session) => Ok(session),
            None => Err(EngineError::io("open", path, io::ErrorKind::NotFound.into())),
        }
    }

    /// Takes the lock and opens the state directory; nothing when there is none.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_existing(
        state: &dyn FileSystem,
        path: &RootPath,
        tool: &str,
        identity: Identity,
    ) -> Result<Option<Self>, EngineError> {
        Self::open_for(state, path, tool, identity, Purpose::Change)
    }

    /// As [`Session::open_existing`], but writes nothing, not even who holds the lock: for a dry run.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn look(
        state: &dyn FileSystem,
        path: &RootPath,
        tool: &str,
        identity: Identity,
    ) -> Result<Option<Self>, EngineError> {
        Self::open_for(state, path, tool, identity, Purpose::Look)
    }

    fn open_for(
        state: &dyn FileSystem,
        path: &RootPath,
        tool: &str,
        identity: Identity,
        purpose: Purpose,
    ) -> Result<Option<Self>, EngineError> {
        let dir = match state.open_dir(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| EngineError::io("open", path, e))?,
        };
        let stat = dir.stat(&RelPath::here()).map_err(|e| EngineError::io("look at", path, e))?;
        if stat.mode & 0o022 != 0 || !(stat.uid == 0 || stat.uid == rustix::process::geteuid().as_raw()) {
            return Err(EngineError::OpenToOthers(path.clone()));
        }
        let lock = take_lock(&*dir, path)?;
        let runs_path = path.join(&name(tool)?);
        let runs = match purpose {
            Purpose::Look => match state.open_dir(&runs_path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other.map_err(|e| EngineError::io("open", &runs_path, e))?,
            },
            Purpose::Change => {
                write_holder(&*dir, tool, &identity);
                run::open_or_make(state, &runs_path)?
            }
        };
        Ok(Some(Self { runs, at: runs_path, identity, state: stat.id, _lock: lock }))
    }

    /// Returns all runs that began, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Journal`] when one cannot be trusted.
    pub fn runs(&self) -> Result<Vec<Run>, EngineError> {
        Run::all(&*self.runs)
    }

    /// Returns whether an unfinished run is in the way of a run about `scope`; of several, the newest.
    ///
    /// # Errors
    /// As [`Session::runs`].
    pub fn pending(&self, request: &serde_json::Value, scope: &Scope) -> Result<Pending, EngineError> {
        let runs = self.runs()?;
        let in_the_way = unfinished(&runs).into_iter().rfind(|run| run.plan.scope.overlaps(scope));
        let Some(id) = in_the_way.map(|run| run.id.clone()) else { return Ok(Pending::Nothing) };
        Ok(match runs.into_iter().find(|run| run.id == id) {
            Some(run) if run.plan.request == *request => Pending::Same(run),
            Some(run) => Pending::Other(run),
            None => Pending::Nothing,
        })
    }

    /// Applies a plan as a new run.
    ///
    /// # Errors
    /// [`EngineError::Pending`] when a run is unfinished that this plan does not take back; else as the step that failed.
    pub fn apply(&self, plan: &Plan, means: &Means<'_>) -> Result<Done, EngineError> {
        self.apply_keeping(plan, means, &[])
    }

    /// As [`Session::apply`], with files for people that are kept beside the saved originals, durable before the first change.
    ///
    /// # Errors
    /// As [`Session::apply`].
    pub fn apply_keeping(&self, plan: &Plan, means: &Means<'_>, kept: &[(Name, Vec<u8>)]) -> Result<Done, EngineError> {
        match self.pending(&plan.request, &plan.scope)? {
            Pending::Same(run) | Pending::Other(run) if plan.undoes != Some(run.id.to_string()) => {
                return Err(EngineError::Pending { run: run.id });
            }
            _ => {}
        }
        let anchors =
            OpenAnchors::open(means.fs, &plan.anchors, Devices::AsSurveyed).map_err(EngineError::before_any_change)?;
        let locks = lock_anchors(&anchors, self.state)?;
        let (id, journal) = run::create(&*self.runs, &self.at, &self.identity, plan, kept)?;
        let world = self.world(anchors, &id, plan, means)?;
        let result = Execution {
            plan,
            id: &id,
            at: self.at.join(&id),
            world: &world,
            runs: &*self.runs,
            journal,
            done: 0,
            touched: Vec::new(),
        }
        .run(None);
        drop(locks);
        result
    }

    /// Goes on with an unfinished run.
    ///
    /// # Errors
    /// As the step that failed; [`StepError::Changed`] when somebody else changed what the interrupted step was about.
    pub fn resume(&self, run: &Run, means: &Means<'_>) -> Result<Done, EngineError> {
        let steps = run.steps();
        let unfinished = |error| EngineError::Step { error, run: Some(run.id.clone()), standing: Standing::Unfinished };
        let anchors = OpenAnchors::open(means.fs, &run.plan.anchors, Devices::MayHaveChanged).map_err(unfinished)?;
        let locks = lock_anchors(&anchors, self.state)?;
        let journal = run.journal(&*self.runs)?;
        let world = self.world(anchors, &run.id, &run.plan, means)?;
        let done = steps.iter().filter(|step| step.report.is_some()).count();
        let interrupted = steps.iter().find(|step| step.report.is_none()).map(|step| step.prepared.clone());
        let result = Execution {
            plan: &run.plan,
            id: &run.id,
            at: self.at.join(&run.id),
            world: &world,
            runs: &*self.runs,
            journal,
            done,
            touched: Vec::new(),
        }
        .run(interrupted);
        drop(locks);
        result
    }

    /// Returns a run by name.
    ///
    /// # Errors
    /// [`EngineError::NoSuchRun`].
    pub fn run(&self, id: &Name) -> Result<Run, EngineError> {
        Run::read(&*self.runs, id)?.ok_or_else(|| EngineError::NoSuchRun(id.to_string()))
    }

    /// Deletes the directory of a run that is over: its saved originals, and with them the possibility to undo it.
    ///
    /// # Errors
    /// [`EngineError::Pending`] when it is unfinished and in effect; [`EngineError::TookBack`] when it is a finished undo of a run
    /// that is still kept.
    pub fn prune(&self, id: &Name) -> Result<(), EngineError> {
        // A damaged run can be deleted, else it would be in the way for ever.
        if !matches!(Run::read(&*self.runs, id), Err(EngineError::Journal { .. } | EngineError::State { .. })) {
            let runs = self.runs()?;
            let run = in_effect(&runs).into_iter().find(|run| run.id == *id);
            match run.map(|run| run.status) {
                Some(Status::Unfinished { .. }) => return Err(EngineError::Pending { run: id.clone() }),
                None if !runs.iter().any(|run| run.id == *id) => return Err(EngineError::NoSuchRun(id.to_string())),
                _ => refuse_forgetting(&runs, id)?,
            }
        }
        run::remove(&*self.runs, id).map_err(|e| EngineError::io("delete", format!("run {id}"), e))
    }

    /// Keeps the tool's report in the directory of a run.
    ///
    /// # Errors
    /// [`EngineError::Io`].
    pub fn store_report(&self, id: &Name, json: &[u8]) -> Result<(), EngineError> {
        let path = RelPath::from(id.clone()).join(&name("report.json")?);
        let failed = |e| EngineError::io("write", &path, e);
        match self.runs.remove_file(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            other => other.map_err(failed)?,
        }
        self.runs.create(&path).and_then(|file| file.write_all_at(json, 0)).map_err(failed)
    }

    pub(crate) fn runs_dir(&self) -> &dyn Dir {
        &*self.runs
    }

    pub(crate) fn world<'a>(
        &'a self,
        anchors: OpenAnchors,
        id: &Name,
        plan: &Plan,
        means: &Means<'a>,
    ) -> Result<World<'a>, EngineError> {
        Ok(World {
            anchors,
            runs: &*self.runs,
            run: id.clone(),
            undone_run: plan.undoes.as_deref().map(name).transpose()?.unwrap_or_else(|| id.clone()),
            producers: means.producers,
            services: means.services,
            observer: means.observer,
            workers: means.workers,
        })
    }
}

/// One run being applied.
struct Execution<'a, 'w> {
    plan: &'a Plan,
    id: &'a Name,
    /// The directory of the run, for messages.
    at: RootPath,
    world: &'a World<'w>,
    runs: &'a dyn Dir,
    journal: Journal,
    /// Steps that are done.
    done: usize,
    /// The directories that the step at hand touches, with their times before.
    touched: Vec<(Place, Time)>,
}

impl Execution<'_, '_> {
    /// Does the steps that are not done; `interrupted` is what the first of them had prepared when it was cut off.
    fn run(mut self, mut interrupted: Option<serde_json::Value>) -> Result<Done, EngineError> {
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
        self.record(&Record::End { outcome: Outcome::Finished }).map_err(|error| EngineError::Step {
            error,
            run: Some(self.id.clone()),
            standing: Standing::Unfinished,
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
                self.record(&Record::End { outcome: Outcome::Abandoned }).is_ok() || run::withdraw(self.runs, self.id)
            }
            Ok(Recovered::Done(report)) => {
                // Whether this is noted or found out again later makes no difference.
                let _ = self.record(&Record::Done { step: number, report });
                false
            }
            _ => false,
        };
        let standing = if closed { Standing::NothingChanged } else { Standing::Unfinished };
        EngineError::Step { error, run: Some(self.id.clone()), standing }
    }

    /// Hides that something was made and removed again in the directories that the step touched.
    fn restore_times(&self) -> bool {
        self.touched.iter().all(|(place, time)| {
            let Ok(dir) = self.world.dir(place) else { return false };
            // Where nothing could be made nothing is to be hidden, nor may be: the directory is somebody else's.
            dir.stat(&place.path).is_ok_and(|now| now.modified == *time)
                || dir.set(&place.path, &Attribute::Modified(*time)).is_ok()
        })
    }

    /// Notes something in the run's log, which is for people only: a failure to write it is no failure of the run.
    fn log(&self, line: &str) {
        if let Ok(log) = name("log") {
            let path = RelPath::from(self.id.clone()).join(&log);
            let _ = self.runs.append(&path, format!("{} {line}\n", jiff::Timestamp::now()).as_bytes());
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

/// Refuses to delete a finished undo before the run that it took back: that one would be listed as finished, and undone again.
fn refuse_forgetting(runs: &[Run], id: &Name) -> Result<(), EngineError> {
    let undo = runs.iter().find(|run| run.id == *id && run.status == Status::Finished);
    let undone = undo.and_then(|undo| runs.iter().find(|run| undo.plan.undoes == Some(run.id.to_string())));
    match undone {
        Some(undone) => Err(EngineError::TookBack { undo: id.clone(), undone: undone.id.clone() }),
        None => Ok(()),
    }
}

/// What a session is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Look,
    Change,
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_finding_is_said_once_in_its_first_place() {
        let findings = ["b", "a", "b", "c", "a"].map(str::to_owned).to_vec();
        assert_eq!(super::distinct(findings), ["b", "a", "c"]);
    }
}
