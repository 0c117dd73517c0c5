//! What a merge is about, what makes its files, and what follows its undo.

use std::ffi::OsString;

use command::{AfterUndo, Announcement, CommonOptions, Completion, Context, Providers, RunHandler, Runs, Work};
use config_merge::MergeProducer;
use upgrade_engine::Run;
use upgrade_engine::fs::Name;
use upgrade_engine::plan::Plan;

use super::Program;
use crate::cli;
use crate::error::Error;
use crate::merging::SixFiles;

impl Program<'_> {
    pub(super) fn requested(&self) -> Result<Completion, Error> {
        Runs::new(self.context, self).requested()?.ok_or_else(|| Error::usage("a command is missing"))
    }

    /// `undo RUN` is `--undo RUN`.
    pub(super) fn undo(&self, args: &cli::Undo) -> Result<Completion, Error> {
        let undo = Some(args.run.as_ref().map(OsString::from));
        let options = CommonOptions { undo, ..self.args.common.clone() };
        let context = Context { options: &options, ..self.context.clone() };
        Program { args: self.args, context: &context }.requested()
    }
}

impl RunHandler for Program<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        let saved = plan.request.get("saved").and_then(|saved| saved.as_str());
        saved.map_or_else(|| "run".to_owned(), |saved| format!("merge from {saved}"))
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        let merge = MergeProducer { merger: SixFiles, files: self.files() };
        Ok(Providers { producers: vec![Box::new(merge)], ..Providers::default() })
    }

    /// What was done is printed when all of it is done.
    fn announcement(&self, _: &Plan, _: usize) -> Announcement {
        Announcement::Nothing
    }

    fn undo_arguments(&self, _: &Plan, run: &Name) -> String {
        format!("undo {run}")
    }

    fn after_undo(&self, _: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let next = "Next: `config-commda-merge deploy`, if the merged files were deployed".to_owned();
        Ok(AfterUndo { next: vec![next], ..AfterUndo::default() })
    }
}
