//! Stops and starts the server: with each instance's `imadmin`, or, where the server is a resource of a cluster, with `scswitch`.
//!
//! Both are steps of a run over the service of product commands: the undo of a stop is a start, and the other way round. After a stop
//! the kernel is asked whether processes still use the runtime files of the instances: what a server leaves behind proves nothing.
//! Under Sun Cluster `imadmin start|stop|refresh` must not be used (`reference/instant-messaging.md` section 3).

mod cluster;
mod stopped;
mod switch;

use command::{CommonOptions, Context, ProductCommand, ProductCommands};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::Step;

use crate::cli;
use crate::error::Error;
use crate::server::{Instance, Server};

pub use cluster::{Cluster, SCSWITCH};
pub use stopped::{Stopped, users_of};
pub(crate) use switch::NOT_STOPPED;
pub use switch::{Action, Switch};

/// How the server is stopped and started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Not at all: `--no-service`.
    NotAtAll,
    /// By `imadmin`.
    Imadmin,
    /// As a resource of a cluster.
    Cluster {
        /// The resource.
        resource: String,
        /// Where `scswitch` is; nothing where it is not on this host.
        scswitch: Option<RootPath>,
    },
}

/// Stops and starts the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// With what.
    pub how: How,
    /// Whether commands are run; else they are printed.
    runs: bool,
    timeout: u64,
}

impl Control {
    /// Chooses between `imadmin` and `scswitch`, as the options and the host say.
    ///
    /// # Errors
    /// [`Error::Cluster`] on a node of a cluster without `--ha`.
    pub fn choose(fs: &dyn FileSystem, common: &CommonOptions, options: &cli::ServiceOptions) -> Result<Self, Error> {
        let how = if options.no_service {
            How::NotAtAll
        } else if let Some(resource) = &options.ha {
            if resource.is_empty() || resource.starts_with('-') {
                return Err(Error::usage(format!("--ha: {resource:?} is no name of a resource")));
            }
            How::Cluster { resource: resource.clone(), scswitch: cluster::scswitch(fs)? }
        } else {
            let Cluster { signs, mut resources } = Cluster::look(fs)?;
            match (signs.into_iter().next(), resources.len()) {
                (None, _) => How::Imadmin,
                (Some(_), 1) => How::Cluster { resource: resources.remove(0), scswitch: cluster::scswitch(fs)? },
                (Some(sign), _) => return Err(Error::Cluster { sign, resources }),
            }
        };
        Ok(Self { how, runs: options.commands.are_run(common), timeout: options.stop_timeout })
    }

    /// Returns how the server is stopped and started, in a word: the same for the same options.
    pub fn shown(&self) -> String {
        let how = match &self.how {
            How::NotAtAll => return "none".to_owned(),
            How::Imadmin => "imadmin".to_owned(),
            How::Cluster { resource, .. } => format!("cluster resource {resource}"),
        };
        if self.runs { how } else { format!("{how}, not run") }
    }

    /// Returns whether a run calls `imadmin`.
    pub fn runs_imadmin(&self) -> bool {
        self.runs && self.how == How::Imadmin
    }

    /// Returns whether nothing is stopped and started.
    pub fn is_off(&self) -> bool {
        self.how == How::NotAtAll
    }

    /// Returns whether the server is a resource of a cluster.
    pub fn is_cluster(&self) -> bool {
        matches!(self.how, How::Cluster { .. })
    }

    /// Adds the steps that stop the server, installed in `base`, and see that it has stopped.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn stop(&self, plan: &mut Plan, fs: &dyn FileSystem, server: &Server, base: &RootPath) -> Result<(), Error> {
        plan.steps.extend(self.steps(fs, server, base, Action::Stop)?);
        self.verify(plan, server)
    }

    /// Adds the steps that see that the server has not been started meanwhile, and start it.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn start(&self, plan: &mut Plan, fs: &dyn FileSystem, server: &Server, base: &RootPath) -> Result<(), Error> {
        self.verify(plan, server)?;
        plan.steps.extend(self.steps(fs, server, base, Action::Start)?);
        Ok(())
    }

    /// Refuses programs that users other than root may change, before anything is run.
    ///
    /// # Errors
    /// [`Error::NoImadmin`], [`Error::Program`].
    pub fn refuse_unsafe(&self, context: &Context<'_>, server: &Server, base: &RootPath) -> Result<(), Error> {
        let commands = ProductCommands::new(context);
        for (command, _) in self.commands(context.fs, server, base, Action::Stop)? {
            commands.check(&command).map_err(|what| Error::Program { path: command.program.clone(), what })?;
        }
        Ok(())
    }

    fn steps(&self, fs: &dyn FileSystem, server: &Server, base: &RootPath, action: Action) -> Result<Vec<Step>, Error> {
        let inverse = match action {
            Action::Stop => Action::Start,
            Action::Start => Action::Stop,
        };
        let commands = self.commands(fs, server, base, action)?.into_iter();
        let inverses = self.commands(fs, server, base, inverse)?;
        Ok(commands
            .zip(&inverses)
            .map(|((command, runtime), (inverse, _))| switch::step(action, &command, inverse, &runtime))
            .collect())
    }

    /// Adds the step that sees that the server has stopped.
    ///
    /// # Errors
    /// Never for instances that were found.
    pub fn verify(&self, plan: &mut Plan, server: &Server) -> Result<(), Error> {
        if self.runs_imadmin() {
            plan.steps.push(stopped::step(&server.instances, self.timeout)?);
        }
        Ok(())
    }

    /// Returns the commands that a run runs, each with the runtime directories that it is about; none where they are printed only.
    fn commands(
        &self,
        fs: &dyn FileSystem,
        server: &Server,
        base: &RootPath,
        action: Action,
    ) -> Result<Vec<(ProductCommand, Vec<RootPath>)>, Error> {
        if !self.runs {
            return Ok(Vec::new());
        }
        match &self.how {
            How::NotAtAll | How::Cluster { scswitch: None, .. } => Ok(Vec::new()),
            How::Cluster { resource, scswitch: Some(scswitch) } => {
                let command = ProductCommand::new(scswitch.clone(), &[option_of(action), "-j", resource]);
                let runtime = server.instances.iter().map(Instance::runtime).collect::<Result<_, _>>()?;
                Ok(vec![(command, runtime)])
            }
            How::Imadmin => {
                let command = |instance: &Instance| {
                    let command = ProductCommand::new(instance.imadmin(fs, base)?, &[action.word()]);
                    Ok((command, vec![instance.runtime()?]))
                };
                server.instances.iter().map(command).collect()
            }
        }
    }

    /// Returns what the administrator has to know of, or to run, where a stop or a start is due and is not run: Nothing where it is run.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn by_hand(
        &self,
        fs: &dyn FileSystem,
        server: &Server,
        base: &RootPath,
        action: Action,
    ) -> Result<Vec<String>, Error> {
        if self.how == How::NotAtAll {
            return Ok(vec![format!("--no-service: nothing was run to {} the server", action.word())]);
        }
        let not_run = |line: String| format!("Not run: {line}");
        match &self.how {
            How::Cluster { resource, scswitch: None } => {
                let option = option_of(action);
                Ok(vec![format!("Run this on one node of the cluster: {SCSWITCH} {option} -j {resource}")])
            }
            _ if self.runs => Ok(Vec::new()),
            _ => {
                let run = Self { runs: true, ..self.clone() };
                let commands = run.commands(fs, server, base, action)?;
                Ok(commands.iter().map(|(command, _)| not_run(command.line())).collect())
            }
        }
    }
}

/// Returns the option of `scswitch` that disables a resource, or enables it.
fn option_of(action: Action) -> &'static str {
    match action {
        Action::Stop => "-n",
        Action::Start => "-e",
    }
}
