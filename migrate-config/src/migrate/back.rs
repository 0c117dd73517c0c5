//! `-u`: every later run on the new root is undone, newest first, then the move.

use command::{Completion, Context, Runs};
use jiff::civil;
use jiff::tz::TimeZone;
use upgrade_engine::Run;
use upgrade_engine::fs::{RootPath, Time};
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::survey;

use super::program::Program;
use super::refusal::Refusal;
use crate::error::Error;
use crate::new_root::new_root;
use crate::request::{Move, Request};
use crate::server_root::{Link, ServerRoot};
use crate::store;

impl Program<'_> {
    pub(super) fn back(&self, old: &RootPath) -> Result<Completion, Error> {
        let context = self.context;
        let new_root = new_root(self.args.new_root.as_deref(), context)?;
        let runs = list_runs(&*context.state.fs, &context.state.path, crate::TOOL).map_err(command::Error::from)?;
        let (run, request) = moved(&runs, &new_root).ok_or_else(|| Refusal::NoMove(new_root.clone()))?;
        if !self.is_same_root(old, &request.old_root) {
            let Move { old_root: from, new_root: to, .. } = request;
            return Err(Refusal::OtherRoot { to, from, named: old.clone() }.into());
        }
        self.refuse_used(run, &request)?;
        let options = command::CommonOptions { undo: Some(Some(run.id.to_string().into())), ..context.options.clone() };
        let context = Context { options: &options, ..context.clone() };
        let program = Program { args: self.args, context: &context };
        let undone = Runs::new(&context, &program).requested()?;
        undone.ok_or_else(|| command::Error::NothingToUndo.into())
    }

    /// Returns whether two names mean one root. The old one may be gone.
    fn is_same_root(&self, named: &RootPath, of_run: &RootPath) -> bool {
        let id = |path: &RootPath| survey::identity(&*self.context.fs.open_dir(path).ok()?, path).ok();
        named == of_run || id(named).is_some_and(|named| Some(named) == id(of_run))
    }

    /// Refuses to undo a move while a server runs, or when the new one has worked on the store.
    pub(super) fn refuse_used(&self, run: &Run, request: &Move) -> Result<(), Error> {
        // A copy has a store of its own, which is new.
        if request.data_root.is_some() || self.args.store_restored {
            return Ok(());
        }
        let Some(since) = began(run) else { return Ok(()) };
        let data = self.data_of(request)?;
        let lines = data.map(|data| store::touched_since(self.context.fs, &data, since)).unwrap_or_default();
        if lines.is_empty() { Ok(()) } else { Err(Refusal::StoreTouched(lines).into()) }
    }

    /// Returns the data root that both roots of a move lead to.
    fn data_of(&self, request: &Move) -> Result<Option<RootPath>, Error> {
        for root in [&request.old_root, &request.new_root] {
            match ServerRoot::look(self.context.fs, root) {
                Ok(root) if root.data != Link::Absent => return Ok(root.data.directory().cloned()),
                // The links are what an unfinished run makes, and the old root may be gone.
                Ok(_) | Err(Error::NoRoot(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Returns the move to a root that is in effect, finished or not.
fn moved<'r>(runs: &'r [Run], new_root: &RootPath) -> Option<(&'r Run, Move)> {
    in_effect(runs).into_iter().rev().find_map(|run| match Request::of(&run.plan)? {
        Request::MigrateConfig(request) if request.new_root == *new_root => Some((run, request)),
        _ => None,
    })
}

/// Returns when a run began, as its name says.
fn began(run: &Run) -> Option<Time> {
    let id = run.id.to_string();
    let (time, _) = id.split_once('Z')?;
    let time = TimeZone::UTC.to_timestamp(civil::DateTime::strptime("%Y%m%dT%H%M%S%.f", time).ok()?).ok()?;
    let nanoseconds = u32::try_from(time.subsec_nanosecond()).ok()?;
    Some(Time { seconds: time.as_second(), nanoseconds })
}
