//! From decisions to edits of the carrier.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::decide::Word;
use super::index::Index;
use super::presence::Presence;
use super::rows::Row;
use super::{Carrier, MergeError, Rules};
use crate::edit::in_order;
use crate::moving::{self, complete, key_edit, moved_key};
use crate::roots::RootMove;
use crate::{Bytes, Document, Entry, Key, Place, Repeats, SpanEdit, State};

/// Returns the edits that give every key of the carrier its decided state.
pub(super) fn edits<'a, D: Document>(
    carrier: &'a Index<'a, D>,
    other: &'a Index<'a, D>,
    rows: &'a [Row<'a>],
    rules: &'a Rules,
) -> Result<Vec<SpanEdit>, MergeError> {
    // The site's paths move, wherever its lines are.
    let (moves, other_moves) = match rules.carrier {
        Carrier::Site => (rules.roots.as_slice(), [].as_slice()),
        Carrier::New => ([].as_slice(), rules.roots.as_slice()),
    };
    let mut carry = Carry { carrier, moves, other, other_moves, edits: Vec::new(), added: HashMap::new() };
    for row in rows {
        carry.row(row)?;
    }
    let placed = carry.placed();
    let edits = in_order(carry.edits, placed, carrier.document.to_bytes().len() as u64);
    Ok(carrier.document.tidied(edits))
}

/// Where added lines go.
#[derive(Clone, Copy)]
enum Spot<'a> {
    At(Place<'a>),
    /// Ahead of an entry and its comment.
    Ahead(&'a Entry),
}

struct Carry<'a, D> {
    carrier: &'a Index<'a, D>,
    /// The root moves of the carrier's keys.
    moves: &'a [RootMove],
    other: &'a Index<'a, D>,
    /// The root moves of the other file's keys.
    other_moves: &'a [RootMove],
    edits: Vec<SpanEdit>,
    /// The entries that the carrier lacks, each with its lines.
    added: HashMap<usize, (&'a Row<'a>, Vec<u8>)>,
}

impl<'a, D: Document> Carry<'a, D> {
    fn row(&mut self, row: &'a Row<'a>) -> Result<(), MergeError> {
        let there = self.carrier.entry(row.number);
        match (self.carrier.side(row.number), row.target(), there) {
            (Presence::Present(now), Presence::Present(value), there) if now == value => {
                self.edits.extend(there.and_then(|entry| key_edit(self.carrier.document, entry, self.moves)));
            }
            (Presence::Present(_), Presence::Present(Some(value)), Some(entry)) => {
                let edits = self.new_value(row, entry, value)?;
                self.edits.extend(edits);
            }
            (Presence::Present(_), Presence::Present(None) | Presence::CommentedOut(_), Some(entry)) => {
                self.edits.push(match self.lines_of_other(row, None) {
                    Some(lines) => self.carrier.document.place(Place::InsteadOf(entry), &lines),
                    None => self.carrier.document.remove(entry),
                });
                self.remove(self.carrier.others(row.number));
            }
            (Presence::Present(_), _, there) => self.remove(there.into_iter().chain(self.carrier.others(row.number))),
            (_, Presence::Present(value), there) => {
                let lines = match self.lines_of_other(row, value.as_deref()) {
                    Some(lines) => lines,
                    None => {
                        let key = self.other_key(row);
                        self.carrier.document.spell(&key, value.as_deref().unwrap_or_default())?
                    }
                };
                match there.filter(|_| row.verdict.0 != Word::AddNew) {
                    Some(disabled) => {
                        self.edits.push(self.carrier.document.place(Place::InsteadOf(disabled), &lines));
                    }
                    None => {
                        self.added.insert(row.number, (row, lines));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn remove(&mut self, entries: impl Iterator<Item = &'a Entry>) {
        let document = self.carrier.document;
        self.edits.extend(entries.map(|entry| document.remove(entry)));
    }

    /// Returns the edits that give an entry of the carrier a new value: in the carrier's style, unless the value comes from
    /// the other file and has a spelling of its own there.
    fn new_value(&self, row: &Row<'_>, entry: &Entry, value: &[u8]) -> Result<Vec<SpanEdit>, MergeError> {
        let (carrier, other) = (self.carrier.document, self.other.document);
        let key_edit = key_edit(carrier, entry, self.moves);
        let both =
            |edit: SpanEdit| -> Vec<SpanEdit> { in_order(key_edit.iter().cloned().collect(), vec![edit], u64::MAX) };
        let usual = carrier.respell(entry, value)?;
        let source =
            self.other.entry(row.number).filter(|e| e.state == State::Active && e.value.as_deref() == Some(value));
        let Some(source) = source.filter(|_| entry.value.is_some()) else { return Ok(both(usual)) };
        let spelled = other.to_bytes().get(source.span.clone()).unwrap_or_default();
        if other.respell(source, value)?.insert == spelled {
            return Ok(both(usual));
        }
        let insert = carrier.encoded(&other.decoded(spelled)).into_owned();
        let edits = both(SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert });
        let lines = moving::lines_of(carrier, entry, &edits)?;
        let key = moved_key(carrier, entry, self.moves);
        if !carrier.reads_as(&complete(lines.clone()), key.as_ref().unwrap_or(&entry.key), Some(value)) {
            return Ok(both(usual));
        }
        let continued = other.decoded(spelled).iter().any(|b| matches!(b, b'\n' | b'\r'));
        Ok(if continued { vec![carrier.place(Place::InsteadOf(entry), &lines)] } else { edits })
    }

    /// Returns the other file's key of a row, as it is spelled there after the root move.
    fn other_key(&self, row: &Row<'a>) -> Cow<'a, Key> {
        let Some(source) = self.other.entry(row.number) else { return Cow::Borrowed(&*row.name.key) };
        moved_key(self.other.document, source, self.other_moves).map_or(Cow::Borrowed(&source.key), Cow::Owned)
    }

    /// Returns the lines of the other file's entry, with another value where one is given and differs; nothing where they
    /// would not be that entry in the carrier.
    fn lines_of_other(&self, row: &Row<'a>, value: Option<&[u8]>) -> Option<Vec<u8>> {
        let (carrier, other) = (self.carrier.document, self.other.document);
        let source = self.other.entry(row.number)?;
        let mut edits: Vec<SpanEdit> = key_edit(other, source, self.other_moves).into_iter().collect();
        let value = value.or(source.value.as_deref());
        if let Some(value) = value.filter(|value| source.value.as_deref() != Some(value)) {
            edits = in_order(edits, vec![other.respell(source, value).ok()?], u64::MAX);
        }
        let lines = complete(moving::lines_of(other, source, &edits).ok()?);
        let key = self.other_key(row);
        // Where the other file ends in a backslash, a second line end keeps the next line from being taken for the rest.
        let mut candidates = [b"".as_slice(), b"\n", b"\r"].into_iter().map(|end| [lines.as_slice(), end].concat());
        candidates.find(|lines| carrier.reads_as(lines, &key, value))
    }

    /// Returns the edits that put the added lines behind their nearest preceding neighbour in the other file that the carrier
    /// has too, else at the end of their section. Where entries are tried in their order, what comes first in its stretch stays
    /// ahead of the others.
    fn placed(&self) -> Vec<SpanEdit> {
        if self.added.is_empty() {
            return Vec::new();
        }
        let (carrier, other) = (self.carrier.document, self.other.document);
        let text = carrier.decoded(carrier.to_bytes());
        let known = trimmed_lines(&text);
        let mut neighbours: HashMap<Option<Bytes>, &Entry> = HashMap::new();
        let each_counts = carrier.repeats() == Repeats::EachCounts;
        let firsts = self.first_of_stretches();
        let stretch = |(number, (row, _)): (&usize, &(&Row<'_>, Vec<u8>))| {
            let section = || row.name.key.section.clone();
            (*number, self.other.entry(*number).map_or_else(section, |entry| other.stretch(entry)))
        };
        let stretches: HashMap<usize, Option<Bytes>> = self.added.iter().map(stretch).collect();
        let mut last_of: HashMap<Key, (Spot<'_>, usize)> = HashMap::new();
        let mut groups: Vec<(Spot<'_>, Vec<u8>)> = Vec::new();
        let mut places: HashMap<(usize, bool, Option<Bytes>), usize> = HashMap::new();
        let mut only_here: Vec<usize> = self.added.keys().copied().filter(|n| self.other.entry(*n).is_none()).collect();
        only_here.sort_unstable();
        for number in self.other.order.iter().chain(&only_here) {
            if let Some(entry) = self.carrier.entry(*number) {
                neighbours.insert(carrier.stretch(entry), entry);
                if each_counts {
                    let moved = moved_key(carrier, entry, self.moves);
                    let key = carrier.canonical(moved.as_ref().unwrap_or(&entry.key)).into_owned();
                    last_of.insert(key, (Spot::At(Place::Behind(entry)), entry.lines.end));
                }
            }
            let Some((row, lines)) = self.added.get(number) else { continue };
            let source = self.other.entry(*number);
            let Some(stretch) = stretches.get(number) else { continue };
            let first = firsts.get(stretch).copied().filter(|_| source.is_some());
            let (mut spot, mut at) = match (neighbours.get(stretch), first) {
                (Some(entry), _) => (Spot::At(Place::Behind(entry)), entry.lines.end),
                (None, Some(first)) => (Spot::Ahead(first), first.comment.start),
                (None, None) => {
                    let section = source.map_or(row.name.key.section.as_deref(), |entry| entry.key.section.as_deref());
                    // A stretch that is not the entry's section is a place of its own. A row's key is in its one form.
                    let section = if row.name.key.section == *stretch { section } else { stretch.as_deref() };
                    (Spot::At(Place::EndOf(section)), usize::MAX)
                }
            };
            if each_counts {
                // Entries of one key are told apart by their order: none goes ahead of an earlier one.
                if let Some(last) = last_of.get(&*row.name.key).filter(|(_, last)| *last > at) {
                    (spot, at) = *last;
                }
                last_of.insert(row.name.key.clone().into_owned(), (spot, at));
            }
            let group = *places.entry((at, matches!(spot, Spot::Ahead(_)), stretch.clone())).or_insert_with(|| {
                groups.push((spot, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, text)) = groups.get_mut(group) {
                text.extend(self.comment(*number, &known));
                text.extend_from_slice(lines);
            }
        }
        let (mut at, mut ahead) = (Vec::new(), Vec::new());
        for (spot, text) in groups {
            match spot {
                Spot::At(place) => at.push((place, text)),
                Spot::Ahead(entry) => ahead.extend(carrier.place_ahead(entry, &text)),
            }
        }
        ahead.into_iter().chain(carrier.place_all(&at)).collect()
    }

    /// Returns the carrier's entry that comes first in the other file, for each stretch in which a new one can come ahead of it.
    fn first_of_stretches(&self) -> HashMap<Option<Bytes>, &'a Entry> {
        let mut firsts = HashMap::new();
        for entry in self.other.order.iter().filter_map(|number| self.carrier.entry(*number)) {
            firsts.entry(self.carrier.document.stretch(entry)).or_insert(entry);
        }
        firsts.retain(|_, entry| self.carrier.document.place_ahead(entry, b"").is_some());
        firsts
    }

    /// Returns the comment above the other file's entry, unless it heads that file, or the carrier holds all of it already.
    fn comment(&self, number: usize, known: &HashSet<&[u8]>) -> Vec<u8> {
        let other = self.other.document;
        let Some(entry) = self.other.entry(number).filter(|entry| entry.comment.start > 0) else { return Vec::new() };
        let comment = other.decoded(other.to_bytes().get(entry.comment.clone()).unwrap_or_default());
        if trimmed_lines(&comment).is_subset(known) { Vec::new() } else { comment.into_owned() }
    }
}

fn trimmed_lines(text: &[u8]) -> HashSet<&[u8]> {
    text.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).collect()
}
