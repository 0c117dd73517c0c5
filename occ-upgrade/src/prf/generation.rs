//! A directory of profile files, and what of it is new since the last time.
//!
//! The directory is made beside its place and takes it with one rename. A file whose content has not changed is not written again:
//! it gets another name in the new directory. `profiles.b3` lists every file with its BLAKE3 digest, as `b3sum --check` reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{Dir, RelPath};
use upgrade_engine::new_files::NewTree;
use upgrade_engine::step::read_whole;

/// The list of files.
pub const LIST: &str = "profiles.b3";

/// What a generation found and did.
#[derive(Debug, Default, serde::Serialize)]
pub struct Outcome {
    /// Profiles of users that were not there.
    pub new: u64,
    /// Profiles that were written again.
    pub changed: u64,
    /// Profiles that are as they were.
    pub unchanged: u64,
    /// Files of users that are gone.
    pub removed: Vec<String>,
    /// Files that somebody changed since they were generated.
    pub edited: Vec<String>,
}

impl Outcome {
    /// Returns whether the directory would be another one.
    pub fn is_change(&self) -> bool {
        self.new > 0 || self.changed > 0 || !self.removed.is_empty()
    }
}

/// A generation at work.
pub struct Generation {
    old: Option<Box<dyn Dir>>,
    old_list: BTreeMap<String, Digest>,
    tree: Option<NewTree>,
    list: String,
    outcome: Outcome,
}

impl Generation {
    /// Begins. Without a tree nothing is written: a dry run, or a first pass.
    ///
    /// # Errors
    /// When the old list cannot be read.
    pub fn new(old: Option<Box<dyn Dir>>, tree: Option<NewTree>) -> io::Result<Self> {
        let mut old_list = BTreeMap::new();
        if let Some(dir) = &old
            && let Ok(file) = dir.open(&name(LIST)?)
        {
            let text = String::from_utf8(read_whole(&*file)?).map_err(io::Error::other)?;
            for line in text.lines() {
                let Some((digest, file)) = line.split_once("  ") else { continue };
                let digest =
                    serde_json::from_value(serde_json::Value::String(digest.to_owned())).map_err(io::Error::other)?;
                old_list.insert(file.to_owned(), digest);
            }
        }
        Ok(Self { old, old_list, tree, list: String::new(), outcome: Outcome::default() })
    }

    /// Takes the profile of a user.
    ///
    /// # Errors
    /// As `read`, `write` and `link`.
    pub fn add(&mut self, file: &str, content: &[u8]) -> io::Result<()> {
        let digest = Digest::of(content);
        self.list.push_str(&format!("{digest}  {file}\n"));
        let path = name(file)?;
        let listed = self.old_list.remove(file);
        let found = self.old.as_ref().and_then(|dir| dir.open(&path).ok());
        let found = found.map(|file| Ok::<_, io::Error>(Digest::of(&read_whole(&*file)?))).transpose()?;
        if let (Some(listed), Some(found)) = (listed, found)
            && listed != found
        {
            self.outcome.edited.push(file.to_owned());
        }
        if found == Some(digest) {
            self.outcome.unchanged = self.outcome.unchanged.saturating_add(1);
            let Some(tree) = &mut self.tree else { return Ok(()) };
            // Where the file system has no links, it is written after all.
            return tree.take_over(&path).or_else(|_| tree.write(&path, content, 0o644));
        }
        let count = if found.is_some() { &mut self.outcome.changed } else { &mut self.outcome.new };
        *count = count.saturating_add(1);
        self.tree.as_mut().map_or(Ok(()), |tree| tree.write(&path, content, 0o644))
    }

    /// Writes the list, and returns the tree with what was done.
    ///
    /// # Errors
    /// As `write`.
    pub fn finish(mut self) -> io::Result<(Option<NewTree>, Outcome)> {
        self.outcome.removed = self.old_list.into_keys().collect();
        if let Some(tree) = &mut self.tree {
            tree.write(&name(LIST)?, self.list.as_bytes(), 0o644)?;
        }
        Ok((self.tree, self.outcome))
    }
}

fn name(file: &str) -> io::Result<RelPath> {
    RelPath::new(file).map_err(io::Error::other)
}

/// The names and addresses of a generation: each may be there once. Windows ignores the case of file names.
#[derive(Debug, Default)]
pub struct Unique {
    seen: BTreeSet<[u8; 16]>,
    users: usize,
}

/// Most users of one call: what must be kept of each is small, and this bounds it.
pub const MOST_USERS: usize = 1_000_000;

impl Unique {
    /// Takes an address and a file name.
    ///
    /// # Errors
    /// What is there already.
    pub fn add(&mut self, mail: &str, file: &str) -> Result<(), String> {
        self.users = self.users.saturating_add(1);
        if self.users > MOST_USERS {
            return Err(format!("there are more than {MOST_USERS} users: split the file"));
        }
        if !self.insert("mail", mail) {
            return Err(format!("the mail address {mail} is there twice"));
        }
        if self.insert("file", file) { Ok(()) } else { Err(format!("two users would have the file {file}")) }
    }

    fn insert(&mut self, what: &str, text: &str) -> bool {
        let digest = Digest::of(format!("{what}:{}", text.to_lowercase()).as_bytes());
        digest.as_bytes().first_chunk::<16>().is_some_and(|short| self.seen.insert(*short))
    }
}

/// Returns the name of a user's file: the login name, with `=XX` for bytes that Windows or a shell would take amiss.
pub fn file_name(uid: &str) -> String {
    let mut out = String::new();
    for byte in uid.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'@' | b'+')
            || (byte == b'.' && !out.is_empty())
        {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("={byte:02X}"));
        }
    }
    let device = out.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let is_numbered = device.len() == 4 && (device.starts_with("COM") || device.starts_with("LPT"));
    if ["CON", "PRN", "AUX", "NUL"].contains(&device.as_str()) || is_numbered {
        out.insert(0, '=');
    }
    out + ".prf"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_ones_on_windows() {
        for (uid, file) in [
            ("ann.b-c_d@x+y", "ann.b-c_d@x+y.prf"),
            ("a/b\\c", "a=2Fb=5Cc.prf"),
            (".ssh", "=2Essh.prf"),
            ("ä", "=C3=A4.prf"),
            ("nul", "=nul.prf"),
            ("com1.x", "=com1.x.prf"),
        ] {
            assert_eq!(file_name(uid), file);
        }
    }

    #[test]
    fn an_address_and_a_file_name_are_taken_once_whatever_their_case() {
        let mut unique = Unique::default();
        unique.add("a@b", "a.prf").unwrap();
        assert_eq!(unique.add("A@B", "b.prf").unwrap_err(), "the mail address A@B is there twice");
        assert_eq!(unique.add("c@b", "A.prf").unwrap_err(), "two users would have the file A.prf");
    }
}
