//! Secrets that can be found again: each is a word that occurs nowhere else.

use std::io;

use upgrade_engine::fs::{Dir, FileKind, RelPath};

use crate::random::Random;

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
            for (name, value) in dir.extended_attributes(&path)? {
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
