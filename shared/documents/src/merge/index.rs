//! The entries of one document by key.

use std::collections::HashMap;

use super::part::{Part, Side};
use crate::{Document, Entry, Key, Repeats, State};

/// What pairs entries of different files: a key in its one form, and the how manieth entry of that key it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) key: Key,
    /// Counted from 1, and always 1 where only one of several entries counts.
    pub(super) occurrence: usize,
}

/// The entries of a document that go by one name, as places in its list.
#[derive(Debug, Default)]
struct Slot {
    effective: Option<usize>,
    commented: Option<usize>,
    /// All that would count, were the effective one not there.
    all: Vec<usize>,
}

/// The entries of one document by key.
pub(super) struct Index<'a, D> {
    pub(super) document: &'a D,
    slots: HashMap<Name, Slot>,
    /// The names in the order of the file, each where its effective entry stands.
    pub(super) order: Vec<Name>,
}

impl<'a, D: Document> Index<'a, D> {
    pub(super) fn new(document: &'a D) -> Self {
        let mut slots: HashMap<Name, Slot> = HashMap::new();
        let mut counts: HashMap<Key, usize> = HashMap::new();
        for (place, entry) in document.entries().iter().enumerate() {
            let key = document.canonical(&entry.key);
            let mut occurrence = 1;
            if document.repeats() == Repeats::EachCounts && entry.state == State::Active {
                let count = counts.entry(key.clone()).or_default();
                *count += 1;
                occurrence = *count;
            }
            let slot = slots.entry(Name { key, occurrence }).or_default();
            match entry.state {
                State::CommentedOut => slot.commented = Some(place),
                State::Shadowed => slot.all.push(place),
                State::Active => {
                    slot.all.push(place);
                    // A line without a separator sets nothing, so it does not outdo one that sets a value.
                    if entry.value.is_some() || slot.effective.is_none() {
                        slot.effective = Some(place);
                    }
                }
            }
        }
        let mut order: Vec<_> = slots.iter().filter_map(|(name, slot)| Some((slot.place()?, name.clone()))).collect();
        order.sort_unstable_by_key(|(place, _)| *place);
        Self { document, slots, order: order.into_iter().map(|(_, name)| name).collect() }
    }

    /// Returns what the document says about a name.
    pub(super) fn side(&self, name: &Name) -> Side {
        let entries = self.document.entries();
        let value = |place: usize| entries.get(place).map(|entry| entry.value.clone());
        match self.slots.get(name) {
            Some(Slot { effective: Some(place), .. }) => value(*place).map_or(Part::Absent, Part::Present),
            Some(Slot { commented: Some(place), .. }) => value(*place).map_or(Part::Absent, Part::CommentedOut),
            _ => Part::Absent,
        }
    }

    /// Returns the entry that counts, else the one that is commented out.
    pub(super) fn entry(&self, name: &Name) -> Option<&'a Entry> {
        self.document.entries().get(self.slots.get(name)?.place()?)
    }

    /// Returns all entries that could count under a name.
    pub(super) fn all(&self, name: &Name) -> impl Iterator<Item = &'a Entry> {
        let places = self.slots.get(name).map(|slot| slot.all.as_slice()).unwrap_or_default();
        let entries = self.document.entries();
        places.iter().filter_map(move |place| entries.get(*place))
    }
}

impl Slot {
    fn place(&self) -> Option<usize> {
        self.effective.or(self.commented)
    }
}
