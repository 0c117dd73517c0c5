//! Measures the merge by key against `git merge-file`, which merges by line.
//!
//! First what they give: random triples of files, with the value that each key must have known from how they were made. Then
//! how long config-commda-merge takes for one large file.

use super::Pairs;
use crate::process::{self, Result, cargo};
use documents::merge::{Base, Decision, Rules, Sides, Word, merge};
use documents::properties::utf16;
use documents::{Document, Properties};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::properties::{Spelling, Triple, Truth};
use testkit::random::Random;

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
    let directory = tempfile::tempdir()?;
    for (spelling, title) in [
        (Spelling::AtRandom, "the same entry spelled differently in each file"),
        (Spelling::Moved, "the same entry spelled alike, a few of them moved"),
        (Spelling::Alike, "the same entry spelled alike, in the same order"),
    ] {
        let (ours, git) = compare(directory.path(), args.triples, spelling)?;
        println!("{} triples, {title}:", args.triples);
        println!("    by key:         {ours}");
        println!("    git merge-file: {git}");
    }

    let files = Files::write(directory.path(), &large(args.keys))?;
    let program = process::target_directory()?.join("release/config-commda-merge");
    let pairs = Pairs::measure(
        args.runs,
        || time(Command::new(&program).arg("file").args(files.base_first()), &[0]),
        || time(&mut files.git(), &[0]),
    )?;
    println!("{} keys, changes in a tenth of them:", args.keys);
    pairs.print("config-commda-merge file", "git merge-file");
    Ok(())
}

/// What became of some triples.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Every key as it must be, and a conflict said where there is one.
    right: usize,
    /// A conflict is said where no key is in conflict.
    needless: usize,
    /// No conflict is said, and a key has the wrong value or is in conflict.
    silently_wrong: usize,
}

impl Counts {
    fn add(&mut self, triple: &Triple, says_conflict: bool, merged: &BTreeMap<String, String>) {
        let (mut conflict, mut wrong) = (false, false);
        for (key, truth) in triple.truth() {
            match truth {
                Truth::Conflict => conflict = true,
                Truth::Known(value) => wrong |= merged.get(key).map(String::as_str) != value,
            }
        }
        match (says_conflict, conflict) {
            (true, false) => self.needless += 1,
            (false, true) => self.silently_wrong += 1,
            // A file with conflict markers is for a person to mend: its other keys are not judged.
            (true, true) => self.right += 1,
            (false, false) if wrong => self.silently_wrong += 1,
            (false, false) => self.right += 1,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, needless, silently_wrong } = self;
        write!(f, "{right} right, {needless} needless conflicts, {silently_wrong} silently wrong")
    }
}

/// Merges triples both ways. Ours is judged in full: a wrong key counts even where a conflict is said.
fn compare(directory: &Path, triples: usize, spelling: Spelling) -> Result<(Counts, Counts)> {
    let mut random = Random::new(7);
    let (mut ours, mut git) = (Counts::default(), Counts::default());
    for _ in 0..triples {
        let triple = Triple::random(&mut random, spelling);

        let [base, site, new] = [&triple.base, &triple.site, &triple.new].map(|side| parse(&side.bytes));
        let (site, new) = (site?, new?);
        let merged = merge(&Sides { base: Base::Known(&base?), site: &site, new: &new }, &Rules::default())?;
        let entries = entries(&merged.bytes)?;
        let reported = |decision: &Decision| matches!(decision.word, Word::Conflict | Word::ObsoleteCustomised);
        let says_conflict = merged.decisions.iter().any(reported);
        let wrong = triple.truth().any(|(key, truth)| match truth {
            Truth::Known(value) => entries.get(key).map(String::as_str) != value,
            Truth::Conflict => false,
        });
        if wrong {
            ours.silently_wrong += 1;
        } else {
            ours.add(&triple, says_conflict, &entries);
        }

        let files =
            Files::write(directory, &[triple.base.bytes.clone(), triple.site.bytes.clone(), triple.new.bytes.clone()])?;
        let output = files.git().output()?;
        match output.status.code() {
            Some(0) => git.add(&triple, false, &self::entries(&output.stdout)?),
            // The number of conflicts; 255 stands for trouble.
            Some(1..=127) => git.add(&triple, true, &BTreeMap::new()),
            _ => return Err(format!("git merge-file: {}", output.status).into()),
        }
    }
    Ok((ours, git))
}

fn parse(bytes: &[u8]) -> Result<Properties> {
    Ok(Properties::parse(bytes.to_vec())?)
}

/// Reads the entries of a file as Java does.
fn entries(bytes: &[u8]) -> Result<BTreeMap<String, String>> {
    let document = parse(bytes)?;
    let text = |value: &[u8]| -> Result<String> { Ok(String::from_utf16(&utf16::decode(value).ok_or("no UTF-16")?)?) };
    document
        .entries()
        .iter()
        .map(|entry| Ok((text(&entry.key.name)?, text(entry.value.as_deref().unwrap_or_default())?)))
        .collect()
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
    fn each_outcome_is_counted_as_what_it_is() {
        let mut random = Random::new(1);
        let triples: Vec<_> = (0..100).map(|_| Triple::random(&mut random, Spelling::Alike)).collect();
        let in_conflict = |triple: &&Triple| triple.truth().any(|(_, truth)| truth == Truth::Conflict);
        let open = triples.iter().find(in_conflict).unwrap();
        let plain = triples.iter().find(|triple| !in_conflict(triple)).unwrap();
        let result: BTreeMap<_, _> = plain
            .truth()
            .filter_map(|(key, truth)| match truth {
                Truth::Known(value) => value.map(|value| (key.to_owned(), value.to_owned())),
                Truth::Conflict => None,
            })
            .collect();

        let counted = |triple: &Triple, says_conflict, merged: &BTreeMap<_, _>| {
            let mut counts = Counts::default();
            counts.add(triple, says_conflict, merged);
            counts
        };
        let none = BTreeMap::new();
        assert_eq!(counted(plain, false, &result), Counts { right: 1, ..Counts::default() });
        assert_eq!(counted(plain, false, &none), Counts { silently_wrong: 1, ..Counts::default() });
        assert_eq!(counted(plain, true, &none), Counts { needless: 1, ..Counts::default() });
        assert_eq!(counted(open, true, &none), Counts { right: 1, ..Counts::default() });
        assert_eq!(counted(open, false, &none), Counts { silently_wrong: 1, ..Counts::default() });
    }

    #[test]
    fn a_merge_by_key_is_right_whatever_git_makes_of_the_lines() {
        let directory = tempfile::tempdir().unwrap();
        let (ours, _) = compare(directory.path(), 50, Spelling::AtRandom).unwrap();
        assert_eq!(ours, Counts { right: 50, ..Counts::default() });
    }

    #[test]
    fn the_large_files_differ_in_a_twentieth_of_their_keys() {
        let [base, site, new] = large(100).map(|file| entries(&file).unwrap());
        let changed =
            |side: &BTreeMap<String, String>| side.iter().filter(|(key, value)| base[*key] != **value).count();
        assert_eq!((changed(&site), changed(&new), base.len()), (5, 5, 100));
    }
}
