//! `redeploy`: the client resources anew from their templates, the archives of these and of the HTTP gateway, and their deployment
//! (`reference/instant-messaging.md` section 11).
//!
//! What clients fetch depends on two addresses: the codebase and the server. They are filled into the templates byte by byte; a resource
//! that the site edited is copied aside before it is replaced. A plan holds recipes and digests only, however large the archives are.

mod address;
mod archive;
mod content;
mod deploy;
mod files;
mod languages;
mod part;
mod sources;
mod templates;

use std::ffi::OsString;
use std::path::Path;

use command::{Completion, Context, Exit, ReportStatus, Runs, Start, Touched};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;

use crate::error::Error;
use crate::handler::AnyRun;
use crate::request::{self, Request, Target};
use crate::rollback::places::Places;
use crate::server::{Server, below};
use crate::{TOOL, cli};
use archive::Contents;
use content::Recipe;
use deploy::Archive;
use languages::{Languages, Wanted};

pub use address::{Codebase, Server as ServerAddress};
pub(crate) use content::Content;
pub use deploy::Deployment;
pub(crate) use files::own;
pub(crate) use part::Part;
pub use sources::Sources;

/// What the program is called where it only redeploys: by 7 2006Q1 and in the guide, by 7.2.
pub const NAMES: [&str; 2] = ["redeploy", "iwadmin"];

/// What a redeployment is about.
pub struct Redeployment<'a> {
    /// Where the release is installed.
    pub base: &'a RootPath,
    /// The address of the client resources; nothing for the one that they have.
    pub codebase: Option<&'a Codebase>,
    /// What clients connect to; nothing for what they have.
    pub server: Option<&'a ServerAddress>,
    /// How it is deployed.
    pub deployment: &'a Deployment,
}

/// Adds the steps of a redeployment, for files as `sources` has them. What needs a human is added to the plan's findings. Returns lines
/// about what is done and what is left to do.
///
/// # Errors
/// [`Error::NoResources`], [`Error::NoTemplates`], [`Error::NoLanguage`], [`Error::NoCodebase`], [`Error::NoServer`],
/// [`Error::NoApplication`], [`Error::TooLarge`]; as `open` and `read`.
pub fn plan_redeploy(
    plan: &mut Plan,
    sources: &mut Sources<'_>,
    what: &Redeployment<'_>,
) -> Result<Vec<String>, Error> {
    let fs = sources.fs();
    let html = below(what.base, "html")?;
    if sources.kind(&html)?.is_none() {
        return Err(Error::NoResources(html));
    }
    let html = sources.real_directory(&html)?;
    let work = below(what.base, "work")?;
    let places = &mut Places::new(fs);
    let wanted = Wanted { codebase: what.codebase, server: what.server };
    let languages = Languages::look(plan, sources, &html)?;
    let codebases = languages.codebases(&wanted)?;
    let mut lines = languages.make((plan, places), sources, &wanted)?;
    for left in sources.files(&html)?.left_out {
        plan.warnings.push(format!("{html}/{left} is not a regular file, so the archive has it not"));
    }
    let mut applications = Vec::new();
    for codebase in &codebases {
        let name = deploy::application(codebase)?;
        if !applications.contains(&name) {
            applications.push(name);
        }
    }
    let Some(name) = applications.first().cloned() else { return Err(Error::NoCodebase(html)) };
    if applications.len() > 1 {
        let all = codebases.iter().cloned().collect::<Vec<_>>().join(", ");
        plan.warnings.push(format!("the languages have different codebases ({all}): the archive is called {name}.war"));
    }
    let mut archives = vec![(name, Contents::Resources(html))];
    for gateway in archive::gateways(sources, what.base)? {
        let name = gateway.split_last().map(|(_, name)| String::from_utf8_lossy(name.as_bytes()).into_owned());
        let name = name.unwrap_or_default();
        if archives.iter().any(|(known, _)| *known == name) {
            plan.findings.push(format!("{gateway} was not packed: another archive has its name"));
        } else {
            archives.push((name, Contents::Application(gateway)));
        }
    }
    if archives.len() == 1 {
        lines.push(format!("There is no HTTP gateway below {}: only the client resources are packed", what.base));
    }
    for (name, contents) in archives {
        let path = below(&work, &format!("{name}.war"))?;
        let recipe = Recipe::Archive(contents.clone());
        if !files::write((plan, places), sources, &path, &recipe, &files::own(0o644))? {
            lines.push(format!("{path} is up to date"));
        }
        lines.extend(what.deployment.steps((plan, places), sources, &Archive { path, name, contents })?);
    }
    Ok(lines)
}

/// Does what was asked for.
///
/// # Errors
/// Why it was not done, and in which state the system is.
pub(crate) fn carry_out(args: &cli::Redeploy, context: &Context<'_>) -> Result<Completion, Error> {
    let (fs, common) = (context.fs, context.options);
    let part = Part::chosen(common, &args.resources, args.commands.are_run(common))?;
    let found = Server::look(fs, common, &args.place)?;
    let (first, second) = (found.new_base.clone(), found.old_base.clone());
    let base = if args.place.im_base.is_some() { second.or(first) } else { first.or(second) };
    let base = base.ok_or_else(|| Error::NoBase(found.config_root.to_string()))?;
    let request = Request::Redeploy(request::Redeploy {
        target: Target {
            base: base.clone(),
            config_root: found.config_root.clone(),
            instances: found.names(),
            service: "none".to_owned(),
        },
        resources: part.request(),
    });
    let handler = AnyRun { context };
    let runs = Runs::new(context, &handler);
    let run = match runs.start(&request.to_json(), touched(&found, &base, &part.deployment)?)? {
        Start::Resumed(done) => return Ok(*done),
        Start::New(run) => run,
    };
    part.refuse_unsafe(context)?;
    let server = match &part.server {
        Some(typed) => Some(typed.clone()),
        None => configured(&found)?,
    };
    let mut plan = Plan::new(TOOL, request.to_json());
    let lines = plan_redeploy(&mut plan, &mut Sources::new(fs), &part.of(&base, server.as_ref()))?;
    lines.iter().for_each(|line| context.say(line));
    plan.warnings.iter().for_each(|line| context.warn(line));
    let findings = plan.findings.clone();
    let question = format!("Redeploy the client resources of {base}?");
    Ok(reviewed(run.carry_out(plan, Some(&question))?, findings, context))
}

/// Has a run whose plan left something to a human end so, also where nothing was to be done.
pub(crate) fn reviewed(mut done: Completion, findings: Vec<String>, context: &Context<'_>) -> Completion {
    for finding in findings {
        if !done.report.findings.contains(&finding) {
            // A run prints the findings of its plan; without one nothing did.
            if done.report.outcome != ReportStatus::Done {
                context.say(&finding);
            }
            done.report.findings.push(finding);
        }
    }
    if !done.report.findings.is_empty() && done.exit == Exit::Done {
        done.exit = Exit::NeedsReview;
    }
    done
}

/// Returns what the configuration of the first instance says that clients connect to.
///
/// # Errors
/// [`Error::Configuration`].
pub fn configured(server: &Server) -> Result<Option<ServerAddress>, Error> {
    let Some(instance) = server.instances.first() else { return Ok(None) };
    let wrong = |what| Error::Configuration { path: instance.conf.clone(), what };
    ServerAddress::configured(&instance.settings).map_err(wrong)
}

fn touched(server: &Server, base: &RootPath, deployment: &Deployment) -> Result<Touched, Error> {
    let mut changes = vec![below(base, "html")?.to_string(), below(base, "work")?.to_string()];
    if let Deployment::Directory(directory) = deployment {
        changes.push(directory.to_string());
    }
    Ok(Touched { changes, reads: vec![base.to_string(), server.config_root.to_string()] })
}

/// Returns what follows the undo of a redeployment.
pub(crate) fn after_undo(resources: &request::Resources) -> Vec<String> {
    resources.container_command.iter().map(|command| deploy::after_undo(command)).collect()
}

/// Returns the arguments with the command `redeploy`, where the program is called by a name that means it.
pub(crate) fn with_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().and_then(|path| Path::new(path).file_name()?.to_str().map(str::to_owned));
    let is_other = called.is_some_and(|called| NAMES.contains(&called.as_str()));
    // These are used without a command.
    let is_request = |word: &OsString| {
        let option = word.to_str().and_then(|word| word.split('=').next()).unwrap_or_default();
        ["--undo", "--list-runs", "--prune", "--version", "-V"].contains(&option)
    };
    if is_other && !arguments.iter().any(is_request) {
        arguments.insert(1, OsString::from("redeploy"));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::with_command;
    use std::ffi::OsString;

    #[test]
    fn by_its_other_names_the_program_redeploys() {
        let with = |words: &[&str]| {
            let words = with_command(words.iter().map(OsString::from).collect());
            words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(with(&["/opt/SUNWiim/html/redeploy", "--yes"]), "/opt/SUNWiim/html/redeploy redeploy --yes");
        assert_eq!(with(&["iwadmin"]), "iwadmin redeploy");
        assert_eq!(with(&["iwadmin", "--undo=x"]), "iwadmin --undo=x");
        assert_eq!(with(&["im-upgrade", "check"]), "im-upgrade check");
    }
}
