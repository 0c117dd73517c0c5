//! What a dialect answers for: everything that reading, changing and merging a file have to ask about its form.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::{Bytes, EditError, Entry, Key, ParseError, Place, Repeats, SpanEdit, State, edit, notation};

/// A configuration file of one dialect.
///
/// A dialect says how its bytes are read ([`parse`](Document::parse), [`entries`](Document::entries)), and how a value and a
/// line are written ([`respell`](Document::respell), [`spell`](Document::spell), [`place`](Document::place)). All other
/// methods have an answer that is right for plain `KEY=VALUE` lines; a dialect gives its own where its lines are not that.
///
/// *Text* is what lines are while they are no part of a file: bytes as the file has them, but for files whose line ends are
/// not single bytes (see [`decoded`](Document::decoded)). `spell` returns text, `place` and `reads_as` take it, with any
/// line end; a [`SpanEdit`] always speaks of the file's bytes.
pub trait Document {
    /// Takes a file's bytes.
    ///
    /// # Errors
    /// When the bytes cannot be a file of this dialect.
    fn parse(bytes: Vec<u8>) -> Result<Self, ParseError>
    where
        Self: Sized;

    /// Takes bytes as a file that is read with the same options as this one.
    ///
    /// # Errors
    /// As [`Document::parse`].
    fn parse_alike(&self, bytes: Vec<u8>) -> Result<Self, ParseError>
    where
        Self: Sized,
    {
        Self::parse(bytes)
    }

    /// Returns the bytes that were parsed, all of them.
    fn to_bytes(&self) -> &[u8];

    /// Returns the entries in file order, repeated and commented-out ones included.
    ///
    /// The lines of two entries never overlap, and a value's span lies within its entry's lines.
    fn entries(&self) -> &[Entry];

    /// Returns the one form of all spellings that name the same key.
    fn canonical<'k>(&self, key: &'k Key) -> Cow<'k, Key> {
        Cow::Borrowed(key)
    }

    /// Tells what a repeated key means.
    fn repeats(&self) -> Repeats {
        Repeats::OneCounts
    }

    /// Returns the entry that the product goes by: the last active one with that key, unless the dialect says otherwise.
    fn effective(&self, key: &Key) -> Option<&Entry> {
        self.entries().iter().rev().find(|e| e.state == State::Active && e.value.is_some() && e.key == *key)
    }

    /// Returns the entry that is changed when the key is set; where there is none, an entry is added.
    fn entry_to_set(&self, key: &Key) -> Option<&Entry> {
        self.effective(key)
    }

    /// Refuses to set a key to a value that the dialect can spell but that nobody should set: one that other programs would
    /// read in another way, or that makes another key of a line which is both key and value.
    ///
    /// # Errors
    /// When the value is such a one.
    fn check_set(&self, key: &Key, value: &[u8]) -> Result<(), EditError> {
        let _ = (key, value);
        Ok(())
    }

    /// Returns the edit that gives one of the entries a new value, whether it counts or not. It lies within the entry's lines.
    ///
    /// # Errors
    /// When the dialect cannot spell the value.
    fn respell(&self, entry: &Entry, value: &[u8]) -> Result<SpanEdit, EditError>;

    /// Returns the text of a new entry, whole lines, in the style of the entries that are there.
    ///
    /// # Errors
    /// When the dialect cannot spell the key or the value.
    fn spell(&self, key: &Key, value: &[u8]) -> Result<Vec<u8>, EditError>;

    /// Returns the edit that puts whole lines of text into the document, with the document's line end.
    fn place(&self, place: Place<'_>, lines: &[u8]) -> SpanEdit;

    /// Returns the edit that puts whole lines of text ahead of an entry and its comment. Nothing where the order of entries with
    /// different keys has no meaning: only where entries are tried one by one does a new first one have to come first.
    fn place_ahead(&self, entry: &Entry, lines: &[u8]) -> Option<SpanEdit> {
        let _ = (entry, lines);
        None
    }

    /// Returns whether the document has a section, be it empty: what goes to the end of one that it lacks begins with its
    /// heading.
    fn has_section(&self, section: Option<&[u8]>) -> bool {
        let Some(section) = section else { return true };
        let heading = Key { section: Some(Bytes::copy_from_slice(section)), name: Bytes::new() };
        let wanted = self.canonical(&heading).into_owned().section;
        self.entries().iter().any(|entry| self.canonical(&entry.key).section == wanted)
    }

    /// Returns the edits of several such places, in an order in which they can be made: at one byte, what goes behind an entry
    /// comes ahead of what goes to the end, and new sections come behind all that.
    fn place_all(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        let rank = |place: &Place<'_>| match place {
            Place::Behind(_) | Place::InsteadOf(_) => 0,
            Place::EndOf(section) if self.has_section(*section) => 1,
            Place::EndOf(_) => 2,
        };
        let mut ranked: Vec<_> = places.iter().map(|(place, lines)| (rank(place), self.place(*place, lines))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, edit)| edit).collect()
    }

    /// Returns the edits that add entries which somebody sets: [`Document::place_all`], and whatever belongs above them.
    fn additions(&self, places: &[(Place<'_>, Vec<u8>)]) -> Vec<SpanEdit> {
        self.place_all(places)
    }

    /// Returns the edit that removes an entry, and nothing of any other entry.
    fn remove(&self, entry: &Entry) -> SpanEdit {
        SpanEdit { offset: entry.lines.start as u64, remove: entry.lines.len() as u64, insert: Vec::new() }
    }

    /// Returns the edits of a merge with those that follow from them: what has no meaning without an entry goes with it.
    ///
    /// They are in the order of the file.
    fn tidied(&self, edits: Vec<SpanEdit>) -> Vec<SpanEdit> {
        edits
    }

    /// Returns the edits that give each key its new value; where a key is repeated the last one counts.
    ///
    /// The edits are in the order of the file. A key that has the value already needs none.
    ///
    /// # Errors
    /// When the dialect cannot spell a key or a value. The whole list is refused then.
    fn set_all(&self, changes: &[(Key, Vec<u8>)]) -> Result<Vec<SpanEdit>, EditError> {
        let last: HashMap<Cow<'_, Key>, usize> =
            changes.iter().enumerate().map(|(index, (key, _))| (self.canonical(key), index)).collect();
        let mut edits = Vec::new();
        let mut added: Vec<(Place<'_>, Vec<u8>)> = Vec::new();
        let mut sections: HashMap<Option<Bytes>, usize> = HashMap::new();
        for (index, (key, value)) in changes.iter().enumerate() {
            self.check_set(key, value)?;
            let canonical = self.canonical(key);
            let counts = last.get(&canonical) == Some(&index);
            if let Some(entry) = self.entry_to_set(key) {
                let edit = self.respell(entry, value)?;
                if counts && entry.value.as_deref() != Some(value.as_slice()) {
                    edits.push(edit);
                }
                continue;
            }
            let lines = self.spell(key, value)?;
            if counts {
                let group = *sections.entry(canonical.section.clone()).or_insert_with(|| {
                    added.push((Place::EndOf(key.section.as_deref()), Vec::new()));
                    added.len() - 1
                });
                if let Some((_, text)) = added.get_mut(group) {
                    text.extend(lines);
                }
            }
        }
        let placed = if added.is_empty() { Vec::new() } else { self.additions(&added) };
        Ok(edit::in_order(edits, placed, self.to_bytes().len() as u64))
    }

    /// Returns the edits that give one key its new value.
    ///
    /// # Errors
    /// As [`Document::set_all`].
    fn set(&self, key: &Key, value: &[u8]) -> Result<Vec<SpanEdit>, EditError> {
        self.set_all(&[(key.clone(), value.to_vec())])
    }

    /// Returns bytes of the file as text. Only files whose line ends are not single bytes, such as UTF-16, are told apart.
    fn decoded<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        Cow::Borrowed(bytes)
    }

    /// Returns text as bytes of the file: the reverse of [`Document::decoded`].
    fn encoded<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        Cow::Borrowed(text)
    }

    /// Returns the text that has to stand above lines with this key so that they are read as in their place: a table's or a
    /// section's heading; nothing where a line means the same everywhere.
    fn opening(&self, key: &Key) -> Vec<u8> {
        let _ = key;
        Vec::new()
    }

    /// Returns true when lines of text, put where entries with this key stand, are that one entry, whatever follows them.
    ///
    /// They are read twice in a row: lines that would swallow what follows swallow themselves.
    fn reads_as(&self, lines: &[u8], key: &Key, value: Option<&[u8]>) -> bool
    where
        Self: Sized,
    {
        let text = [self.opening(key).as_slice(), lines, lines].concat();
        let Ok(twice) = self.parse_alike(self.encoded(&text).into_owned()) else { return false };
        let entries = twice.entries();
        entries.len() == 2 && entries.iter().all(|e| e.key == *key && e.value.as_deref() == value)
    }

    /// Returns the file that an entry includes, where it is a line that includes one. The entry's value repeats the path then.
    fn included<'e>(&self, entry: &'e Entry) -> Option<&'e [u8]> {
        let _ = entry;
        None
    }

    /// Returns which stretch of the file an entry stands in. An entry is added behind a neighbour of its own stretch only:
    /// that is its section, unless entries of several sections stand among each other. A stretch that is not the entry's
    /// section is a place of its own to [`Place::EndOf`].
    fn stretch(&self, entry: &Entry) -> Option<Bytes> {
        entry.key.section.as_ref()?;
        self.canonical(&entry.key).into_owned().section
    }

    /// Returns where an entry's key is spelled, if its name may hold paths that move with a root, as patterns and included
    /// files do. The name is spelled there as it is in the key. It may be the value's span where the line is both.
    fn paths_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        let _ = entry;
        None
    }

    /// Returns where an entry's key is spelled, if its name may hold names of hosts, as patterns do. As [`Document::paths_in_key`].
    fn names_in_key(&self, entry: &Entry) -> Option<Range<usize>> {
        self.paths_in_key(entry)
    }

    /// Returns a key as reports show it and resolutions name it: `[SECTION]KEY`, unless the dialect has a form of its own, such
    /// as `TABLE/pattern`, `channel NAME` or `default:Option`. Different keys have different forms.
    fn shown(&self, key: &Key) -> String
    where
        Self: Sized,
    {
        let notation = self.value_notation();
        let name = notation(&key.name);
        match &key.section {
            Some(section) => ["[", &notation(section), "]", &name].concat(),
            None => name,
        }
    }

    /// Returns a key or a value for people: see [`notation`].
    fn notation(text: &[u8]) -> String
    where
        Self: Sized,
    {
        notation::bytes(text)
    }

    /// Returns how this file's keys and values are shown: [`Document::notation`], unless it depends on how the file is read.
    fn value_notation(&self) -> fn(&[u8]) -> String
    where
        Self: Sized,
    {
        Self::notation
    }
}
