//! The command line: the documented syntax, and our own long options.
//!
//! Documented: `csmigrate [-q] [-d] [-l min|max] [-b backup_dir] source_dbdir target_dbdir`, `-V`, `-?`
//! (`reference/calendar.md` section 1.2). What was said is kept apart from what it means: nothing is opened here.

use std::path::PathBuf;

use bdb::format::ByteOrder;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};
use command::{CommonOptions, RunRequest};

/// How much goes to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LogLevel {
    /// Phases and totals.
    Min,
    /// Details of every file as well.
    Max,
}

/// Byte order of the new files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OrderChoice {
    /// That of this machine.
    Native,
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
    /// That of each source file.
    Keep,
}

impl OrderChoice {
    /// Returns the byte order for a file whose source has `source`.
    pub fn for_source(self, source: ByteOrder) -> ByteOrder {
        match self {
            Self::Native => ByteOrder::native(),
            Self::Little => ByteOrder::Little,
            Self::Big => ByteOrder::Big,
            Self::Keep => source,
        }
    }
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// On.
    On,
    /// Off.
    Off,
}

impl OnOff {
    /// Returns the value that ics.conf has for it.
    pub fn as_ics_value(self) -> &'static str {
        match self {
            Self::On => "yes",
            Self::Off => "no",
        }
    }
}

const UNDO: &str = "Undo the migration into this directory, or the run of this name [default: the newest run]";

/// Migrates a Calendar Server 6.0, 6.1 or 6.2 database directory to Calendar Server 6.3
///
/// The source is copied to the backup first, and only the copy is worked on. Every new file is read back and compared with
/// its source before it is moved into the target. Exit status: 0 for success, 255 for anything else.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "csmigrate",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    args_override_self = false,
    max_term_width = 100,
    mut_arg("dry_run", |arg| arg.short('d').help("Show what would be done and write nothing but the logs")),
    mut_arg("undo", |arg| arg.value_name("target_dbdir").help(UNDO)),
    mut_arg("yes", |arg| arg.help("Accepted because every tool has it; csmigrate never asks"))
)]
pub struct Args {
    /// Print nothing on success
    #[arg(short = 'q')]
    pub quiet: bool,
    /// How much to log in csmigrate.log
    #[arg(short = 'l', value_enum, value_name = "min|max", default_value = "min", hide_possible_values = true)]
    pub level: LogLevel,
    /// Where the source is copied first [default: source_dbdir/backup]
    #[arg(short = 'b', value_name = "backup_dir")]
    pub backup: Option<PathBuf>,
    /// The database directory to migrate
    #[arg(value_name = "source_dbdir")]
    pub source: Option<PathBuf>,
    /// The directory for the migrated database: empty, or not there yet
    #[arg(value_name = "target_dbdir")]
    pub target: Option<PathBuf>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    /// Print this help
    #[arg(short = '?', long, action = ArgAction::Help)]
    help: Option<bool>,

    /// Show the files of a database directory and change nothing
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub inspect: Option<Option<PathBuf>>,
    /// With --inspect: check every page, and list everything that is wrong or odd
    #[arg(long, requires = "inspect")]
    pub deep: bool,
    /// Byte order of the new files
    #[arg(long, value_enum, value_name = "ORDER", default_value = "native")]
    pub byte_order: OrderChoice,
    /// Whether duplicates in Berkeley DB 2.x and 3.0 files are sorted [default: found from the data]
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub dup_sorted: Option<YesNo>,
    /// Migrate what can be read of damaged databases, into salvaged in target_dbdir
    #[arg(long)]
    pub salvage: bool,
    /// Where the databases' log files (log.*) are [default: as DB_CONFIG says, source_dbdir, or near it]
    #[arg(long, value_name = "DIR")]
    pub log_files: Option<PathBuf>,
    /// Migrate the databases as they are when their log files cannot be found
    #[arg(long, conflicts_with = "log_files")]
    pub without_logs: bool,
    /// Owner of the new files [default: that of each source file]
    #[arg(long, value_name = "USER:GROUP")]
    pub owner: Option<String>,
    /// With --owner: also give this file of source_dbdir away, although it may be somebody else's (repeatable)
    #[arg(long, value_name = "FILE", requires = "owner")]
    pub give_away: Vec<PathBuf>,
    /// Copy hotbackup and archive to the backup as well
    #[arg(long)]
    pub backup_all: bool,
    /// Where the two logs are written; made when it is missing, but not its parents [default: the calendar's logs directory]
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
    /// Point caldb.berkeleydb.homedir.path in this ics.conf to the target
    #[arg(long, value_name = "FILE")]
    pub ics_conf: Option<PathBuf>,
    /// Set caldb.berkeleydb.readonly in that ics.conf (for a parallel upgrade)
    #[arg(long, value_enum, value_name = "on|off", hide_possible_values = true, requires = "ics_conf")]
    pub read_only: Option<OnOff>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

/// How closely a directory is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Whether each database can be read to its end.
    Readable,
    /// Everything that is wrong or odd.
    Deep,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Migrate from the first directory to the second.
    Migrate {
        /// `source_dbdir`.
        source: PathBuf,
        /// `target_dbdir`.
        target: PathBuf,
    },
    /// Only edit ics.conf.
    EditConfig,
    /// Show a directory.
    Inspect(PathBuf, Depth),
    /// List, resume, undo or delete runs.
    Runs(RunRequest),
}

impl Args {
    /// Returns what is to be done.
    ///
    /// # Errors
    /// A sentence when the options contradict one another or an operand is missing.
    pub fn command(&self) -> Result<Command, String> {
        let alone = [
            ("--inspect", self.inspect.is_some()),
            ("--undo", self.common.undo.is_some()),
            ("--list-runs", self.common.list_runs),
            ("--prune", self.common.prune.is_some()),
        ];
        let mut given = alone.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
        if let Some(first) = given.next() {
            if let Some(second) = given.next() {
                return Err(format!("{first} and {second} cannot be used together"));
            }
            // The directory may stand behind other options, as the operand.
            let operand = if self.inspect == Some(None) { &self.target } else { &self.source };
            if let Some(operand) = operand {
                return Err(format!("{first} takes no further operand: {}", operand.display()));
            }
        }
        if self.common.dry_run && (self.common.prune.is_some() || self.common.resume) {
            return Err("-d cannot be used with --resume or --prune".to_owned());
        }
        if self.salvage && (self.target.is_none() || self.inspect.is_some()) && !self.common.resume {
            return Err("--salvage needs source_dbdir and target_dbdir".to_owned());
        }
        if let Some(dir) = &self.inspect {
            let dir = dir.as_ref().or(self.source.as_ref()).ok_or("--inspect needs a directory")?;
            let depth = if self.deep { Depth::Deep } else { Depth::Readable };
            return Ok(Command::Inspect(dir.clone(), depth));
        }
        if self.source.is_none()
            && let Some(request) = self.common.request()?
        {
            return Ok(Command::Runs(request));
        }
        match (&self.source, &self.target) {
            (Some(source), Some(target)) => Ok(Command::Migrate { source: source.clone(), target: target.clone() }),
            (Some(source), None) => {
                Err(format!("target_dbdir is missing: name the directory for the new database of {}", source.display()))
            }
            (None, _) if self.read_only.is_some() => Ok(Command::EditConfig),
            (None, _) => Err("source_dbdir and target_dbdir are missing".to_owned()),
        }
    }
}

/// Returns the grammar, for manual pages and completions.
pub fn command() -> clap::Command {
    <Args as CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let args = Args::try_parse_from(line.split_whitespace()).map_err(|e| e.to_string())?;
        args.command()
    }

    #[test]
    fn the_grammar_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_documented_examples_are_understood() {
        for line in [
            "csmigrate -b /var/opt/SUNWics5/tmpdb /var/opt/SUNWics5/old_db /var/opt/SUNWics5/new_db",
            "csmigrate -q /var/opt/SUNWics5/old_db /var/opt/SUNWics5/new_db",
            "csmigrate -l min old_db /var/opt/SUNWics5/new_db",
            "csmigrate -l max old_db /var/opt/SUNWics5/new_db",
        ] {
            assert!(matches!(parse(line), Ok(Command::Migrate { .. })), "{line}");
        }
    }

    #[test]
    fn the_directory_to_inspect_may_stand_behind_other_options() {
        for (line, depth) in [
            ("csmigrate --inspect x", Depth::Readable),
            ("csmigrate --inspect --deep x", Depth::Deep),
            ("csmigrate --deep --inspect x", Depth::Deep),
            ("csmigrate --inspect x --deep", Depth::Deep),
            ("csmigrate --inspect=x --deep", Depth::Deep),
        ] {
            assert_eq!(parse(line), Ok(Command::Inspect("x".into(), depth)), "{line}");
        }
    }

    #[test]
    fn wrong_operands_and_options_are_refused() {
        for (line, words) in [
            ("csmigrate", "source_dbdir and target_dbdir are missing"),
            ("csmigrate one", "target_dbdir is missing"),
            ("csmigrate one two three", "three"),
            ("csmigrate -l medium one two", "medium"),
            ("csmigrate --read-only on", "--ics-conf"),
            ("csmigrate --undo x --inspect y", "cannot be used together"),
            ("csmigrate --deep x y", "--inspect"),
            ("csmigrate --inspect", "--inspect needs a directory"),
            ("csmigrate --inspect --deep x y", "no further operand: y"),
            ("csmigrate --inspect x y", "no further operand: y"),
            ("csmigrate --undo x y z", "no further operand"),
            ("csmigrate --salvage --inspect x", "--salvage needs source_dbdir"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
