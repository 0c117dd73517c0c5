//! What is known of the runs of every command: each can be listed, resumed and undone whatever the command is that does so.

use command::{AfterUndo, Context, ProductCommands, Providers, RunHandler, Work};
use config_merge::{FileSystems, MergeProducer};
use upgrade_engine::Run;
use upgrade_engine::engine::EngineError;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::StepError;

use crate::error::Error;
use crate::redeploy::Content;
use crate::request::Request;
use crate::service::{NOT_STOPPED, Stopped, Switch};
use crate::upgrade::ImMerger;

/// What the upgrade does not do (`reference/instant-messaging.md` section 1).
const CONFIGURATOR: &str = "Audio chat stays off and the IMPS gateway is not deployed until you run the configurator: run configure and \
                            choose Client Components";

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
        let merge = MergeProducer { merger: ImMerger, files: FileSystems::of(self.context) };
        Ok(Providers {
            producers: vec![Box::new(merge), Box::new(Content { fs: self.context.fs })],
            services: vec![
                Box::new(ProductCommands::new(self.context)),
                Box::new(Switch::new(self.context)),
                Box::new(Stopped { fs: self.context.fs }),
            ],
            ..Providers::default()
        })
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        let next = Request::of(plan).map(|request| next_lines(&request)).unwrap_or_default();
        crate::rollback::copies_line(plan).into_iter().chain(next).collect()
    }

    fn check_undo(&self, _: &[Run], run: &Run) -> Result<(), Error> {
        crate::rollback::refuse_undo(self.context.fs, run)
    }

    /// What a container made of an archive is not known: it is told again.
    fn after_undo(&self, undone: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let request = Request::of(&undone.plan);
        let next = request.as_ref().and_then(Request::resources).map(crate::redeploy::after_undo).unwrap_or_default();
        Ok(AfterUndo { next, ..AfterUndo::default() })
    }

    /// A run whose server was not stopped has changed nothing else by then.
    fn undone_at_once(&self, error: &EngineError) -> Option<Error> {
        match error {
            EngineError::Step { error: StepError::Service(what), .. } if what.starts_with(NOT_STOPPED) => {
                Some(Error::NotStopped(what.clone()))
            }
            _ => None,
        }
    }
}

/// Returns what comes after a run.
pub(crate) fn next_lines(request: &Request) -> Vec<String> {
    let is_cluster = request.target().service.starts_with("cluster");
    let lines: &[&str] = match (request, is_cluster) {
        (Request::Prepare(_), false) => {
            &["Next: commpkg upgrade; answer Yes when it asks whether to upgrade the IM API", "Then: im-upgrade finish"]
        }
        (Request::Prepare(_), true) => &[
            "Next, on every node of the cluster: commpkg upgrade; answer Yes when it asks whether to upgrade the IM API",
            "Then, once: im-upgrade finish",
            "Then the agent (IM_SCHA), on every node: commpkg upgrade; where a node is a non-global zone, run it in the global zone and in the non-global zones",
        ],
        (Request::Finish(_) | Request::Upgrade(_), false) => &[CONFIGURATOR],
        (Request::Finish(_) | Request::Upgrade(_), true) => &[
            "Then, on every other node that has client resources of its own: im-upgrade redeploy",
            "Then the agent (IM_SCHA), on every node: commpkg upgrade; where a node is a non-global zone, run it in the global zone and in the non-global zones",
            CONFIGURATOR,
        ],
        (Request::Redeploy(_), _) => &[],
        (Request::Rollback(rollback), _) => return crate::rollback::next_lines(rollback),
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}
