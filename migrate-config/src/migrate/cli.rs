//! The command line: raw arguments, uninterpreted. Nothing is opened here.
//!
//! Documented: `migrate-config OLDROOT` and `migrate-config -u OLDROOT` (`reference/messaging.md` section 1.1). The documents print the
//! option also as `—u` and `---u`, and administrators copy it from there: see [`spelled_as_expected`].

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use command::{CommonOptions, RunRequest};
use install_root::Version;

use crate::release::Bits;

/// Moves the configuration of Messaging Server 6.x to a 7.0 server that is installed beside it
///
/// The new server root gets links to the configuration, the data and the logs of the old one, and the configuration names the new
/// root. Mailboxes are not moved. Exit status: 0 done, 1 failed and nothing was changed, 2 wrong usage, 3 done with something to
/// review, 5 resume or undo the unfinished run, 7 another run is active.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "migrate-config",
    version,
    max_term_width = 100,
    mut_arg("undo", |arg| arg.value_name("RUN|OLDROOT").help("Undo a run, or the move from OLDROOT as -u does [default: the newest run]"))
)]
pub struct Args {
    /// The server root of the old release, such as /opt/SUNWmsgsr
    #[arg(value_name = "OLDROOT")]
    pub old_root: Option<PathBuf>,
    /// Undo the move from OLDROOT, and every later run on the new root first
    #[arg(short = 'u')]
    pub back: bool,
    /// The server root of the new release [default: the one that this program is installed in]
    #[arg(long, value_name = "DIR")]
    pub new_root: Option<PathBuf>,
    /// Make an independent copy of the configuration in DIR, which becomes the data root of the new server
    #[arg(long, value_name = "DIR", conflicts_with = "back")]
    pub data_root: Option<PathBuf>,
    /// With --data-root: replace this host name in the copy
    #[arg(long, value_name = "NAME", requires = "new_host")]
    pub old_host: Option<String>,
    /// The host name that replaces it
    #[arg(long, value_name = "NAME", requires_all = ["old_host", "data_root"])]
    pub new_host: Option<String>,
    /// With --data-root: replace this address in the copy
    #[arg(long, value_name = "ADDRESS", requires = "new_ip")]
    pub old_ip: Option<String>,
    /// The address that replaces it
    #[arg(long, value_name = "ADDRESS", requires_all = ["old_ip", "data_root"])]
    pub new_ip: Option<String>,
    /// What `configutil` of the old release printed: the settings that 6.0, 6.1 and 6.2 keep in LDAP
    #[arg(long, value_name = "FILE", conflicts_with = "back")]
    pub configutil_export: Option<PathBuf>,
    /// Where the backup of the message store is: a directory, a volume snapshot, or none
    #[arg(long, value_name = "DIR|snapshot:NAME|none", conflicts_with = "back")]
    pub store_backup: Option<String>,
    /// With -u: the message store was restored from its backup
    #[arg(long)]
    pub store_restored: bool,
    /// The old release, where it cannot be found out
    #[arg(long, value_name = "VERSION", conflicts_with = "back", value_parser = version)]
    pub from_release: Option<Version>,
    /// Whether the old programs are 32-bit or 64-bit, where that cannot be found out
    #[arg(long, value_name = "32|64", conflicts_with = "back", value_parser = bits)]
    pub from_bits: Option<Bits>,
    /// Whether the new programs are 32-bit or 64-bit, where that cannot be found out
    #[arg(long, value_name = "32|64", conflicts_with = "back", value_parser = bits)]
    pub to_bits: Option<Bits>,
    /// Go on although the upgrade guide does not support this pair of releases
    #[arg(long, conflicts_with = "back")]
    pub force_path: bool,
    /// Refuse configuration files that another user can replace
    #[arg(long, conflicts_with = "back")]
    pub strict: bool,
    /// List the files outside the configuration that name OLDROOT, and change nothing
    #[arg(long, conflicts_with_all = ["back", "data_root", "configutil_export", "store_backup"])]
    pub references: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become the program's description")]
    pub common: CommonOptions,
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| "not a version, such as 6.3".to_owned())
}

fn bits(text: &str) -> Result<Bits, String> {
    Bits::parse(text).ok_or_else(|| "neither 32 nor 64".to_owned())
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Move the configuration of this root.
    Forward(PathBuf),
    /// Undo the move from this root.
    Back(PathBuf),
    /// List what else names this root.
    References(PathBuf),
    /// List, resume, undo or delete runs.
    Runs(RunRequest),
}

impl Args {
    /// Returns what is to be done.
    ///
    /// # Errors
    /// A sentence when the options contradict one another or the root is missing.
    pub fn command(&self) -> Result<Command, String> {
        let missing = || "OLDROOT is missing: name the server root of the old release".to_owned();
        match self.common.request()? {
            Some(RunRequest::Undo(Some(root))) if root.as_bytes().starts_with(b"/") => {
                return self.alone("--undo", Command::Back(PathBuf::from(root)));
            }
            // The same command, so that a run is resumed as it was begun.
            Some(RunRequest::Resume) if self.old_root.is_some() => {}
            Some(request) => {
                let option = request.option();
                return self.alone(option, Command::Runs(request));
            }
            None => {}
        }
        let root = self.old_root.clone().ok_or_else(missing)?;
        if self.store_restored && !self.back {
            return Err("--store-restored is used with -u".to_owned());
        }
        Ok(match (self.back, self.references) {
            (true, _) => Command::Back(root),
            (_, true) => Command::References(root),
            _ => Command::Forward(root),
        })
    }

    fn alone(&self, option: &str, command: Command) -> Result<Command, String> {
        match (&self.old_root, self.back) {
            (Some(root), _) => Err(format!("{option} takes no further operand: {}", root.display())),
            (None, true) => Err(format!("-u and {option} cannot be used together")),
            (None, false) => Ok(command),
        }
    }
}

/// Returns the grammar, for manual pages and completions.
pub fn command() -> clap::Command {
    <Args as CommandFactory>::command()
}

/// Every character that a document or a word processor makes of a hyphen.
const DASHES: [char; 12] = [
    '-', '\u{ad}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{fe58}',
    '\u{fe63}', '\u{ff0d}',
];

/// Spells every `--u`, `---u`, `–u` and `—u` as `-u`, and leaves all else as it is.
#[must_use]
pub fn spelled_as_expected(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut is_operand = false;
    let spelled = |argument: OsString| {
        is_operand |= argument == "--";
        if !is_operand && is_undo(argument.as_bytes()) { OsString::from("-u") } else { argument }
    };
    arguments.into_iter().map(spelled).collect()
}

fn is_undo(word: &[u8]) -> bool {
    let Some(mut rest) = word.strip_suffix(b"u").filter(|dashes| !dashes.is_empty()) else { return false };
    // In Windows-1252 the two dashes are a byte each.
    while let Some((first, behind)) = rest.split_first() {
        let dash = DASHES.iter().find_map(|dash| rest.strip_prefix(dash.encode_utf8(&mut [0; 4]).as_bytes()));
        match (dash, first) {
            (Some(behind), _) => rest = behind,
            (None, 0x96 | 0x97) => rest = behind,
            (None, _) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let words = spelled_as_expected(line.split_whitespace().map(OsString::from).collect());
        let args = Args::try_parse_from(words).map_err(|e| e.to_string())?;
        args.command()
    }

    #[test]
    fn the_grammar_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_documented_examples_are_understood() {
        let old = PathBuf::from("/opt/SUNWmsgsr");
        assert_eq!(parse("migrate-config /opt/SUNWmsgsr"), Ok(Command::Forward(old.clone())));
        for undo in ["-u", "--u", "---u", "—u", "–u", "——u", "-–u", "\u{2212}u", "\u{ad}u"] {
            assert_eq!(
                parse(&format!("migrate-config {undo} /opt/SUNWmsgsr")),
                Ok(Command::Back(old.clone())),
                "{undo}"
            );
            assert_eq!(
                parse(&format!("migrate-config /opt/SUNWmsgsr {undo}")),
                Ok(Command::Back(old.clone())),
                "{undo}"
            );
        }
        assert_eq!(parse("migrate-config --undo /opt/SUNWmsgsr"), Ok(Command::Back(old)));
    }

    #[test]
    fn only_the_undo_option_has_misprints() {
        let words = |words: &[&[u8]]| words.iter().map(|word| OsString::from_vec(word.to_vec())).collect::<Vec<_>>();
        assert_eq!(spelled_as_expected(words(&[b"x", b"\x97u", b"\x96\x97u"])), words(&[b"x", b"-u", b"-u"]));
        for word in [&b"u"[..], b"-v", b"/u", "—".as_bytes(), b"--undo", b"\x98u", b"-\xe2\x80u", b""] {
            assert_eq!(spelled_as_expected(words(&[b"x", word])), words(&[b"x", word]));
        }
        assert_eq!(spelled_as_expected(words(&[b"x", b"--", b"---u"])), words(&[b"x", b"--", b"---u"]));
    }

    #[test]
    fn wrong_operands_and_options_are_refused() {
        for (line, words) in [
            ("migrate-config", "OLDROOT is missing"),
            ("migrate-config -u", "OLDROOT is missing"),
            ("migrate-config /a /b", "/b"),
            ("migrate-config --undo R /a", "no further operand: /a"),
            ("migrate-config --list-runs /a", "no further operand: /a"),
            ("migrate-config -u --list-runs", "-u and --list-runs"),
            ("migrate-config -u /a --data-root /d", "--data-root"),
            ("migrate-config --store-restored /a", "-u"),
            ("migrate-config /a --from-release new", "not a version"),
            ("migrate-config /a --to-bits 16", "neither 32 nor 64"),
            ("migrate-config /a --old-host x", "--new-host"),
            ("migrate-config /a --old-host x --new-host y", "--data-root"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }
}
