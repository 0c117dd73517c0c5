//! Which transactions were committed. The log is read backwards, so that a commit comes before what it commits; a transaction
//! is forgotten at its first record, so that memory depends on how many were active at a time.

use std::collections::HashMap;

use crate::format::Lsn;

use super::LogError;
use super::body::Body;

/// More transactions than this at a time are taken for an attack.
const MOST: usize = 1 << 16;
/// Files are told apart for so many files of one transaction.
const MOST_FILES: usize = 256;

/// A committed transaction with its children.
#[derive(Default)]
pub(super) struct Committed {
    pub(super) time: Option<u32>,
    /// Whether something of it is missing.
    pub(super) missing: bool,
    /// In which files.
    pub(super) files: Vec<usize>,
    /// It and its children, those not yet forgotten.
    active: u32,
}

impl Committed {
    /// Notes that something of it is missing in a file; returns whether that was not known before.
    pub(super) fn is_new(&mut self, file: usize) -> bool {
        let new = self.files.len() < MOST_FILES && !self.files.contains(&file);
        if new {
            self.files.push(file);
        }
        new
    }
}

/// The committed transactions that are active at a place of the log.
#[derive(Default)]
pub(super) struct Transactions {
    /// For a transaction the one that committed it: itself, or an ancestor.
    by: HashMap<u32, u32>,
    committed: HashMap<u32, Committed>,
}

impl Transactions {
    /// Takes a record's part in a transaction; `previous` is the transaction's record before it.
    pub(super) fn enter(&mut self, transaction: u32, previous: Lsn, body: &Body) -> Result<(), LogError> {
        if self.by.len() >= MOST {
            return Err(LogError::TooMuch { what: "transactions at a time" });
        }
        let begins_here = previous == Lsn::default();
        match *body {
            Body::Commit { committed: true, time } if !begins_here => {
                self.leave(transaction);
                self.by.insert(transaction, transaction);
                self.committed.insert(transaction, Committed { time, active: 1, ..Committed::default() });
            }
            Body::Child { child, last } if last != Lsn::default() => {
                if let Some(by) = self.by.get(&transaction).copied() {
                    self.add(child, by);
                }
            }
            Body::ChildOf { parent } if !begins_here => {
                if let Some(by) = self.by.get(&parent).copied() {
                    self.add(transaction, by);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, child: u32, by: u32) {
        self.leave(child);
        if let Some(committed) = self.committed.get_mut(&by) {
            committed.active = committed.active.saturating_add(1);
            self.by.insert(child, by);
        }
    }

    /// Forgets a transaction behind its first record.
    pub(super) fn leave(&mut self, transaction: u32) {
        let Some(by) = self.by.remove(&transaction) else { return };
        if let Some(committed) = self.committed.get_mut(&by) {
            committed.active = committed.active.saturating_sub(1);
            if committed.active == 0 {
                self.committed.remove(&by);
            }
        }
    }

    /// Returns the transaction that committed this one.
    pub(super) fn committed(&mut self, transaction: u32) -> Option<&mut Committed> {
        self.committed.get_mut(self.by.get(&transaction)?)
    }
}
