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
    /// Returns how reports tell the entries of one key apart.
    pub(super) fn suffix(&self) -> String {
        if self.occurrence > 1 { format!("#{}", self.occurrence) } else { String::new() }
    }
}

/// A number for each name, the same in every document.
#[derive(Debug)]
pub(super) struct Names<'a> {
    names: IndexSet<Name<'a>, RandomState>,
    /// The number behind the last one that was asked for: versions of one file have nearly the same order.
    likely: Cell<usize>,
}

impl<'a> Names<'a> {
    /// Returns no names, and room for as many as a document of so many entries has.
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self { names: IndexSet::with_capacity_and_hasher(entries, RandomState::default()), likely: Cell::new(0) }
    }

    /// Returns the number of a document's key, a new one where it has none yet.
    fn number<D: Document>(&mut self, document: &D, key: Cow<'a, Key>, occurrence: usize) -> usize {
        let number = self.likely(document, &key, occurrence).unwrap_or_else(|| {
            let key = match key {
                Cow::Borrowed(key) => document.canonical(key),
                Cow::Owned(key) => Cow::Owned(document.canonical(&key).into_owned()),
            };
            self.names.insert_full(Name { key, occurrence }).0
        });
        self.likely.set(number + 1);
        number
    }

    /// Returns the number of a document's key.
    pub(super) fn known<D: Document>(&self, document: &D, key: &Key, occurrence: usize) -> Option<usize> {
        let number = self.likely(document, key, occurrence).or_else(|| {
            let key = document.canonical(key);
            self.names.get_index_of(&Name { key, occurrence })
        })?;
        self.likely.set(number + 1);
        Some(number)
    }

    /// Returns the number behind the last one, where it is the key's. Most are, so the key's one form is not made for this.
    fn likely<D: Document>(&self, document: &D, key: &Key, occurrence: usize) -> Option<usize> {
        let likely = self.likely.get();
        let name = self.names.get_index(likely)?;
        (name.occurrence == occurrence && document.is_canonical(&name.key, key)).then_some(likely)
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

/// Where the entry stands that goes by one name: the one that counts, else the last one that is commented out. There is one of
/// these for each name in each document, so it is small.
#[derive(Clone, Copy, Debug, Default)]
struct Slot(Option<u32>);

impl Slot {
    fn place(self) -> Option<usize> {
        self.0.and_then(|place| usize::try_from(place).ok())
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
        Self::with_numbers(document, moves, |key, occurrence| Some(names.number(document, key, occurrence)))
    }

    /// Takes those entries of a document whose names have a number.
    pub(super) fn known(document: &'a D, names: &Names<'_>) -> Self {
        Self::with_numbers(document, &[], |key, occurrence| names.known(document, &key, occurrence))
    }

    fn with_numbers(
        document: &'a D,
        moves: &[RootMove],
        mut number_of: impl FnMut(Cow<'a, Key>, usize) -> Option<usize>,
    ) -> Self {
        let entries = document.entries();
        let mut slots: Vec<Slot> = Vec::with_capacity(entries.len());
        let mut others: HashMap<usize, Vec<usize>> = HashMap::new();
        // How many entries there are of the key that a number is the first name of.
        let mut counts: Vec<usize> = Vec::new();
        let each_counts = document.repeats() == Repeats::EachCounts;
        let mut numbers = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let key = moved_key(document, entry, moves).map_or(Cow::Borrowed(&entry.key), Cow::Owned);
            let repeated = (each_counts && entry.state == State::Active).then(|| key.clone());
            let Some(mut number) = number_of(key, 1) else { continue };
            if let Some(key) = repeated {
                counts.resize(counts.len().max(number + 1), 0);
                let Some(count) = counts.get_mut(number) else { continue };
                *count += 1;
                if *count > 1 {
                    let Some(other) = number_of(key, *count) else { continue };
                    number = other;
                }
            }
            numbers.push((place, number));
            slots.resize(slots.len().max(number + 1), Slot::default());
            if let Some(other) = slots.get_mut(number).and_then(|slot| slot.take(place, entries)) {
                others.entry(number).or_default().push(other);
            }
        }
        let is_place =
            |(place, number): &(usize, usize)| slots.get(*number).and_then(|slot| slot.place()) == Some(*place);
        let order = numbers.into_iter().filter(is_place).map(|(_, number)| number).collect();
        Self { document, slots, others, order }
    }

    /// Returns what the document says about a name.
    pub(super) fn side(&self, name: usize) -> View<'a> {
        match self.entry(name) {
            Some(Entry { state: State::CommentedOut, value, .. }) => Presence::CommentedOut(value),
            Some(Entry { value, .. }) => Presence::Present(value),
            None => Presence::Absent,
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
    fn take(&mut self, place: usize, entries: &[Entry]) -> Option<usize> {
        let entry = entries.get(place)?;
        let now = self.place().and_then(|place| Some((place, entries.get(place)?)));
        let counts = now.filter(|(_, now)| now.state == State::Active);
        // A line without a separator sets nothing, so it does not outdo one that sets a value.
        let now_sets = counts.is_some_and(|(_, now)| now.value.is_some());
        match entry.state {
            State::CommentedOut if counts.is_some() => None,
            State::Active if now_sets && entry.value.is_none() => Some(place),
            State::CommentedOut | State::Active => {
                // A file is too small for more.
                self.0 = u32::try_from(place).ok();
                counts.map(|(place, _)| place)
            }
            State::Shadowed => Some(place),
        }
    }
}
