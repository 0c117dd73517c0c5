//! `-u`: every later run on the new root is undone, newest first, then the move.

use command::{Completion, Runs};
use jiff::civil;
use jiff::tz::TimeZone;
use upgrade_engine::Run;
use upgrade_engine::fs::{Name, RootPath, Time};
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::survey;

use super::program::Program;
use super::refusal::Refusal;
use crate::error::Error;
use crate::new_root::new_root;
use crate::request::{Move, Request};
use crate::server_root::ServerRoot;
use crate::{running, store};

impl Program<'_> {
    pub(super) fn back(&self, old: &RootPath) -> Result<Completion, Error> {
        let context = self.context;
        let new_root = new_root(self.args.new_root.as_deref(), context)?;
        let runs = list_runs(&*context.state.fs, &context.state.path, crate::TOOL).map_err(command::Error::from)?;
        let (run, request) = self.moved(&runs, &new_root).ok_or_else(|| Refusal::NoMove(new_root.clone()))?;
        if !self.is_same_root(old, &request.old_root) {
            let Move { old_root: from, new_root: to, .. } = request;
            return Err(Refusal::OtherRoot { to, from, named: old.clone() }.into());
        }
        // Before anything else, so that the administrator first reads what has to be done about the store.
        self.refuse_used(run, &request)?;
        let chain = chain(&runs, run, &request);
        let runs = Runs::new(context, self);
        if context.options.resume {
            runs.requested()?.ok_or_else(|| command::Error::NothingToResume.into())
        } else {
            runs.undo_all(&chain)
        }
    }

    /// Returns the move to a root that is in effect, finished or not.
    fn moved<'r>(&self, runs: &'r [Run], new_root: &RootPath) -> Option<(&'r Run, Move)> {
        in_effect(runs).into_iter().rev().find_map(|run| match Request::of(&run.plan)? {
            Request::MigrateConfig(request) if self.is_same_root(new_root, &request.new_root) => Some((run, request)),
            _ => None,
        })
    }

    /// Returns whether two names mean one root. The old one may be gone.
    fn is_same_root(&self, named: &RootPath, of_run: &RootPath) -> bool {
        let id = |path: &RootPath| survey::identity(&*self.context.fs.open_dir(path).ok()?, path).ok();
        named == of_run || id(named).is_some_and(|named| Some(named) == id(of_run))
    }

    /// Refuses to undo a move while a server runs, or when the new one has worked on the store.
    pub(super) fn refuse_used(&self, run: &Run, request: &Move) -> Result<(), Error> {
        let look = |root: &RootPath| match ServerRoot::look(self.context.fs, root) {
            Ok(root) => Ok(Some(root)),
            // A root may be gone, and a link of it may lead nowhere by now: this is the way back all the same.
            Err(Error::NoRoot(_) | Error::NotARoot { .. } | Error::Link { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let new = look(&request.new_root)?;
        // A copy has a store of its own, and the old server may run beside it.
        let old = if request.data_root.is_none() { look(&request.old_root)? } else { None };
        let roots: Vec<&ServerRoot> = new.iter().chain(&old).collect();
        let running = running::servers(self.context.fs, &roots);
        if !running.is_empty() {
            return Err(Refusal::Running(running).into());
        }
        if request.data_root.is_some() || self.args.store_restored {
            return Ok(());
        }
        let Some(since) = began(run) else { return Ok(()) };
        // The links of the new root are what an unfinished run makes.
        let data = old.iter().chain(&new).find_map(|root| root.data.directory());
        let lines = data.map(|data| store::touched_since(self.context.fs, data, since)).unwrap_or_default();
        if lines.is_empty() { Ok(()) } else { Err(Refusal::StoreTouched(lines).into()) }
    }
}

/// Returns when a run began, as its name says.
fn began(run: &Run) -> Option<Time> {
    let id = run.id.to_string();
    let (time, _) = id.split_once('Z')?;
    let time = TimeZone::UTC.to_timestamp(civil::DateTime::strptime("%Y%m%dT%H%M%S%.f", time).ok()?).ok()?;
    let nanoseconds = u32::try_from(time.subsec_nanosecond()).ok()?;
    Some(Time { seconds: time.as_second(), nanoseconds })
}

/// Returns the runs that are undone: those on the new root since the move, and the move.
fn chain(runs: &[Run], moved: &Run, request: &Move) -> Vec<Name> {
    let is_of_root = |run: &&Run| Request::of(&run.plan).is_some_and(|other| *other.new_root() == request.new_root);
    let since = in_effect(runs).into_iter().filter(|run| run.id >= moved.id && run.plan.undoes.is_none());
    since.filter(is_of_root).map(|run| run.id.clone()).collect()
}
