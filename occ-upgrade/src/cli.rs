//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use command::CommonOptions;

/// Makes, upgrades and checks the configuration of Outlook Connector, and makes packages and profiles from it
///
/// Nothing that exists is replaced without --replace. Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage,
/// 3 done with something to review, 6 the check found errors.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "occ-upgrade",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    subcommand_required = true,
    // There are no runs: their options are refused, see `Program::carry_out`.
    mut_arg("root", |arg| arg.hide(true)),
    mut_arg("state_dir", |arg| arg.hide(true)),
    mut_arg("resume", |arg| arg.hide(true)),
    mut_arg("undo", |arg| arg.hide(true)),
    mut_arg("list_runs", |arg| arg.hide(true)),
    mut_arg("prune", |arg| arg.hide(true)),
    mut_arg("yes", |arg| arg.help("Ask nothing: take the default of each question"))
)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// What is to be done.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Make a configuration; on a terminal, the settings without a default are asked for
    New(New),
    /// Prepare a configuration of 7.1 or 7.2 for the upgrade to 7.3
    Upgrade(Upgrade),
    /// Check a configuration, or an Outlook profile file (.prf)
    Check(Check),
    /// Check the versions of the servers against the requirements of Connector 7.3
    Requirements(Requirements),
    /// Make a directory or zip file with the configuration, a manifest and scripts that run the Setup Wizard
    Package(Package),
    /// Make an Outlook profile file for each user
    Prf(Prf),
    /// Write the browsing index of the Global Address List as LDIF for ldapmodify
    Vlv(Vlv),
}

/// Where a new file or directory goes.
#[derive(Clone, Debug, clap::Args)]
pub struct Output {
    /// What to make
    #[arg(short, long = "output", value_name = "PATH")]
    pub output: PathBuf,
    /// Replace what is there; the old one is kept beside it, and its name is printed
    #[arg(long)]
    pub replace: bool,
}

/// How a configuration is read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Reading {
    /// Which section and key of the vendor's .ini holds which setting; not needed for a file of this tool
    #[arg(long, value_name = "MAP.toml")]
    pub map: Option<PathBuf>,
    /// Code page of FILE.ini, such as windows-1252, windows-1251 or shift_jis [default: as the file or the map says]
    #[arg(long, value_name = "NAME")]
    pub codepage: Option<String>,
}

/// Options of `new`.
#[derive(Clone, Debug, clap::Args)]
pub struct New {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub output: Output,
    /// TOML file with the answers: setting = "value", one a line
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Code page of the new file, or utf-16le; needed for text that is not ASCII
    #[arg(long, value_name = "NAME")]
    pub codepage: Option<String>,
}

/// Options of `upgrade`.
#[derive(Clone, Debug, clap::Args)]
pub struct Upgrade {
    /// The configuration of the old release
    #[arg(value_name = "OLD.ini")]
    pub old: PathBuf,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub output: Output,
    /// The old release: 7.1 or 7.2
    #[arg(long, value_name = "VERSION")]
    pub from: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub reading: Reading,
}

/// Options of `check`.
#[derive(Clone, Debug, clap::Args)]
pub struct Check {
    /// The configuration, or an Outlook profile file
    #[arg(value_name = "FILE.ini")]
    pub file: PathBuf,
    /// Compare with the browsing index in the dse.ldif of each directory server below DIR
    #[arg(long, value_name = "DIR")]
    pub site_root: Option<PathBuf>,
    /// Compare with the browsing index in this LDIF file, such as an export of cn=config
    #[arg(long, value_name = "LDIF")]
    pub index: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub reading: Reading,
}

/// Options of `requirements`.
#[derive(Clone, Debug, clap::Args)]
pub struct Requirements {
    /// Version of Messaging Server
    #[arg(long, value_name = "VERSION")]
    pub messaging: Option<String>,
    /// Version of Calendar Server
    #[arg(long, value_name = "VERSION")]
    pub calendar: Option<String>,
    /// Version of Directory Server
    #[arg(long, value_name = "VERSION")]
    pub directory: Option<String>,
    /// Version of Convergence
    #[arg(long, value_name = "VERSION")]
    pub convergence: Option<String>,
    /// Version of Communications Express
    #[arg(long, value_name = "VERSION")]
    pub communications_express: Option<String>,
    /// Read the versions that are not given from the site below DIR
    #[arg(long, value_name = "DIR")]
    pub site_root: Option<PathBuf>,
    /// The first Calendar Server that this site ran, such as 5.1 or "6 2004Q2"
    #[arg(long, value_name = "VERSION")]
    pub first_calendar: Option<String>,
    /// The recurring events of older releases were converted (cs5migrate -r, cs5migrate_recurring)
    #[arg(long)]
    pub recurring_converted: bool,
}

/// Options of `package`.
#[derive(Clone, Debug, clap::Args)]
pub struct Package {
    /// The configuration
    #[arg(value_name = "FILE.ini")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub output: Output,
    /// Also put the files of DIR into the package: the programs that the Deployment Configuration Program has built
    #[arg(long, value_name = "DIR")]
    pub kit: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub reading: Reading,
}

/// Options of `prf`.
#[derive(Clone, Debug, clap::Args)]
pub struct Prf {
    /// The configuration
    #[arg(value_name = "FILE.ini")]
    pub file: PathBuf,
    /// The users: CSV with a header line (RFC 4180), or LDIF, in UTF-8
    #[arg(long, value_name = "FILE")]
    pub users: PathBuf,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub output: Output,
    /// What Outlook does with a profile that is there
    #[arg(long, value_enum, default_value_t)]
    pub preset: Preset,
    /// Code page of the desktops, which the profile files are written in [default: that of FILE.ini, else ASCII]
    #[arg(long, value_name = "NAME")]
    pub target_codepage: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub reading: Reading,
}

/// What Outlook does with a profile that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Leave it as it is (OverwriteProfile=No)
    #[default]
    Keep,
    /// Add what it lacks and update what differs (OverwriteProfile=Append)
    Update,
    /// Replace it (OverwriteProfile=Yes)
    Replace,
}

/// Options of `vlv`.
#[derive(Clone, Debug, clap::Args)]
pub struct Vlv {
    /// The configuration
    #[arg(value_name = "FILE.ini")]
    pub file: PathBuf,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub output: Output,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the command's description")]
    pub reading: Reading,
}

/// Returns the definition of the command line, for man pages and completions.
pub fn command() -> clap::Command {
    Args::command()
}
