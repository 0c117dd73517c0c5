//! `--resume`, and the same command once more.

use upgrade_engine::Run;
use upgrade_engine::engine::Session;
use upgrade_engine::run_list::unfinished;

use super::{RunHandler, Runs, Work};
use crate::context::Completion;
use crate::error::Error;
use crate::report::ReportStatus;

impl<H: RunHandler> Runs<'_, H> {
    /// Resumes the one unfinished run of this product root.
    pub(super) fn resume_unfinished(&self) -> Result<Completion, H::Error> {
        let session = self.existing_session()?.ok_or(Error::NothingToResume)?;
        let runs = session.runs().map_err(Error::from)?;
        let here: Vec<&Run> = unfinished(&runs).into_iter().filter(|run| self.is_here(run)).collect();
        // Of a run and its unfinished undo, the undo is resumed.
        let is_resumable = |run: &&&Run| !here.iter().any(|undo| undo.plan.takes_back(&run.id));
        let resumable: Vec<&Run> = here.iter().filter(is_resumable).copied().collect();
        match resumable.as_slice() {
            [] => Err(self.unreadable_here(&session)?.unwrap_or(Error::NothingToResume).into()),
            [run] => self.resume(&session, run),
            several => {
                let list = several.iter().map(|run| format!("{} ({})", run.id, self.describe(&run.plan)));
                Err(Error::SeveralUnfinished(list.collect::<Vec<_>>().join(", ")).into())
            }
        }
    }

    /// Resumes a run.
    pub(super) fn resume(&self, session: &Session, run: &Run) -> Result<Completion, H::Error> {
        let providers = self.handler.providers(&Work::Resume(session, run))?;
        self.context.say(&format!("Resuming run {}", run.id));
        let done = self
            .work(&run.plan, &providers, |resources| session.resume(run, resources))
            .map_err(|error| self.undone_at_once(session, &providers, error))?;
        let mut report = self.keep_report(session, &run.plan, done, ReportStatus::Done);
        let finished = "The run is finished";
        self.context.say(finished);
        if run.plan.undoes.is_some() {
            self.say_undone(session, &run.plan, &mut report)?;
        } else {
            self.say_ways_back(&report);
            self.say_next(&run.plan);
            let last = self.handler.legacy_last_line(finished).filter(|_| report.findings.is_empty());
            last.iter().for_each(|line| self.context.say(line));
        }
        Ok(Completion::of(report))
    }
}
