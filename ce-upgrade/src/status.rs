//! `status`: the installation, what is deployed, and how far its upgrade is. It only reads.

use command::{Completion, Context, ReportStatus};
use config_merge::WorkDirectory;
use config_merge::candidates::Candidates;
use serde_json::json;
use upgrade_engine::Status;
use upgrade_engine::fs::RootPath;
use upgrade_engine::run_list::list_runs;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::install::{newest, next_lines};
use crate::patch::{MadeFor, work_directory};
use crate::request::Request;
use crate::{TOOL, cli};

/// Shows it.
///
/// # Errors
/// As [`Deployment::look`].
pub(crate) fn show(args: &cli::Status, context: &Context<'_>) -> Result<Completion, Error> {
    let deployment = Deployment::look(context, &args.place)?;
    let Deployment { base, deployed } = &deployment;
    context.say(&format!("Installed: {base}"));
    context.say(&format!("Deployed:  {deployed}"));
    let work = work_directory(base, args.work_dir.as_deref())?;
    let merge = merge(context, deployed, &work)?;
    let runs = list_runs(&*context.state.fs, &context.state.path, TOOL).map_err(command::Error::from)?;
    let run = newest(context, &runs, deployed);
    let progress: Vec<String> = match run {
        Some(run) if run.status != Status::Finished => vec![format!("Run {} is unfinished", run.id)],
        Some(run) => {
            let next = match Request::of(&run.plan) {
                Some(Request::InstallNewconfig(installation)) => next_lines(&installation),
                Some(Request::MigrateMailUi(_)) | None => Vec::new(),
            };
            std::iter::once(format!("Installed by run {}; to undo it: ce-upgrade uninstall-newconfig", run.id))
                .chain(next)
                .collect()
        }
        None => merge.clone(),
    };
    progress.iter().for_each(|line| context.say(line));
    if let Some(run) = crate::mail_ui::moved_by(context, deployed)? {
        context.say(&format!("Customised mail pages were moved by run {run}"));
    }
    let mut report = context.report(ReportStatus::Inspected);
    report.details = json!({
        "base": base, "deployed": deployed, "work_directory": work, "run": run.map(|run| run.id.to_string()), "progress": progress,
    });
    Ok(Completion::of(report))
}

/// Returns lines about the merged files that wait for their installation.
fn merge(context: &Context<'_>, deployed: &RootPath, work: &WorkDirectory) -> Result<Vec<String>, Error> {
    let nothing = vec!["Nothing is merged yet".to_owned(), "Next: ce-upgrade patch-config".to_owned()];
    let directory = match work.open(context) {
        Ok(directory) => directory,
        Err(config_merge::Error::NoCandidates(_) | config_merge::Error::NoPlace(_)) => return Ok(nothing),
        Err(error) => return Err(error.into()),
    };
    let candidates = Candidates::read(&directory)?;
    let made_for = MadeFor::of(work, &candidates.record)?;
    if made_for.deployed != *deployed {
        return Ok(nothing);
    }
    let patch = made_for.patch.as_ref().map(|patch| format!(", for patch {patch}")).unwrap_or_default();
    let open: usize = candidates.record.files.iter().map(|file| file.blocking.len()).sum();
    let mut lines = vec![format!("{} files are merged in {}{patch}", candidates.record.files.len(), work.path)];
    let again = made_for.shipped.again(context.fs, &candidates.record)?;
    if !again.is_empty() {
        lines.push(format!("Since then, live files became what is shipped, as after config-uwc: {}", again.join(", ")));
    }
    lines.push(match open {
        0 => "Next: ce-upgrade install-newconfig".to_owned(),
        _ => format!("Conflicts that are not resolved: {open}; next: ce-upgrade patch-config --resolve ..."),
    });
    Ok(lines)
}
