//! What a run is about, what carries it out, and what its undo must not overlook.

use command::{AfterUndo, Providers, RunHandler, Work};
use upgrade_engine::engine::Session;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::in_effect;
use upgrade_engine::{Run, Status};

use super::{Asked, Program};
use crate::answers;
use crate::apply::{ChangeState, DirectoryService, change_state, changes_of};
use crate::detect::check_changeable;
use crate::error::Error;
use crate::ldap::Directory;
use crate::plan::check_storable;
use crate::stored::{Expected, Stored, unseen};

impl RunHandler for Program<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        let asked = serde_json::from_value::<Asked>(plan.request.clone());
        asked.map_or_else(|_| "run".to_owned(), |asked| format!("preparing {}", asked.target.url))
    }

    fn providers<'s>(&'s self, work: &Work<'_>) -> Result<Providers<'s>, Error> {
        let (plan, directory) = match work {
            Work::Apply(plan) => (*plan, self.directory()?),
            Work::Resume(session, run) | Work::Undo(session, run) => {
                (&run.plan, self.open_for(session, run).map_err(|error| still_unfinished(run, error))?)
            }
        };
        if let Work::Undo(..) = work {
            self.say_order_of_undo(directory, &changes_of(plan))?;
        }
        let terminal = self.context.terminal;
        let say = Box::new(move |line: &str| terminal.message(&format!("  {line}")));
        let service = DirectoryService { directory, changes: changes_of(plan), files: self.files()?, say };
        Ok(Providers { services: vec![Box::new(service)], ..Providers::default() })
    }

    /// Programs that drive this one look for the word `Successful`: it is not printed where something needs review.
    fn legacy_last_line(&self, line: &str) -> Option<String> {
        let (first, rest) = line.split_at_checked(1)?;
        let word = if line.starts_with("Everything else") { "Needs review" } else { "Successful" };
        Some(format!("{word}: {}{rest}.", first.to_lowercase()))
    }

    fn check_undo(&self, runs: &[Run], run: &Run) -> Result<(), Error> {
        match later_run(runs, run) {
            Some(later) => Err(Error::LaterRun { run: run.id.clone(), later: later.id.clone() }),
            None => Ok(()),
        }
    }

    fn after_undo(&self, undone: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let directory = self.directory()?;
        let mut findings = not_undone(directory, undone)?;
        findings.extend(self.still_held(directory, &changes_of(&undone.plan))?);
        let mut next = Vec::new();
        match self.files()?.compare(directory, &changes_of(&undone.plan), Expected::Undone)? {
            Stored::Compared(more) => findings.extend(more),
            Stored::Unseen(why) => next.push(unseen(&why)),
        }
        next.extend(self.widened(directory, &changes_of(&undone.plan))?);
        Ok(AfterUndo { findings, next, ..AfterUndo::default() })
    }
}

impl Program<'_> {
    /// Connects to the server of a run, and sees that it takes the changes.
    fn open_for(&self, session: &Session, run: &Run) -> Result<&dyn Directory, Error> {
        let target = self.target_of_run(session, run)?;
        let password = match self.password.get() {
            Some(password) => Some(password.clone()),
            None => self.given_password()?,
        };
        let instance = answers::instance_of(self.args, self.context.fs)?.map(|instance| instance.path);
        let directory = self.open(&target, password, instance)?;
        let changes = changes_of(&run.plan);
        check_changeable(directory, &target, &changes)?;
        check_storable(&self.files()?.storage(directory)?, &changes)?;
        Ok(directory)
    }
}

/// Reads everything again after an undo; returns what is not as it was.
fn not_undone(directory: &dyn Directory, run: &Run) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    for change in changes_of(&run.plan) {
        let state = change_state(directory, &change)?;
        if state == ChangeState::After && change.is_of_schema() {
            findings.push(format!("{}: another server has given back what was undone: {}", change.dn, change.reason));
        }
        if let ChangeState::Neither(how) = state {
            // The entry that a change was of may be one that the run had made.
            if directory.entry(&change.dn, &["1.1"])?.is_some() {
                findings.push(format!("{} is not as it was: {how}", change.dn));
            }
        }
    }
    Ok(findings)
}

/// Returns a later run on the same server that is in effect.
fn later_run<'a>(runs: &'a [Run], run: &Run) -> Option<&'a Run> {
    let server = |run: &Run| {
        let asked = serde_json::from_value::<Asked>(run.plan.request.clone()).ok();
        asked.filter(|_| run.plan.undoes.is_none()).map(|asked| asked.target.url)
    };
    let of_server = server(run)?;
    let later = in_effect(runs).into_iter().rev().take_while(|other| other.id != run.id);
    later.into_iter().find(|other| server(other).as_ref() == Some(&of_server))
}

/// An unfinished run is one also when there is no connection: then it is not true that nothing was changed.
fn still_unfinished(run: &Run, error: Error) -> Error {
    if matches!(run.status, Status::Unfinished { .. }) {
        Error::StillUnfinished { run: run.id.clone(), error: Box::new(error) }
    } else {
        error
    }
}
