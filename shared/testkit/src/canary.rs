//! Secrets that can be found again: each is a word that occurs nowhere else.
//!
//! [`Searched`] is a site whose every run is searched for them: what is printed, and every file that there is afterwards, the
//! report, plans, journals, logs and the arguments of the programs that were started among them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::ops::Deref;
use std::path::Path;

use upgrade_engine::fs::{Dir, FileKind, RelPath};

use crate::outcome::Outcome;
use crate::process;
use crate::random::Random;
use crate::site::Site;

/// Secret words and what each stands for.
#[derive(Debug)]
pub struct Canaries {
    random: Random,
    words: Vec<(String, String)>,
}

impl Canaries {
    /// Starts a set of words; the same seed gives the same ones.
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), words: Vec::new() }
    }

    /// Makes the secret word for one setting. It holds letters only, so that no quoting or escaping can hide it.
    pub fn word(&mut self, meaning: &str) -> String {
        let letters: String = (0..20).map(|_| char::from(b'a' + self.random.below(26) as u8)).collect();
        let word = format!("canary{letters}");
        self.words.push((word.clone(), meaning.to_owned()));
        word
    }

    /// Returns the meanings of the words that occur in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let occurs = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        self.words.iter().filter(|(word, _)| occurs(word)).map(|(_, meaning)| meaning.as_str()).collect()
    }

    /// Returns the secrets that occur in some bytes, whole or cut off, as they are, in hexadecimal, or as a list of numbers.
    pub fn leaks(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let dense: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        // Every word begins like this, and nothing else does.
        let hidden = |form: &&str| dense.contains(*form);
        let forms: Vec<_> = ["canary", "63616e617279", "999711097114121"].into_iter().filter(hidden).collect();
        if forms.is_empty() {
            return Vec::new();
        }
        vec![format!("{place}: {forms:?} of {:?}", self.found_in(bytes))]
    }

    /// Returns `PATH: MEANING` for every word in the names, link targets, extended attributes and files of a tree.
    ///
    /// # Errors
    /// What reading the tree gives.
    pub fn found_below(&self, dir: &dyn Dir) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        let mut todo = vec![RelPath::here()];
        while let Some(path) = todo.pop() {
            let stat = dir.stat(&path)?;
            let mut bytes = path.to_bytes();
            for (name, value) in dir.hold(&path)?.extended_attributes()? {
                bytes.extend([b"\n".as_slice(), &name, b"=", &value].concat());
            }
            bytes.push(b'\n');
            match stat.kind {
                FileKind::Directory => todo.extend(dir.list(&path)?.iter().map(|name| path.join(name))),
                FileKind::Symlink => bytes.extend(dir.read_link(&path)?),
                FileKind::Regular => bytes.extend(read(dir, &path, stat.size)?),
                FileKind::Fifo | FileKind::Special => {}
            }
            found.extend(self.found_in(&bytes).iter().map(|meaning| format!("{path}: {meaning}")));
        }
        found.sort();
        Ok(found)
    }
}

/// A site with secrets in its files; after every run, all that there is is searched for them.
#[derive(Debug)]
pub struct Searched<S> {
    /// The site.
    pub site: S,
    /// Its secrets.
    pub canaries: Canaries,
    /// Whether a file or directory is meant to hold secrets, with all that is below it. Left out in any case is `before`
    /// in a run's directory: the originals that a run saves.
    pub is_exempt: fn(&S, &Path) -> bool,
    /// The names of the files that were searched.
    pub searched: BTreeSet<String>,
}

impl<S: Deref<Target = Site>> Searched<S> {
    /// Takes a site. The same seed gives the same words.
    pub fn new(site: S, seed: u64, is_exempt: fn(&S, &Path) -> bool) -> Self {
        Self { site, canaries: Canaries::new(seed), is_exempt, searched: BTreeSet::new() }
    }

    /// Runs the program with `--report`, and searches all that there is afterwards.
    ///
    /// # Panics
    /// When a secret is found.
    #[track_caller]
    pub fn run(&mut self, arguments: &[&str]) -> Outcome {
        self.run_by(|site, arguments| site.run(arguments), arguments)
    }

    /// As [`Searched::run`], for a tool of several programs: the function runs one of them.
    ///
    /// # Panics
    /// As [`Searched::run`].
    #[track_caller]
    pub fn run_by(&mut self, run: impl FnOnce(&S, &[&str]) -> Outcome, arguments: &[&str]) -> Outcome {
        let report = self.site.beside("report");
        let outcome = run(&self.site, &[&["--report", report.to_str().unwrap()], arguments].concat());
        let mut leaks = self.canaries.leaks("standard output", outcome.stdout.as_bytes());
        leaks.extend(self.canaries.leaks("standard error", outcome.stderr.as_bytes()));
        let mut searched = Vec::new();
        self.below(&self.site.beside(""), &mut |path, bytes| {
            leaks.extend(self.canaries.leaks(path, &[path.as_bytes(), b"\n", bytes].concat()));
            searched.push(path.rsplit('/').next().unwrap().to_owned());
        });
        self.searched.extend(searched);
        assert!(leaks.is_empty(), "{arguments:?}\n{}\n{outcome}", leaks.join("\n"));
        outcome
    }

    /// Fails unless there were files of these names to search: `plan.json`, `journal`, `report`, ...
    #[track_caller]
    pub fn assert_searched(&self, names: &[&str]) {
        for name in names {
            assert!(self.searched.contains(*name), "there was no {name} to search: {:?}", self.searched);
        }
    }

    fn below(&self, directory: &Path, show: &mut dyn FnMut(&str, &[u8])) {
        for entry in process::while_none_begins(|| fs::read_dir(directory).unwrap()) {
            let path = entry.unwrap().path();
            if path.ends_with("before") || (self.is_exempt)(&self.site, &path) {
                continue;
            }
            if path.is_symlink() {
                show(path.to_str().unwrap(), fs::read_link(&path).unwrap().to_string_lossy().as_bytes());
            } else if path.is_dir() {
                self.below(&path, show);
            } else {
                show(path.to_str().unwrap(), &process::while_none_begins(|| fs::read(&path)).unwrap());
            }
        }
    }
}

fn read(dir: &dyn Dir, path: &RelPath, size: u64) -> io::Result<Vec<u8>> {
    let file = dir.open(path)?;
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    let mut done = 0;
    while done < bytes.len() {
        match file.read_at(&mut bytes[done..], done as u64)? {
            0 => break,
            count => done += count,
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}
