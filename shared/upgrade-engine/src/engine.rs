//! Applies plans under a journal: one run at a time per product root, each can be resumed, and undone by a plan of its own.

use std::io;
use std::num::NonZeroUsize;

use crate::execution::Execution;
use crate::fs::{Dir, FileId, FileSystem, Name, RelPath, RootPath};
use crate::locks::{StateLock, lock_anchors, look_at_lock, take_lock};
use crate::place::{Devices, OpenAnchors};
use crate::plan::Plan;
use crate::run::{self, AllRuns, Identity, Run, Status, name};
use crate::run_list::{in_effect, unfinished, unreadable_in_the_way};
use crate::scope::Scope;
use crate::state_directory;
use crate::step::{Observer, Producer, Saves, Service, StepContext, check_steps};

pub use crate::error::{EngineError, StateAfter};
pub use crate::execution::Done;

/// What a tool brings along to apply its plans.
pub struct Resources<'a> {
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
    _lock: Option<Box<StateLock>>,
}

impl Session {
    /// Takes the lock and opens the state directory, making it when needed.
    ///
    /// # Errors
    /// [`EngineError::Locked`] with its holder; [`EngineError::OpenToOthers`]; [`EngineError::Io`].
    pub fn open(state: &dyn FileSystem, path: &RootPath, tool: &str, identity: Identity) -> Result<Self, EngineError> {
        state_directory::open_or_make(state, path)?;
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
        let Some(dir) = state_directory::open(state, path)? else { return Ok(None) };
        let stat = dir.stat(&RelPath::here()).map_err(|e| EngineError::io("look at", path, e))?;
        let tool = name(tool)?;
        let (lock, runs) = match purpose {
            Purpose::Look => {
                let lock = look_at_lock(&*dir, path)?;
                let Some(runs) = state_directory::runs_of(&*dir, path, &tool)? else { return Ok(None) };
                (lock, runs)
            }
            Purpose::Change => {
                let lock = take_lock(&*dir, path)?;
                lock.note(&tool.to_string(), &identity);
                (Some(lock), state_directory::runs_of_or_made(&*dir, path, &tool)?)
            }
        };
        Ok(Some(Self { runs, at: path.join(&tool), identity, state: stat.id, _lock: lock.map(Box::new) }))
    }

    /// Returns the runs that began and can be read, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Io`].
    pub fn runs(&self) -> Result<Vec<Run>, EngineError> {
        Ok(self.all()?.runs)
    }

    /// As [`Session::runs`], with the runs that cannot be read.
    ///
    /// # Errors
    /// As [`Session::runs`].
    pub fn all(&self) -> Result<AllRuns, EngineError> {
        Run::all(&*self.runs)
    }

    /// Returns whether an unfinished run is in the way of a run about `scope`; of several, the newest.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] when an unfinished run on the same root cannot be read; as [`Session::runs`].
    pub fn pending(&self, request: &serde_json::Value, scope: &Scope) -> Result<Pending, EngineError> {
        Self::pending_in(self.all()?, request, scope)
    }

    /// As [`Session::pending`], of runs that were read already.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`].
    pub fn pending_in(all: AllRuns, request: &serde_json::Value, scope: &Scope) -> Result<Pending, EngineError> {
        let AllRuns { runs, unreadable } = all;
        if let Some(bad) = unreadable_in_the_way(&unreadable, scope.root.as_deref()) {
            return Err(bad.in_the_way());
        }
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
    /// [`EngineError::Pending`] when a run is unfinished that this plan does not undo; else as the step that failed.
    pub fn apply(&self, plan: &Plan, resources: &Resources<'_>) -> Result<Done, EngineError> {
        self.apply_keeping(plan, resources, &[])
    }

    /// As [`Session::apply`], with files for people that are kept beside the saved originals, durable before the first change.
    ///
    /// # Errors
    /// As [`Session::apply`].
    pub fn apply_keeping(
        &self,
        plan: &Plan,
        resources: &Resources<'_>,
        kept: &[(Name, Vec<u8>)],
    ) -> Result<Done, EngineError> {
        match self.pending(&plan.request, &plan.scope)? {
            Pending::Same(run) | Pending::Other(run) if !plan.takes_back(&run.id) => {
                return Err(EngineError::Pending { run: run.id });
            }
            _ => {}
        }
        let anchors = open_anchors(resources, plan)?;
        let locks = lock_anchors(&anchors, self.state)?;
        let mut world = world(anchors, Some(&*self.runs), resources);
        check_steps(&plan.steps, &world).map_err(EngineError::before_any_change)?;
        let (id, journal) = run::create(&*self.runs, &self.at, &self.identity, plan, kept)?;
        world.saves = Saves::of(&id);
        let result = Execution::new(plan, &id, self.at.join(&id), &world, &*self.runs, journal).run(None);
        drop(locks);
        result
    }

    /// Goes on with an unfinished run.
    ///
    /// # Errors
    /// As the step that failed; [`crate::step::StepError::Changed`] when somebody else changed what the interrupted step was about.
    pub fn resume(&self, run: &Run, resources: &Resources<'_>) -> Result<Done, EngineError> {
        let steps = run.steps();
        let unfinished =
            |error| EngineError::Step { error, run: Some(run.id.clone()), state_after: StateAfter::Unfinished };
        let anchors =
            OpenAnchors::open(resources.fs, &run.plan.anchors, Devices::MayHaveChanged).map_err(unfinished)?;
        let locks = lock_anchors(&anchors, self.state)?;
        let journal = run.journal(&*self.runs)?;
        let world = self.world_of(run, anchors, resources);
        let interrupted = steps.iter().find(|step| step.report.is_none()).map(|step| step.prepared.clone());
        let mut execution = Execution::new(&run.plan, &run.id, self.at.join(&run.id), &world, &*self.runs, journal);
        execution.done = steps.iter().filter(|step| step.report.is_some()).count();
        let result = execution.run(interrupted);
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
        // A run that cannot be read can be deleted, else it would be in the way for ever.
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

    /// Returns what the steps of a run act on.
    pub(crate) fn world_of<'a>(
        &'a self,
        run: &Run,
        anchors: OpenAnchors,
        resources: &Resources<'a>,
    ) -> StepContext<'a> {
        let mut world = world(anchors, Some(&*self.runs), resources);
        world.saves = Saves::of(&run.id);
        world
    }
}

/// Opens the anchors of a plan that has not begun. Those of an undo were surveyed when that run was planned.
pub(crate) fn open_anchors(resources: &Resources<'_>, plan: &Plan) -> Result<OpenAnchors, EngineError> {
    let devices = if plan.undoes.is_some() { Devices::MayHaveChanged } else { Devices::AsSurveyed };
    OpenAnchors::open(resources.fs, &plan.anchors, devices).map_err(EngineError::before_any_change)
}

/// Returns what the steps of a plan act on before there is a run.
pub(crate) fn world<'a>(anchors: OpenAnchors, runs: Option<&'a dyn Dir>, resources: &Resources<'a>) -> StepContext<'a> {
    StepContext {
        anchors,
        runs,
        saves: Saves::nowhere(),
        undone_run: None,
        producers: resources.producers,
        services: resources.services,
        observer: resources.observer,
        workers: resources.workers,
    }
}

/// Refuses to delete a finished undo before the run that it took back: that one would be listed as finished, and undone again.
fn refuse_forgetting(runs: &[Run], id: &Name) -> Result<(), EngineError> {
    let undo = runs.iter().find(|run| run.id == *id && run.status == Status::Finished);
    let undone = undo.and_then(|undo| runs.iter().find(|run| undo.plan.takes_back(&run.id)));
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
