//! From decisions to edits of the carrier.

use std::collections::{HashMap, HashSet};

use super::MergeError;
use super::decide::Word;
use super::index::Index;
use super::part::Part;
use super::rows::Row;
use crate::{Bytes, Document, Entry, Key, Place, SpanEdit, State, apply};

/// Returns the edits that give every key of the carrier its decided state.
pub(super) fn edits<D: Document>(
    carrier: &Index<'_, D>,
    other: &Index<'_, D>,
    rows: &[Row<'_>],
) -> Result<Vec<SpanEdit>, MergeError> {
    let mut carry = Carry { carrier, other, edits: Vec::new(), added: HashMap::new() };
    for row in rows {
        carry.row(row)?;
    }
    let placed = carry.placed();
    Ok(in_order(carry.edits, placed, carrier.document.to_bytes().len() as u64))
}

struct Carry<'a, D> {
    carrier: &'a Index<'a, D>,
    other: &'a Index<'a, D>,
    edits: Vec<SpanEdit>,
    /// The lines of entries that the carrier lacks.
    added: HashMap<usize, Added<'a>>,
}

/// An entry that the carrier lacks, in lines of its own.
struct Added<'a> {
    section: Option<&'a [u8]>,
    lines: Vec<u8>,
}

impl<'a, D: Document> Carry<'a, D> {
    fn row(&mut self, row: &'a Row<'_>) -> Result<(), MergeError> {
        let there = self.carrier.entry(row.number);
        match (self.carrier.side(row.number), row.target(), there) {
            (Part::Present(now), Part::Present(value), _) if now == value => {}
            (Part::Present(_), Part::Present(Some(value)), Some(entry)) => {
                let edit = self.new_value(row, entry, value)?;
                self.edits.push(edit);
            }
            (Part::Present(_), Part::Present(None) | Part::CommentedOut(_), Some(entry)) => {
                let lines = self.lines_of_other(row, None)?;
                self.edits.push(self.carrier.document.place(Place::InsteadOf(entry), &lines));
                self.remove(self.carrier.others(row.number));
            }
            (Part::Present(_), _, there) => self.remove(there.into_iter().chain(self.carrier.others(row.number))),
            (_, Part::Present(value), there) => {
                let lines = self.lines_of_other(row, value.as_deref())?;
                match there.filter(|_| row.verdict.0 != Word::AddNew) {
                    Some(disabled) => {
                        self.edits.push(self.carrier.document.place(Place::InsteadOf(disabled), &lines));
                    }
                    None => {
                        self.added.insert(row.number, Added { section: row.name.key.section.as_deref(), lines });
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn remove(&mut self, entries: impl Iterator<Item = &'a Entry>) {
        let edit = |entry: &Entry| SpanEdit {
            offset: entry.lines.start as u64,
            remove: entry.lines.len() as u64,
            insert: Vec::new(),
        };
        self.edits.extend(entries.map(edit));
    }

    /// Returns the edit that gives an entry of the carrier a new value: in the carrier's style, unless the value comes from
    /// the other file and has a spelling of its own there.
    fn new_value(&self, row: &Row<'_>, entry: &Entry, value: &[u8]) -> Result<SpanEdit, MergeError> {
        let usual = self.carrier.document.respell(entry, value)?;
        let source =
            self.other.entry(row.number).filter(|e| e.state == State::Active && e.value.as_deref() == Some(value));
        let Some(source) = source.filter(|_| entry.value.is_some()) else { return Ok(usual) };
        let spelled = self.other.document.to_bytes().get(source.span.clone()).unwrap_or_default();
        if self.other.document.respell(source, value)?.insert == spelled {
            return Ok(usual);
        }
        let edit =
            SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert: spelled.to_vec() };
        let lines = edited_lines(self.carrier.document, entry, &edit)?;
        if !reads_as(self.carrier.document, &complete(lines.clone()), &entry.key, Some(value)) {
            return Ok(usual);
        }
        let continued = spelled.iter().any(|b| matches!(b, b'\n' | b'\r'));
        Ok(if continued { self.carrier.document.place(Place::InsteadOf(entry), &lines) } else { edit })
    }

    /// Returns the lines of the other file's entry, with another value where one is given and differs.
    fn lines_of_other(&self, row: &Row<'_>, value: Option<&[u8]>) -> Result<Vec<u8>, MergeError> {
        let document = self.carrier.document;
        let Some(source) = self.other.entry(row.number) else {
            return Ok(document.spell(&row.name.key, value.unwrap_or_default())?);
        };
        let value = value.or(source.value.as_deref());
        let lines = match value {
            Some(value) if source.value.as_deref() != Some(value) => {
                let edit = self.other.document.respell(source, value)?;
                edited_lines(self.other.document, source, &edit)?
            }
            _ => self.other.document.to_bytes().get(source.lines.clone()).unwrap_or_default().to_vec(),
        };
        let lines = complete(lines);
        // Where the other file ends in a backslash, a second line end keeps the next line from being taken for the rest.
        let mut candidates = [b"".as_slice(), b"\n", b"\r"].into_iter().map(|end| [lines.as_slice(), end].concat());
        match candidates.find(|lines| reads_as(document, lines, &source.key, value)) {
            Some(lines) => Ok(lines),
            None => Ok(document.spell(&source.key, value.unwrap_or_default())?),
        }
    }

    /// Returns the edits that put the added lines behind their nearest preceding neighbour in the other file that the
    /// carrier has too, else at the end of their section.
    fn placed(&self) -> Vec<SpanEdit> {
        if self.added.is_empty() {
            return Vec::new();
        }
        let known = lines_of(self.carrier.document.to_bytes());
        let mut neighbours: HashMap<Option<Bytes>, &Entry> = HashMap::new();
        let mut groups: Vec<(Place<'_>, Vec<u8>)> = Vec::new();
        let mut places: HashMap<(usize, Option<&[u8]>), usize> = HashMap::new();
        let mut only_here: Vec<usize> = self.added.keys().copied().filter(|n| self.other.entry(*n).is_none()).collect();
        only_here.sort_unstable();
        for number in self.other.order.iter().chain(&only_here) {
            if let Some(entry) = self.carrier.entry(*number) {
                let is_inside = entry.key.section.is_some();
                let section =
                    is_inside.then(|| self.carrier.document.canonical(&entry.key).into_owned().section).flatten();
                neighbours.insert(section, entry);
            }
            let Some(Added { section, lines }) = self.added.get(number) else { continue };
            let (place, at) = match neighbours.get(&section.map(Bytes::copy_from_slice)) {
                Some(entry) => (Place::Behind(entry), entry.lines.end),
                None => (Place::EndOf(self.spelled_section(*number, *section)), usize::MAX),
            };
            let group = *places.entry((at, *section)).or_insert_with(|| {
                groups.push((place, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, text)) = groups.get_mut(group) {
                text.extend(self.comment(*number, &known));
                text.extend_from_slice(lines);
            }
        }
        self.carrier.document.place_all(&groups)
    }

    fn spelled_section(&self, number: usize, canonical: Option<&'a [u8]>) -> Option<&'a [u8]> {
        self.other.entry(number).map_or(canonical, |entry| entry.key.section.as_deref())
    }

    /// Returns the comment above the other file's entry, unless it heads that file, or the carrier holds all of it already.
    fn comment(&self, number: usize, known: &HashSet<&[u8]>) -> Vec<u8> {
        let Some(entry) = self.other.entry(number).filter(|entry| entry.comment.start > 0) else { return Vec::new() };
        let comment = self.other.document.to_bytes().get(entry.comment.clone()).unwrap_or_default();
        if lines_of(comment).is_subset(known) { Vec::new() } else { comment.to_vec() }
    }
}

/// Returns the lines of an entry after an edit inside them.
fn edited_lines<D: Document>(document: &D, entry: &Entry, edit: &SpanEdit) -> Result<Vec<u8>, MergeError> {
    let lines = document.to_bytes().get(entry.lines.clone()).unwrap_or_default();
    let offset = edit.offset.saturating_sub(entry.lines.start as u64);
    Ok(apply(lines, &[SpanEdit { offset, ..edit.clone() }])?)
}

/// Returns the lines with a line end behind the last one.
fn complete(mut lines: Vec<u8>) -> Vec<u8> {
    if !lines.ends_with(b"\n") && !lines.ends_with(b"\r") {
        lines.push(b'\n');
    }
    lines
}

/// Returns true when the lines are one entry with that name and value, whatever follows them. They are read twice in a row:
/// lines that would swallow what follows swallow themselves.
fn reads_as<D: Document>(document: &D, lines: &[u8], key: &Key, value: Option<&[u8]>) -> bool {
    let Ok(twice) = document.parse_alike([lines, lines].concat()) else { return false };
    let entries = twice.entries();
    entries.len() == 2 && entries.iter().all(|e| e.key.name == key.name && e.value.as_deref() == value)
}

fn lines_of(text: &[u8]) -> HashSet<&[u8]> {
    text.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).collect()
}

/// Sorts edits and placed lines. At one place lines come ahead of a change of what stands there, except behind the last byte,
/// where such a change completes the last line.
fn in_order(edits: Vec<SpanEdit>, placed: Vec<SpanEdit>, end: u64) -> Vec<SpanEdit> {
    let changes = edits.into_iter().map(|edit| ((edit.offset, if edit.offset == end { 0 } else { 1 }), edit));
    let placed = placed.into_iter().map(|edit| ((edit.offset, if edit.offset == end { 1 } else { 0 }), edit));
    let mut all: Vec<_> = changes.chain(placed).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, edit)| edit).collect()
}
