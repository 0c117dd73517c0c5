//! Which file the numbers in records mean: openings and closings in a log give numbers to files, anew each time.

use std::collections::HashMap;

use crate::ReadAt;
use crate::format::Lsn;

use super::LogError;
use super::body::Register;
use super::data_file::DataFile;

/// More files than this at a time, or changes of what a number means, are taken for an attack.
const MOST_NUMBERS: usize = 1 << 16;
const MOST_CHANGES: usize = 1 << 20;

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Number in [`Names::files`].
    pub(super) file: usize,
    /// The meta page of the database in it.
    pub(super) meta: u32,
}

/// What every number means at any place of a log.
pub(super) struct Names {
    /// For each file that the log names, which of the given ones it is; none when it is not there.
    pub(super) files: Vec<Vec<usize>>,
    known: HashMap<(Vec<u8>, Vec<u8>), usize>,
    now: HashMap<u32, Meaning>,
    changes: Vec<Change>,
}

struct Change {
    at: Lsn,
    number: u32,
    before: Option<Meaning>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { files: Vec::new(), known: HashMap::new(), now: HashMap::new(), changes: Vec::new() }
    }

    /// Takes an opening or closing; they come in the log's order.
    pub(super) fn add<R: ReadAt>(
        &mut self,
        at: Lsn,
        register: Register,
        files: &[DataFile<R>],
    ) -> Result<(), LogError> {
        let Register { was_open, name, file_id, number, meta } = register;
        let most = self.files.len().max(self.now.len()) >= MOST_NUMBERS || self.changes.len() >= MOST_CHANGES;
        if most {
            return Err(LogError::TooMuch { what: "files" });
        }
        let found = match self.known.get(&(file_id.clone(), name.clone())) {
            Some(found) => *found,
            None => {
                let found = self.files.len();
                self.files.push(find(files, &name, &file_id));
                self.known.insert((file_id, name), found);
                found
            }
        };
        let meaning = Meaning { file: found, meta };
        let before = self.now.insert(number, meaning);
        // A file that was open has had its number since before the log begins, unless it was another one's.
        if before != Some(meaning) && !(was_open && before.is_none()) {
            self.changes.push(Change { at, number, before });
        }
        Ok(())
    }

    /// Goes back to what numbers meant before the record at a place; places come in reverse order.
    pub(super) fn go_back_to(&mut self, lsn: Lsn) {
        while let Some(change) = self.changes.pop_if(|change| change.at > lsn) {
            match change.before {
                Some(before) => drop(self.now.insert(change.number, before)),
                None => drop(self.now.remove(&change.number)),
            }
        }
    }

    pub(super) fn meaning(&self, number: u32) -> Option<Meaning> {
        self.now.get(&number).copied()
    }
}

/// Returns the files of this identity, those of the logged name if any has it; another one of that name only when its first
/// page was never written, so that it has no identity.
fn find<R: ReadAt>(files: &[DataFile<R>], name: &[u8], file_id: &[u8]) -> Vec<usize> {
    let base = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    let numbered = || files.iter().enumerate();
    let same: Vec<usize> =
        numbered().filter(|(_, file)| file.file_id() == Some(file_id)).map(|(number, _)| number).collect();
    let named: Vec<usize> =
        same.iter().copied().filter(|number| files.get(*number).is_some_and(|file| file.name == base)).collect();
    if !named.is_empty() {
        return named;
    }
    if !same.is_empty() {
        return same;
    }
    let unformed = numbered().filter(|(_, file)| file.file_id().is_none() && file.name == base);
    unformed.map(|(number, _)| number).collect()
}
