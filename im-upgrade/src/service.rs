//! Stops and starts the server: with each instance's `imadmin`, or, where the server is a resource of a cluster, with `scswitch`.
//!
//! Both are steps of a run over the service of product commands: the undo of a stop is a start, and the other way round. After a stop
//! the kernel is asked whether processes still use the runtime files of the instances: what a server leaves behind proves nothing.
//! Under Sun Cluster `imadmin start|stop|refresh` must not be used (`reference/instant-messaging.md` section 3).

mod cluster;
mod stopped;

use command::{CommonOptions, ProductCommand};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::plan::Plan;

use crate::cli;
use crate::error::Error;
use crate::server::{Instance, Server};

pub use cluster::{Cluster, SCSWITCH};
pub use stopped::{Stopped, users_of};

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

    /// Returns whether the server is a resource of a cluster.
    pub fn is_cluster(&self) -> bool {
        matches!(self.how, How::Cluster { .. })
    }

    /// Adds the steps that stop the server, installed in `base`, and see that it has stopped.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn stop(&self, plan: &mut Plan, fs: &dyn FileSystem, server: &Server, base: &RootPath) -> Result<(), Error> {
        let stops = self.commands(fs, server, base, "stop")?;
        let starts = self.commands(fs, server, base, "start")?;
        for (stop, start) in stops.iter().zip(&starts) {
            plan.steps.push(stop.step(Some(start)));
        }
        self.verify(plan, server)
    }

    /// Adds the steps that see that the server has not been started meanwhile, and start it.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn start(&self, plan: &mut Plan, fs: &dyn FileSystem, server: &Server, base: &RootPath) -> Result<(), Error> {
        let stops = self.commands(fs, server, base, "stop")?;
        let starts = self.commands(fs, server, base, "start")?;
        self.verify(plan, server)?;
        for (start, stop) in starts.iter().zip(&stops) {
            plan.steps.push(start.step(Some(stop)));
        }
        Ok(())
    }

    /// Adds the step that sees that the server has stopped.
    ///
    /// # Errors
    /// Never for instances that were found.
    pub fn verify(&self, plan: &mut Plan, server: &Server) -> Result<(), Error> {
        if self.runs && self.how == How::Imadmin {
            plan.steps.push(stopped::step(&server.instances, self.timeout)?);
        }
        Ok(())
    }

    /// Returns the commands that a run runs; none where they are printed only.
    fn commands(
        &self,
        fs: &dyn FileSystem,
        server: &Server,
        base: &RootPath,
        action: &str,
    ) -> Result<Vec<ProductCommand>, Error> {
        if !self.runs {
            return Ok(Vec::new());
        }
        match &self.how {
            How::NotAtAll | How::Cluster { scswitch: None, .. } => Ok(Vec::new()),
            How::Cluster { resource, scswitch: Some(scswitch) } => {
                let option = if action == "stop" { "-n" } else { "-e" };
                Ok(vec![ProductCommand::new(scswitch.clone(), &[option, "-j", resource])])
            }
            How::Imadmin => {
                let command = |instance: &Instance| Ok(ProductCommand::new(instance.imadmin(fs, base)?, &[action]));
                server.instances.iter().map(command).collect()
            }
        }
    }

    /// Returns what the administrator has to know of, or to run, where a stop or a start is due and is not run: `action` is `stop` or
    /// `start`. Nothing where it is run.
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn by_hand(
        &self,
        fs: &dyn FileSystem,
        server: &Server,
        base: &RootPath,
        action: &str,
    ) -> Result<Vec<String>, Error> {
        if self.how == How::NotAtAll {
            return Ok(vec![format!("--no-service: nothing was run to {action} the server")]);
        }
        let not_run = |line: String| format!("Not run: {line}");
        match &self.how {
            How::Cluster { resource, scswitch: None } => {
                let option = if action == "stop" { "-n" } else { "-e" };
                Ok(vec![format!("Run this on a node of the cluster, once: {SCSWITCH} {option} -j {resource}")])
            }
            _ if self.runs => Ok(Vec::new()),
            _ => {
                let run = Self { runs: true, ..self.clone() };
                let commands = run.commands(fs, server, base, action)?;
                Ok(commands.iter().map(|command| not_run(command.line())).collect())
            }
        }
    }
}
