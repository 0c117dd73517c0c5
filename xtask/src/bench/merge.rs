//! Measures the merge by key against `git merge-file`, which merges by line.
//!
//! First what they give for random triples of files (the example `merge_triples` of `documents`), then how long
//! config-commda-merge takes for one large file, and a merge of each line dialect (the example `merge_files` of `documents`).

use super::Pairs;
use crate::process::{self, Result, cargo};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Options of `cargo xtask bench merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Triples of random files for each way of spelling them
    #[arg(long, default_value_t = 10_000)]
    triples: usize,
    /// Keys of the large file
    #[arg(long, default_value_t = 10_000)]
    keys: usize,
    /// Pairs of merges of the large file
    #[arg(long, default_value_t = 101)]
    runs: usize,
}

/// Merges, counts, measures, and prints what came of it.
pub(crate) fn run(args: &Args) -> Result {
    if !process::is_installed("git") {
        return Err("git is missing: there is nothing to compare with".into());
    }
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "config-commda-merge"]))?;
    let mut triples =
        cargo(["run", "--release", "--locked", "--quiet", "-p", "documents", "--example", "merge_triples", "--"]);
    process::run(triples.arg(args.triples.to_string()))?;

    let directory = tempfile::tempdir()?;
    let files = Files::write(directory.path(), &large(args.keys))?;
    let program = process::target_directory()?.join("release/config-commda-merge");
    let pairs = Pairs::measure(
        args.runs,
        || time(Command::new(&program).arg("file").args(files.base_first()), &[0]),
        || time(&mut files.git(), &[0]),
    )?;
    println!("{} keys, changes in a tenth of them:", args.keys);
    pairs.print("config-commda-merge file", "git merge-file");
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "documents", "--example", "merge_files"]))?;
    let program = process::target_directory()?.join("release/examples/merge_files");
    for dialect in DIALECTS {
        let files = Files::write(directory.path(), &dialect.large(args.keys))?;
        let pairs = Pairs::measure(
            args.runs,
            || time(Command::new(&program).arg(dialect.name).args(files.base_first()), &[0]),
            || time(&mut files.git(), &[0]),
        )?;
        println!("{} keys of {}, changes in a tenth of them:", args.keys, dialect.name);
        pairs.print("merge by key", "git merge-file");
    }
    Ok(())
}

/// A dialect of lines, as `merge_files` names it, and what its files look like.
struct Dialect {
    name: &'static str,
    head: &'static str,
    comment: &'static str,
    separator: &'static str,
    indent: &'static str,
}

/// Every line dialect.
const DIALECTS: &[Dialect] = &[
    Dialect { name: "properties", head: "", comment: "#", separator: "=", indent: "" },
    Dialect { name: "ics", head: "", comment: "!", separator: " = ", indent: "" },
    Dialect { name: "windows-ini", head: "[A]\n", comment: ";", separator: "=", indent: "" },
    Dialect { name: "mappings", head: "A\n\n", comment: "!", separator: "  ", indent: "  " },
    Dialect { name: "imta-cnf", head: "", comment: "!", separator: "  ", indent: "" },
    Dialect { name: "option-dat", head: "", comment: "!", separator: "=", indent: "" },
    Dialect { name: "sectioned", head: "[SERVICE=A]\n", comment: "!", separator: "=", indent: "" },
    Dialect { name: "mmp", head: "", comment: "#", separator: " ", indent: "default:" },
    Dialect { name: "aliases", head: "", comment: "!", separator: ": ", indent: "" },
    Dialect { name: "sslpassword", head: "", comment: "comment ", separator: ":", indent: "" },
    Dialect { name: "acl", head: "", comment: "#", separator: " ", indent: "u:" },
];

impl Dialect {
    /// Returns the three files of [`large`] in this dialect.
    fn large(&self, keys: usize) -> [Vec<u8>; 3] {
        large(keys).map(|file| {
            let spelled = |line: &str| match line.strip_prefix('#') {
                Some(comment) => format!("{}{comment}\n", self.comment),
                None => format!("{}{}\n", self.indent, line.replacen('=', self.separator, 1)),
            };
            let text: String = String::from_utf8_lossy(&file).lines().map(spelled).collect();
            [self.head, &text].concat().into_bytes()
        })
    }
}

/// Three files on disk.
struct Files([std::path::PathBuf; 3]);

impl Files {
    fn write(directory: &Path, [base, site, new]: &[Vec<u8>; 3]) -> Result<Self> {
        let files = [("base", base), ("site", site), ("new", new)];
        let paths = files.map(|(name, bytes)| -> Result<_> {
            let path = directory.join(name).with_extension("properties");
            std::fs::write(&path, bytes)?;
            Ok(path)
        });
        let [base, site, new] = paths;
        Ok(Self([base?, site?, new?]))
    }

    fn base_first(&self) -> &[std::path::PathBuf] {
        &self.0
    }

    fn git(&self) -> Command {
        let Self([base, site, new]) = self;
        let mut command = Command::new("git");
        command.args(["merge-file", "-p"]).args([site, base, new]);
        command
    }
}

/// Returns one file of so many keys, and a site and a release that changed one in twenty of them each, never the same.
fn large(keys: usize) -> [Vec<u8>; 3] {
    let file = |suffix: fn(usize) -> &'static str| -> Vec<u8> {
        let line = |key: usize| {
            let comment = if key.is_multiple_of(10) { format!("# About key {key}.\n") } else { String::new() };
            format!("{comment}da-setting-number-{key}=the value of setting {key}{}\n", suffix(key))
        };
        (0..keys).map(line).collect::<String>().into_bytes()
    };
    [
        file(|_| ""),
        file(|key| if key % 20 == 7 { " of the site" } else { "" }),
        file(|key| if key % 20 == 17 { " of the release" } else { "" }),
    ]
}

/// Returns how long a command takes whose output nobody reads.
fn time(command: &mut Command, expected: &[i32]) -> Result<Duration> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let elapsed = start.elapsed();
    match status.code() {
        Some(code) if expected.contains(&code) => Ok(elapsed),
        _ => Err(format!("{}: {status}", process::shown(command)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_spells_every_line_of_the_large_files_its_own_way() {
        let mappings = DIALECTS.iter().find(|dialect| dialect.name == "mappings").unwrap();
        let [base, _, _] = mappings.large(2).map(|file| String::from_utf8(file).unwrap());
        let lines = "  da-setting-number-0  the value of setting 0\n  da-setting-number-1  the value of setting 1\n";
        assert_eq!(base, format!("A\n\n! About key 0.\n{lines}"));
    }

    #[test]
    fn the_large_files_differ_in_a_twentieth_of_their_keys() {
        let lines = |file: &[u8]| String::from_utf8_lossy(file).lines().map(str::to_owned).collect::<Vec<_>>();
        let [base, site, new] = large(100).map(|file| lines(&file));
        let changed = |side: &[String]| side.iter().zip(&base).filter(|(line, old)| line != old).count();
        assert_eq!((changed(&site), changed(&new), base.len()), (5, 5, 110));
    }
}
