//! The entries of one document by key.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use foldhash::quality::RandomState;
use indexmap::IndexSet;

use super::presence::{Presence, View};
use crate::moving::moved_key;
use crate::roots::RootMove;
use crate::{Document, Entry, Key, Repeats, State};

/// What pairs entries of different files: a key in its one form, and which of the entries with that key it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name<'a> {
    pub(super) key: Cow<'a, Key>,
    /// Counted from 1, and always 1 where only one of several entries counts.
    occurrence: usize,
}

impl Name<'_> {
    /// Returns the name of another entry with the same key.
    pub(super) fn nth(&self, occurrence: usize) -> Name<'_> {
        Name { key: Cow::Borrowed(&*self.key), occurrence }
    }

    /// Returns how reports tell the entries of one key apart.
    pub(super) fn suffix(&self) -> String {
        if self.occurrence > 1 { format!("#{}", self.occurrence) } else { String::new() }
    }
}

/// A number for each name, the same in every document.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    names: IndexSet<Name<'a>, RandomState>,
    /// The number behind the last one that was asked for: versions of one file have nearly the same order.
    likely: Cell<usize>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: Name<'a>) -> usize {
        let likely = self.likely.get();
        let number = match self.names.get_index(likely) {
            Some(next) if *next == name => likely,
            _ => self.names.insert_full(name).0,
        };
        self.likely.set(number + 1);
        number
    }

    /// Returns the number of a name that a document has.
    pub(super) fn known(&self, name: &Name<'_>) -> Option<usize> {
        let likely = self.likely.get();
        let number = match self.names.get_index(likely) {
            Some(next) if next == name => likely,
            _ => self.names.get_index_of(name)?,
        };
        self.likely.set(number + 1);
        Some(number)
    }

    /// Returns how many names there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns the name with a number.
    pub(super) fn get(&self, number: usize) -> Option<&Name<'a>> {
        self.names.get_index(number)
    }
}

/// The entries of a document that go by one name, as places in its list.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    effective: Option<usize>,
    commented: Option<usize>,
}

impl Slot {
    fn place(&self) -> Option<usize> {
        self.effective.or(self.commented)
    }
}

/// The entries of one document by the number of their name.
pub(super) struct Index<'a, D> {
    pub(super) document: &'a D,
    slots: Vec<Slot>,
    /// Those that would count, were the effective one not there.
    others: HashMap<usize, Vec<usize>>,
    /// The names in the order of the file, each where its effective entry stands.
    pub(super) order: Vec<usize>,
}

impl<'a, D: Document> Index<'a, D> {
    /// Takes a document's entries, and gives a number to each name that is new. Paths in keys are moved first.
    pub(super) fn new(document: &'a D, moves: &[RootMove], names: &mut Names<'a>) -> Self {
        Self::with_numbers(document, moves, |name| Some(names.number(name)))
    }

    /// Takes those entries of a document whose names have a number.
    pub(super) fn known(document: &'a D, names: &Names<'_>) -> Self {
        Self::with_numbers(document, &[], |name| names.known(&name))
    }

    fn with_numbers(document: &'a D, moves: &[RootMove], mut number_of: impl FnMut(Name<'a>) -> Option<usize>) -> Self {
        let entries = document.entries();
        let mut slots: Vec<Slot> = Vec::with_capacity(entries.len());
        let mut others: HashMap<usize, Vec<usize>> = HashMap::new();
        // How many entries there are of the key that a number is the first name of.
        let mut counts: Vec<usize> = Vec::new();
        let each_counts = document.repeats() == Repeats::EachCounts;
        let mut numbers = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let key = match moved_key(document, entry, moves) {
                Some(moved) => Cow::Owned(document.canonical(&moved).into_owned()),
                None => document.canonical(&entry.key),
            };
            let repeated = (each_counts && entry.state == State::Active).then(|| key.clone());
            let Some(mut number) = number_of(Name { key, occurrence: 1 }) else { continue };
            if let Some(key) = repeated {
                counts.resize(counts.len().max(number + 1), 0);
                let Some(count) = counts.get_mut(number) else { continue };
                *count += 1;
                if *count > 1 {
                    let Some(other) = number_of(Name { key, occurrence: *count }) else { continue };
                    number = other;
                }
            }
            numbers.push((place, number));
            slots.resize(slots.len().max(number + 1), Slot::default());
            if let Some(other) = slots.get_mut(number).and_then(|slot| slot.take(place, entry, entries)) {
                others.entry(number).or_default().push(other);
            }
        }
        let is_place = |(place, number): &(usize, usize)| slots.get(*number).and_then(Slot::place) == Some(*place);
        let order = numbers.into_iter().filter(is_place).map(|(_, number)| number).collect();
        Self { document, slots, others, order }
    }

    /// Returns what the document says about a name.
    pub(super) fn side(&self, name: usize) -> View<'a> {
        let entries = self.document.entries();
        let value = |place: usize| entries.get(place).map(|entry| &entry.value);
        match self.slots.get(name) {
            Some(Slot { effective: Some(place), .. }) => value(*place).map_or(Presence::Absent, Presence::Present),
            Some(Slot { commented: Some(place), .. }) => value(*place).map_or(Presence::Absent, Presence::CommentedOut),
            _ => Presence::Absent,
        }
    }

    /// Returns the entry that counts, else the one that is commented out.
    pub(super) fn entry(&self, name: usize) -> Option<&'a Entry> {
        self.document.entries().get(self.slots.get(name)?.place()?)
    }

    /// Returns the entries that would count under a name, were the one that counts not there.
    pub(super) fn others(&self, name: usize) -> impl Iterator<Item = &'a Entry> {
        let places = self.others.get(&name).map(Vec::as_slice).unwrap_or_default();
        let entries = self.document.entries();
        places.iter().filter_map(move |place| entries.get(*place))
    }
}

impl Slot {
    /// Takes an entry, and returns the one of the two that does not count, where both are active.
    fn take(&mut self, place: usize, entry: &Entry, entries: &[Entry]) -> Option<usize> {
        // A line without a separator sets nothing, so it does not outdo one that sets a value.
        let now_sets = self.effective.and_then(|now| entries.get(now)).is_some_and(|now| now.value.is_some());
        match entry.state {
            State::CommentedOut => {
                self.commented = Some(place);
                None
            }
            State::Active if entry.value.is_some() || !now_sets => self.effective.replace(place),
            State::Active | State::Shadowed => Some(place),
        }
    }
}
