//! What is replaced all over a document: roots ([`roots`](crate::roots)), or names of hosts ([`names`](crate::names)). Each kind knows
//! where one begins and ends in a text; all else about a rewrite is the same for both and stands in [`moving`](crate::moving).

use std::borrow::Cow;
use std::ops::Range;

use crate::{Document, Entry, SpanEdit};

/// Replacements of one kind.
pub trait Substitutions {
    /// Returns where something stands that is to be replaced, in the order of the text and without overlaps, and what comes there.
    fn places<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (Range<usize>, &'t [u8])>;

    /// Returns whether there is nothing to replace.
    fn is_nothing(&self) -> bool;

    /// Returns where an entry's key is spelled, if it may hold what is replaced.
    fn place_in_key<D: Document>(document: &D, entry: &Entry) -> Option<Range<usize>>;

    /// Returns the text with everything replaced; the text itself where nothing is.
    fn rewrite<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut result = Vec::new();
        let mut done = 0;
        for (place, insert) in self.places(text) {
            result.extend_from_slice(text.get(done..place.start).unwrap_or_default());
            result.extend_from_slice(insert);
            done = place.end;
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        result.extend_from_slice(text.get(done..).unwrap_or_default());
        Cow::Owned(result)
    }

    /// Returns the edits that replace everything in a text as [`Substitutions::rewrite`] does: nothing else of it is in them.
    fn edits(&self, text: &[u8]) -> Vec<SpanEdit> {
        let edit = |(place, insert): (Range<usize>, &[u8])| SpanEdit {
            offset: place.start as u64,
            remove: place.len() as u64,
            insert: insert.to_vec(),
        };
        self.places(text).map(edit).collect()
    }
}
