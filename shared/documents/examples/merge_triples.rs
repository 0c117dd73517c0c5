//! Merges random triples of properties files by key and by line (`git merge-file`), and counts what each makes of them.
//!
//! The value that each key must have is known from how the files were made. `cargo xtask bench merge` runs this.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "works for developers on files of its own, never on an administrator's data"
)]

use documents::merge::{Base, Decision, Rules, Sides, Word, merge};
use documents::properties::utf16;
use documents::{Document, Properties};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::path::Path;
use std::process::Command;
use testkit::properties::{Spelling, Triple, Truth};
use testkit::random::Random;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Takes the number of triples for each way of spelling them.
fn main() -> Result {
    let triples = std::env::args().nth(1).ok_or("usage: merge_triples NUMBER")?.parse()?;
    let directory = tempfile::tempdir()?;
    for (spelling, title) in [
        (Spelling::AtRandom, "the same entry spelled differently in each file"),
        (Spelling::Moved, "the same entry spelled alike, a few of them moved"),
        (Spelling::Alike, "the same entry spelled alike, in the same order"),
    ] {
        let (ours, git) = compare(directory.path(), triples, spelling)?;
        println!("{triples} triples, {title}:");
        println!("    by key:         {ours}");
        println!("    git merge-file: {git}");
    }
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

        let output = git_merge(directory, &triple)?.output()?;
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

/// Writes the three files and returns the command that merges them.
fn git_merge(directory: &Path, triple: &Triple) -> Result<Command> {
    let mut command = Command::new("git");
    command.args(["merge-file", "-p"]);
    for (name, side) in [("site", &triple.site), ("base", &triple.base), ("new", &triple.new)] {
        let path = directory.join(name).with_extension("properties");
        std::fs::write(&path, &side.bytes)?;
        command.arg(path);
    }
    Ok(command)
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
}
