//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use command::{CommandOptions, CommonOptions};

/// Upgrades Instant Messaging 7.2 to 7.3 with the site's configuration
///
/// Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to review, 5 resume or undo the
/// unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(name = "im-upgrade", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// What is to be done.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show whether the server can be upgraded; it may run meanwhile
    Check(Upgrade),
    /// Before the packages are upgraded: check, stop the server, save its configuration
    Prepare(Upgrade),
    /// After the packages were upgraded: merge the configuration, redeploy, start the server
    Finish(Merging),
    /// Both, where the files of 7.3 are there already or are given with --new
    Upgrade(Merging),
    /// Show the installation, its instances, and how far an upgrade is
    Status(Status),
    /// Go back from 7.3 to 7.2: stop, copy the saved configuration out, and after the packages put it back
    Rollback(Rollback),
    /// Make the client resources anew from their templates, pack them and the HTTP gateway, and deploy them
    ///
    /// This is what the program does when it is called redeploy or iwadmin.
    Redeploy(Redeploy),
}

/// What is redeployed, and how.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ResourceOptions {
    /// The address that clients fetch the resources from [default: that of the template, else of each resource]
    #[arg(long, value_name = "URL")]
    pub codebase: Option<String>,
    /// What clients connect to [default: iim_mux.listenport]
    #[arg(long, value_name = "HOST:PORT")]
    pub server: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub container: ContainerOptions,
}

/// Options of `redeploy`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Redeploy {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resources: ResourceOptions,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub commands: CommandOptions,
}

/// Options of `finish` and `upgrade`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Merging {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub upgrade: Upgrade,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resources: ResourceOptions,
}

/// How archives are deployed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ContainerOptions {
    /// Copy the archives into this deployment directory of a servlet container, below the root
    #[arg(long, value_name = "DIR", conflicts_with = "container_command")]
    pub container: Option<PathBuf>,
    /// Run this command for each archive: {war} stands for its path, {name} for the application's name
    #[arg(long, value_name = "CMD")]
    pub container_command: Option<String>,
}

/// Options of `check` and `prepare`, and of `finish` and `upgrade`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Upgrade {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub stock: StockDirs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resolve: Resolve,
    /// The release that is installed, where that cannot be found out, such as 7.2
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub service: ServiceOptions,
}

/// Where the files are that the releases ship.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct StockDirs {
    /// Stock files of 7.2: a tree like a root, an installation, or a configuration directory
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Stock files of 7.3, likewise [default: the files that the package step left]
    #[arg(long, value_name = "DIR")]
    pub new: Option<PathBuf>,
}

/// How conflicts are resolved.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Resolve {
    /// Resolve a conflict: the site's value, the new one, or another one (a secret's goes into a --resolutions file)
    #[arg(long, value_name = "FILE:KEY=site|new|VALUE")]
    pub resolve: Vec<String>,
    /// A file with one such line for each conflict; lines that begin with # are comments
    #[arg(long, value_name = "FILE")]
    pub resolutions: Option<PathBuf>,
}

/// Options of `status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
}

/// Options of `rollback`.
#[derive(Clone, Debug, clap::Args)]
pub struct Rollback {
    /// After the packages of 7.2 are installed: put its configuration back and start it
    #[arg(long, conflicts_with_all = ["skip_packages", "force"])]
    pub finish: bool,
    /// Do both parts at once: 7.2 is installed already
    #[arg(long)]
    pub skip_packages: bool,
    /// Replace files that the site edited after the upgrade
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resources: ResourceOptions,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub place: Place,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub service: ServiceOptions,
}

/// Which installation, and which of its instances.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Place {
    /// Where Instant Messaging is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub im_base: Option<PathBuf>,
    /// Only this instance [default: all below the configuration root]
    #[arg(long, value_name = "NAME", conflicts_with = "all_instances")]
    pub instance: Option<String>,
    /// All instances below the configuration root: the default, spelled out
    #[arg(long)]
    pub all_instances: bool,
}

/// How the server is stopped and started.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServiceOptions {
    /// The server is this resource of a cluster: use scswitch, never imadmin
    #[arg(long, value_name = "RESOURCE", conflicts_with = "no_service")]
    pub ha: Option<String>,
    /// Only change files: stop and start nothing
    #[arg(long)]
    pub no_service: bool,
    /// How long to wait until the server has stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub stop_timeout: u64,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub commands: CommandOptions,
}

impl ServiceOptions {
    /// Returns whether commands that deploy are run; else they are printed.
    pub fn are_run(&self, common: &CommonOptions) -> bool {
        !self.no_service && self.commands.are_run(common)
    }
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
