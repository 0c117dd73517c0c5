//! `status`: the installation, its instances, and how far an upgrade is. It only reads.

use command::{Completion, Context, ReportStatus};
use serde_json::json;
use upgrade_engine::fs::RootPath;

use crate::cli;
use crate::error::Error;
use crate::server::{Instance, Server};
use crate::service;

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
    let mut report = context.report(ReportStatus::Inspected);
    report.details = json!({
        "old_base": server.old_base, "new_base": server.new_base, "config_root": server.config_root, "instances": details,
    });
    Ok(Completion::of(report))
}
