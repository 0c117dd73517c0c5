//! What every program knows of the runs of all of them: each can list, resume and undo the others' runs.

use command::{AfterUndo, Context, Providers, RunHandler, Work};
use config_merge::FileSystems;
use config_merge::candidates::CandidateProducer;
use upgrade_engine::Run;
use upgrade_engine::plan::Plan;

use crate::error::Error;
use crate::install::Activation;
use crate::migrate::ldap_settings::SettingsFromLdap;
use crate::migrate::produce::Rewritten;
use crate::request::Request;

/// A run of any of the programs.
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
        let settings = SettingsFromLdap { fs: self.context.fs, own_files: self.context.own_files };
        Ok(Providers {
            producers: vec![Box::new(candidates), Box::new(Rewritten), Box::new(settings)],
            ..Providers::default()
        })
    }

    fn next(&self, plan: &Plan) -> Vec<String> {
        match Request::of(plan) {
            Some(Request::InstallNewconfig(installation)) => after_installation(plan, &installation.new_root),
            Some(Request::HaIpConfig(request)) => vec![crate::ha_ip_config::restart(&request.new_root)],
            _ => Vec::new(),
        }
    }

    fn after_undo(&self, undone: &Run, _: &Plan) -> Result<AfterUndo, Error> {
        let next = match Request::of(&undone.plan) {
            Some(Request::InstallNewconfig(installation)) => after_installation(&undone.plan, &installation.new_root),
            Some(Request::HaIpConfig(request)) => vec![crate::ha_ip_config::restart(&request.new_root)],
            _ => Vec::new(),
        };
        Ok(AfterUndo { next, ..AfterUndo::default() })
    }
}

/// Returns what follows an installation, or its undo.
fn after_installation(plan: &Plan, new_root: &upgrade_engine::fs::RootPath) -> Vec<String> {
    let activation = Activation::of(plan, new_root);
    let build = activation.builds().then(|| format!("Next: {}", activation.build()));
    build.into_iter().chain(activation.restarts()).collect()
}
