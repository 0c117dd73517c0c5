//! A redeployment as a part of an upgrade or a rollback: after the files, before the start.
//!
//! What stands in the way of it alone does not stop the rest: the administrator is told, and `redeploy` can be run on its own.

use command::{CommonOptions, Context};
use upgrade_engine::fs::RootPath;
use upgrade_engine::plan::Plan;

use super::{Codebase, Deployment, Redeployment, ServerAddress, Sources, plan_redeploy};
use crate::cli;
use crate::error::Error;
use crate::request::Resources;
use crate::server::Settings;

/// What was typed about a redeployment.
pub(crate) struct Part<'a> {
    args: &'a cli::ResourceOptions,
    codebase: Option<Codebase>,
    /// What clients connect to, where it was typed.
    pub(crate) server: Option<ServerAddress>,
    pub(crate) deployment: Deployment,
}

impl<'a> Part<'a> {
    /// Takes the options.
    ///
    /// # Errors
    /// For a codebase, a server or a command that is none.
    pub(crate) fn chosen(common: &CommonOptions, args: &'a cli::ResourceOptions, is_run: bool) -> Result<Self, Error> {
        let codebase = args
            .codebase
            .as_deref()
            .map(|text| Codebase::parse(text).map_err(|what| Error::usage(format!("--codebase {text:?}: {what}"))));
        let server = args.server.as_deref().map(|text| {
            ServerAddress::parse(text).ok_or_else(|| Error::usage(format!("--server {text:?}: it is no HOST:PORT")))
        });
        let deployment = Deployment::chosen(common, &args.container, is_run)?;
        Ok(Self { args, codebase: codebase.transpose()?, server: server.transpose()?, deployment })
    }

    /// Returns it as a plan holds it.
    pub(crate) fn request(&self) -> Resources {
        Resources {
            codebase: self.args.codebase.clone(),
            server: self.args.server.clone(),
            container: self.container().cloned(),
            container_command: self.args.container.container_command.clone(),
        }
    }

    /// Returns the deployment directory of a servlet container, where one was named.
    pub(crate) fn container(&self) -> Option<&RootPath> {
        if let Deployment::Directory(path) = &self.deployment { Some(path) } else { None }
    }

    /// Refuses a program that users other than root may change, before anything is changed.
    ///
    /// # Errors
    /// [`Error::Program`].
    pub(crate) fn refuse_unsafe(&self, context: &Context<'_>) -> Result<(), Error> {
        self.deployment.refuse_unsafe(context)
    }

    /// Returns the redeployment of an installation.
    pub(super) fn of<'b>(&'b self, base: &'b RootPath, server: Option<&'b ServerAddress>) -> Redeployment<'b> {
        Redeployment { base, codebase: self.codebase.as_ref(), server, deployment: &self.deployment }
    }

    /// Adds the steps of the redeployment, for the configuration `settings`, read from `conf`. Where it cannot be done, the plan says so
    /// and stays as it was. Returns lines about it.
    ///
    /// # Errors
    /// As `open` and `read`.
    pub(crate) fn plan(
        &self,
        plan: &mut Plan,
        sources: &mut Sources<'_>,
        base: &RootPath,
        (conf, settings): (&RootPath, &Settings),
    ) -> Result<Vec<String>, Error> {
        let before = (plan.clone(), sources.clone());
        let planned = match &self.server {
            Some(typed) => Ok(Some(typed.clone())),
            None => {
                ServerAddress::configured(settings).map_err(|what| Error::Configuration { path: conf.clone(), what })
            }
        };
        let planned = planned.and_then(|server| plan_redeploy(plan, sources, &self.of(base, server.as_ref())));
        let error = match planned {
            Ok(lines) => return Ok(lines),
            Err(error) => error,
        };
        (*plan, *sources) = before;
        let line = format!("The client resources were not redeployed: {error}. Next: im-upgrade redeploy");
        match error {
            Error::NoResources(_) | Error::NoTemplates(_) => plan.warnings.push(line),
            Error::NoCodebase(_) | Error::NoApplication(_) => plan.findings.push(format!("{line} --codebase URL")),
            Error::NoServer(_) => plan.findings.push(format!("{line} --server HOST:PORT")),
            Error::NoLanguage { .. } | Error::TooLarge(_) | Error::InTheWay(_) | Error::Configuration { .. } => {
                plan.findings.push(line);
            }
            error => return Err(error),
        }
        Ok(Vec::new())
    }
}
