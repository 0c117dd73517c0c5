//! What every program knows of the runs of all of them: each can list, resume and undo the others' runs.

use command::{AfterUndo, CommandOptions, Context, ProductCommands, Providers, RunHandler, Work};
use config_merge::FileSystems;
use config_merge::candidates::CandidateProducer;
use upgrade_engine::Run;
use upgrade_engine::plan::Plan;
use upgrade_engine::step::Step;

use crate::error::Error;
use crate::install::{Activation, Built};
use crate::migrate::ldap_settings::SettingsFromLdap;
use crate::migrate::produce::Rewritten;
use crate::request::Request;

/// A run of any of the programs.
pub struct AnyRun<'a> {
    /// What the program works with.
    pub context: &'a Context<'a>,
    /// Whether commands of the product are run below another root.
    pub commands: CommandOptions,
}

impl<'a> AnyRun<'a> {
    /// Returns one that runs commands of the product on the machine's own root only.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, commands: CommandOptions::default() }
    }
}

impl RunHandler for AnyRun<'_> {
    type Error = Error;

    fn describe(&self, plan: &Plan) -> String {
        Request::of(plan).map_or_else(|| "run".to_owned(), |request| request.describe())
    }

    fn providers<'s>(&'s self, _: &Work<'_>) -> Result<Providers<'s>, Error> {
        Ok(providers(self.context))
    }

    /// What has to be looked at before a move is undone, such as the store, only `migrate-config` looks at.
    fn check_undo(&self, _: &[Run], run: &Run) -> Result<(), Error> {
        match Request::of(&run.plan) {
            Some(Request::MigrateConfig(request)) => Err(Error::usage(format!(
                "run {} is a move: undo it with migrate-config -u {}",
                run.id, request.old_root
            ))),
            _ => Ok(()),
        }
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        match Request::of(plan) {
            Some(Request::InstallNewconfig(installation)) => {
                let activation = Activation::of(plan, &installation.new_root);
                let was_built = plan.steps.iter().any(|step| matches!(step, Step::Request(_)));
                activation.next(if was_built { Built::Yes } else { Built::No })
            }
            Some(Request::HaIpConfig(request)) => vec![crate::ha_ip_config::restart(&request.new_root)],
            _ => Vec::new(),
        }
    }

    /// After the files of an installation are restored, what the MTA compiles of them is built anew. A step could not do that: steps
    /// are undone in the reverse order, so it would be built before.
    fn after_undo(&self, undone: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let installation = match Request::of(&undone.plan) {
            Some(Request::InstallNewconfig(installation)) => installation,
            Some(Request::HaIpConfig(request)) => {
                let next = vec![crate::ha_ip_config::restart(&request.new_root)];
                return Ok(AfterUndo { next, ..AfterUndo::default() });
            }
            _ => return Ok(AfterUndo::default()),
        };
        let activation = Activation::of(&undone.plan, &installation.new_root);
        let Some(build) = activation.build_here(self.context, &self.commands) else {
            return Ok(AfterUndo { next: activation.next(Built::No), ..AfterUndo::default() });
        };
        let built = build.and_then(|command| ProductCommands::new(self.context).run(&command));
        let findings = built.as_ref().err().map(|what| format!("{}: {what}", activation.build()));
        let next = activation.next(if built.is_ok() { Built::Yes } else { Built::No });
        Ok(AfterUndo { next, findings: findings.into_iter().collect(), ..AfterUndo::default() })
    }
}

/// Returns what the steps of every program's runs are made with.
pub fn providers<'s>(context: &'s Context<'_>) -> Providers<'s> {
    let candidates = CandidateProducer { files: FileSystems::of(context) };
    let settings = SettingsFromLdap { fs: context.fs, own_files: context.own_files };
    Providers {
        producers: vec![Box::new(candidates), Box::new(Rewritten), Box::new(settings)],
        services: vec![Box::new(ProductCommands::new(context))],
        ..Providers::default()
    }
}
