//! What is replaced in one document, a root or a host's name: in values, include lines, patterns, and keys that hold such.
//!
//! Where the old one is spelled as it is, only the spelled bytes change, so that escapes and continuations stay as they are.
//! Where it is spelled in another way, such as over two lines, the whole value is spelled anew. Comments are not rewritten, and
//! entries that are commented out are comments.

use std::borrow::Cow;

use crate::edit::in_order;
use crate::substitution::Substitutions;
use crate::{ApplyError, Document, EditError, Entry, Key, SpanEdit, State, apply};

/// Returns the edits that replace roots or names in a document, in the order of the file.
///
/// # Errors
/// When the dialect cannot spell a new value.
pub fn edits<D: Document, S: Substitutions + ?Sized>(document: &D, moves: &S) -> Result<Vec<SpanEdit>, EditError> {
    let mut edits = Vec::new();
    for entry in document.entries().iter().filter(|entry| entry.state != State::CommentedOut) {
        let key = key_edit(document, entry, moves);
        let value = match entry.value.as_deref().map(|value| moves.rewrite(value)) {
            Some(Cow::Owned(value)) => Some(value_edit(document, entry, key.as_ref(), &value, moves)?),
            _ => None,
        };
        edits.extend(in_order(key.into_iter().collect(), value.into_iter().collect(), u64::MAX));
    }
    Ok(edits)
}

/// Returns the edit that gives an entry the value it has after the replacement.
fn value_edit<D: Document, S: Substitutions + ?Sized>(
    document: &D,
    entry: &Entry,
    key: Option<&SpanEdit>,
    value: &[u8],
    moves: &S,
) -> Result<SpanEdit, EditError> {
    let usual = document.respell(entry, value)?;
    let spelled = document.decoded(document.to_bytes().get(entry.span.clone()).unwrap_or_default());
    let insert = document.encoded(&moves.rewrite(&spelled)).into_owned();
    let edit = SpanEdit { offset: entry.span.start as u64, remove: entry.span.len() as u64, insert };
    let both = in_order(key.cloned().into_iter().collect(), vec![edit.clone()], u64::MAX);
    let Ok(lines) = lines_of(document, entry, &both) else { return Ok(usual) };
    let key = moved_key(document, entry, moves);
    let reads_back = document.reads_as(&complete(lines), key.as_ref().unwrap_or(&entry.key), Some(value));
    Ok(if reads_back { edit } else { usual })
}

/// Returns an entry's key after the replacement; nothing where that does not change it.
pub(crate) fn moved_key<D: Document, S: Substitutions + ?Sized>(document: &D, entry: &Entry, moves: &S) -> Option<Key> {
    if moves.is_nothing() {
        return None;
    }
    S::place_in_key(document, entry)?;
    match moves.rewrite(&entry.key.name) {
        Cow::Owned(name) => Some(Key { section: entry.key.section.clone(), name: name.into() }),
        Cow::Borrowed(_) => None,
    }
}

/// Returns the edit that replaces what is in an entry's key; nothing where there are none, or where they are its value's.
pub(crate) fn key_edit<D: Document, S: Substitutions + ?Sized>(
    document: &D,
    entry: &Entry,
    moves: &S,
) -> Option<SpanEdit> {
    if moves.is_nothing() {
        return None;
    }
    let place = S::place_in_key(document, entry)?;
    if place.start < entry.span.end && entry.span.start < place.end {
        return None;
    }
    match moves.rewrite(document.to_bytes().get(place.clone())?) {
        Cow::Owned(insert) => Some(SpanEdit { offset: place.start as u64, remove: place.len() as u64, insert }),
        Cow::Borrowed(_) => None,
    }
}

/// Returns the lines of an entry, as text, after edits inside them.
pub(crate) fn lines_of<D: Document>(document: &D, entry: &Entry, edits: &[SpanEdit]) -> Result<Vec<u8>, ApplyError> {
    let lines = document.to_bytes().get(entry.lines.clone()).unwrap_or_default();
    let inside = |edit: &SpanEdit| {
        let offset = edit.offset.saturating_sub(entry.lines.start as u64);
        SpanEdit { offset, ..edit.clone() }
    };
    let edited = apply(lines, &edits.iter().map(inside).collect::<Vec<_>>())?;
    Ok(document.decoded(&edited).into_owned())
}

/// Returns the lines with a line end behind the last one.
pub(crate) fn complete(mut lines: Vec<u8>) -> Vec<u8> {
    if !lines.ends_with(b"\n") && !lines.ends_with(b"\r") {
        lines.push(b'\n');
    }
    lines
}
