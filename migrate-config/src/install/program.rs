//! What both programs do, on whatever file systems they are given.

use std::ffi::OsString;

use command::{CommonOptions, Completion, Context, Runs, Start, Touched};
use config_merge::WorkDirectory;
use config_merge::candidates::Candidates;
use serde::Deserialize;
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::survey::real_path;

use super::{Activation, cli};
use crate::TOOL;
use crate::error::Error;
use crate::handler::AnyRun;
use crate::new_root::new_root;
use crate::patch::{MadeFor, work_directory};
use crate::request::{Installation, Request};
use crate::server_root::ServerRoot;

/// One call of `install-newconfig`.
pub struct Install<'a> {
    /// What was typed.
    pub args: &'a cli::Args,
    /// What it works with.
    pub context: &'a Context<'a>,
}

/// One call of `uninstall-newconfig`.
pub struct Uninstall<'a> {
    /// What was typed.
    pub args: &'a cli::UninstallArgs,
    /// What it works with.
    pub context: &'a Context<'a>,
}

impl Install<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let (args, context) = (self.args, self.context);
        let handler = AnyRun { context, commands: args.commands.clone() };
        let runs = Runs::new(context, &handler);
        if let Some(done) = runs.requested()? {
            return Ok(done);
        }
        let new_root = new_root(args.new_root.as_deref(), context)?;
        let root = ServerRoot::look(context.fs, &new_root)?;
        let config = root.config.directory().cloned().ok_or_else(|| Error::NotConfigured(new_root.clone()))?;
        let from = work_directory(&new_root, args.work_dir.as_deref())?;
        let touched =
            Touched { changes: vec![config.to_string(), new_root.to_string()], reads: vec![from.path.to_string()] };
        let installation = Installation { new_root: new_root.clone(), from: from.clone(), force: args.force };
        let request = Request::InstallNewconfig(installation).to_json();
        let run = match runs.start(&request, touched)? {
            Start::Resumed(done) => return Ok(*done),
            Start::New(run) => run,
        };
        let candidates = Candidates::read(&from.open(context)?)?;
        refuse_other_root(&candidates, &from, &new_root)?;
        let mut plan = Plan::new(TOOL, request);
        if !args.force {
            candidates.refuse_unresolved()?;
        }
        for file in &candidates.record.files {
            plan.findings
                .extend(file.blocking.iter().map(|key| format!("{key} is in conflict: the site's value was kept")));
            plan.warnings.extend(file.reported.iter().map(|key| format!("{key}: the shipped line was kept")));
        }
        plan.findings.extend(candidates.record.findings.iter().cloned());
        let config = real_path(context.fs, &config).map_err(|e| Error::io("look at", &config, e))?;
        candidates.plan_installation(&mut plan, context.fs, &[config])?;
        let count = plan.steps.len();
        let activation = Activation::of(&plan, &new_root);
        match activation.build_here(context, &args.commands) {
            Some(Ok(build)) => plan.steps.push(build.step(None)),
            Some(Err(what)) => plan.warnings.push(format!("{}: {what}", activation.build())),
            None => {}
        }
        plan.warnings.iter().for_each(|line| context.warn(line));
        let question =
            format!("Change {count} {} of the live configuration?", if count == 1 { "file" } else { "files" });
        run.carry_out(plan, Some(&question))
    }
}

fn refuse_other_root(candidates: &Candidates, from: &WorkDirectory, new_root: &RootPath) -> Result<(), Error> {
    let record = |e: serde_json::Error| Error::Record { path: from.path.clone(), what: e.to_string() };
    let made_for = MadeFor::deserialize(&candidates.record.request).map_err(record)?;
    if made_for.new_root == *new_root {
        return Ok(());
    }
    Err(Error::OtherRoot { path: from.path.clone(), made_for: made_for.new_root, new_root: new_root.clone() })
}

impl Uninstall<'_> {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it was not done, and in which state the system is.
    pub fn carry_out(&self) -> Result<Completion, Error> {
        let (args, context) = (self.args, self.context);
        let handler = AnyRun { context, commands: args.commands.clone() };
        if let Some(done) = Runs::new(context, &handler).requested()? {
            return Ok(done);
        }
        let new_root = new_root(args.new_root.as_deref(), context)?;
        ServerRoot::look(context.fs, &new_root)?;
        let state = context.state;
        let runs = list_runs(&*state.fs, &state.path, context.tool).map_err(command::Error::from)?;
        let here = context.options.real_root();
        let is_meant = |run: &&&upgrade_engine::Run| {
            let request = Request::of(&run.plan);
            let is_installation = matches!(&request, Some(Request::InstallNewconfig(of)) if of.new_root == new_root);
            is_installation && run.plan.scope.may_be_on(&here)
        };
        let effective = in_effect(&runs);
        let newest = effective.iter().rev().find(is_meant);
        let run = newest.ok_or_else(|| Error::NotInstalledConfig(new_root.clone()))?;
        let options = CommonOptions { undo: Some(Some(OsString::from(run.id.to_string()))), ..context.options.clone() };
        let context = Context { options: &options, ..context.clone() };
        let handler = AnyRun { context: &context, commands: args.commands.clone() };
        let undone = Runs::new(&context, &handler).requested()?;
        undone.ok_or_else(|| Error::NotInstalledConfig(new_root))
    }
}
