//! What is known of the runs of every command: each can be listed, resumed and undone whatever the command is that does so.

use command::{AfterUndo, Context, Providers, RunHandler, Work};
use config_merge::FileSystems;
use config_merge::candidates::CandidateProducer;
use upgrade_engine::Run;
use upgrade_engine::plan::Plan;

use crate::error::Error;
use crate::mail_ui::SavedPages;
use crate::request::Request;

/// A run of any of the commands.
pub struct AnyRun<'a> {
    /// What the program works with.
    pub context: &'a Context<'a>,
}

impl RunHandler for AnyRun<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        Request::of(plan).map_or_else(|| "run".to_owned(), |request| request.describe())
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        let candidates = CandidateProducer { files: FileSystems::of(self.context) };
        let pages = SavedPages { fs: self.context.fs };
        Ok(Providers { producers: vec![Box::new(candidates), Box::new(pages)], ..Providers::default() })
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        match Request::of(plan) {
            Some(Request::InstallNewconfig(installation)) => crate::install::next_lines(&installation),
            Some(Request::MigrateMailUi(_)) => vec![crate::mail_ui::NEXT.to_owned()],
            None => Vec::new(),
        }
    }

    fn after_undo(&self, undone: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let next = match Request::of(&undone.plan) {
            Some(Request::InstallNewconfig(_) | Request::MigrateMailUi(_)) => vec![crate::install::RESTART.to_owned()],
            None => Vec::new(),
        };
        Ok(AfterUndo { next, ..AfterUndo::default() })
    }
}
