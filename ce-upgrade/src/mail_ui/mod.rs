//! `migrate-mail-ui`: moves the site's customised mail pages from the copy that the upgrade of Messaging Server saved of its
//! `config/html` to `<deployed>/webmail`, where 6.3 has them (`reference/communications-express.md` section 2). Once.
//!
//! The vendor's script for this is documented, its name and its rules are not. The rules here are those of every merge, for whole files.

mod content;
pub mod decide;
pub mod facts;
mod proposals;
mod refusal;
mod saved;
mod steps;

use std::collections::BTreeMap;

use command::{Completion, Context, Exit, ReportStatus, Runs, Start, Touched};
use serde::{Deserialize, Serialize};
use serde_json::json;
use upgrade_engine::Status;
use upgrade_engine::fs::{RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::run_list::{in_effect, list_runs};
use upgrade_engine::survey::identity;

use crate::deployment::{self, below};
use crate::error::Error;
use crate::handler::AnyRun;
use crate::request::Request;
use crate::{TOOL, cli, ui_trees};
pub(crate) use content::SavedPages;
use decide::{Action, Decided};
use facts::{Tree, Trees};
pub use refusal::Refusal;

/// What to do afterwards.
pub(crate) const NEXT: &str = "Next: restart the web container, and look at the mail pages in a browser";

/// The move of customised pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// What is deployed.
    pub deployed: RootPath,
    /// The saved pages.
    pub from: RootPath,
    /// The pages that the old release shipped, as a real path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// How conflicts are resolved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolve: Vec<String>,
}

/// Does what was asked for.
///
/// # Errors
/// Why it was not done, and in which state the system is.
pub(crate) fn carry_out(args: &cli::MigrateMailUi, context: &Context<'_>) -> Result<Completion, Error> {
    let fs = context.fs;
    let resolutions = decide::resolutions(&args.resolve)?;
    let deployed = deployment::deployed(context, &args.place, None)?;
    let webmail = webmail(context, &deployed)?;
    let saved = saved::saved(context, args)?;
    let base = saved::base(context, args)?;
    proposals::refuse_taken(args, context)?;
    let request = Request::MigrateMailUi(Move {
        deployed: deployed.clone(),
        from: saved.path.clone(),
        base: base.as_ref().map(|base| base.path.to_string()),
        resolve: args.resolve.clone(),
    });
    let handler = AnyRun { context };
    let runs = Runs::new(context, &handler);
    let touched =
        Touched { changes: vec![webmail.path.to_string()], reads: vec![saved.path.to_string(), deployed.to_string()] };
    let run = match runs.start(&request.to_json(), touched)? {
        Start::Resumed(done) => return Ok(*done),
        Start::New(run) => run,
    };
    if let Some(run) = moved_by(context, &deployed)? {
        return Err(Refusal::AlreadyMoved { deployed, run }.into());
    }
    refuse_one_tree(&saved, &webmail)?;
    let package = match deployment::base(context, &args.place) {
        Ok(base) => ui_trees::copy_of(&ui_trees::copies(fs, &base)?, "webmail")?,
        Err(_) => None,
    };
    let package = package.map(|copy| Tree::open(fs, &copy.path)).transpose()?.flatten();
    let trees = Trees { saved, base, webmail, package };
    let facts = trees.look()?;
    let decided = decide::decide(&facts, &resolutions)?;
    let mut plan = Plan::new(TOOL, request.to_json());
    steps::add(&mut plan, fs, &trees, &facts, &decided)?;
    let proposals = proposals::make(&trees, &decided)?;
    plan.findings = findings(&decided, &facts.left_out, &proposals);
    if trees.base.is_none() && !plan.steps.is_empty() {
        plan.warnings.push(
            "it is not known which pages the old release shipped: pages that only the saved tree has are all taken for the site's; \
             --base DIR names the old release's pages"
                .to_owned(),
        );
    }
    plan.warnings.iter().for_each(|line| context.warn(line));
    let (copied, replaced) = steps::counts(&decided);
    context.say(&format!("{} pages saved in {}, {} to move", facts.pages.len(), trees.saved.path, copied + replaced));
    let findings = plan.findings.clone();
    let question = format!("Copy {copied} pages to {} and replace {replaced} there?", trees.webmail.path);
    let mut done = run.carry_out(plan, Some(&question))?;
    for finding in findings {
        if !done.report.findings.contains(&finding) {
            done.report.findings.push(finding);
        }
    }
    if done.report.outcome != ReportStatus::Done {
        // A run prints the findings of its plan; without one nothing did.
        done.report.findings.iter().for_each(|finding| context.say(finding));
    }
    if !done.report.findings.is_empty() && done.exit == Exit::Done {
        done.exit = Exit::NeedsReview;
    }
    if done.report.outcome != ReportStatus::DryRun {
        proposals::write(args, context, &proposals)?;
    }
    let lines: Vec<_> = decided.values().map(|decided| &decided.line).collect();
    done.report.details = json!({ "decisions": lines, "proposals": proposals::as_json(&proposals) });
    Ok(done)
}

/// Opens the deployed pages. A link is not followed: what it leads to is not the deployed tree.
fn webmail(context: &Context<'_>, deployed: &RootPath) -> Result<Tree, Error> {
    let path = below(deployed, "webmail")?;
    let is_directory = deployment::kind(context.fs, &path)? == Some(upgrade_engine::fs::FileKind::Directory);
    let found = if is_directory { Tree::open(context.fs, &path)? } else { None };
    found.ok_or_else(|| Refusal::NoWebmail(path).into())
}

/// Refuses a saved tree that is the deployed one, lies within it, or holds it.
fn refuse_one_tree(saved: &Tree, webmail: &Tree) -> Result<(), Error> {
    let id = |tree: &Tree| identity(&*tree.dir, &tree.path).map_err(command::Error::from);
    let is_within = |one: &RootPath, other: &RootPath| {
        one.as_bytes().strip_prefix(other.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
    };
    let nested = is_within(&saved.path, &webmail.path) || is_within(&webmail.path, &saved.path);
    if nested || id(saved)? == id(webmail)? { Err(Refusal::OneTree(saved.path.clone()).into()) } else { Ok(()) }
}

/// Returns the run in effect that moved the pages of a deployment.
pub(crate) fn moved_by(context: &Context<'_>, deployed: &RootPath) -> Result<Option<String>, Error> {
    let state = context.state;
    let runs = list_runs(&*state.fs, &state.path, TOOL).map_err(command::Error::from)?;
    let here = context.options.real_root();
    let mut effective = in_effect(&runs).into_iter();
    let found = effective.find(|run| {
        let is_it =
            matches!(Request::of(&run.plan), Some(Request::MigrateMailUi(moved)) if moved.deployed == *deployed);
        is_it && run.status == Status::Finished && run.plan.scope.may_be_on(&here)
    });
    Ok(found.map(|run| run.id.to_string()))
}

/// Returns a line for each page that somebody has to look at.
fn findings(
    decided: &BTreeMap<RelPath, Decided>,
    left_out: &[String],
    proposals: &BTreeMap<RelPath, proposals::Merged>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (path, Decided { action, line, note }) in decided {
        let Some(note) = note else { continue };
        found.push(match (action, proposals.get(path)) {
            (Action::Conflict, Some(merged)) => format!(
                "{}: {}: {note}; it is left as it is deployed. A merge by line has {} to decide: --proposals DIR writes it, \
                 --resolve '{}:<file>=site' takes the saved page",
                line.file,
                line.decision.as_str(),
                places(merged.conflicts),
                line.file,
            ),
            (Action::Conflict, None) => {
                format!("{}: {}: {note}; it is left as it is deployed", line.file, line.decision.as_str())
            }
            _ => format!("{}: {}: {note}", line.file, line.decision.as_str()),
        });
    }
    found.extend(left_out.iter().map(|what| format!("not moved: {what}")));
    found
}

fn places(count: usize) -> String {
    match count {
        0 => "no place".to_owned(),
        1 => "1 place".to_owned(),
        count => format!("{count} places"),
    }
}
