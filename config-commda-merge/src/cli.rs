//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use command::{CommandOptions, CommonOptions};
use install_root::delegated_administrator::Container;

/// Keeps what a site changed in the Delegated Administrator properties files when config-commda resets them
///
/// Before config-commda: `snapshot`. After it: `merge`, then `deploy`. Exit status: 0 done, 1 failed and nothing was changed,
/// 2 wrong usage, 3 done with conflicts to review, 5 resume or undo the unfinished run, 7 another run is
/// active.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "config-commda-merge",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    mut_arg("yes", |arg| arg.short('y'))
)]
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
    /// Show which keys are customised now, and what a merge would need
    Status(Status),
    /// Save the files, their deployed copies and the stock defaults, before config-commda runs
    Snapshot(Snapshot),
    /// Put the site's values into the files that config-commda has written
    Merge(Merge),
    /// Merge one file; as a git merge driver: file %O %A %B -o %A
    File(File),
    /// Run the deploy scripts for the files whose deployed copies differ
    Deploy(Deploy),
    /// Write the LDIF that moves custom service packages to the 6.4 nodes
    ServicePackages(ServicePackages),
    /// Undo a merge: the same as --undo
    Undo(Undo),
}

/// Options of `status`.
#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    /// Where Delegated Administrator is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub da_base: Option<PathBuf>,
    /// Stock files of the release that the site's files came from
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
}

/// Options of `snapshot`.
#[derive(Clone, Debug, clap::Args)]
pub struct Snapshot {
    /// Where Delegated Administrator is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub da_base: Option<PathBuf>,
    /// The directory to make [default: one beside the runs, where merge finds it]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Options of `merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct Merge {
    /// Where Delegated Administrator is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub da_base: Option<PathBuf>,
    /// The site's files from before config-commda: a snapshot, a directory of them, or a tree like a root [default: the
    /// newest snapshot]
    #[arg(long, value_name = "DIR")]
    pub saved: Option<PathBuf>,
    /// Stock files of the release that the site's files came from [default: those of the snapshot, else the documented
    /// values]
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resolve: Resolve,
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

/// Options of `file`.
#[derive(Clone, Debug, clap::Args)]
pub struct File {
    /// What the old release shipped; /dev/null when it is not known
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// The site's file
    #[arg(value_name = "SAVED")]
    pub saved: PathBuf,
    /// The new file
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Where the merged file goes [default: standard output]
    #[arg(short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// The name that tells which of the six files it is (in a git merge driver: %P) [default: that of NEW]
    #[arg(long, value_name = "NAME")]
    pub name: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub resolve: Resolve,
}

/// Options of `deploy`.
#[derive(Clone, Debug, clap::Args)]
pub struct Deploy {
    /// Where Delegated Administrator is installed, below the root [default: found]
    #[arg(long, value_name = "DIR")]
    pub da_base: Option<PathBuf>,
    /// The web container that was chosen at the last config-commda [default: the one that holds deployed copies]
    #[arg(long, value_enum)]
    pub container: Option<ContainerName>,
    /// Whether its scripts are run below another root.
    #[command(flatten)]
    pub commands: CommandOptions,
}

/// A web container, by the word in its scripts' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ContainerName {
    /// Web Server 6.x
    Wbsvr,
    /// Web Server 7.x
    Wbsvr7x,
    /// Application Server 7.x
    Appsvr,
    /// Application Server 8.x
    Appsvr8x,
}

impl From<ContainerName> for Container {
    fn from(name: ContainerName) -> Self {
        match name {
            ContainerName::Wbsvr => Self::WebServer6,
            ContainerName::Wbsvr7x => Self::WebServer7,
            ContainerName::Appsvr => Self::ApplicationServer7,
            ContainerName::Appsvr8x => Self::ApplicationServer8,
        }
    }
}

/// Options of `service-packages`.
#[derive(Clone, Debug, clap::Args)]
pub struct ServicePackages {
    /// The root suffix (ugldapbasedn)
    #[arg(long, value_name = "DN")]
    pub suffix: String,
    /// LDIF export of the directory, with at least o=cosTemplates and the definitions
    #[arg(long, value_name = "LDIF")]
    pub from: PathBuf,
    /// Where the changes go
    #[arg(short, value_name = "LDIF")]
    pub output: PathBuf,
}

/// Options of `undo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Undo {
    /// The run [default: the newest one]
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
