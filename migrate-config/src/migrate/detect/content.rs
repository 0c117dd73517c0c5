//! One file of the configuration: whether it names the old root, and what it holds after the move.
//!
//! A small file is read once, whole. A large one is searched piece by piece first, so that memory does not grow with it.

use std::collections::BTreeSet;

use documents::Dialect;
use memchr::memmem::Finder;
use upgrade_engine::digest::{self, Digest, Hasher, Piece};
use upgrade_engine::fs::File;
use upgrade_engine::step::{Attributes, Observer};
use upgrade_engine::survey::ToCopy;

use super::classes::Class;
use super::includes::LARGEST;
use super::structure;
use super::tree::{Names, Tree};
use crate::error::Error;
use crate::migrate::refusal::Refusal;
use crate::migrate::rewrite::{Change, Moves};

/// Files up to this length are read in one piece.
const WHOLE: u64 = 1 << 20;
/// How many paths below the old root are noted of one file.
const MOST_PATHS: usize = 1000;

/// A file, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// The file with its names.
    pub names: Names,
    /// What it is.
    pub class: Class,
    /// What a copy of it is like.
    pub attributes: Attributes,
    /// What a copy of it does not take over, in a sentence.
    pub not_taken_over: Option<String>,
    /// Its digest, where one is needed.
    pub digest: Option<Digest>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Where it names a host that is looked for and does not move: the host, and the key.
    pub hosts: Vec<(String, String)>,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stays: nothing in it is moved.
    Stays,
    /// It stays although it names the old root.
    StaysNaming(Why),
    /// It is rewritten.
    Rewritten {
        /// Digest of what it holds.
        before: Digest,
        /// Digest of what it will hold.
        after: Digest,
        /// How many bytes that are.
        size: u64,
        /// How that comes about.
        change: Change,
        /// The paths below the old root that it names.
        paths: BTreeSet<Vec<u8>>,
    },
}

/// Why a file stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is a saved copy.
    Copy,
    /// It is no text.
    Binary,
    /// It is too large for a configuration file.
    TooLarge,
}

/// Whether digests of the files that stay are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digests {
    /// They are: the files are copied.
    Wanted,
    /// They are not.
    Unwanted,
}

/// What files are searched for.
pub struct Search<'a> {
    /// What moves.
    pub moves: &'a Moves,
    /// The roots, as bytes.
    finders: Vec<Finder<'a>>,
    /// The longest of them, in bytes.
    longest: usize,
    digests: Digests,
    /// Hosts that are looked for and do not move.
    hosts: &'a [String],
    /// Says when to stop.
    observer: &'a dyn Observer,
}

/// What one pass over a file gives.
struct Passed {
    holds: bool,
    is_binary: bool,
    digest: Option<Digest>,
}

impl<'a> Search<'a> {
    /// Returns the search for what moves.
    pub fn new(moves: &'a Moves, digests: Digests, hosts: &'a [String], observer: &'a dyn Observer) -> Self {
        let roots = || moves.needles();
        let longest = roots().map(<[u8]>::len).max().unwrap_or(0);
        Self { moves, finders: roots().map(Finder::new).collect(), longest, digests, hosts, observer }
    }

    /// Surveys a file.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when a file of a known form is none; as `open` and `read`; [`digest::stopped`] when somebody asked to stop.
    pub fn file(&self, tree: &Tree, names: Names, class: Class) -> Result<Surveyed, Error> {
        let shown = || tree.show(&names.path);
        let opened = ToCopy::open(&*tree.dir, &names.path).map_err(|e| Error::io("open", shown(), e))?;
        let not_taken_over = opened.not_taken_over(&shown().to_string());
        let ToCopy { file, attributes, .. } = opened;
        let failed = |e| Error::io("read", shown(), e);
        let size = file.stat().map_err(failed)?.size;
        let bytes = if size <= WHOLE { Some(whole(&*file, size, WHOLE).map_err(failed)?) } else { None };
        let passed = match &bytes {
            Some(bytes) => self.look(bytes),
            None => self.pass(&*file).map_err(failed)?,
        };
        let digest = passed.digest;
        let broken = |what: String| Error::from(Refusal::Broken { path: shown().to_string(), what });
        let must_be_sound =
            matches!(class.dialect(), Dialect::ImtaCnf | Dialect::ImtaRules | Dialect::Mappings | Dialect::Aliases);
        if must_be_sound && passed.is_binary {
            return Err(broken("it holds a NUL byte, so it is no text".to_owned()));
        }
        let mut hosts = Vec::new();
        let outcome = if passed.is_binary || class.dialect() == Dialect::Binary {
            naming(passed.holds, Why::Binary)
        } else if class == Class::Copy {
            naming(passed.holds && self.occurs(bytes.as_deref()), Why::Copy)
        } else if size > LARGEST {
            naming(passed.holds, Why::TooLarge)
        } else if passed.holds || must_be_sound || may_spell_otherwise(class.dialect(), bytes.as_deref()) {
            let bytes = match bytes {
                Some(bytes) => bytes,
                None => whole(&*file, size, LARGEST).map_err(failed)?,
            };
            if must_be_sound && let Some(fault) = structure::fault(class.dialect(), &bytes) {
                return Err(broken(fault));
            }
            hosts = self.hosts_in(class.dialect(), &bytes);
            match self.moves.rewritten(class.dialect(), &bytes) {
                Ok(None) => Outcome::Stays,
                Ok(Some((after, change))) => Outcome::Rewritten {
                    before: Digest::of(&bytes),
                    after: Digest::of(&after),
                    size: after.len() as u64,
                    paths: self.paths(&bytes),
                    change,
                },
                // Without the root in it there is nothing to rewrite, whatever it is.
                Err(_) if !passed.holds && self.moves.names.is_empty() => Outcome::Stays,
                Err(e) => return Err(broken(e.to_string())),
            }
        } else {
            Outcome::Stays
        };
        Ok(Surveyed { names, class, attributes, not_taken_over, digest, outcome, hosts })
    }

    fn hosts_in(&self, dialect: Dialect, bytes: &[u8]) -> Vec<(String, String)> {
        let found = |host: &String| {
            // What cannot be read is a matter of its rewriting.
            let places = dialect.find_names(bytes, host).unwrap_or_default();
            places.into_iter().map(|place| (host.clone(), place.key)).collect::<Vec<_>>()
        };
        self.hosts.iter().flat_map(found).collect()
    }

    fn occurs(&self, bytes: Option<&[u8]>) -> bool {
        bytes.is_none_or(|bytes| self.moves.needles().any(|root| documents::roots::occurs(bytes, root)))
    }

    fn look(&self, bytes: &[u8]) -> Passed {
        Passed {
            holds: self.finders.iter().any(|finder| finder.find(bytes).is_some()),
            is_binary: memchr::memchr(0, bytes).is_some(),
            digest: (self.digests == Digests::Wanted).then(|| Digest::of(bytes)),
        }
    }

    /// Reads a file piece by piece. Each piece begins with the end of the one before it, so that no root is cut.
    fn pass(&self, file: &dyn File) -> std::io::Result<Passed> {
        let overlap = self.longest.saturating_sub(1);
        let mut piece: Vec<u8> = Vec::new();
        let mut hasher = Hasher::new();
        let mut passed = Passed { holds: false, is_binary: false, digest: None };
        let is_digested = self.digests == Digests::Wanted;
        digest::for_each_piece(file, |read| {
            match read {
                Piece::Bytes(fresh) => {
                    piece.drain(..piece.len().saturating_sub(overlap));
                    piece.extend_from_slice(fresh);
                    passed.is_binary |= memchr::memchr(0, fresh).is_some();
                    passed.holds |= self.finders.iter().any(|finder| finder.find(&piece).is_some());
                }
                // No root reaches across a hole.
                Piece::Hole(_) => {
                    piece.clear();
                    passed.is_binary = true;
                }
            }
            if is_digested {
                read.for_each_chunk(&mut |bytes| {
                    hasher.update(bytes);
                    self.go_on()
                })?;
            }
            self.go_on()
        })?;
        passed.digest = is_digested.then(|| hasher.finish());
        Ok(passed)
    }

    fn go_on(&self) -> std::io::Result<()> {
        if self.observer.stop_requested() { Err(digest::stopped()) } else { Ok(()) }
    }

    /// Returns the paths below the roots that a text names.
    fn paths(&self, bytes: &[u8]) -> BTreeSet<Vec<u8>> {
        let mut paths = BTreeSet::new();
        for finder in &self.finders {
            for at in finder.find_iter(bytes) {
                let rest = bytes.get(at.saturating_add(finder.needle().len())..).unwrap_or_default();
                let end = rest.iter().position(|byte| !is_in_a_path(*byte)).unwrap_or(rest.len());
                if let Some(path @ [b'/', _, ..]) = rest.get(..end)
                    && paths.len() < MOST_PATHS
                {
                    paths.insert(path.to_vec());
                }
            }
        }
        paths
    }
}

fn naming(names: bool, why: Why) -> Outcome {
    if names { Outcome::StaysNaming(why) } else { Outcome::Stays }
}

/// Returns whether a root may be in a value without being in the file as it is spelled: on a continued line.
fn may_spell_otherwise(dialect: Dialect, bytes: Option<&[u8]>) -> bool {
    let is_read_by_key = !matches!(dialect, Dialect::Text | Dialect::Binary | Dialect::Xml);
    let is_continued = |bytes: &[u8]| {
        memchr::memchr_iter(b'\\', bytes).any(|at| matches!(bytes.get(at.saturating_add(1)), Some(b'\n' | b'\r')))
    };
    is_read_by_key && bytes.is_none_or(is_continued)
}

fn is_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'+' | b'~') || byte >= 0x80
}

/// Reads a file whole; `size` is about how long it is.
///
/// # Errors
/// As `read`; [`std::io::ErrorKind::FileTooLarge`].
pub fn whole(file: &dyn File, size: u64, limit: u64) -> std::io::Result<Vec<u8>> {
    let room = usize::try_from(size.min(limit)).unwrap_or(usize::MAX).saturating_add(1);
    let mut bytes = vec![0; room];
    let mut length = 0_usize;
    loop {
        let count = file.read_at(bytes.get_mut(length..).unwrap_or_default(), length as u64)?;
        length = length.saturating_add(count);
        if length as u64 > limit {
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it grows while it is read"));
        }
        if count == 0 {
            bytes.truncate(length);
            return Ok(bytes);
        }
        if length == bytes.len() {
            bytes.resize(length.saturating_mul(2), 0);
        }
    }
}
