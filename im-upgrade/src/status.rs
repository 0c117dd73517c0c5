//! `status`: the installation, its instances, and how far an upgrade is. It only reads.

use command::{Completion, Context, ReportStatus};
use serde_json::json;
use upgrade_engine::fs::RootPath;
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::{Run, Status};

use crate::error::Error;
use crate::handler::next_lines;
use crate::request::Request;
use crate::rollback::Phase;
use crate::server::{Instance, Server};
use crate::service;
use crate::{TOOL, cli};

/// Shows it.
///
/// # Errors
/// As [`Server::look`].
pub(crate) fn show(args: &cli::Status, context: &Context<'_>) -> Result<Completion, Error> {
    let fs = context.fs;
    let server = Server::look(fs, context.options, &args.place)?;
    let place = |base: &Option<RootPath>| base.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    context.say(&format!("7.2 or older: {}", place(&server.old_base)));
    context.say(&format!("7.3:          {}", place(&server.new_base)));
    context.say(&format!("Instances below {}:", server.config_root));
    let mut details = Vec::new();
    for instance in &server.instances {
        let Instance { name, config, .. } = instance;
        let runtime = instance.runtime()?;
        context.say(&format!("  {name}: configuration {config}, runtime {runtime}"));
        let users = service::users_of(fs, &runtime);
        context.say(&match users.first() {
            Some(first) => format!("    it runs: {first}"),
            None => "    no process uses its runtime files".to_owned(),
        });
        details.push(json!({ "name": name, "config": config, "runtime": runtime, "users": users }));
    }
    let state = context.state;
    let runs = list_runs(&*state.fs, &state.path, TOOL).map_err(command::Error::from)?;
    let progress = progress(context, &server, &runs);
    progress.iter().for_each(|line| context.say(line));
    let mut report = context.report(ReportStatus::Inspected);
    report.details = json!({
        "old_base": server.old_base, "new_base": server.new_base, "config_root": server.config_root, "instances": details,
        "progress": progress,
    });
    Ok(Completion::of(report))
}

/// Returns how far the upgrade of the chosen instances is, as the runs show it, and what comes next.
fn progress(context: &Context<'_>, server: &Server, runs: &[Run]) -> Vec<String> {
    let here = context.options.real_root();
    let is_here = |request: &Request| {
        let target = request.target();
        // It is no part of an upgrade.
        !matches!(request, Request::Redeploy(_))
            && target.config_root == server.config_root
            && server.names().iter().any(|name| target.instances.contains(name))
    };
    let newest = in_effect(runs).into_iter().rev().find_map(|run| {
        let request = Request::of(&run.plan).filter(is_here)?;
        run.plan.scope.may_be_on(&here).then_some((run, request))
    });
    let Some((run, request)) = newest else {
        return vec!["No run has prepared it".to_owned(), "Next: im-upgrade prepare".to_owned()];
    };
    let id = &run.id;
    if run.status != Status::Finished {
        return vec![format!("Run {id} is unfinished: {}", request.describe())];
    }
    let done = match &request {
        Request::Prepare(_) => format!("Prepared by run {id}"),
        Request::Finish(_) => format!("Finished by run {id}"),
        Request::Upgrade(_) => format!("Upgraded by run {id}"),
        Request::Rollback(rollback) if rollback.phase == Phase::CopyOut => format!("Rollback begun by run {id}"),
        Request::Redeploy(_) => format!("Redeployed by run {id}"),
        Request::Rollback(_) => format!("Rolled back to 7.2 by run {id}"),
    };
    std::iter::once(done).chain(next_lines(&request)).collect()
}
