//! Which entry counts for a key: the first one of its name in the first section of its name.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry::{Occupied, Vacant};

use super::encoding::FileEncoding;
use crate::{Bytes, Entry, Key};

/// The entries of a file that count, by their key. The table holds places in the list of entries, so that no key is held twice.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    places: HashTable<u32>,
    hashes: Hashes,
}

/// How the keys of a file are hashed: in their one form.
#[derive(Clone, Debug)]
struct Hashes {
    seed: RandomState,
    encoding: FileEncoding,
}

/// What a section adds to the hashes of its keys. It is worked out once, not for every key.
#[derive(Clone, Copy, Debug)]
pub(super) struct SectionHash(u64);

impl Counting {
    pub(super) fn with_capacity(encoding: FileEncoding, entries: usize) -> Self {
        let hashes = Hashes { seed: RandomState::default(), encoding };
        Self { places: HashTable::with_capacity(entries), hashes }
    }

    pub(super) fn section(&self, section: Option<&Bytes>) -> SectionHash {
        self.hashes.section(section)
    }

    /// Takes the key of the entry that comes behind `entries`; returns whether that entry counts: none of them has the key.
    pub(super) fn insert(&mut self, section: SectionHash, key: &Key, entries: &[Entry]) -> bool {
        let Self { places, hashes } = self;
        // A file is too small to hold more.
        let Ok(place) = u32::try_from(entries.len()) else { return false };
        let is_same = |place: &u32| entry(entries, *place).is_some_and(|entry| hashes.is_same(&entry.key, key));
        let hash_of = |place: &u32| entry(entries, *place).map_or(0, |entry| hashes.key(&entry.key));
        match places.entry(hashes.name(section, &key.name), is_same, hash_of) {
            Occupied(_) => false,
            Vacant(vacant) => {
                vacant.insert(place);
                true
            }
        }
    }

    /// Returns the entry that counts for a key.
    pub(super) fn find<'e>(&self, key: &Key, entries: &'e [Entry]) -> Option<&'e Entry> {
        let is_same = |place: &u32| entry(entries, *place).is_some_and(|entry| self.hashes.is_same(&entry.key, key));
        entry(entries, *self.places.find(self.hashes.key(key), is_same)?)
    }
}

fn entry(entries: &[Entry], place: u32) -> Option<&Entry> {
    entries.get(usize::try_from(place).ok()?)
}

impl Hashes {
    fn section(&self, section: Option<&Bytes>) -> SectionHash {
        SectionHash(self.seed.hash_one(section.map(|section| self.encoding.lowercase(section))))
    }

    fn name(&self, SectionHash(section): SectionHash, name: &[u8]) -> u64 {
        let mut hasher = self.seed.build_hasher();
        hasher.write_u64(section);
        hasher.write(&self.encoding.lowercase(name));
        hasher.finish()
    }

    fn key(&self, key: &Key) -> u64 {
        self.name(self.section(key.section.as_ref()), &key.name)
    }

    fn is_same(&self, one: &Key, other: &Key) -> bool {
        let lower = |name| self.encoding.lowercase(name);
        lower(&one.name) == lower(&other.name)
            && one.section.as_deref().map(lower) == other.section.as_deref().map(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::LOOKS;
    use crate::{Document, Key, State, WindowsIni, apply};

    fn key(section: &str, name: String) -> Key {
        Key { section: Some(section.to_owned().into()), name: name.into() }
    }

    /// As many sections as keys in each, all with the same names.
    fn file(sections: usize) -> String {
        let names = || (0..sections).map(|name| format!("Key {name}=1\n")).collect::<String>();
        (0..sections).map(|section| format!("[Section {section}]\n{}", names())).collect()
    }

    #[test]
    fn setting_many_keys_looks_at_each_of_them_only_a_few_times() {
        let sections = 40;
        let file = file(sections);
        let document = WindowsIni::parse(file.clone().into_bytes()).unwrap();
        let places = (0..sections).flat_map(|section| (0..2 * sections).map(move |name| (section, name)));
        let change = |(section, name)| (key(&format!("SECTION {section}"), format!("KEY {name}")), b"2".to_vec());
        let changes: Vec<_> = places.map(change).collect();
        LOOKS.set(0);
        let edits = document.set_all(&changes).unwrap();
        // Each search through all entries would take 1600.
        assert!(LOOKS.get() < 32 * changes.len(), "{} names were looked at for {} keys", LOOKS.get(), changes.len());
        let after = WindowsIni::parse(apply(file.as_bytes(), &edits).unwrap()).unwrap();
        assert_eq!(after.entries().len(), changes.len());
        assert!(after.entries().iter().all(|e| e.state == State::Active && e.value.as_deref() == Some(b"2")));
    }

    #[test]
    fn reading_many_keys_looks_at_each_of_them_only_a_few_times() {
        LOOKS.set(0);
        let entries = WindowsIni::parse(file(40).into_bytes()).unwrap().entries().len();
        assert!(LOOKS.get() < 8 * entries, "{} names were looked at for {entries} keys", LOOKS.get());
    }
}
