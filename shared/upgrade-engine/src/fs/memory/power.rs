//! What a disk holds after the power failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::disk::{Body, Change, Disk, Entries, ROOT};
use crate::fs::Name;

/// How much of what was not synced a power failure takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lost {
    /// All of it: content, attributes and entries are as they were last synced.
    Everything,
    /// Entries, lengths and attributes are kept, but content that was not synced is zeros, as on a file system that
    /// writes its directories first.
    Content,
    /// Each change of an entry, each content and each set of attributes is kept or lost as this seed decides.
    ///
    /// Changes of the same name are never lost in another order than they were made, and both ends of a rename are kept
    /// or lost together unless one of them was synced.
    Some(u64),
}

impl Disk {
    pub(super) fn after_power_cut(&self, lost: Lost) -> Self {
        let mut after = self.clone();
        let mut dice = Dice(match lost {
            Lost::Some(seed) => seed,
            Lost::Everything | Lost::Content => 0,
        });
        after.locked.clear();
        after.pending.clear();
        for inode in &mut after.inodes {
            inode.links = 0;
            inode.handles = 0;
            if matches!(lost, Lost::Everything) || (matches!(lost, Lost::Some(_)) && dice.one_of(2) == 0) {
                inode.attributes.seen = inode.attributes.durable.clone();
            }
            inode.attributes.sync();
            match &mut inode.body {
                Body::File(bytes) => {
                    let choice = match lost {
                        Lost::Everything => 0,
                        Lost::Content => 1,
                        Lost::Some(_) => dice.one_of(3),
                    };
                    match choice {
                        0 => bytes.seen = Arc::clone(&bytes.durable),
                        1 => bytes.seen = zeros_unless_durable(&bytes.seen, &bytes.durable),
                        _ => {}
                    }
                    bytes.sync();
                }
                Body::Directory(entries) => {
                    if !matches!(lost, Lost::Content) {
                        entries.seen = Arc::clone(&entries.durable);
                    }
                }
                Body::Symlink(_) | Body::Fifo => {}
            }
        }
        if matches!(lost, Lost::Some(_)) {
            let kept = kept_changes(&self.pending, &mut dice);
            after.keep(&kept, self);
        }
        after.count_links();
        after
    }

    /// A changed entry and its directory's time reach the disk together.
    fn keep(&mut self, changes: &[&Change], before: &Self) {
        for (directory, name, inode) in changes.iter().copied().flatten() {
            let Some(holder) = self.inodes.get_mut(*directory) else { continue };
            if let Some(was) = before.inodes.get(*directory) {
                holder.attributes.seen = was.attributes.seen.clone();
                holder.attributes.sync();
            }
            let Body::Directory(entries) = &mut holder.body else { continue };
            let entries = Arc::make_mut(&mut entries.seen);
            match inode {
                Some(inode) => entries.insert(name.clone(), *inode),
                None => entries.remove(name),
            };
        }
    }

    /// What no name leads to any more is gone: it has no links.
    fn count_links(&mut self) {
        let mut links: BTreeMap<usize, u64> = BTreeMap::from([(ROOT, 1)]);
        let mut todo = vec![ROOT];
        while let Some(directory) = todo.pop() {
            let Ok(entries) = self.entries(directory).cloned() else { continue };
            for child in entries.values() {
                let count = links.entry(*child).or_default();
                *count = count.saturating_add(1);
                if *count == 1 {
                    todo.push(*child);
                }
            }
        }
        for (number, inode) in self.inodes.iter_mut().enumerate() {
            inode.links = links.get(&number).copied().unwrap_or_default();
            if let Body::Directory(entries) = &mut inode.body {
                if inode.links == 0 {
                    entries.seen = Entries::default();
                }
                entries.sync();
            }
        }
    }
}

fn kept_changes<'a>(pending: &'a [Change], dice: &mut Dice) -> Vec<&'a Change> {
    let mut lost: BTreeSet<(usize, &Name)> = BTreeSet::new();
    let mut kept = Vec::new();
    for change in pending {
        let after_a_lost_one = change.iter().any(|(directory, name, _)| lost.contains(&(*directory, name)));
        if after_a_lost_one || dice.one_of(2) == 0 {
            lost.extend(change.iter().map(|(directory, name, _)| (*directory, name)));
        } else {
            kept.push(change);
        }
    }
    kept
}

fn zeros_unless_durable(seen: &Arc<Vec<u8>>, durable: &Arc<Vec<u8>>) -> Arc<Vec<u8>> {
    if Arc::ptr_eq(seen, durable) {
        return Arc::clone(seen);
    }
    let synced = durable.iter().copied().map(Some).chain(std::iter::repeat(None));
    Arc::new(seen.iter().zip(synced).map(|(byte, synced)| if Some(*byte) == synced { *byte } else { 0 }).collect())
}

/// SplitMix64: the same seed gives the same power failure.
struct Dice(u64);

impl Dice {
    fn one_of(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(count).unwrap_or_default()
    }
}
