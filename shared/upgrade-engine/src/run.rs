//! The directory of a run: `<state>/<tool>/<UTC timestamp>-<pid>/` with `plan.json`, `journal`, `before/`, `report.json` and
//! `log`. It holds saved passwords and takes space until it is pruned, so it is for its owner only (0700, files 0600).

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use jiff::Timestamp;
use serde_json::Value;

use crate::digest::Digest;
use crate::error::{EngineError, JournalError};
use crate::fs::{Dir, Durable, FileKind, FileSystem, Name, RelPath, RootPath, Time};
use crate::journal::{self, Journal, Record, RunEnd};
use crate::place::Place;
use crate::plan::{PLAN_VERSION, Plan};
use crate::step::read_whole;

/// Who runs, and when: it makes the run's name and the lock's message.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// Host name.
    pub host: String,
    /// When the run begins.
    pub now: Timestamp,
}

impl Identity {
    /// Returns this process, now.
    pub fn current() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { pid: std::process::id(), host, now: Timestamp::now() }
    }

    /// Returns the name of a run; `attempt` counts from 0 and is above it where the name was taken.
    fn run_name(&self, attempt: u32) -> Result<Name, EngineError> {
        let time = self.now.strftime("%Y%m%dT%H%M%S%.6fZ");
        match attempt {
            0 => name(&format!("{time}-{}", self.pid)),
            _ => name(&format!("{time}-{}-{attempt}", self.pid)),
        }
    }
}

/// A run as its directory tells it.
#[derive(Debug)]
pub struct Run {
    /// Its name.
    pub id: Name,
    /// What it was to do.
    pub plan: Plan,
    /// How far it came.
    pub status: Status,
    pub(crate) records: journal::Read,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Interrupted, or still going on, after so many steps.
    Unfinished {
        /// Steps that are done.
        done: usize,
    },
    /// All steps are done.
    Finished,
    /// It failed before anything was changed.
    Abandoned,
}

impl Run {
    /// Reads a run; nothing when it never began.
    pub(crate) fn read(runs: &dyn Dir, id: &Name) -> Result<Option<Self>, EngineError> {
        let dir = RelPath::from(id.clone());
        let Some(journal) = read_file(runs, &dir.join(&name("journal")?))? else { return Ok(None) };
        let records = journal::read(&journal).map_err(|problem| EngineError::Journal { run: id.clone(), problem })?;
        let Some(Record::Begin { plan: digest }) = records.records.first() else { return Ok(None) };
        let json = read_file(runs, &dir.join(&name("plan.json")?))?.unwrap_or_default();
        if Digest::of(&json) != *digest {
            return Err(EngineError::state(id, "its plan.json is not the one it began with"));
        }
        let plan: Plan = serde_json::from_slice(&json).map_err(|e| EngineError::state(id, e))?;
        if plan.version != PLAN_VERSION {
            return Err(EngineError::state(id, format!("its plan has version {}", plan.version)));
        }
        let done = records.records.iter().filter(|r| matches!(r, Record::Done { .. })).count();
        let status = match records.records.last() {
            Some(Record::End { outcome: RunEnd::Finished }) => Status::Finished,
            Some(Record::End { outcome: RunEnd::Abandoned }) => Status::Abandoned,
            _ => Status::Unfinished { done },
        };
        Ok(Some(Self { id: id.clone(), plan, status, records }))
    }

    /// Returns all runs that began, oldest first.
    pub(crate) fn all(runs: &dyn Dir) -> Result<Vec<Self>, EngineError> {
        let mut all = Vec::new();
        for id in runs.list(&RelPath::here()).map_err(|e| EngineError::io("read", "the runs", e))? {
            all.extend(Self::read(runs, &id)?);
        }
        Ok(all)
    }

    /// Returns what the steps prepared and reported, by step: the last intent and its report count.
    pub(crate) fn steps(&self) -> Vec<StepRecord<'_>> {
        let mut steps: BTreeMap<usize, StepRecord<'_>> = BTreeMap::new();
        for record in &self.records.records {
            match record {
                Record::Intent { step, touched, prepared } => {
                    // Prepared once more after an interruption: what its directories were before is what counts.
                    let touched = steps.get(step).map_or(touched.as_slice(), |first| first.touched);
                    steps.insert(*step, StepRecord { step: *step, touched, prepared, report: None });
                }
                Record::Done { step, report } => {
                    if let Some(known) = steps.get_mut(step) {
                        known.report = Some(report);
                    }
                }
                Record::Begin { .. } | Record::End { .. } => {}
            }
        }
        // Steps are done in their order.
        steps.into_values().collect()
    }

    /// Returns the times that directories had before the run changed what is in them, the first one of each.
    pub fn times_before(&self) -> Vec<(Place, Time)> {
        let mut known = BTreeSet::new();
        let steps = self.steps();
        let touched = steps.iter().flat_map(|step| step.touched);
        touched.filter(|(place, _)| known.insert(place.clone())).cloned().collect()
    }

    /// Opens the journal to append to it.
    pub(crate) fn journal(&self, runs: &dyn Dir) -> Result<Journal, EngineError> {
        let file = runs
            .open_to_write(&RelPath::from(self.id.clone()).join(&name("journal")?))
            .map_err(|e| EngineError::io("open", "the journal", e))?;
        Journal::resume(file, &self.records).map_err(|problem| EngineError::Journal { run: self.id.clone(), problem })
    }
}

/// What the journal says of one step.
pub(crate) struct StepRecord<'a> {
    pub(crate) step: usize,
    pub(crate) touched: &'a [(Place, Time)],
    pub(crate) prepared: &'a Value,
    pub(crate) report: Option<&'a Value>,
}

/// Makes the directory of a new run, with files to keep in `before/`, and begins its journal. A run that cannot begin leaves
/// nothing behind.
pub(crate) fn create(
    runs: &dyn Dir,
    at: &RootPath,
    identity: &Identity,
    plan: &Plan,
    kept: &[(Name, Vec<u8>)],
) -> Result<(Name, Journal), EngineError> {
    let json = serde_json::to_vec_pretty(plan).map_err(|e| EngineError::Internal(e.to_string()))?;
    let id = make_named(runs, at, identity)?;
    let new = NewRun { runs, id: &id, at: at.join(&id) };
    let begun = new.keep(kept).and_then(|()| new.begin(&json));
    match begun {
        Ok(journal) => Ok((id, journal)),
        Err(error) => Err(new.withdraw(error)),
    }
}

/// Makes the directory of a new run under a name that comes after all others.
fn make_named(runs: &dyn Dir, at: &RootPath, identity: &Identity) -> Result<Name, EngineError> {
    let newest = runs.list(&RelPath::here()).map_err(|e| EngineError::io("read", at, e))?.into_iter().next_back();
    let mut attempt = 0;
    loop {
        let mut id = identity.run_name(attempt)?;
        // Runs are ordered by their names, also when the clock was set back.
        if let Some(newest) = newest.as_ref().filter(|newest| **newest >= id) {
            id = name(&format!("{newest}-{}", attempt.saturating_add(1)))?;
        }
        match runs.make_dir(&id.clone().into()) {
            Ok(()) => return Ok(id),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt = attempt.saturating_add(1),
            Err(e) => return Err(EngineError::io("make the directory", at.join(&id), e)),
        }
    }
}

/// The directory of a run that has not begun.
struct NewRun<'a> {
    runs: &'a dyn Dir,
    id: &'a Name,
    /// The directory, as it is called in messages.
    at: RootPath,
}

impl NewRun<'_> {
    fn dir(&self) -> RelPath {
        self.id.clone().into()
    }

    fn keep(&self, kept: &[(Name, Vec<u8>)]) -> Result<(), EngineError> {
        let before = name("before")?;
        let (dir, at) = (self.dir().join(&before), self.at.join(&before));
        self.runs.make_dir(&dir).map_err(|e| EngineError::io("make the directory", &at, e))?;
        for (kept, content) in kept {
            self.write(&dir.join(kept), content, Durable::SavedOriginal)
                .map_err(|e| EngineError::io("write", at.join(kept), e))?;
        }
        if !kept.is_empty() {
            self.runs.sync(&dir, Durable::SavedName).map_err(|e| EngineError::io("write", &at, e))?;
        }
        Ok(())
    }

    fn write(&self, path: &RelPath, content: &[u8], durable: Durable) -> io::Result<()> {
        let file = self.runs.create(path)?;
        file.write_all_at(content, 0)?;
        file.sync(durable)
    }

    fn begin(&self, json: &[u8]) -> Result<Journal, EngineError> {
        let (plan, journal) = (name("plan.json")?, name("journal")?);
        let failed = |file: &Name| {
            let path = self.at.join(file);
            move |e| EngineError::io("write", path, e)
        };
        self.write(&self.dir().join(&plan), json, Durable::Plan).map_err(failed(&plan))?;
        let file = self.runs.create(&self.dir().join(&journal)).map_err(failed(&journal))?;
        self.runs.sync(&self.dir(), Durable::RunEntries).map_err(|e| EngineError::io("write", &self.at, e))?;
        self.runs.sync(&RelPath::here(), Durable::RunName).map_err(|e| EngineError::io("write", &self.at, e))?;
        let mut begun = Journal::begin(file);
        match begun.append(&Record::Begin { plan: Digest::of(json) }) {
            Ok(()) => Ok(begun),
            Err(JournalError::Io(source)) => Err(failed(&journal)(source)),
            Err(problem @ JournalError::Damaged { .. }) => Err(EngineError::Internal(problem.to_string())),
        }
    }

    /// Removes what there is of the run, and returns why it could not begin.
    fn withdraw(&self, error: EngineError) -> EngineError {
        if withdraw(self.runs, self.id) { error } else { EngineError::state(self.id, error) }
    }
}

/// Deletes a run of which nothing was done, as far as that can be done; returns false when it still is a run.
pub(crate) fn withdraw(runs: &dyn Dir, id: &Name) -> bool {
    remove(runs, id).is_ok() || matches!(Run::read(runs, id), Ok(None))
}

/// Deletes the directory of a run. Without its journal a run never began, so an interruption after that leaves nothing that
/// is believed.
pub(crate) fn remove(runs: &dyn Dir, id: &Name) -> io::Result<()> {
    let dir = RelPath::from(id.clone());
    let journal = Name::new("journal").map_err(io::Error::other)?;
    match runs.remove_file(&dir.join(&journal)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        other => other?,
    }
    remove_all(runs, &dir)
}

fn remove_all(dir: &dyn Dir, path: &RelPath) -> io::Result<()> {
    for name in dir.list(path)? {
        let below = path.join(&name);
        if dir.stat(&below)?.kind == FileKind::Directory {
            remove_all(dir, &below)?;
        } else {
            dir.remove_file(&below)?;
        }
    }
    dir.remove_dir(path)?;
    dir.sync(&RelPath::here(), Durable::RunName)
}

/// Opens a directory that is for its owner only, and makes it, with the directories above it, when it is not there.
pub(crate) fn open_or_make(fs: &dyn FileSystem, path: &RootPath) -> Result<Box<dyn Dir>, EngineError> {
    match fs.open_dir(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        other => return other.map_err(|e| EngineError::io("open", path, e)),
    }
    let Some((parent, name)) = path.split_last() else {
        return Err(EngineError::io("open", path, io::ErrorKind::NotFound.into()));
    };
    let above = open_or_make(fs, &parent)?;
    let failed = |e| EngineError::io("make the directory", path, e);
    match above.make_dir(&name.clone().into()) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        other => other.map_err(failed)?,
    }
    above.sync(&RelPath::here(), Durable::StateDirectory).map_err(failed)?;
    above.open_dir(&name.into()).map_err(|e| EngineError::io("open", path, e))
}

pub(crate) fn name(text: &str) -> Result<Name, EngineError> {
    Name::new(text).map_err(|e| EngineError::Internal(e.to_string()))
}

fn read_file(runs: &dyn Dir, path: &RelPath) -> Result<Option<Vec<u8>>, EngineError> {
    let file = match runs.open(path) {
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        other => other.map_err(|e| EngineError::io("open", path, e))?,
    };
    read_whole(&*file).map(Some).map_err(|e| EngineError::io("read", path, e))
}
