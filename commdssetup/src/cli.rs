//! The command line: raw arguments, uninterpreted. Nothing is opened here.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, ValueEnum};
use command::CommonOptions;

const CHECK: &str = "Show what would be done, and on which other servers to run it; write nothing";

/// Prepares a Directory Server for the Communications Suite: schema, indexes and suffixes (comm_dssetup.pl)
///
/// Without single-letter options it is interactive. It collects the choices, writes /var/tmp/dssetup_TIME.sh and .ldif, and then applies
/// them; nothing in the directory changes before that. Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done
/// with something to review, 5 resume or undo the unfinished run, 6 a check found conflicts, 7 another run is active.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "commdssetup",
    version,
    max_term_width = 100,
    mut_arg("dry_run", |arg| arg.visible_alias("check").help(CHECK)),
    mut_arg("yes", |arg| arg.short('y'))
)]
pub struct Args {
    /// Configure new indexes
    #[arg(short = 'i', value_name = "yes|no", ignore_case = true)]
    pub indexes: Option<YesNo>,
    /// Build the new indexes now; effective only when the directory is changed [default: yes]
    #[arg(short = 'R', value_name = "yes|no", ignore_case = true)]
    pub reindex: Option<YesNo>,
    /// Directory Server root, such as /etc/dirsrv or /var/opt/mps/serverroot
    #[arg(short = 'c', value_name = "DIR")]
    pub server_root: Option<PathBuf>,
    /// Instance below it, such as slapd-host
    #[arg(short = 'd', value_name = "DIR")]
    pub instance: Option<PathBuf>,
    /// DC tree suffix, of schema types 1 and 1.5
    #[arg(short = 'r', value_name = "DN")]
    pub dc_suffix: Option<String>,
    /// User and group suffix
    #[arg(short = 'u', value_name = "DN")]
    pub user_suffix: Option<String>,
    /// Update the schema
    #[arg(short = 's', value_name = "yes|no", ignore_case = true)]
    pub schema: Option<YesNo>,
    /// Directory Manager
    #[arg(short = 'D', value_name = "DN")]
    pub bind_dn: Option<String>,
    /// Its password, which every user of this machine can see; use --password-file instead
    #[arg(short = 'w', value_name = "PASSWORD", conflicts_with = "password_file")]
    pub password: Option<String>,
    /// The instance holds users and groups; no: configuration only
    #[arg(short = 'b', value_name = "yes|no", ignore_case = true)]
    pub users: Option<YesNo>,
    /// Schema type: Sun LDAP Schema 1, Schema 2 in compatibility mode, Schema 2 in native mode
    #[arg(short = 't', value_name = "TYPE")]
    pub schema_type: Option<SchemaTypeName>,
    /// Change the directory without asking; no: ask on a terminal, and only write the files without one
    #[arg(short = 'm', value_name = "yes|no", ignore_case = true)]
    pub modify: Option<YesNo>,
    /// Directory with schema files of the vendor or of the site (LDIF of cn=schema, OpenLDAP or ApacheDS); they win over the
    /// built-in ones
    #[arg(short = 'S', value_name = "DIR")]
    pub site_schema: Option<PathBuf>,

    /// Address of the server: ldap://, ldaps:// or ldapi:// [default: that of the instance]
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub ldap_url: Option<String>,
    /// Begin TLS on an ldap:// connection
    #[arg(long, help_heading = "Server")]
    pub start_tls: bool,
    /// Trust the certificates in FILE (PEM) instead of the system's
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub ca_file: Option<PathBuf>,
    /// Read the password from the first line of FILE
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub password_file: Option<PathBuf>,

    /// Send elements whose identifier was never published as NAME-oid, which 389 DS and Sun's servers take
    #[arg(long, help_heading = "Schema")]
    pub with_placeholder_oids: bool,
    /// Move calendar, mail group and domain classes from the identifiers of old releases to the newest ones
    #[arg(long, help_heading = "Schema")]
    pub migrate_ics_oids: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// `yes`
    Yes,
    /// `no`
    No,
}

/// A schema type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaTypeName {
    /// Sun LDAP Schema 1
    #[value(name = "1")]
    One,
    /// Schema 2, compatibility mode
    #[value(name = "1.5")]
    OneAndHalf,
    /// Schema 2, native mode
    #[value(name = "2")]
    Two,
}

impl Args {
    /// Returns whether one of the options was given that make a run silent.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let texts = [&self.dc_suffix, &self.user_suffix, &self.bind_dn, &self.password];
        let paths = [&self.server_root, &self.instance];
        let answers = [self.indexes, self.reindex, self.schema, self.users, self.modify];
        texts.iter().any(|given| given.is_some())
            || paths.iter().any(|given| given.is_some())
            || answers.iter().any(Option::is_some)
            || self.schema_type.is_some()
    }
}

/// Returns the definition of the command line, for man pages and completions.
#[must_use]
pub fn command() -> clap::Command {
    Args::command()
}
