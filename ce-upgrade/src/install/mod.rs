//! `install-newconfig` puts the merged files of `patch-config` into the deployed configuration, as one run; `uninstall-newconfig` takes the
//! newest such run back.

use std::ffi::OsString;

use command::{CommonOptions, Completion, Context, Runs, Start, Touched};
use config_merge::candidates::Candidates;
use upgrade_engine::Run;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{in_effect, list_runs};

use crate::deployment::{self, Deployment};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::patch::{MadeFor, work_directory};
use crate::request::{Installation, Request};
use crate::{TOOL, cli};

/// What makes the application read its configuration: `reference/communications-express.md` section 5.
pub const RESTART: &str = "Next: restart the web container: the application reads its configuration only then";
/// What must not follow a merge: `reference/communications-express.md` section 9.
pub const NO_CONFIGURATOR: &str =
    "Do not run config-uwc from now on: it overwrites all configuration and customisation with what is shipped";

/// Installs the merged files.
///
/// # Errors
/// Why it was not done, and in which state the system is.
pub(crate) fn carry_out(args: &cli::Install, context: &Context<'_>) -> Result<Completion, Error> {
    let handler = AnyRun { context };
    let runs = Runs::new(context, &handler);
    if let Some(done) = runs.requested()? {
        return Ok(done);
    }
    let Deployment { base, deployed } = Deployment::look(context, &args.place)?;
    let from = work_directory(&base, args.work_dir.as_deref())?;
    let candidates = Candidates::read(&from.open(context)?)?;
    let made_for = MadeFor::of(&from, &candidates.record)?;
    let installation = Installation {
        base,
        deployed: deployed.clone(),
        from: from.clone(),
        force: args.force,
        instead_of: made_for.from.clone(),
        is_other_host: made_for.is_other_host,
    };
    let touched = Touched {
        changes: vec![deployed.to_string()],
        reads: vec![from.path.to_string(), installation.base.to_string()],
    };
    let request = Request::InstallNewconfig(installation).to_json();
    let run = match runs.start(&request, touched)? {
        Start::Resumed(done) => return Ok(*done),
        Start::New(run) => run,
    };
    if made_for.deployed != deployed {
        return Err(Error::OtherDeployment { work: from.path, made_for: made_for.deployed, deployed });
    }
    if let Some(patch) = &made_for.patch {
        context.say(&format!("Merged for patch {patch}"));
    }
    refuse_links(context.fs, &deployed, &candidates)?;
    let again = made_for.shipped.again(context.fs, &candidates.record)?;
    if !again.is_empty() {
        return Err(Error::StockAgain { files: again, work: from.path });
    }
    if !args.force {
        candidates.refuse_unresolved()?;
    }
    let mut plan = Plan::new(TOOL, request);
    for file in &candidates.record.files {
        plan.findings
            .extend(file.blocking.iter().map(|key| format!("{key} is in conflict: the site's value was kept")));
    }
    plan.findings.extend(candidates.record.findings.iter().cloned());
    let web_inf = deployment::below(&deployed, deployment::WEB_INF)?;
    candidates.plan_installation(&mut plan, context.fs, &[web_inf])?;
    let count = plan.steps.iter().filter(|step| !matches!(step, upgrade_engine::step::Step::MakeDir(_))).count();
    let question = format!("Change {count} {} of {deployed}?", if count == 1 { "file" } else { "files" });
    run.carry_out(plan, Some(&question))
}

/// Refuses a live file, or a directory above it, that has become a link since the merge: what it leads to is not what was merged.
fn refuse_links(fs: &dyn FileSystem, deployed: &RootPath, candidates: &Candidates) -> Result<(), Error> {
    for candidate in &candidates.record.files {
        let mut path = candidate.target.clone();
        while deployment::kind(fs, &path)?.is_none()
            && let Some((above, _)) = path.split_last()
        {
            path = above;
        }
        let target = deployment::real(fs, &path)?;
        if target == path {
            continue;
        }
        return Err(if deployment::is_within(&target, deployed) {
            config_merge::Error::ChangedSince { path: path.to_string() }.into()
        } else {
            Error::LeadsOut { link: path, target }
        });
    }
    Ok(())
}

/// Takes back the newest installation.
///
/// # Errors
/// [`Error::NotInstalledConfig`]; why it was not done, and in which state the system is.
pub(crate) fn take_back(args: &cli::Uninstall, context: &Context<'_>) -> Result<Completion, Error> {
    // Where the packages are gone, what is deployed is still there.
    let base = deployment::base(context, &args.place).ok();
    let deployed = deployment::deployed(context, &args.place, base.as_ref())?;
    let runs = list_runs(&*context.state.fs, &context.state.path, TOOL).map_err(command::Error::from)?;
    let id = newest(context, &runs, &deployed).map(|run| run.id.to_string());
    let id = id.ok_or_else(|| Error::NotInstalledConfig(deployed.clone()))?;
    let options = CommonOptions { undo: Some(Some(OsString::from(id))), ..context.options.clone() };
    let context = Context { options: &options, ..context.clone() };
    let handler = AnyRun { context: &context };
    let undone = Runs::new(&context, &handler).requested()?;
    undone.ok_or(Error::NotInstalledConfig(deployed))
}

/// Returns the newest installation in a deployment that is in effect. `runs` are all, oldest first.
pub(crate) fn newest<'r>(context: &Context<'_>, runs: &'r [Run], deployed: &RootPath) -> Option<&'r Run> {
    let here = context.options.real_root();
    in_effect(runs).into_iter().rev().find(|run| {
        let is_installation =
            matches!(Request::of(&run.plan), Some(Request::InstallNewconfig(of)) if of.deployed == *deployed);
        is_installation && run.plan.scope.may_be_on(&here)
    })
}

/// Returns what comes after an installation: the guide's steps of the three strategies.
pub(crate) fn next_lines(installation: &Installation) -> Vec<String> {
    let first = match (&installation.instead_of, installation.is_other_host) {
        (None, _) => RESTART.to_owned(),
        (Some(old), false) => format!(
            "Next: stop the web container of the old application in {old}; then start that of the new one in {}",
            installation.deployed
        ),
        (Some(_), true) => format!(
            "Next: restart the web container of {}; then have users sent to this host, and stop the old one",
            installation.deployed
        ),
    };
    vec![first, NO_CONFIGURATOR.to_owned()]
}
