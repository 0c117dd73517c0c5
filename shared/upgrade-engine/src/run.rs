//! The directory of a run: `<state>/<tool>/<UTC timestamp>-<pid>/` with `plan.json`, `journal`, `before/`, `report.json` and
//! `log`. It holds saved passwords and takes space until it is pruned, so it is for its owner only (0700, files 0600).

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use jiff::Timestamp;
use serde_json::Value;

use crate::digest::Digest;
use crate::error::{EngineError, JournalError};
use crate::fs::{Dir, Durable, Name, RelPath, RootPath, Stat, Time};
use crate::journal::{self, Journal, Record, RunEnd};
use crate::place::Place;
use crate::plan::{PLAN_VERSION, Plan};
use crate::removal::remove_tree;
use crate::step::read_at_most;
use crate::trust::{self, TrustError};

/// Name of the file that holds the plan.
const PLAN: &str = "plan.json";
/// No plan is longer: it is read in one piece.
const LONGEST_PLAN: u64 = 64 << 20;

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

/// A run that began and cannot be read any more: damaged, too large, or open to others. It cannot be resumed or undone, only deleted.
#[derive(Debug)]
pub struct UnreadableRun {
    /// Its name.
    pub id: Name,
    /// The product root that it was on, where that is known.
    pub root: Option<String>,
    /// How it ended; nothing where it is unfinished, or where that is not known.
    pub end: Option<RunEnd>,
    /// Why it cannot be read.
    pub problem: EngineError,
}

impl UnreadableRun {
    /// Returns the error for a run that waits for this one.
    pub fn in_the_way(&self) -> EngineError {
        EngineError::Unreadable { run: self.id.clone(), what: self.why() }
    }

    /// Returns why it cannot be read, without its name.
    pub fn why(&self) -> String {
        match &self.problem {
            EngineError::Journal { problem, .. } => problem.to_string(),
            EngineError::State { what, .. } => what.clone(),
            other => other.to_string(),
        }
    }
}

/// The runs of a tool, oldest first.
#[derive(Debug, Default)]
pub struct AllRuns {
    /// Those that can be read.
    pub runs: Vec<Run>,
    /// The others.
    pub unreadable: Vec<UnreadableRun>,
}

impl Run {
    /// Reads a run; nothing when it never began.
    pub(crate) fn read(runs: &dyn Dir, id: &Name) -> Result<Option<Self>, EngineError> {
        match RunFiles::open(runs, id)? {
            Some(files) => files.read().map_err(|unreadable| unreadable.problem),
            None => Ok(None),
        }
    }

    /// Returns all runs that began. One that is damaged does not hide the others; an error of the disk is no damage.
    pub(crate) fn all(runs: &dyn Dir) -> Result<AllRuns, EngineError> {
        let mut all = AllRuns::default();
        for id in runs.list(&RelPath::here()).map_err(|e| EngineError::io("read", "the runs", e))? {
            let read = match RunFiles::open(runs, &id) {
                Ok(Some(files)) => files.read(),
                Ok(None) => Ok(None),
                Err(problem) => Err(Box::new(UnreadableRun { id, root: None, end: None, problem })),
            };
            match read {
                Ok(run) => all.runs.extend(run),
                Err(unreadable) if matches!(unreadable.problem, EngineError::Io { .. }) => {
                    return Err(unreadable.problem);
                }
                Err(unreadable) => all.unreadable.push(*unreadable),
            }
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

/// The directory of a run, held open, and what is in its journal.
struct RunFiles<'a> {
    id: &'a Name,
    dir: Box<dyn Dir>,
    journal: Vec<u8>,
}

impl<'a> RunFiles<'a> {
    /// Opens the directory of a run and reads its journal; nothing where there is none.
    fn open(runs: &dyn Dir, id: &'a Name) -> Result<Option<Self>, EngineError> {
        let at = RelPath::from(id.clone());
        let dir = match runs.open_dir(&at) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
            other => other.map_err(|e| EngineError::io("open", &at, e))?,
        };
        let Some(journal) = read_file(&*dir, id, "journal", journal::LONGEST)? else { return Ok(None) };
        let stat = dir.stat(&RelPath::here()).map_err(|e| EngineError::io("look at", &at, e))?;
        refuse_others(&stat, id, "its directory")?;
        Ok(Some(Self { id, dir, journal }))
    }

    /// Reads the run; nothing when it never began.
    fn read(&self) -> Result<Option<Run>, Box<UnreadableRun>> {
        let first = journal::first(&self.journal);
        let unreadable = |end: Option<RunEnd>, problem: EngineError| {
            let root = match &first {
                Some(Record::Begin { root, .. }) => root.clone(),
                _ => self.root_of_plan(),
            };
            Box::new(UnreadableRun { id: self.id.clone(), root, end, problem })
        };
        let records = journal::read(&self.journal)
            .map_err(|problem| unreadable(None, EngineError::Journal { run: self.id.clone(), problem }))?;
        let Some(Record::Begin { plan: digest, .. }) = records.records.first() else { return Ok(None) };
        let end = match records.records.last() {
            Some(Record::End { outcome }) => Some(*outcome),
            _ => None,
        };
        let plan = self.plan(digest).map_err(|problem| unreadable(end, problem))?;
        let done = records.records.iter().filter(|r| matches!(r, Record::Done { .. })).count();
        let status = match end {
            Some(RunEnd::Finished) => Status::Finished,
            Some(RunEnd::Abandoned) => Status::Abandoned,
            None => Status::Unfinished { done },
        };
        Ok(Some(Run { id: self.id.clone(), plan, status, records }))
    }

    fn plan(&self, digest: &Digest) -> Result<Plan, EngineError> {
        let json = read_file(&*self.dir, self.id, PLAN, LONGEST_PLAN)?.unwrap_or_default();
        if Digest::of(&json) != *digest {
            return Err(EngineError::state(self.id, "its plan.json is not the one it began with"));
        }
        parse_plan(&json).map_err(|what| EngineError::state(self.id, what))
    }

    /// Returns the product root of a plan whose journal does not vouch for it: enough to know where the run may be in the way.
    fn root_of_plan(&self) -> Option<String> {
        let json = read_file(&*self.dir, self.id, PLAN, LONGEST_PLAN).ok()??;
        parse_plan(&json).ok()?.scope.root
    }
}

fn parse_plan(json: &[u8]) -> Result<Plan, String> {
    let plan: Plan = serde_json::from_slice(json).map_err(|e| e.to_string())?;
    if plan.version == PLAN_VERSION { Ok(plan) } else { Err(format!("its plan has version {}", plan.version)) }
}

/// Returns the `plan.json` of a plan. One that could not be read back would make its run impossible to resume or undo, so it is refused.
///
/// # Errors
/// [`EngineError::PlanTooLarge`].
pub(crate) fn plan_json(plan: &Plan) -> Result<Vec<u8>, EngineError> {
    let json = serde_json::to_vec_pretty(plan).map_err(|e| EngineError::Internal(e.to_string()))?;
    if json.len() as u64 > LONGEST_PLAN {
        return Err(EngineError::PlanTooLarge { mib: json.len() >> 20, most: LONGEST_PLAN >> 20 });
    }
    match parse_plan(&json) {
        Ok(_) => Ok(json),
        Err(what) => Err(EngineError::Internal(format!("the plan cannot be read back: {what}"))),
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
    let json = plan_json(plan)?;
    let id = make_named(runs, at, identity)?;
    let new = NewRun { runs, id: &id, at: at.join(&id) };
    let begun = new.keep(kept).and_then(|()| new.begin(&json, plan));
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
            Ok(_) => return Ok(id),
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

    fn begin(&self, json: &[u8], planned: &Plan) -> Result<Journal, EngineError> {
        let (plan, journal) = (name(PLAN)?, name("journal")?);
        let failed = |file: &Name| {
            let path = self.at.join(file);
            move |e| EngineError::io("write", path, e)
        };
        self.write(&self.dir().join(&plan), json, Durable::Plan).map_err(failed(&plan))?;
        let file = self.runs.create(&self.dir().join(&journal)).map_err(failed(&journal))?;
        self.runs.sync(&self.dir(), Durable::RunEntries).map_err(|e| EngineError::io("write", &self.at, e))?;
        self.runs.sync(&RelPath::here(), Durable::RunName).map_err(|e| EngineError::io("write", &self.at, e))?;
        let mut begun = Journal::begin(file);
        match begun.append(&Record::Begin { plan: Digest::of(json), root: planned.scope.root.clone() }) {
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
    remove_tree(runs, &dir)?;
    runs.sync(&RelPath::here(), Durable::RunName)
}

pub(crate) fn name(text: &str) -> Result<Name, EngineError> {
    Name::new(text).map_err(|e| EngineError::Internal(e.to_string()))
}

fn read_file(dir: &dyn Dir, id: &Name, file: &str, most: u64) -> Result<Option<Vec<u8>>, EngineError> {
    let path = RelPath::from(name(file)?);
    let failed = |verb| move |e| EngineError::io(verb, format!("{id}/{file}"), e);
    let open = match dir.open(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) if e.kind() == io::ErrorKind::InvalidInput => {
            return Err(EngineError::state(id, format!("its {file} is not a regular file")));
        }
        other => other.map_err(failed("open"))?,
    };
    let stat = open.stat().map_err(failed("look at"))?;
    refuse_others(&stat, id, &format!("its {file}"))?;
    let too_large = || EngineError::state(id, format!("its {file} is larger than {} MiB", most >> 20));
    if stat.size > most {
        return Err(too_large());
    }
    match read_at_most(&*open, most) {
        Err(e) if e.kind() == io::ErrorKind::FileTooLarge => Err(too_large()),
        other => other.map(Some).map_err(failed("read")),
    }
}

fn refuse_others(stat: &Stat, id: &Name, what: &str) -> Result<(), EngineError> {
    match trust::check(stat, &RootPath::default()) {
        Err(TrustError::Untrusted { why, .. }) => Err(EngineError::state(id, format!("{what} {why}"))),
        _ => Ok(()),
    }
}
